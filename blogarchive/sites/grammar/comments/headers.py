"""The header of a comment: `作者：NAME 回复 OTHER 留言时间：…`, in either order and in other words of that meaning."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import DateText, PageKind
from blogarchive.parsing.dates.numbers import whole_number
from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.comments.names import names_in
from blogarchive.sites.grammar.page.dom_position import DomPosition, place_of
from blogarchive.sites.grammar.page.page_view import PageView, Window
from blogarchive.sites.grammar.page.vocabulary import BEGIN, CLOCK, MOMENT

FLOOR = r"(?:#?第?\d{1,5}\s*[楼层#.、:]*\s*|(?:沙发|板凳|地板)\s*:?\s*)"
BY = r"(?:作\s?者|(?:留言|评论|发表|发言|回复)[者人]|网友|昵称|姓名|用户名?|笔名)"
_OPENS, _CLOSES = r"[\[【]?", r"[\]】]?"  # 【作者】NAME
_TIME_LABEL = r"(?:留言|评论|发表|回复|发言)(?:时间|日期)"
# 发表时间 alone begins the line of a post's time.
_FIRST_TIME_LABEL = r"(?:留言|评论|回复|发言)(?:时间|日期)"
_HEADER_START = re.compile(
    rf"{BEGIN}(?=[#第\d沙板地作留评发回网昵姓用笔\[【])"
    rf"(?:#?第?\d{{1,5}}+\s*+[楼层#.、:]*+\s*+|(?:沙发|板凳|地板)\s*:?\s*)?+{_OPENS}(?:{BY}|(?P<time>{_FIRST_TIME_LABEL}))"
)
# What cannot be a time of a form that is known is one of few words, on its label's own line.
_WORDS = r"[^\s:|()\[\]]{1,16}(?: [^\s|()\[\]]{1,16}){0,4}"
_SHOWN = rf"(?P<time>{MOMENT}|\d[\d\-/.:年月日时分秒 ]{{5,30}}|\S{{1,12}}前|(?P<words>{_WORDS}))"
_BESIDE = r"\[[^\[\]]{1,6}\]|举报|删除|引用"
_FROM = r"(?:IP|ip|来自|来源)\s*:?\s*[^\s:]{1,40}"
_NAME_FIRST = re.compile(
    rf"{FLOOR}?{_OPENS}{BY}{_CLOSES}\s*:*\s*(?P<names>(?:[^\s:].*?)?)[\s|,]*[(\[【]?\s*"
    rf"(?P<label>{_TIME_LABEL})\s*{_CLOSES}\s*:*\s*[(\[]?{_SHOWN}[)\]】]*"
    rf"(?:[\s|]*(?:#?\d{{1,5}}\s*[楼#]?|{_BESIDE}|\[?回复\]?\s*\|?\s*(?P<likes>\d{{0,9}})|{_FROM}))*"
)
_FIRST_TIME = rf"(?P<label>{_FIRST_TIME_LABEL}){_CLOSES}\s*:*\s*[(\[]?{_SHOWN}[)\]】]*"
_TIME_THEN = rf"{FLOOR}?{_OPENS}{_FIRST_TIME}[\s|,]*{_OPENS}{BY}{_CLOSES}"
# A number after the name would be the name's, so that a floor or likes need their sign.
_TIME_FIRST = re.compile(
    rf"{_TIME_THEN}\s*:*\s*(?P<names>(?:[^\s:].*?)?)"
    rf"(?:[\s|]+(?:#\d{{1,5}}|\d{{1,5}}\s*[楼#]|{_BESIDE}|\[回复\]|\[?回复\]?(?:\s*\|\s*(?P<likes>\d{{0,9}}))?|{_FROM}))*"
)
_TIME_AND_NAME = re.compile(_TIME_THEN)
_HOUR = re.compile(CLOCK)
_REPORT = re.compile(r"\[?(?:举报|删除|引用)\]?")
_LABEL_IN = re.compile(_TIME_LABEL)
_MOST_LINES = 7
_LINES_TO_NAME = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Something that reads like a comment's header, on the lines `first` to `last`; `likes` where 回复 | N ends it."""

    first: int
    last: int
    place: DomPosition
    author_name: str
    author_link: Element | None
    reply_to: str | None
    posted: DateText
    likes: int | None = None

    def is_linked(self, view: PageView) -> bool:
        """Whether the name is a link to a blog; nobody can type one, except as a bare URL."""
        url = None if self.author_link is None else view.href(self.author_link)
        return url is not None and "://" not in self.author_name and view.parse_url(url).kind is PageKind.HOME


