"""The link to the next page of a list or of comments: by its words, or by page numbers."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import CachedSubtree, Line
from blogarchive.sites.grammar.listing.next_page_url import is_next_page_url
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import (
    CALENDAR_HEAD,
    LINE_START,
    MORE_LINK,
    NEXT_PAGE,
    expand_folded,
    fold,
    is_calendar_text,
)

_FIRST_CHARS = expand_folded(
    "[【(下后向往更较其剩查显加展点>»›→▶►▷▸⟩❯≫⇒➔«<‹←nNoOlLmM第0123456789"
)  # first characters of the words of pagers
_MAX_LENGTH = 80
_MAX_SIGN_LENGTH = 2  # signs such as >> that occur elsewhere too
_MAX_PAGER_LINES = 30
_MAX_LINK_ELEMENTS = 40  # elements of a link around an image, at most
_PAGER_LINE = re.compile(r"[\s\d<>|\[\]()首上下末尾一页第共前后».…/«‹›←→▶►▷▸⟩❯≫⇒➔-]{0,40}")
_WEEK = re.compile(
    r"(?:(?:星期|周)?[日一二三四五六天]\s*){7}|(?:(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?\s*){7}|s\s*m\s*t\s*w\s*t\s*f\s*s"
    r"|m\s*t\s*w\s*t\s*f\s*s\s*s",
    re.IGNORECASE,
)
_DAY = r"(?:星期|周)?[日一二三四五六天]|[smtwf]|sun|mon|tue|wed|thu|fri|sat"
_DAY_OR_WEEK = re.compile(
    rf"{LINE_START}\s*(?=[星期周日一二三四五六天smtwf])(?:(?:{_DAY})\s*(?={LINE_START}|$)|{_WEEK.pattern})",
    re.IGNORECASE,
)
_DAYS = 7
_MIN_WEEK_LENGTH = 4  # a longer line has all weekdays or none
_LINES_ABOVE_WEEK = 5  # of a calendar: its month, links to other months
_NUMBER = re.compile(r"[\[(]?(?:第)?\s*(\d{1,4})\s*(?:页)?[\])]?")


def find_next_page(view: PageView, lines: Collection[int], page_no: int) -> tuple[str, int] | None:
    """Return the URL of the page after `page_no` and the line of its last link; None if there is none.

    Words (下一页, 下页, >, …) win over numbers. A link to the page itself does not count.
    """
    worded: tuple[str, int] | None = None
    numbered: tuple[str, int] | None = None
    candidates = list(_iter_candidates(view, lines, page_no))
    calendar = _find_calendar_lines(view) if candidates else ()
    rows = {i for i, _, _ in candidates if i not in calendar}
    pagers = {i: _is_pager(view, view.lines[i], page_no) for i in rows}
    for index, url, pager_text in candidates:
        if index in calendar:
            continue
        if pager_text.number is None and (
            pager_text.sure or pagers[index] or is_next_page_url(url, view.parse_url(view.url).url, page_no)
        ):
            worded = (url, index)
        elif pager_text.number is not None and pagers[index]:
            numbered = (url, index)
    return worded or numbered


def _iter_candidates(
    view: PageView, lines: Collection[int], page_no: int
) -> "Iterator[tuple[int, str, _PagerText]]":
    """Return links that may lead to the next page: line, URL, parsed text."""
    here = view.parse_url(view.url)
    within = lines if isinstance(lines, range) else frozenset(lines)
    for index in view.document.select_lines(_find_pager_lines):
        for text, anchor, parsed_url in view.links[index] if index in within else ():
            pager_text = None if parsed_url is None else _parse_link(text, anchor)
            if (
                parsed_url is None
                or pager_text is None
                or (pager_text.number is not None and pager_text.number != page_no + 1)
            ):
                continue
            if parsed_url.url != here.url and not _is_other_post(parsed_url, here, page_no):
                yield index, parsed_url.url, pager_text


@lru_cache(maxsize=16)
def _find_pager_lines(subtree: CachedSubtree) -> Sequence[int]:
    """Find the lines of a subtree with a link that has the words of a pager."""
    return [i for i, line in enumerate(subtree.lines) if any(_parse_link(*link) for link in line.links())]


class _PagerText(NamedTuple):
    """The text of a pager's link: a page number, or None for the next page; `sure` if it is explicit."""

    number: int | None
    sure: bool


