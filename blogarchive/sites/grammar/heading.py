"""A post's title and time: after 网络日志正文 where the page has it, else by the page's structure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blogarchive.items import Shown
from blogarchive.reading.elements import CELLS
from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.counters import iter_counters
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import HEADING, MOMENT, POST_LABEL, label_text

_LABEL = r"(?P<label>(?:发表|发布)(?:于|时间|日期)?|时间|日期|于)?\s*(?P<colon>:)?\s*"
_TITLED_TIME = re.compile(rf"(?P<title>.*?)\s*[(\[]?{_LABEL}(?P<time>{MOMENT})\s*[)\]]?")
# The line under a title may say more than the time: whose post it is before, its category after.
_TIME_AND_MORE = re.compile(
    rf"(?:作者\s*:\s*\S.{{0,40}}?\s+(?=发表|发布))?[(\[]?{_LABEL}(?P<time>{MOMENT})[)\]]?"
    r"(?:\s*(?:[|·/\[(【]|分类|类别|栏目|所属|专栏|标签|关键词|作者|来源|来自|原创|转[载贴]|心情|天气|字[体号]|浏览|阅读|点击).{0,120})?"
)
_BYLINE = re.compile(r"作者\s*:")
_SURE_LABEL = 3  # characters: 发表于 is a label whatever stands before it, 时间 may end a title
_OF_COMMENT = re.compile(r"(?:留言|评论|回复)\s*$")  # before 时间: a comment's header
_ENDS_IN_TIME = re.compile(r"\d\s*[)\]秒MmＭ]?\s*$")
_SEPARATOR = re.compile(r"\s+[|/]$")
_LINES_AFTER_LABEL = 8
_EDGES = " \xa0\u3000\u200b\ufeff"
_HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Timed:
    """A line with a moment: its title before that, and where in the line's stripped text the moment stands."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TitleTime:
    """A post's title and time; `title` is empty where the page shows none; `end` is the line after them."""

    title: str
    posted: Shown
    start: int
    end: int


def is_label(view: View, index: int, label: "re.Pattern[str]") -> bool:
    """Whether the line is that label and nothing else, and no link."""
    text = label_text(view.folded[index])
    if text is None or label.fullmatch(text) is None:
        return False
    return view.lines[index].link_at(0, len(view.folded[index])) is None


def labels(view: View, label: "re.Pattern[str]") -> list[int]:
    """The lines that are that label and nothing else, and no link."""
    return [index for index in view.whole.holding(label) if is_label(view, index, label)]


def has_post_label(view: View) -> bool:
    """Whether the page says that it shows a post: 网络日志正文."""
    return bool(labels(view, POST_LABEL))


def find_title_time(view: View, *, labelled: bool = False) -> TitleTime | None:
    """The title and time of the page's post; `labelled`: only where 网络日志正文 says so.

    Above the title nobody but the page writes, so the first that holds is the page's own, if it stands above the
    first counters.
    """
    counters = next(iter_counters(view, 0, len(view.lines)), None)
    labelling = frozenset(labels(view, POST_LABEL))
    lines = view.lines if counters is None else view.lines[: counters.first]
    for line in lines:
        if line.index in labelling:
            found = _under_label(view, line.index + 1)
        elif not labelled and line.text and is_title(view, line) and not view.leads_away(line.index):
            found = _at_title(view, line.index)
        else:
            continue
        if found is not None:
            return found
    return None if labelled else _first_moment(view)


def _under_label(view: View, start: int) -> TitleTime | None:
    stop = min(start + _LINES_AFTER_LABEL, len(view.lines))
    for index in range(start, stop):
        timed = _time_in(view, index) or _time_and_more(view, index)
        if timed is not None and not (index + 1 < stop and _is_whole_title(view, index, timed)):
            return _with_title(view, start, index, timed, stop)
    return None


def _at_title(view: View, index: int) -> TitleTime | None:
    """The title at `index` with the moment right before it, in it, or right after it."""
    after = list(_filled(view, index + 1, len(view.lines), 1))
    text = view.lines[index].text
    beside = _time_beside(view, [*_filled_before(view, index), *after], after)
    own = _time_in(view, index)
    if own is not None and not (beside and view.document.title.startswith(text)):
        whole = after and _is_whole_title(view, index, own)
        if not whole:
            return _with_title(view, index, index, own, index + 1)
    if beside is None:
        return None
    other, timed = beside
    return _made(view, text.strip(_EDGES), other, timed, min(index, other), max(index, other) + 1)


def _time_beside(view: View, around: list[int], after: list[int]) -> tuple[int, _Timed] | None:
    """The first line of `around` that is a moment alone, else of `after` one that says more, with that moment."""
    for index in around:
        timed = _time_in(view, index)
        if timed is not None and not timed.title:
            return index, timed
    for index in after:
        if more := _time_and_more(view, index):
            return index, more
    return None


