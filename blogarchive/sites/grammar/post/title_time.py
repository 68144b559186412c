"""A post's title and time: below the label 网络日志正文 if the page has it, else by structure."""

import re
from itertools import islice

from blogarchive.items import DateText
from blogarchive.sites.grammar.page.dom_position import are_in_same_row
from blogarchive.sites.grammar.page.labels import find_labels, is_label
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL, DATE, POST_LABEL, TIME_OF_DAY
from blogarchive.sites.grammar.post.counters import iter_counters
from blogarchive.sites.grammar.post.quoted_lines import is_metadata
from blogarchive.sites.grammar.post.time_footer import (
    find_time_above_label,
    find_time_at_footer,
    split_time_footer,
)
from blogarchive.sites.grammar.post.time_lines import (
    BYLINE,
    COMMENT_TIME_LABEL,
    EDGE_SPACES,
    HEADING_TAGS,
    TIME_LABEL,
    TimeMatch,
    TitleTime,
    build_title_time,
    find_titles,
    is_heading,
    is_marked_title,
    is_named_by_window,
    iter_text_before,
    match_inner_time,
    match_leading_time,
    match_relative_time,
    match_time_before_title,
    match_trailing_time,
)
from blogarchive.sites.grammar.post.unparsed_time import find_title_only, find_unparsed_time

_DAY = re.compile(rf"[(\[【]?{TIME_LABEL}(?P<time>{DATE})[)\]】]?")
_DAY_ABOVE = re.compile(rf"{TIME_LABEL}(?P<time>{DATE})\s*\(?(?:(?:星期|周)[一二三四五六日天])?\)?")
# A date with its label among other data about the post.
_DAY_AMID = re.compile(
    rf"(?:.{{0,60}}?[\s|·,/])?(?:(?:发表|发布|张贴|创建)(?:于|时间|日期)?|写于|时间|日期|[Pp]osted on)\s*:?\s*"
    rf"(?P<time>{DATE})(?!\s*\d)"
    r"(?:[\s|·,/(].{0,160})?"
)
_HOUR = re.compile(TIME_OF_DAY)
_LINES_TO_DAY = 3
_LINES_BELOW_LABEL = 8


def find_title_time(view: PageView, *, labelled: bool = False) -> TitleTime | None:
    """Return the title and time of the page's post, or None; `labelled`: only below 网络日志正文.

    People write nothing above the title. So the first match is the page's own if it is above the first
    counters or beside them.
    """
    counters = next(iter_counters(view, 0, len(view.lines)), None)
    labelling = frozenset(find_labels(view, POST_LABEL))
    end = len(view.lines) if counters is None else counters.first
    marked = [] if labelled else [i for i in find_titles(view, end) if not _names_other(view, i)]
    passed: list[int] = []
    for index in sorted({*marked, *(i for i in labelling if i < end)}):
        if index in labelling:
            # Titles above the label, such as the blog's, are not this post's.
            passed = list(islice(view.lines_below(index), 1))
            found = _find_below_label(view, index + 1)
        else:
            passed.append(index)
            found = _find_at_title(view, index)
        if found is not None:
            return split_time_footer(view, found)
    found = (
        find_time_at_footer(view, passed)
        or find_time_above_label(view, passed)
        or _find_by_day(view, passed)
        or find_unparsed_time(view, passed)
    )
    if found is None and not labelled:
        # The window title is a better witness of the title than any time, if the URL names a post: a list has the
        # name of its blog there.
        is_known = view.number not in (None, "0")
        named = [i for i in passed if is_known and is_named_by_window(view, i)]
        found = (find_title_only(view, named) if named else None) or _find_first_time(view)
    return found or find_title_only(view, passed)


def _names_other(view: PageView, index: int) -> bool:
    """Check whether a line is the title of another post, or the name of the blog."""
    return view.links_to_other_post(index) or view.is_home_link(index)


def _find_below_label(view: PageView, start: int) -> TitleTime | None:
    stop = min(start + _LINES_BELOW_LABEL, len(view.lines))
    first, second = [*islice(view.lines_with_text(range(start, stop)), 2), stop, stop][:2]
    for index in range(first, stop):
        time_match = match_trailing_time(view, index) or match_leading_time(view, index)
        if index > first and (
            is_label(view, index, COMMENTS_LABEL)
            or (time_match and COMMENT_TIME_LABEL.search(time_match.title))
        ):
            break
        if time_match is None and index in (first, second):
            time_match = (
                match_time_before_title(view, index) if index == first else match_inner_time(view, index)
            )
        if time_match is not None and not (index + 1 < stop and _is_title_only(view, index, time_match)):
            return _choose_title(view, start, index, time_match, stop)
    return None


def _find_at_title(view: PageView, index: int) -> TitleTime | None:
    """Return the title at `index` with the time right before it, in it, or after it."""
    after = list(islice(view.lines_below(index), 2))
    text = view.lines[index].text
    beside = _find_time_beside(view, [*iter_text_before(view, index), *after[:1]], after)
    own = match_trailing_time(view, index)
    if own is not None and not (beside and view.document.title.startswith(text)):
        whole = after and _is_title_only(view, index, own)
        if not whole:
            return _choose_title(view, index, index, own, index + 1)
    if beside is None:
        return None
    other, time_match = beside
    return build_title_time(
        view, text.strip(EDGE_SPACES), other, time_match, min(index, other), max(index, other) + 1
    )


