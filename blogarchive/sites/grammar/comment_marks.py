"""The marks of a comment: its header `作者：NAME 回复 OTHER 留言时间：…` and its footer `回复 | N`.

Everything that reads like one is found here, typed by a commenter or set by the page; `comment_records` tells which
is which. A mark may be one line or stand in pieces on a few.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from blogarchive.items import PageKind, Shown
from blogarchive.reading.lines import Element
from blogarchive.reading.numbers import whole_number
from blogarchive.sites.grammar.footer_marks import FOOTER_START, Footer, footer_at
from blogarchive.sites.grammar.places import Place, place_of
from blogarchive.sites.grammar.view import View, Window
from blogarchive.sites.grammar.words import BEGIN, CLOCK, MOMENT

_TIME_LABEL = r"(?:留言|评论|发表|回复)(?:时间|日期)"
_FLOOR = r"(?:#?第?\d{1,5}\s*[楼层#.、:]*\s*|(?:沙发|板凳|地板)\s*:?\s*)"
_HEADER_START = re.compile(
    rf"{BEGIN}(?:#?第?\d{{1,5}}+\s*+[楼层#.、:]*+\s*+|(?:沙发|板凳|地板)\s*:?\s*)?+作\s?者"
)
_HEADER = re.compile(
    rf"{_FLOOR}?作\s?者\s*:*\s*(?P<names>(?:[^\s:].*?)?)[\s|,]*[(\[【]?\s*"
    rf"(?P<label>{_TIME_LABEL})\s*:*\s*[(\[]?(?P<time>{MOMENT}|\d[\d\-/.:年月日时分秒 ]{{5,30}}|\S{{1,12}}前)[)\]】]*"
    r"(?:[\s|]*(?:#?\d{1,5}\s*[楼#]?|\[[^\[\]]{1,6}\]|举报|删除|引用|\[?回复\]?\s*\|?\s*(?P<likes>\d{0,9})|(?:IP|ip|来自|来源)\s*:?\s*[^\s:]{1,40}))*"
)
_HOUR = re.compile(CLOCK)
_REPORT = re.compile(r"\[?(?:举报|删除|引用)\]?")
_LABEL_IN = re.compile(_TIME_LABEL)
_OPENED, _CLOSED = " [(（［【", " ])）］】"  # around 回复 and a name
_MOST_HEADER_LINES = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Something that reads like a comment's header, on the lines `first` to `last`; `likes` where 回复 | N ends it."""

    first: int
    last: int
    place: Place
    author_name: str
    author_link: Element | None
    reply_to: str | None
    posted: Shown
    likes: int | None = None

    def is_linked(self, view: View) -> bool:
        """Whether the name is a link to a blog; nobody can type one, except as a bare URL."""
        url = None if self.author_link is None else view.href(self.author_link)
        return url is not None and "://" not in self.author_name and view.address(url).kind is PageKind.HOME


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All that reads like a comment's header or footer, in order."""

    headers: tuple[Header, ...]
    footers: tuple[Footer, ...]

    def after(self, start: int) -> "Found":
        """Those from line `start` on; footers only after the first header."""
        headers = self.headers[bisect_left(self.headers, start, key=_first) :]
        begin = headers[0].last + 1 if headers else start
        return Found(headers=headers, footers=self.footers[bisect_left(self.footers, begin, key=_first) :])


def _first(mark: "Header | Footer") -> int:
    return mark.first


_Mark = TypeVar("_Mark", Header, Footer)


def find_marks(view: View, start: int) -> Found:
    """All headers and footers from line `start` on."""
    end = len(view.lines)
    return Found(
        headers=tuple(find_headers(view, start, end)),
        footers=tuple(_find(view, start, end, FOOTER_START, footer_at)),
    )


def find_headers(view: View, start: int, end: int) -> list[Header]:
    """All that reads like a comment's header on the lines `[start, end)`, in order; no link to another post does."""
    found = _find(view, start, end, _HEADER_START, _header_at)
    return [header for header in found if not view.leads_away(header.first)]


def _find(
    view: View,
    start: int,
    end: int,
    begins: "re.Pattern[str]",
    read: Callable[[View, int, int], _Mark | None],
) -> list[_Mark]:
    found: list[_Mark] = []
    for index in view.whole.beginning(begins, start, end):
        mark = read(view, index, end) if index >= start else None
        if mark is not None:
            found.append(mark)
            start = mark.last + 1
    return found


def _header_at(view: View, index: int, end: int) -> Header | None:
    nameless: Header | None = None
    for last in range(index, min(index + _MOST_HEADER_LINES, end)):
        if last > index and _HEADER_START.match(view.whole.text, view.whole.starts[last] - 1):
            break
        window = view.window(index, last)
        if _LABEL_IN.search(window.text) is None:
            continue
        match = _HEADER.fullmatch(window.text.rstrip())
        if match is None or _goes_on(view, match, last + 1, end):
            continue
        header = _header(view, window, match)
        if header.author_name:
            return header
        nameless = nameless or header  # unless what seems the time is the name, and more lines follow
    return nameless


def _goes_on(view: View, match: "re.Match[str]", following: int, end: int) -> bool:
    """Whether the next line is the header's still: the hour of its date, or a link to report the comment."""
    if following < end and view.links[following] and _REPORT.fullmatch(view.folded[following].strip()):
        return True
    is_day = ":" not in match["time"] and match["time"].strip()[-1:].isdigit()
    return is_day and following < end and _HOUR.fullmatch(view.folded[following].strip()) is not None


def _header(view: View, window: Window, match: "re.Match[str]") -> Header:
    # A nickname may hold the label itself: the last one is the page's.
    label_start = match.start("label")
    name, reply_to, link = _names(window, *match.span("names"))
    nodes = (window.node_at(0), window.node_at(label_start), window.node_at(match.start("time")))
    return Header(
        first=window.first,
        last=window.last,
        place=place_of(view, window.first, window.last, nodes),
        author_name=name,
        author_link=link,
        reply_to=reply_to,
        posted=Shown(text=window.raw(*match.span("time"))),
        likes=whole_number(match["likes"] or ""),
    )


def _names(window: Window, start: int, end: int) -> tuple[str, str | None, Element | None]:
    """The commenter's name, the name replied to, and the commenter's link.

    The name ends where its link ends; else before 回复 that stands between spaces or in a node of its own.
    """
    link = window.link_at(start, start + 1)
    begin = start
    if link is not None:
        while begin < end and window.link_at(begin, begin + 1) is link:
            begin += 1
    for match in re.finditer("回复", window.text[begin:end]):
        at = begin + match.start()
        before = window.raw(start, at).rstrip(_OPENED)
        after = window.raw(at + 2, end).strip(":： ").rstrip(_CLOSED)
        if before and after and (link is not None or _stands_apart(window, start, at)):
            return before, after, link
    return window.raw(start, end).rstrip(":："), None, link


def _stands_apart(window: Window, start: int, at: int) -> bool:
    """Whether 回复 at `at` is set off from the names: by spaces, or by standing in a node of its own."""
    text = window.text
    before, after = text[at - 1 : at], text[at + 2 : at + 3]
    if before in _OPENED and (after.isspace() or after == ":"):
        return True
    here = window.node_at(at)
    return window.node_at(start) is not here and window.node_at(at - 1) is not here
