"""A post's time below its text: with the counters, above them, or above the label of the comments."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL, DATETIME
from blogarchive.sites.grammar.post.counters import Counters, iter_counters
from blogarchive.sites.grammar.post.quoted_lines import is_template_text
from blogarchive.sites.grammar.post.time_lines import (
    EDGE_SPACES,
    TitleTime,
    build_title_time,
    is_named_by_window,
    iter_text_before,
    match_inner_time,
    match_leading_time,
)

_MAX_HEADING_LINES = 2  # a title and its time without text between them
_MAX_COUNTERS = 8  # checked for a time beside them
_LINES_ABOVE_LABEL = 6
_LINES_TO_BYLINE = 30  # above the label: related posts may be between them
_BYLINE = re.compile(
    rf"(?:[Pp]osted by|由|作者|[张发]贴者|发表者)\s*:?\s*[^|]{{1,40}}?\s*{DATETIME}\s*\|.{{0,80}}"
    r"(?:[Cc]omments?|评论|引用|TrackBacks?|[Pp]ermalink|固定链接|浏览|阅读|回响|留言).{0,60}"
)


def split_time_footer(view: PageView, found: TitleTime) -> TitleTime:
    """Return `found` with its time as a footer if the body lies between title and time."""
    title = next(view.lines_with_text(range(found.start, found.end)), found.start)
    if found.end - title <= _MAX_HEADING_LINES:
        return found
    feet = (_as_time_footer(view, found, title, found.end - 1, each) for each in _iter_first_counters(view))
    return next((footer_line for footer_line in feet if footer_line is not None), None) or (
        replace(found, end=title + 1, footer_line=found.end - 1)
        if _is_above_comments(view, found.end - 1)
        else found
    )


def find_time_above_label(view: PageView, titles: list[int]) -> TitleTime | None:
    """Return one of the titles with the time above the label of the comments, on a page without counters."""
    own = [i for i in titles if not view.document.title.endswith(view.lines[i].text)] or titles
    for label in (i for i in find_labels(view, COMMENTS_LABEL) if i not in view.sections):
        index = _find_line_above(view, label)
        if index is not None:
            time_match = match_leading_time(view, index) or match_inner_time(view, index)
            if time_match is None and own and (byline := _find_byline(view, own[0], index)) is not None:
                index, time_match = byline, match_inner_time(view, byline)
            elif not _is_above_comments(view, index):
                continue
            if time_match is None or not own or not own[0] < index - 1:
                continue
            window_title = view.document.title
            title = next((i for i in own if window_title.startswith(view.lines[i].text)), own[0])
            found = build_title_time(
                view, view.lines[title].text.strip(EDGE_SPACES), index, time_match, title, title + 1
            )
            return replace(found, footer_line=index)
    return None


def _find_byline(view: PageView, title: int, end: int) -> int | None:
    """Find the last line above `end` that names the author, the time and other data about the post, between signs."""
    if not is_named_by_window(view, title):
        return None
    near = range(end, max(title, end - _LINES_TO_BYLINE), -1)
    return next((i for i in near if _BYLINE.fullmatch(view.folded[i].strip())), None)


def _is_above_comments(view: PageView, time: int) -> bool:
    """Check whether a line is right above the first label of comments, on a page without counters."""
    if next(iter_counters(view, 0, len(view.lines)), None) is not None:
        return False
    label = next((i for i in find_labels(view, COMMENTS_LABEL) if i not in view.sections), None)
    return label is not None and _find_line_above(view, label) == time


def _find_line_above(view: PageView, label: int) -> int | None:
    """Find the nearest line above a label that has more than words of buttons."""
    near = range(label - 1, max(label - _LINES_ABOVE_LABEL, -1), -1)
    return next((i for i in near if (text := view.folded[i].strip()) and not is_template_text(text)), None)


def _iter_first_counters(view: PageView) -> Iterator[Counters]:
    return islice(iter_counters(view, 0, len(view.lines)), _MAX_COUNTERS)


def find_time_at_footer(view: PageView, titles: list[int]) -> TitleTime | None:
    """Return one of the titles with the time at the end of the text, on or above the line of counters."""
    if not titles:
        return None
    window_title = view.document.title
    title = next((i for i in titles if window_title.startswith(view.lines[i].text)), titles[0])
    for each in _iter_first_counters(view):
        for index in (each.first, *iter_text_before(view, each.first)):
            time_match = match_leading_time(view, index) or match_inner_time(view, index)
            if time_match is None:
                continue
            text = view.lines[title].text.strip(EDGE_SPACES)
            found = build_title_time(view, text, index, time_match, title, index + 1)
            if footed := _as_time_footer(view, found, title, index, each):
                return footed
    return None


def _as_time_footer(
    view: PageView, found: TitleTime, title: int, time: int, counters: Counters
) -> TitleTime | None:
    """Return the time as a footer if text lies between it and the title, and none below the counters."""
    label = next((i for i in find_labels(view, COMMENTS_LABEL) if i > counters.last), len(view.lines))
    apart = any(True for _ in view.lines_with_text(range(time + 1, counters.first)))
    under = view.lines_with_text(range(counters.last + 1, label)) if label < len(view.lines) else ()
    below = any(not view.links[index] for index in under)
    if (
        apart
        or below
        or time > counters.last
        or not any(True for _ in view.lines_with_text(range(title + 1, time)))
    ):
        return None
    return replace(found, end=title + 1, footer_line=time)