def _find_time_beside(view: PageView, around: list[int], after: list[int]) -> tuple[int, TimeMatch] | None:
    """Return the first line of `around` that is a time alone, else of `after` one with a time in it."""
    for index in around:
        time_match = match_trailing_time(view, index)
        if time_match is not None and not time_match.title:
            return index, time_match
    for offset, index in enumerate(after):
        more = match_leading_time(view, index) or (None if offset else match_inner_time(view, index))
        more = more or match_relative_time(view, index)
        if more is not None and not (offset and _is_above_title(view, index)):
            return index, more
    return None


def _is_above_title(view: PageView, time: int) -> bool:
    """Check whether the line below a time is a heading that the window title contains."""
    below = next(view.lines_below(time), None)
    return below is not None and is_heading(view, below) and is_named_by_window(view, below)


def _find_first_time(view: PageView) -> TitleTime | None:
    """Return the first time with a title on its line or right before it: the last resort."""
    for index in range(len(view.lines)):
        if view.is_section(index) or is_label(view, index, COMMENTS_LABEL):
            continue
        time_match = match_trailing_time(view, index) or match_time_before_title(view, index)
        if (
            time_match is None
            or view.links_to_other_post(index)
            or COMMENT_TIME_LABEL.search(time_match.title)
        ):
            continue
        before = next(iter(iter_text_before(view, index)), index)
        after = next(view.lines_below(index), index)
        if time_match.title and BYLINE.match(time_match.title) and before != index:
            return _choose_title(view, before, index, time_match, index + 1)
        if time_match.title:
            return _choose_title(view, index, index, time_match, index + 1)
        if view.lines[after].block.tag in HEADING_TAGS:
            return _choose_title(view, index, index, time_match, after + 1)
        if before != index:
            return _choose_title(view, before, index, time_match, index + 1)
    return None


def _find_by_day(view: PageView, titles: list[int]) -> TitleTime | None:
    """Return the first title with a date alone on the next line, and its hour on the line after, if any;
    else a heading that the window title contains, with a date alone on the line before.
    """
    for title in titles:
        found = _find_day_below(view, title)
        if found is None:
            continue
        day, shown = found
        day_text = view.lines[day].text.strip()[slice(*shown)].strip()
        hour = next(view.lines_below(day), None)
        if hour is None or _HOUR.fullmatch(view.folded[hour].strip()) is None:
            hour = None
        posted = day_text if hour is None else f"{day_text} {view.lines[hour].text.strip()}"
        text = view.lines[title].text.strip(EDGE_SPACES)
        end = (day if hour is None else hour) + 1
        return TitleTime(title=text, posted=DateText(text=posted), start=title, end=end)
    return _find_by_day_above(view, titles)


def _find_day_below(view: PageView, title: int) -> tuple[int, tuple[int, int]] | None:
    """Return the line and the span of a date below a title: right below it, or below data about the post."""
    for index in islice(view.lines_below(title), _LINES_TO_DAY):
        text = view.folded[index].strip()
        match = _DAY.fullmatch(text) or _DAY_AMID.fullmatch(text)
        if match is not None:
            return None if view.links_to_other_post(index) else (index, match.span("time"))
        if not is_metadata(view, index):
            return None
    return None


def _find_by_day_above(view: PageView, titles: list[int]) -> TitleTime | None:
    for title in titles:
        day = next(iter_text_before(view, title), None)
        match = None if day is None else _DAY_ABOVE.fullmatch(view.folded[day].strip())
        if day is not None and match is not None and is_named_by_window(view, title):
            shown = view.lines[day].text.strip()[slice(*match.span("time"))]
            text = view.lines[title].text.strip(EDGE_SPACES)
            return TitleTime(title=text, posted=DateText(text=shown), start=day, end=title + 1)
    return None


def _is_title_only(view: PageView, index: int, time_match: TimeMatch) -> bool:
    """Check whether a line that ends in a time is all title, with its own time on the next line."""
    following = match_trailing_time(view, index + 1)
    if following is None or following.title:
        return False
    line = view.lines[index]
    if line.node_at(0) is not line.node_at(time_match.start):
        return False
    return (
        are_in_same_row(view.lines[index], view.lines[index + 1])
        or is_marked_title(view, line)
        or line.text in view.document.title
    )


def _choose_title(view: PageView, start: int, index: int, time_match: TimeMatch, stop: int) -> TitleTime:
    title, end = time_match.title, index + 1
    before = list(view.lines_with_text(range(start, index)))
    if before and _is_byline(view, before, time_match):
        named = [
            i for i in before if view.folded[i].strip()[-1] != ":"
        ] or before  # a cell may have the label 标题: alone
        title = view.lines[next((i for i in named if is_heading(view, i)), named[0])].text
    elif not title:
        after = next(view.lines_with_text(range(end, stop)), None)
        if after is not None and (
            is_heading(view, after) or are_in_same_row(view.lines[index], view.lines[after])
        ):
            title, end = view.lines[after].text, after + 1
    return build_title_time(view, title.strip(EDGE_SPACES), index, time_match, start, end)


def _is_byline(view: PageView, before: list[int], time_match: TimeMatch) -> bool:
    """Check whether the words before the time name the author, so that the title is above."""
    if not time_match.title or BYLINE.match(time_match.title):
        return True
    if view.document.title.startswith(time_match.title):
        return False
    return (time_match.sure and len(before) == 1) or any(is_heading(view, i) for i in before)
