"""A post's title and time: after 网络日志正文 where the page has it, else by the page's structure."""

import re
from itertools import islice

from blogarchive.items import DateText
from blogarchive.parsing.html.elements import CELLS
from blogarchive.sites.grammar.page.labels import is_label, labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import CLOCK, DATE, HEADING, POST_LABEL
from blogarchive.sites.grammar.post.counters import iter_counters
from blogarchive.sites.grammar.post.time_footer import above_label, at_foot, with_foot
from blogarchive.sites.grammar.post.time_lines import (
    BYLINE,
    EDGES,
    HEADINGS,
    LABEL,
    OF_COMMENT,
    Timed,
    TitleTime,
    filled,
    filled_before,
    is_title,
    is_titled,
    made,
    time_amid,
    time_and_more,
    time_first,
    time_in,
    titles,
)
from blogarchive.sites.grammar.post.unparsed_time import find_untimed, find_worded

_DAY = re.compile(rf"[(\[【]?{LABEL}(?P<time>{DATE})[)\]】]?")
_HOUR = re.compile(CLOCK)
_LINES_AFTER_LABEL = 8


def find_title_time(view: PageView, *, labelled: bool = False) -> TitleTime | None:
    """The title and time of the page's post; `labelled`: only where 网络日志正文 says so.

    Above the title nobody but the page writes, so the first that holds is the page's own, if it stands above the
    first counters or beside them.
    """
    counters = next(iter_counters(view, 0, len(view.lines)), None)
    labelling = frozenset(labels(view, POST_LABEL))
    end = len(view.lines) if counters is None else counters.first
    marked = [] if labelled else [i for i in titles(view, end) if not view.leads_away(i)]
    passed: list[int] = []
    for index in sorted({*marked, *(i for i in labelling if i < end)}):
        if index in labelling:
            # Whatever stood above, as the blog's own title does, is not this post's.
            passed = list(islice(filled(view, index + 1, len(view.lines)), 1))
            found = _under_label(view, index + 1)
        else:
            passed.append(index)
            found = _at_title(view, index)
        if found is not None:
            return with_foot(view, found)
    found = (
        at_foot(view, passed)
        or above_label(view, passed)
        or _by_day(view, passed)
        or find_worded(view, passed)
    )
    if found is None and not labelled:
        found = _first_moment(view)
    return found or find_untimed(view, passed)


def _under_label(view: PageView, start: int) -> TitleTime | None:
    stop = min(start + _LINES_AFTER_LABEL, len(view.lines))
    first, second = [*islice(filled(view, start, stop), 2), stop, stop][:2]
    for index in range(first, stop):
        timed = time_in(view, index) or time_and_more(view, index)
        if index > first and (is_label(view, index, HEADING) or (timed and OF_COMMENT.search(timed.title))):
            break
        if timed is None and index in (first, second):
            timed = time_first(view, index) if index == first else time_amid(view, index)
        if timed is not None and not (index + 1 < stop and _is_whole_title(view, index, timed)):
            return _with_title(view, start, index, timed, stop)
    return None


def _at_title(view: PageView, index: int) -> TitleTime | None:
    """The title at `index` with the moment right before it, in it, or after it."""
    after = list(islice(filled(view, index + 1, len(view.lines)), 2))
    text = view.lines[index].text
    beside = _time_beside(view, [*filled_before(view, index), *after[:1]], after)
    own = time_in(view, index)
    if own is not None and not (beside and view.document.title.startswith(text)):
        whole = after and _is_whole_title(view, index, own)
        if not whole:
            return _with_title(view, index, index, own, index + 1)
    if beside is None:
        return None
    other, timed = beside
    return made(view, text.strip(EDGES), other, timed, min(index, other), max(index, other) + 1)


def _time_beside(view: PageView, around: list[int], after: list[int]) -> tuple[int, Timed] | None:
    """The first line of `around` that is a moment alone, else of `after` one that says more, with that moment."""
    for index in around:
        timed = time_in(view, index)
        if timed is not None and not timed.title:
            return index, timed
    for place, index in enumerate(after):
        more = time_and_more(view, index) or (None if place else time_amid(view, index))
        if more is not None:
            return index, more
    return None


def _first_moment(view: PageView) -> TitleTime | None:
    """The page's first moment with a title on its line or right before it; last resort, where nothing is marked."""
    for index in range(len(view.lines)):
        if view.is_section(index) or is_label(view, index, HEADING):
            continue
        timed = time_in(view, index) or time_first(view, index)
        if timed is None or view.leads_away(index) or OF_COMMENT.search(timed.title):
            continue
        before = next(iter(filled_before(view, index)), index)
        after = next(filled(view, index + 1, len(view.lines)), index)
        if timed.title:
            return _with_title(view, index, index, timed, index + 1)
        if view.lines[after].block.tag in HEADINGS:
            return _with_title(view, index, index, timed, after + 1)
        if before != index:
            return _with_title(view, before, index, timed, index + 1)
    return None


def _by_day(view: PageView, titles: list[int]) -> TitleTime | None:
    """The first of the titles with a day alone on the next line, and its hour on the one after that, if any."""
    for title in titles:
        for day in islice(filled(view, title + 1, len(view.lines)), 1):
            match = _DAY.fullmatch(view.folded[day].strip())
            if match is None:
                continue
            shown = view.lines[day].text.strip()[slice(*match.span("time"))]
            hour = next(filled(view, day + 1, len(view.lines)), None)
            if hour is None or _HOUR.fullmatch(view.folded[hour].strip()) is None:
                hour = None
            posted = shown if hour is None else f"{shown} {view.lines[hour].text.strip()}"
            text = view.lines[title].text.strip(EDGES)
            end = (day if hour is None else hour) + 1
            return TitleTime(title=text, posted=DateText(text=posted), start=title, end=end)
    return None


def _is_whole_title(view: PageView, index: int, timed: Timed) -> bool:
    """Whether a line that ends in a moment is all title, its own time standing on the next line."""
    following = time_in(view, index + 1)
    if following is None or following.title:
        return False
    line = view.lines[index]
    if line.node_at(0) is not line.node_at(timed.start):
        return False
    return _same_row(view, index, index + 1) or is_title(view, line) or line.text in view.document.title


def _same_row(view: PageView, index: int, other: int) -> bool:
    """Whether the two lines stand in cells of one row."""
    one, two = view.lines[index].block, view.lines[other].block
    return one.tag in CELLS and one is not two and one.getparent() is two.getparent()


def _with_title(view: PageView, start: int, index: int, timed: Timed, stop: int) -> TitleTime:
    title, end = timed.title, index + 1
    before = list(filled(view, start, index))
    if before and _is_name(view, before, timed):
        named = [
            i for i in before if view.folded[i].strip()[-1] != ":"
        ] or before  # 标题: in a cell of its own
        title = view.lines[next((i for i in named if is_titled(view, i)), named[0])].text
    elif not title:
        after = next(filled(view, end, stop), None)
        if after is not None and (is_titled(view, after) or _same_row(view, index, after)):
            title, end = view.lines[after].text, after + 1
    return made(view, title.strip(EDGES), index, timed, start, end)


def _is_name(view: PageView, before: list[int], timed: Timed) -> bool:
    """Whether what stands before the moment is no title but whose post it is: the title stands above."""
    if not timed.title or BYLINE.match(timed.title):
        return True
    if view.document.title.startswith(timed.title):
        return False
    return (timed.sure and len(before) == 1) or any(is_titled(view, i) for i in before)
