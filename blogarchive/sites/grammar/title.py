"""A post's title and time: below the label 网络日志正文 if the page has it, else by structure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from blogarchive.items import DateText, PageKind
from blogarchive.parsing.compared_form import strip_bullets
from blogarchive.parsing.document import are_in_same_row
from blogarchive.sites.grammar import page, time_lines
from blogarchive.sites.grammar.counters import Counters, iter_counters, parse_counters_beside_time
from blogarchive.sites.grammar.words import COMMENTS_LABEL, DATE, POST_LABEL, TIME_OF_DAY

# --- times of unknown forms

_LABEL = r"(?:(?:发表|发布|张贴|更新|创建|撰写)(?:于|时间|日期)?|写于|时间|日期|[Pp]osted(?: on)?)"
_LABELLED = re.compile(
    rf"(?:作者\s*:\s*\S{{1,40}}\s+)?{_LABEL}\s*[:于]?\s*(?P<time>[^|。!?;]{{1,40}}?)"
    r"(?:\s*(?:[|]|\s(?:作者|分类|类别|栏目|来源|标签|浏览|阅读|点击|人气|字[体号])\s*[:(]).{0,80})?"
)
_DATELIKE = re.compile(r"(?=.*(?:\d|[年月日天昨今周前末初刚古])).{2,30}")
_MAX_TIME_LENGTH = 30
_PROSE = re.compile(r"[。,!?;…:“”](?!\s*\d)")


# Promise "no wrong value": a time in an unknown form is stored as shown, and is a problem.
def _find_unparsed_time(view: page.PageView, titles: Sequence[int]) -> time_lines.TitleTime | None:
    """Return the post's title with the words in place of its time, right after it; None if there are none."""
    title = _choose_title(view, titles)
    time = None if title is None else next(view.lines_below(title), None)
    if title is None or time is None or view.is_section(time) or view.links_to_other_post(time):
        return None
    is_comment = time_lines.COMMENT_TIME_LABEL.search(view.folded[time]) is not None
    words = None if is_comment else _find_time_text(view, title, time)
    if words is None:
        return None
    return time_lines.TitleTime(
        title=time_lines.title_text(view, title), posted=DateText(text=words), start=title, end=time + 1
    )


def _find_title_only(view: page.PageView, titles: Sequence[int]) -> time_lines.TitleTime | None:
    """Return the post's title alone if a label, counters or a label of comments mark a post; else None."""
    title = _choose_title(view, titles)
    is_labelled = page.has_post_label(view) or page.find_comment_labels(view)
    if title is None or not (is_labelled or any(iter_counters(view, 0, len(view.lines)))):
        return None
    text = time_lines.title_text(view, title)
    return time_lines.TitleTime(title=text, posted=None, start=title, end=title + 1)


def _choose_title(view: page.PageView, titles: Sequence[int]) -> int | None:
    """Choose the line that the window title begins with, else the last that is no blog's name."""
    own = [i for i in titles if not view.is_section(i)]
    named = next((i for i in own if view.document.title.startswith(view.lines[i].text)), None)
    others = [i for i in own if not view.document.title.endswith(view.lines[i].text)]
    return named if named is not None else next(reversed(others), None)


def _find_time_text(view: page.PageView, title: int, time: int) -> str | None:
    """Return the words of a line that may be a time: labelled, beside the title, or short and no sentence."""
    text = view.lines[time].text.strip()
    folded = view.folded[time].strip()
    match = _LABELLED.fullmatch(folded)
    if match is not None:
        return text[slice(*match.span("time"))].strip(time_lines.EDGE_SPACES)
    beside = are_in_same_row(view.lines[title], view.lines[time])
    if beside and len(folded) <= _MAX_TIME_LENGTH and not _PROSE.search(folded):
        return text
    alone = view.document.lines_in(view.lines[time].block) == range(time, time + 1)
    return text if alone and _DATELIKE.fullmatch(folded) and not _PROSE.search(folded) else None


# --- times below the text

_MAX_HEADING_LINES = 2  # a title and its time without text between them
_MAX_COUNTERS = 8  # checked for a time beside them


