"""A post's time under its text: in the line of the counters or above it, or right above the label of the comments."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from blogarchive.sites.grammar.page.labels import labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import HEADING
from blogarchive.sites.grammar.post.counters import Counters, iter_counters
from blogarchive.sites.grammar.post.quoted_lines import is_around
from blogarchive.sites.grammar.post.time_lines import (
    EDGES,
    TitleTime,
    filled,
    filled_before,
    made,
    time_amid,
    time_and_more,
)

_CLOSE = 2  # lines of a title and its time without a text between
_MOST_COUNTERS = 8  # looked at for a time beside them
_NEAR = 6  # lines over a label


def with_foot(view: PageView, found: TitleTime) -> TitleTime:
    """The same, or with the body between title and time where these stand around it, right above the counters."""
    title = next(filled(view, found.start, found.end), found.start)
    if found.end - title <= _CLOSE:
        return found
    feet = (_footed(view, found, title, found.end - 1, each) for each in _first_counters(view))
    return next((foot for foot in feet if foot is not None), None) or (
        replace(found, end=title + 1, foot=found.end - 1) if _ends_text(view, found.end - 1) else found
    )


def above_label(view: PageView, titles: list[int]) -> TitleTime | None:
    """One of the titles, with the time right above the label of the comments, on a page without counters."""
    own = [i for i in titles if not view.document.title.endswith(view.lines[i].text)] or titles
    for label in (i for i in labels(view, HEADING) if i not in view.sections):
        index = _over(view, label)
        if index is not None:
            timed = time_and_more(view, index) or time_amid(view, index)
            if timed is None or not own or not own[0] < index - 1 or not _ends_text(view, index):
                continue
            shown = view.document.title
            title = next((i for i in own if shown.startswith(view.lines[i].text)), own[0])
            found = made(view, view.lines[title].text.strip(EDGES), index, timed, title, title + 1)
            return replace(found, foot=index)
    return None


def _ends_text(view: PageView, time: int) -> bool:
    """Whether a line stands right above the first label of comments, on a page without counters."""
    if next(iter_counters(view, 0, len(view.lines)), None) is not None:
        return False
    label = next((i for i in labels(view, HEADING) if i not in view.sections), None)
    return label is not None and _over(view, label) == time


def _over(view: PageView, label: int) -> int | None:
    """The nearest of the lines over a label that shows more than words to press."""
    near = range(label - 1, max(label - _NEAR, -1), -1)
    return next((i for i in near if (text := view.folded[i].strip()) and not is_around(text)), None)


def _first_counters(view: PageView) -> Iterator[Counters]:
    return islice(iter_counters(view, 0, len(view.lines)), _MOST_COUNTERS)


def at_foot(view: PageView, titles: list[int]) -> TitleTime | None:
    """One of the titles, with the time at the end of the post's text, in the counters' line or right above it."""
    if not titles:
        return None
    shown = view.document.title
    title = next((i for i in titles if shown.startswith(view.lines[i].text)), titles[0])
    for each in _first_counters(view):
        for index in (each.first, *filled_before(view, each.first)):
            timed = time_and_more(view, index) or time_amid(view, index)
            if timed is None:
                continue
            text = view.lines[title].text.strip(EDGES)
            found = made(view, text, index, timed, title, index + 1)
            if footed := _footed(view, found, title, index, each):
                return footed
    return None


def _footed(view: PageView, found: TitleTime, title: int, time: int, counters: Counters) -> TitleTime | None:
    """With the time as the post's foot, where text stands between it and the title, and none below the counters."""
    label = next((i for i in labels(view, HEADING) if i > counters.last), len(view.lines))
    apart = any(True for _ in filled(view, time + 1, counters.first))
    under = filled(view, counters.last + 1, label) if label < len(view.lines) else ()
    below = any(not view.links[index] for index in under)
    if apart or below or time > counters.last or not any(True for _ in filled(view, title + 1, time)):
        return None
    return replace(found, end=title + 1, foot=time)
