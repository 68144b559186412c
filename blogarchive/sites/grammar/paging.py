"""The link to the next page of a list or of a post's comments: by its words, or by the page numbers."""

import re
from collections.abc import Iterable

from blogarchive.reading.lines import Element, Line
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import NEXT_PAGE, fold

_MOST_IN_ROW = 30
_CALENDAR = re.compile(r"\d{4}\s*年|\d\s*月|日\s*一\s*二|sun\b|mon\b|calendar", re.IGNORECASE)
_NUMBER = re.compile(r"[\[(]?(?:第)?\s*(\d{1,4})\s*(?:页)?[\])]?")


def next_page(view: View, lines: Iterable[int], page_no: int) -> tuple[str, int] | None:
    """The URL of the page after `page_no` and the line of its last link; None where the page links to none.

    Words (下一页, 下页, >, …) win over numbers; a link to the page itself counts for nothing.
    """
    here = view.address(view.url).url
    worded: tuple[str, int] | None = None
    numbered: tuple[str, int] | None = None
    for index in lines:
        line = view.lines[index]
        for text, anchor in line.links():
            folded = fold(text or _picture_words(anchor)).strip()
            is_next, number = NEXT_PAGE.fullmatch(folded) is not None, _NUMBER.fullmatch(folded)
            if not is_next and number is None:
                continue
            url = view.href(anchor)
            if url is None or url == here:
                continue
            if is_next and (len(folded) > 2 or _is_pager(view, line)):
                worded = (url, index)
            elif number is not None and int(number[1]) == page_no + 1 and _is_pager(view, line):
                numbered = (url, index)
    return worded or numbered


def _is_pager(view: View, line: Line) -> bool:
    """Whether the line, or the few lines of its row, is a pager: 1 2 3, or with 页; a calendar is none."""
    parent = line.block.getparent()
    row = view.document.inside(line.block if parent is None else parent)
    near = row if len(row) <= _MOST_IN_ROW else range(line.index, line.index + 1)
    text = " ".join(view.folded[index] for index in near)
    if _CALENDAR.search(text) or _in_calendar(view, line):
        return False
    numbers = {int(found) for found in re.findall(r"\d+", text)}
    return "页" in text or {1, 2} <= numbers


def _in_calendar(view: View, line: Line) -> bool:
    """Whether the line is of a table that holds all the days of a month: its first week looks like a pager."""
    table = next(line.block.iterancestors("table"), None)
    lines = range(0) if table is None else view.document.inside(table)
    days = {int(text) for index in lines if (text := view.folded[index].strip()).isdecimal()}
    return set(range(1, 29)) <= days and len(lines) <= 2 * _MOST_IN_ROW


def _picture_words(anchor: Element) -> str:
    """What a link that is a picture says: its title, or the picture's."""
    pictures = list(anchor.iter("img"))
    words = (node.get(name) for node in (*pictures, anchor) for name in ("alt", "title"))
    return next((text for text in words if text), "")