# Promise "any order": the time may be below the text, beside the counters.
def _split_time_footer(view: page.PageView, found: time_lines.TitleTime) -> time_lines.TitleTime:
    """Return `found` with its time as a footer if the body lies between title and time."""
    lines, time = view.lines_with_text(range(found.start, found.end)), found.end - 1
    title = next((i for i in lines if found.title in view.lines[i].text), found.start)
    if found.end - title <= _MAX_HEADING_LINES:
        return found
    if any(_is_time_footer(view, title, time, each) for each in _iter_first_counters(view)):
        return replace(found, end=title + 1, footer_line=time)
    return found


def _build_footer(view: page.PageView, titles: list[int], index: int) -> time_lines.TitleTime | None:
    """Return one of the titles with the time of a line below the text; None without such a time.

    It is the last one that the window title contains, else the first.
    """
    time_match = time_lines.match_leading_time(view, index) or time_lines.match_inner_time(view, index)
    if time_match is None:
        return None
    named = [i for i in titles if page.confirms_title(view.document.title, view.lines[i].text)]
    text = view.lines[named[-1] if named else titles[0]].text
    at = next(i for i in titles if view.lines[i].text == text)  # a text may repeat it
    title, posted = time_lines.title_text(view, at), time_match.posted
    return time_lines.TitleTime(title=title, posted=posted, start=at, end=at + 1, footer_line=index)


def _iter_first_counters(view: page.PageView) -> Iterator[Counters]:
    found = list(islice(iter_counters(view, 0, len(view.lines)), _MAX_COUNTERS))
    yield from found
    # NAME 发表于 TIME 浏览(9)
    for i in () if found else range(len(view.lines)):
        time_match = time_lines.match_inner_time(view, i)
        counters = None if time_match is None else parse_counters_beside_time(view, i, time_match.posted.text)
        if counters is not None:
            yield counters


def _find_time_at_footer(view: page.PageView, titles: list[int]) -> time_lines.TitleTime | None:
    """Return one of the titles with the time at the text's end, on or above the line of counters."""
    for each in _iter_first_counters(view) if titles else ():
        for index in (each.first, *time_lines.iter_text_before(view, each.first)):
            found = _build_footer(view, titles, index)
            if found is not None and _is_time_footer(view, found.start, index, each):
                return found
    return None


def _is_time_footer(view: page.PageView, title: int, time: int, counters: Counters) -> bool:
    """Check whether text or an image lies between a title and a time beside counters, and none below these."""
    label = next((i for i in page.find_labels(view, COMMENTS_LABEL) if i > counters.last), None)
    under = range(counters.last + 1, counters.last + 1 if label is None else label)
    # The window title may begin with the blog's name: then the line right above the time is the title.
    above = (
        i for i in time_lines.iter_text_before(view, time) if view.lines[i].text != view.lines[title].text
    )
    # The face and the name of the author lead home: with the time they are the heading.
    rows = range(title + 1, time)
    between = [i for i in rows if not (view.links_to(i, PageKind.HOME) and view.has_only_links(i))]
    return (
        time <= counters.last
        and not any(page.confirms_title(view.document.title, view.lines[i].text) for i in above)
        and any(view.lines[i].media or not time_lines.is_metadata(view, i) for i in between)
        and not view.has_text(range(time + 1, counters.first))
        and all(view.links[i] for i in under if view.lines[i].media or view.folded[i].strip())
    )


# --- title and time

_DAY = re.compile(rf"[(\[【]?{time_lines.TIME_LABEL}(?P<time>{DATE})[)\]】]?")
_DAY_ABOVE = re.compile(
    rf"{time_lines.TIME_LABEL}(?P<time>{DATE})\s*\(?(?:(?:星期|周)[一二三四五六日天])?\)?"
)
# A date with its label among other data about the post.
_DAY_AMID = re.compile(
    rf"(?:.{{0,60}}?[\s|·,/])?(?:(?:发表|发布|张贴|创建)(?:于|时间|日期)?|写于|时间|日期|[Pp]osted on)\s*:?\s*"
    rf"(?P<time>{DATE})(?!\s*\d)"
    r"(?:[\s|·,/(].{0,160})?"
)
_HOUR = re.compile(TIME_OF_DAY)
# 2011年1月26日 林木 评论 2 条: no sentence of a text.
_DAY_FIRST = re.compile(rf"(?P<time>{DATE})(?!\s*\d)[\s|·/(](?:[^。,!?;…]|,(?=\d)){{0,100}}")
_DATA_LABEL = re.compile(
    r"(?:(?P<other>作者|分类|类别|栏目|来源|标签)|日期|时间|(?:发[表布]|更新)(?:于|时间|日期)?):?"
)
_HOUR_SHOWN = re.compile(r"\d[:时点]\s*\d")
_LINES_TO_DAY = 3
_LINES_BELOW_LABEL = 8