def _parse_link(text: str, anchor: Element) -> _PagerText | None:
    words = text or _read_image_text(anchor)
    if words.lstrip()[:1] not in _FIRST_CHARS or len(words) > _MAX_LENGTH:
        return None
    pager_text = _parse_words(words)
    if pager_text is not None and pager_text.number is None and not pager_text.sure:
        title = anchor.get("title", "")
        return _PagerText(
            None,
            anchor.get("rel") == "next"
            or bool(_parse_words(title[:_MAX_LENGTH]) and len(title) > _MAX_SIGN_LENGTH),
        )
    return pager_text


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def _parse_words(words: str) -> _PagerText | None:
    folded = fold(words).strip()
    if NEXT_PAGE.fullmatch(folded):
        return _PagerText(None, len(folded) > _MAX_SIGN_LENGTH)
    if MORE_LINK.fullmatch(folded):
        return _PagerText(None, False)
    number = _NUMBER.fullmatch(folded)
    return None if number is None else _PagerText(int(number[1]), len(folded) > _MAX_SIGN_LENGTH)


def _is_other_post(parsed_url: ParsedUrl, here: ParsedUrl, page_no: int) -> bool:
    """Check whether a link leads to another post: its title may be any words.

    A further page of a list may have the URL of a post: `/u/1/202501/2.html` is the second page of
    `/u/1/202501/`.
    """
    if parsed_url.kind is not PageKind.POST or parsed_url.number == here.number:
        return False
    return parsed_url.number != str(page_no + 1) or here.number not in (None, str(page_no))


def _find_calendar_lines(view: PageView) -> set[int]:
    """Find the lines of calendars: a row of weekdays and all that a calendar can show around it."""
    found: set[int] = set()
    for index in view.line_index.find_lines(_DAY_OR_WEEK):
        if index in found or not _is_week(view, index):
            continue
        above = islice(view.lines_with_text(range(index - 1, -1, -1)), _LINES_ABOVE_WEEK)
        below = view.lines_with_text(range(index, len(view.lines)))
        head = list(takewhile(lambda i: CALENDAR_HEAD.fullmatch(view.folded[i].strip()), above))
        days = list(takewhile(lambda i: is_calendar_text(view.folded[i]), below))
        found.update(range(min([index, *head]), max([index, *days]) + 1))
    return found


def _is_week(view: PageView, index: int) -> bool:
    """Check whether the line has the seven weekdays, or the first one and the next lines the others."""
    word = view.folded[index].strip()
    if len(word) < _MIN_WEEK_LENGTH:
        days = islice(view.lines_with_text(range(index, len(view.lines))), _DAYS)
        word = " ".join([view.folded[i].strip() for i in days])
    return _WEEK.fullmatch(word) is not None


def _is_pager(view: PageView, line: Line, page_no: int) -> bool:
    """Check whether the line is in a pager: 1 2 3, this page's number of many, or with 页."""
    first, last = line.index, line.index
    while (
        first > 0 and line.index - first < _MAX_PAGER_LINES and _PAGER_LINE.fullmatch(view.folded[first - 1])
    ):
        first -= 1
    while (
        last - line.index < _MAX_PAGER_LINES
        and last + 1 < len(view.folded)
        and _PAGER_LINE.fullmatch(view.folded[last + 1])
    ):
        last += 1
    # A template may separate numbers by style alone, without a space.
    pieces = [view.folded[i][a:b] for i in range(first, last + 1) for a, b, _, _ in view.lines[i].spans]
    text = " ".join(pieces)
    numbers = {int(found) for found in re.findall(r"\d{1,9}", text)}
    return "页" in text or {1, 2} <= numbers or re.search(rf"(?<!\d){page_no}\s*/\s*\d", text) is not None


def _read_image_text(anchor: Element) -> str:
    """Return the text of a link that has an image alone: the image's, else the link's title."""
    # A link may contain all lines of a page: reading it for each of them would be quadratic.
    pictures = [node for node in islice(anchor.iter(), _MAX_LINK_ELEMENTS) if node.tag == "img"]
    words = (node.get(name) for node in (*pictures, anchor) for name in ("alt", "title"))
    return next((text for text in words if text), "")