def find_headers(view: PageView, start: int, end: int) -> Sequence[Header]:
    """All that reads like a comment's header on the lines `[start, end)`, in order; no link to another post does."""
    return own_order(find_orders(view, start, end), start)


def find_orders(view: PageView, start: int, end: int) -> tuple[Sequence[Header], ...]:
    """The same, apart for headers that begin with the name and for those that begin with the time."""
    names: list[int] = []
    times: list[int] = []
    for found in view.whole.begun(_HEADER_START, start, end):
        index = view.whole.line_at(found.start() + 1)
        if found["time"] is None:
            names.append(index)
        elif _TIME_AND_NAME.match(view.window(index, min(index + _LINES_TO_NAME, end) - 1).text):
            times.append(index)
    return _read_all(view, names, _NAME_FIRST, end), _read_all(view, times, _TIME_FIRST, end)


def own_order(orders: Sequence[Sequence[Header]], start: int) -> Sequence[Header]:
    """The page's own order from line `start` on: its first header's, before which no commenter wrote.

    What is typed in the other order could take a line of the page's own for its name or its time.
    """
    orders = [order for order in orders if order]
    if len(orders) == 1 and start <= orders[0][0].first:
        return orders[0]  # as on most pages
    later = [order[bisect_left(order, start, key=lambda header: header.first) :] for order in orders]
    return min(filter(None, later), key=lambda order: order[0].first, default=())


def _read_all(view: PageView, begins: Sequence[int], form: "re.Pattern[str]", end: int) -> Sequence[Header]:
    found: list[Header] = []
    start = 0
    for index, following in zip(begins, [*begins[1:], end], strict=False):
        header = _header_at(view, index, form, min(following, end)) if index >= start else None
        if header is not None:
            start = header.last + 1
            if not view.leads_away(header.first):
                found.append(header)
    return found


def _header_at(view: PageView, index: int, form: "re.Pattern[str]", end: int) -> Header | None:
    """The header of this form that begins on line `index` and ends before line `end`, where another one may begin."""
    nameless: Header | None = None
    for last in range(index, min(index + _MOST_LINES, end)):
        window = view.window(index, last)
        if _LABEL_IN.search(window.text) is None:
            continue
        match = form.fullmatch(window.text.rstrip())
        if match is None or not _is_time(window, match) or _goes_on(view, match, last + 1):
            continue
        header = header_of(view, window, match)
        if header.author_name:
            return header
        nameless = nameless or header  # unless what seems the time is the name, and more lines follow
    return nameless


def _is_time(window: Window, match: "re.Match[str]") -> bool:
    """Whether what stands for a time is none of the words under a header that shows no time."""
    if match["words"] is None:
        return True
    return window.line_at(match.start("label")) == window.line_at(match.start("words"))


def _goes_on(view: PageView, match: "re.Match[str]", following: int) -> bool:
    """Whether the next line is the header's still: the hour of its date, or a link to report the comment."""
    if following >= len(view.lines):
        return False
    text = view.folded[following].strip()
    if view.links[following] and _REPORT.fullmatch(text):
        return True
    return ":" not in match["time"] and _HOUR.fullmatch(text) is not None


def header_of(view: PageView, window: Window, match: "re.Match[str]") -> Header:
    """The header that a match with `names`, `label` and `time` is."""
    name, reply_to, link = names_in(window, *match.span("names"))
    # A nickname may hold the label itself: the last one is the page's.
    label = match.start("label" if match.start("label") > 0 else "names")
    nodes = (window.node_at(0), window.node_at(label), window.node_at(match.start("time")))
    return Header(
        first=window.first,
        last=window.last,
        place=place_of(view, window.first, window.last, nodes),
        author_name=name,
        author_link=link,
        reply_to=reply_to,
        posted=DateText(text=window.raw(*match.span("time"))),
        likes=whole_number(match["likes"] or ""),
    )