def find_title_time(view: page.PageView) -> time_lines.TitleTime | None:
    """Return the title and time of the page's post, or None."""
    found = _find_title_time(view)
    # ■ TITLE, 【TITLE】, 标题：TITLE: signs and label are the template's if the window title has none.
    bare = "" if found is None else time_lines.TITLE_LABEL.sub("", strip_bullets(found.title))
    bare = bare if bare in view.document.title else bare.strip("【】[]")
    is_other = found is not None and len(bare) > 1 and found.title not in view.document.title
    is_bare = is_other and page.confirms_title(view.document.title, bare)
    return replace(found, title=bare) if found is not None and is_bare else found


def _find_title_time(view: page.PageView) -> time_lines.TitleTime | None:
    found, passed = _find_at_titles(view)
    if found is not None:
        return _split_time_footer(view, found)
    found = _find_by_day(view, passed) or _find_time_at_footer(view, passed)
    found = found or _find_unparsed_time(view, passed)
    if found is None:
        # If the URL names a post, the window title is a better witness of the title than any time. That of a list has
        # the name of its blog.
        is_known = view.number not in (None, "0")
        first = _find_first_time(view)
        # The window title may begin with the blog's name.
        bare = "" if first is None else time_lines.TITLE_LABEL.sub("", first.title)
        top = first.start if first and page.confirms_title(view.document.title, bare) else 0
        named = [i for i in passed if i >= top and is_known and time_lines.is_named_by_window(view, i)]
        found = (_find_title_only(view, named) if named else None) or first
    return found or _find_title_only(view, passed)


def _find_at_titles(view: page.PageView) -> tuple[time_lines.TitleTime | None, list[int]]:
    """Return the first title that has a time beside it, and the titles down to it.

    People write nothing above the title. So the first match is the page's own if it is above the first
    counters or beside them.
    """
    labelling = frozenset(page.find_labels(view, POST_LABEL))
    titles = {next(view.lines_below(i), i) for i in labelling}  # may look like counters
    shown = (each for each in iter_counters(view, 0, len(view.lines)) if each.first not in titles)
    counters = next(shown, None)
    end = len(view.lines) if counters is None else counters.first
    passed: list[int] = []
    for index in time_lines.find_titles(view, end, labelling):
        if index in labelling:
            # Titles above the label, such as the blog's, are not this post's.
            passed = list(islice(view.lines_below(index), 1))
            found = _find_below_label(view, index + 1)
        elif _names_other(view, index):
            continue
        else:
            passed.append(index)
            found = _find_at_title(view, index)
        if found is not None:
            return found, passed
    return None, passed


# Lists and sidebars show titles of other posts above that of the post.
def _names_other(view: page.PageView, index: int) -> bool:
    """Check whether a line is another post's title, a row of a list of titles, or the blog's name."""
    if view.links_to_other_post(index) or view.find_home_link(index) is not None:
        return True
    path = view.tag_path(view.lines[index].node_at(0)) if index in view.post_lines else ""
    beside = [*time_lines.iter_text_before(view, index), *islice(view.lines_below(index), 1)] if path else ()
    linked = (view.links_to_other_post(i) and view.tag_path(view.lines[i].node_at(0)) == path for i in beside)
    return any(linked)


# The one known page has the label 网络日志正文 above title and time, which may be cells of one row.
def _find_below_label(view: page.PageView, start: int) -> time_lines.TitleTime | None:
    stop = min(start + _LINES_BELOW_LABEL, len(view.lines))
    first, second = [*islice(view.lines_with_text(range(start, stop)), 2), stop, stop][:2]
    for index in range(first, stop):
        time_match = time_lines.match_trailing_time(view, index) or time_lines.match_leading_time(view, index)
        is_comment = time_match and time_lines.COMMENT_TIME_LABEL.search(time_match.title)
        if index > first and (is_comment or page.is_label(view, index, COMMENTS_LABEL)):
            break
        if time_match is None and index in (first, second):
            match = time_lines.match_time_before_title if index == first else time_lines.match_inner_time
            time_match = match(view, index)
        if time_match is not None and not (index + 1 < stop and _is_title_only(view, index, time_match)):
            return _build_with_title(view, start, index, time_match, stop)
    return None