def _first_moment(view: View) -> TitleTime | None:
    """The page's first moment with a title on its line or right before it; last resort, where nothing is marked."""
    for index in range(len(view.lines)):
        if view.is_section(index) or is_label(view, index, HEADING):
            continue
        timed = _time_in(view, index)
        if timed is None or view.leads_away(index) or _OF_COMMENT.search(timed.title):
            continue
        before = next(iter(_filled_before(view, index)), index)
        after = next(iter(_filled(view, index + 1, len(view.lines), 1)), index)
        if timed.title:
            return _with_title(view, index, index, timed, index + 1)
        if view.lines[after].block.tag in _HEADINGS:
            return _with_title(view, index, index, timed, after + 1)
        if before != index:
            return _with_title(view, before, index, timed, index + 1)
    return None


def _time_in(view: View, index: int) -> _Timed | None:
    """The moment that the line ends in, with what stands before it."""
    text = view.folded[index]
    match = _TITLED_TIME.fullmatch(text.strip()) if _ENDS_IN_TIME.search(text[-8:]) else None
    return None if match is None else _timed(match, _own_title(view, index, match))


def _time_and_more(view: View, index: int) -> _Timed | None:
    """The moment of a line that says more: whose post it is, its category, how often it was read."""
    match = _TIME_AND_MORE.fullmatch(view.folded[index].strip())
    return None if match is None or view.leads_away(index) else _timed(match, "")


def _timed(match: "re.Match[str]", title: str) -> _Timed:
    return _Timed(title=title, start=match.start("time"), end=match.end("time"))


def _own_title(view: View, index: int, match: "re.Match[str]") -> str:
    """What stands before the moment and its label; a title may itself end in 时间 or 发布."""
    raw = view.lines[index].text.strip()
    if _BYLINE.match(match["title"]) and (match["label"] or "").startswith("发"):
        return ""
    if _is_labelled(view, index, match):
        return _SEPARATOR.sub("", raw[: match.end("title")].strip(_EDGES))
    return raw[: max(match.end("label"), match.end("colon"))].strip(_EDGES)


def _is_labelled(view: View, index: int, match: "re.Match[str]") -> bool:
    """Whether the words before the moment are its label, or there are none: by whose text they are, then by form."""
    start = match.start("label") if match["label"] else match.start("colon")
    if start < 0:
        return True
    line, text = view.lines[index], view.folded[index]
    lead = len(text) - len(text.lstrip())
    own, time = line.node_at(lead + start), line.node_at(lead + match.start("time"))
    if not match["title"]:
        return own is time or not _is_titled(view, index)
    title = line.node_at(lead + match.end("title") - 1)
    if own is not title:
        return True
    if own is not time or not match["label"]:
        return False
    apart = match["colon"] or text[lead + start - 1] in " [("
    return bool(apart) or len(match["label"]) >= _SURE_LABEL


def _filled(view: View, start: int, stop: int, count: int) -> Iterator[int]:
    for index in range(start, stop):
        if view.folded[index].strip():
            yield index
            count -= 1
            if not count:
                return


def _filled_before(view: View, index: int) -> Iterator[int]:
    found = next((i for i in range(index - 1, max(index - 4, -1), -1) if view.folded[i].strip()), None)
    if found is not None:
        yield found


def is_title(view: View, line: Line) -> bool:
    """Whether the line is marked as a title: by the site's class, as a heading, or by the window's title."""
    text, shown = line.text, view.document.title
    if line.block.tag not in _HEADINGS:
        if len(text) > 1 and shown.startswith(text):
            return True
    elif line.block.tag == "h1" or (len(text) > 1 and text in shown):
        return True
    anchor = line.spans[0][3] if line.spans else None
    return anchor is not None and "diary_title" in (anchor.get("class") or "").split()


def _is_whole_title(view: View, index: int, timed: _Timed) -> bool:
    """Whether a line that ends in a moment is all title, its own time standing on the next line."""
    following = _time_in(view, index + 1)
    if following is None or following.title:
        return False
    line, after = view.lines[index], view.lines[index + 1]
    if line.node_at(0) is not line.node_at(timed.start):
        return False
    cells = line.block.tag in CELLS and line.block is not after.block
    same_row = cells and line.block.getparent() is after.block.getparent()
    return same_row or is_title(view, line) or line.text in view.document.title


def _with_title(view: View, start: int, index: int, timed: _Timed, stop: int) -> TitleTime:
    title, end = timed.title, index + 1
    before = [i for i in range(start, index) if view.folded[i].strip()]
    if not title and before:
        title = view.lines[next((i for i in before if is_title(view, view.lines[i])), before[0])].text
    elif not title:
        after = next(iter(_filled(view, end, stop, 1)), None)
        if after is not None and _is_titled(view, after):
            title, end = view.lines[after].text, after + 1
    return _made(view, title.strip(_EDGES), index, timed, start, end)


def _is_titled(view: View, index: int) -> bool:
    line = view.lines[index]
    return is_title(view, line) or line.block.tag in _HEADINGS


def _made(view: View, title: str, index: int, timed: _Timed, start: int, end: int) -> TitleTime:
    shown = Shown(text=view.lines[index].text.strip()[timed.start : timed.end].strip())
    return TitleTime(title=title, posted=shown, start=start, end=end)
