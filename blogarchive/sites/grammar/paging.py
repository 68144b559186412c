"""The link to the next page of a list or of a post's comments: by its words, or by the page numbers."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from blogarchive.items import Address, PageKind
from blogarchive.reading.lines import Element, Line
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import BEGIN, CALENDAR_HEAD, CALENDAR_LINE, NEXT_PAGE, first_folded, fold

_BEGINS = frozenset("[【(下后>»›→nN第0123456789")  # what the words below may begin with
_LONGEST = 80
_SHORT = 2  # signs that also stand elsewhere: >>
_MOST_IN_ROW = 30
_PAGER_LINE = re.compile(r"[\s\d<>|\[\]()首上下末尾一页第共前后».…/«-]{0,40}")
_WEEK = re.compile(
    r"(?:(?:星期|周)?[日一二三四五六天]\s*){7}|(?:(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?\s*){7}|s\s*m\s*t\s*w\s*t\s*f\s*s"
    r"|m\s*t\s*w\s*t\s*f\s*s\s*s",
    re.IGNORECASE,
)
_DAY = r"(?:星期|周)?[日一二三四五六天]|[smtwf]|sun|mon|tue|wed|thu|fri|sat"
_DAY_OR_WEEK = re.compile(rf"{BEGIN}\s*(?:(?:{_DAY})\s*(?={BEGIN}|$)|{_WEEK.pattern})", re.IGNORECASE)
_ABOVE_WEEK = 5  # lines of a calendar above the names of the days: its month, links to the next
_NUMBER = re.compile(r"[\[(]?(?:第)?\s*(\d{1,4})\s*(?:页)?[\])]?")


def next_page(view: View, lines: Iterable[int], page_no: int) -> tuple[str, int] | None:
    """The URL of the page after `page_no` and the line of its last link; None where the page links to none.

    Words (下一页, 下页, >, …) win over numbers; a link to the page itself counts for nothing.
    """
    here = view.address(view.url)
    worded: tuple[str, int] | None = None
    numbered: tuple[str, int] | None = None
    calendar = _calendar_lines(view)
    for index in lines:
        if not view.links[index] or index in calendar:
            continue
        candidates = list(_candidates(view, index, here, page_no))
        if not candidates:
            continue
        pager = _is_pager(view, view.lines[index])
        for url, is_word, sure in candidates:
            if is_word and (sure or pager):
                worded = (url, index)
            elif not is_word and pager:
                numbered = (url, index)
    return worded or numbered


def _candidates(view: View, index: int, here: Address, page_no: int) -> Iterator[tuple[str, bool, bool]]:
    """Links of a line that may lead to the next page: the URL, whether a word says so, whether it is surely that."""
    for text, anchor, address in view.links[index]:
        words = text or _picture_words(anchor)
        says = _saying(words) if len(words) <= _LONGEST else None
        if says is None or (says.number is not None and says.number != page_no + 1):
            continue
        if address is not None and address.url != here.url and not _is_other_post(address, here):
            yield address.url, says.number is None, says.sure


class _Saying(NamedTuple):
    """What a link of a pager says: the number of a page, or None: the next one; `sure` where it says so at length."""

    number: int | None
    sure: bool


@lru_cache(maxsize=4096)  # the sidebar's links are the same on every page of a blog
def _saying(words: str) -> _Saying | None:
    if first_folded(words) not in _BEGINS:
        return None
    folded = fold(words).strip()
    if NEXT_PAGE.fullmatch(folded):
        return _Saying(None, len(folded) > _SHORT)
    number = _NUMBER.fullmatch(folded)
    return None if number is None else _Saying(int(number[1]), len(folded) > _SHORT)


def _is_other_post(address: Address, here: Address) -> bool:
    """Whether a link leads to a post that is not this page's: its title may be any words."""
    return address.kind is PageKind.POST and address.number != here.number


def _calendar_lines(view: View) -> set[int]:
    """The lines of calendars: around the names of the days of a week, all that a calendar can show."""
    beginning = list(view.whole.beginning(_DAY_OR_WEEK))
    if not beginning:
        return set()
    filled = [index for index, text in enumerate(view.folded) if text.strip()]
    words = [view.folded[index].strip() for index in filled]
    found: set[int] = set()
    for index in beginning:
        place = bisect_left(filled, index)
        word = words[place]
        if index not in found and _WEEK.fullmatch(
            " ".join(words[place : place + 7]) if len(word) < 4 else word
        ):
            start, stop = place, place
            while start > 0 and place - start < _ABOVE_WEEK and CALENDAR_HEAD.fullmatch(words[start - 1]):
                start -= 1
            while stop < len(words) and CALENDAR_LINE.fullmatch(words[stop]):
                stop += 1
            found.update(range(filled[start], filled[stop - 1] + 1))
    return found


def _is_pager(view: View, line: Line) -> bool:
    """Whether the line, with those of its kind around it, is a pager: 1 2 3, or with 页."""
    first, last = line.index, line.index
    while first > 0 and line.index - first < _MOST_IN_ROW and _PAGER_LINE.fullmatch(view.folded[first - 1]):
        first -= 1
    while (
        last - line.index < _MOST_IN_ROW
        and last + 1 < len(view.folded)
        and _PAGER_LINE.fullmatch(view.folded[last + 1])
    ):
        last += 1
    text = " ".join(view.folded[first : last + 1])
    numbers = {int(found) for found in re.findall(r"\d{1,9}", text)}
    return "页" in text or {1, 2} <= numbers


def _picture_words(anchor: Element) -> str:
    """What a link that is a picture says: its title, or the picture's."""
    pictures = list(anchor.iter("img"))
    words = (node.get(name) for node in (*pictures, anchor) for name in ("alt", "title"))
    return next((text for text in words if text), "")