def _find_at_title(view: page.PageView, index: int) -> time_lines.TitleTime | None:
    """Return the title at `index` with the time right before it, in it, or after it."""
    after = list(islice(_iter_below(view, index), 2))
    before = list(time_lines.iter_text_before(view, index))
    # No time is below a sentence of the text, nor below a title with its day above.
    has_day = any(_DAY_ABOVE.fullmatch(view.folded[i].strip()) for i in before)
    # Promise "no forgery": an author may type a heading and a time at the top of a text. Links are titles of a list.
    below = (view.lines[i] for i in after[:1] if not view.lines[i].links)
    heads = (line.index for line in below if line.block.tag in time_lines.HEADING_TAGS)
    heads = (i for i in heads if not page.confirms_title(view.document.title, view.lines[i].text))
    is_typed = not all(time_lines.is_metadata(view, i) for i in heads)
    after = after[:1] if has_day or is_typed or (after and "。" in view.folded[after[0]]) else after
    is_named = view.document.title.startswith(view.lines[index].text)
    beside = _find_time_beside(view, [*before, *after[:1]], after)
    own = time_lines.match_trailing_time(view, index)
    if own is not None and not (beside and is_named) and not (after and _is_title_only(view, index, own)):
        return _build_with_title(view, index, index, own, index + 1)
    if beside is None:
        return None
    other, time_match = beside
    if _is_above_title(view, index, other):
        return None
    start, end = min(index, other), max(index, other) + 1
    title = time_lines.title_text(view, index)
    return time_lines.TitleTime(title=title, posted=time_match.posted, start=start, end=end)


# 作　者 | NAME, 日　期 | TIME: rows of a table below the title.
def _iter_below(view: page.PageView, index: int) -> Iterator[int]:
    """Yield the lines below the title without data, but with the time. A value may be on the line below its label."""
    lines = islice(view.lines_below(index), _LINES_BELOW_LABEL)
    for i in lines:
        label = _DATA_LABEL.fullmatch(view.folded[i].replace(" ", ""))
        if label is None and (_HOUR_SHOWN.search(view.folded[i]) or not time_lines.is_metadata(view, i)):
            yield i
        elif label is not None and label["other"]:
            next(lines, None)


# Promise "any markup": the blog's name may be right above the title, or above time and title.
def _is_above_title(view: page.PageView, index: int, time: int) -> bool:
    """Check whether the post's label, or a line of the window title that is no blog's name, is below line `index`."""
    window_title = view.document.title
    for i in range(index + 1, time):
        is_title = page.confirms_title(window_title, view.lines[i].text) and view.find_home_link(i) is None
        if is_title or page.is_label(view, i, POST_LABEL):
            return True
    below = next(view.lines_below(max(index, time)), index)
    own, other = (view.lines[i].text for i in (index, below))
    return window_title.startswith(other) and not window_title.startswith(strip_bullets(own))


def _find_time_beside(
    view: page.PageView, around: list[int], after: list[int]
) -> tuple[int, time_lines.TimeMatch] | None:
    """Return the first line of `around` that is a time alone, else of `after` one with a time in it."""
    for index in around:
        time_match = time_lines.match_trailing_time(view, index)
        if time_match is not None and not time_match.title:
            return index, time_match
    for offset, index in enumerate(after):
        match = time_lines.match_leading_time if offset else time_lines.match_inner_time
        if (more := match(view, index)) is not None:
            return index, more
    return None


def _find_first_time(view: page.PageView) -> time_lines.TitleTime | None:
    """Return the first time with a title on its line or right before it: the last resort."""
    for index in range(len(view.lines)):
        if view.is_section(index) or page.is_label(view, index, COMMENTS_LABEL):
            continue
        time_match = time_lines.match_trailing_time(view, index)
        time_match = time_match or time_lines.match_time_before_title(view, index)
        time_match = time_match or time_lines.match_leading_time(view, index)
        if time_match is None or _names_other(view, index):
            continue
        if time_lines.COMMENT_TIME_LABEL.search(time_match.title):
            continue
        before = next(time_lines.iter_text_before(view, index), index)
        start, stop = index, index + 1
        if not time_match.title or (before != index and _is_name(view, before, time_match.title)):
            start = before
        if time_match.title or (start, stop) != (index, index + 1):
            return _build_with_title(view, start, index, time_match, stop)
    return None


