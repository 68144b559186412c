"""The page's own labels above a post and above its comments: lines of these words alone."""

import re
from collections.abc import Sequence
from functools import lru_cache

from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import (
    AROUND_LABEL,
    COMMENTS_LABEL,
    LINE_START,
    POST_LABEL,
    strip_label,
)


def is_label(view: PageView, index: int, label: "re.Pattern[str]") -> bool:
    """Return True if the line is this label alone, as text or as an image, and no link."""
    text = _strip(view.folded[index] or view.image_labels.get(index, ""))
    if text is None or label.fullmatch(text) is None:
        return False
    line = view.lines[index]
    return line.link_at(0, len(line.text)) is None and all(anchor is None for _, anchor in line.media)


_QUOTES = ("《", "“", "「", "『")
_COUNTS = ("count", "number", "titled")
_RESPONSES_TO = re.compile(r"\d{1,6}\s*(?:responses?|comments?) to ", re.IGNORECASE)


@lru_cache(maxsize=4)
def _compile_line_start(label: str) -> "re.Pattern[str]":
    return re.compile(rf"{LINE_START}[{re.escape(AROUND_LABEL)}]*+(?:{label})")


@lru_cache(maxsize=2)  # both labels are searched several times on a page
def _find_starts(text: str, label: "re.Pattern[str]") -> Sequence[int]:
    """Find the offsets of the lines that begin with a label."""
    return [match.start() + 1 for match in _compile_line_start(label.pattern).finditer(text)]


def find_labels(view: PageView, label: "re.Pattern[str]") -> list[int]:
    """Return the indexes of all lines that are this label alone."""
    found = [view.line_index.line_at(offset) for offset in _find_starts(view.line_index.text, label)]
    written = [index for index in found if is_label(view, index, label)]
    return sorted([*written, *[i for i in view.image_labels if is_label(view, i, label)]])


def _strip(folded: str) -> str | None:
    """Return the words of a label; a label with the title of the post in quotes may be longer."""
    if folded.lstrip()[:1] in _QUOTES:
        return folded.strip()
    label = strip_label(folded)
    titled = label is None and _RESPONSES_TO.match(folded.lstrip()) is not None
    return folded.strip(" :") if titled else label


def read_label_count(view: PageView, index: int) -> int | None:
    """Return the number of comments that a label shows, or None."""
    text = _strip(view.folded[index])
    label = None if text is None else COMMENTS_LABEL.fullmatch(text)
    if label is None:
        return None
    count = next(filter(None, map(label.group, _COUNTS)), None)
    return 1 if label["one"] else None if count is None else int(count)


def has_post_label(view: PageView) -> bool:
    """Return True if the page has the label 网络日志正文, which only a page of a post shows."""
    return bool(find_labels(view, POST_LABEL))
