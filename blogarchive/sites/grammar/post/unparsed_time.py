"""A post's time in words or in an unknown form: returned as shown beside its title, never guessed."""

import re
from collections.abc import Sequence

from blogarchive.items import DateText
from blogarchive.parsing.html import CELLS
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.page.labels import find_labels, has_post_label
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL
from blogarchive.sites.grammar.post.counters import iter_counters
from blogarchive.sites.grammar.post.time_lines import COMMENT_TIME_LABEL, EDGE_SPACES, HEADING_TAGS, TitleTime

_LABEL = r"(?:(?:发表|发布|张贴|更新|创建|撰写)(?:于|时间|日期)?|写于|时间|日期|[Pp]osted(?: on)?)"
_LABELLED = re.compile(
    rf"(?:作者\s*:\s*\S{{1,40}}\s+)?{_LABEL}\s*[:于]?\s*(?P<time>[^|。!?;]{{1,40}}?)"
    r"(?:\s*(?:[|]|\s(?:作者|分类|类别|栏目|来源|标签|浏览|阅读|点击|人气|字[体号])\s*[:(]).{0,80})?"
)
_DATELIKE = re.compile(r"(?=.*(?:\d|[年月日天昨今周前末初刚古])).{2,30}")
_MIN_SPANS = 2
_MAX_TIME_LENGTH = 30
_PROSE = re.compile(r"[。,!?;…:“”](?!\s*\d)")


def find_unparsed_time(view: PageView, titles: Sequence[int]) -> TitleTime | None:
    """Return the post's title with the words in place of its time, right after it; None if there are none."""
    title = _choose_title(view, titles)
    if title is None:
        return None
    line = view.lines[title]
    if len(line.spans) > 1 and (found := _split_title_line(view, title)) is not None:
        return found
    time = next(view.lines_below(title), None)
    if (
        time is None
        or view.is_section(time)
        or view.links_to_other_post(time)
        or COMMENT_TIME_LABEL.search(view.folded[time])
    ):
        return None
    words = _find_time_text(view, title, time)
    if words is None:
        return None
    return TitleTime(
        title=line.text.strip(EDGE_SPACES), posted=DateText(text=words), start=title, end=time + 1
    )


def find_title_only(view: PageView, titles: Sequence[int]) -> TitleTime | None:
    """Return the post's title alone if a label, counters or a label of comments mark a post; else None."""
    title = _choose_title(view, titles)
    shows_post = (
        has_post_label(view)
        or any(index not in view.sections for index in find_labels(view, COMMENTS_LABEL))
        or next(iter_counters(view, 0, len(view.lines)), None) is not None
    )
    if title is None or not shows_post:
        return None
    return TitleTime(title=view.lines[title].text.strip(EDGE_SPACES), posted=None, start=title, end=title + 1)


def _choose_title(view: PageView, titles: Sequence[int]) -> int | None:
    """Choose the line that the window title begins with, else the last that is no blog's name."""
    window_title = view.document.title
    own = [i for i in titles if not view.is_section(i)]
    named = next((i for i in own if window_title.startswith(view.lines[i].text)), None)
    if named is None:
        named = next((line.index for line in view.lines if _begins_window_title(line, window_title)), None)
    others = [i for i in own if not window_title.endswith(view.lines[i].text)]
    return named if named is not None else next(reversed(others), None)


def _begins_window_title(line: Line, window_title: str) -> bool:
    """Check whether the window title begins with the first of a heading's elements."""
    if line.block.tag not in HEADING_TAGS or len(line.spans) < _MIN_SPANS:
        return False
    first = line.text[: line.spans[0][1]].strip(EDGE_SPACES)
    return len(first) > 1 and window_title.startswith(first)


def _split_title_line(view: PageView, index: int) -> TitleTime | None:
    """Return the title with the words in the last element of its line."""
    line = view.lines[index]
    start, end, node, _ = line.spans[-1]
    words = line.text[start:end].strip(EDGE_SPACES)
    if (
        node is line.spans[0][2]
        or not line.text[:start].strip(EDGE_SPACES)
        or not _is_datelike(view, words, index)
    ):
        return None
    title = line.text[:start].strip(EDGE_SPACES)
    return TitleTime(title=title, posted=DateText(text=words), start=index, end=index + 1)


def _find_time_text(view: PageView, title: int, time: int) -> str | None:
    text = view.lines[time].text.strip()
    folded = view.folded[time].strip()
    match = _LABELLED.fullmatch(folded)
    if match is not None:
        return text[slice(*match.span("time"))].strip(EDGE_SPACES)
    beside, block = view.lines[title].block, view.lines[time].block
    row = beside.tag in CELLS and block.tag in CELLS and beside.getparent() is block.getparent()
    if row and len(folded) <= _MAX_TIME_LENGTH and not _PROSE.search(folded):
        return text
    alone = view.document.lines_in(block) == range(time, time + 1)
    return text if alone and _is_datelike(view, text, time) else None


def _is_datelike(view: PageView, words: str, index: int) -> bool:
    """Check whether words may be a time: short, with a number or a word of time, and no sentence."""
    folded = view.folded[index]
    at = view.lines[index].text.find(words)
    part = folded[max(at, 0) :].strip() if at >= 0 else folded.strip()
    return _DATELIKE.fullmatch(part) is not None and _PROSE.search(part) is None