def _is_name(view: page.PageView, title: int, name: str) -> bool:
    """Check whether the words before a time are the author: the window title has the line above and not these."""
    window, above = view.document.title, time_lines.TITLE_LABEL.sub("", view.lines[title].text)
    is_title = page.confirms_title(window, above) and not page.confirms_title(window, name)
    return is_title or time_lines.BYLINE.match(name) is not None


# Promise "no wrong value": without these, a time of the sidebar would become that of a post with a day alone.
def _find_by_day(view: page.PageView, titles: list[int]) -> time_lines.TitleTime | None:
    """Return the first title with a date alone on the next line, and the following line's hour if any.

    Else return a heading that the window title contains, with a date alone on the line before.
    """
    for title in titles:
        found = _find_day_below(view, title)
        if found is None:
            continue
        day, match = found
        posted, hour = view.shown(day, match), next(view.lines_below(day), None)
        if hour is not None and _HOUR.fullmatch(view.folded[hour].strip()):
            day, posted = hour, f"{posted} {view.lines[hour].text.strip()}"
        text = time_lines.title_text(view, title)
        return time_lines.TitleTime(title=text, posted=DateText(text=posted), start=title, end=day + 1)
    return _find_by_day_above(view, titles)


def _find_day_below(view: page.PageView, title: int) -> "tuple[int, re.Match[str]] | None":
    """Return the line and the match of a date right below a title, or below data about the post."""
    for index in islice(view.lines_below(title), _LINES_TO_DAY):
        text = view.folded[index].strip()
        match = _DAY.fullmatch(text) or _DAY_AMID.fullmatch(text) or _DAY_FIRST.fullmatch(text)
        if match is not None:
            return None if view.links_to_other_post(index) else (index, match)
        if not time_lines.is_metadata(view, index):
            return None
    return None


def _find_by_day_above(view: page.PageView, titles: list[int]) -> time_lines.TitleTime | None:
    for title in titles:
        day = next(time_lines.iter_text_before(view, title), None)
        match = None if day is None else _DAY_ABOVE.fullmatch(view.folded[day].strip())
        if day is not None and match is not None and time_lines.is_named_by_window(view, title):
            text, posted = time_lines.title_text(view, title), DateText(text=view.shown(day, match))
            return time_lines.TitleTime(title=text, posted=posted, start=day, end=title + 1)
    return None


def _is_title_only(view: page.PageView, index: int, time_match: time_lines.TimeMatch) -> bool:
    """Check whether a line that ends in a time is all title, with its own time on the next line."""
    following = time_lines.match_trailing_time(view, index + 1)
    if following is None or following.title:
        return False
    line = view.lines[index]
    is_marked = are_in_same_row(line, view.lines[index + 1]) or time_lines.is_marked_title(view, line)
    is_title = is_marked or line.text in view.document.title
    return is_title and line.node_at(0) is line.node_at(time_match.start)


def _build_with_title(
    view: page.PageView, start: int, index: int, time_match: time_lines.TimeMatch, stop: int
) -> time_lines.TitleTime:
    title, end = time_match.title, index + 1
    before = list(view.lines_with_text(range(start, index)))
    if before:
        # A cell may have the label 标题: alone.
        named = [i for i in before if view.folded[i].strip()[-1] != ":"] or before
        at = next((i for i in named if time_lines.is_heading(view, i)), named[0])
        title = time_lines.title_text(view, at)
    elif not title:
        after = next(view.lines_with_text(range(end, stop)), None)
        beside = after is not None and are_in_same_row(view.lines[index], view.lines[after])
        if after is not None and (beside or time_lines.is_heading(view, after)):
            title, end = view.lines[after].text, after + 1
    title = title.strip(time_lines.EDGE_SPACES)
    return time_lines.TitleTime(title=title, posted=time_match.posted, start=start, end=end)
