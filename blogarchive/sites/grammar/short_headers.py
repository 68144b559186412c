"""Comment headers without labels: a name and a time, such as `NAME 发表于 TIME`, or each on its own line."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from blogarchive.items import DateText, PageKind
from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.sites.grammar import page, words as vocabulary
from blogarchive.sites.grammar.headers import (
    ADDRESS,
    AFTER,
    BESIDE,
    BY,
    FLOOR_ALONE,
    SAYS,
    CommentHeader,
    add_button_cell,
    build_header,
    node_around,
    parse_names,
)
from blogarchive.sites.grammar.links import find_target

# --- a name and a time together

# A floor needs its sign: a number alone is a name.
_SHORT_FLOOR = (
    r"(?:(?:(?:评论|留言|回应|回响)\s*+)?(?:#|第)\s*+\d{1,5}\s*+[楼层条]?"
    r"|\d{1,5}\s*+(?:[楼层#.、:]{1,2}|F\b)|[\[【]\d{1,5}\s*+[楼层]?[\]】]|沙发|板凳|地板)\s*+[:|]?\s*+"
)
_ENGLISH_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_TIME = (
    rf"(?:(?:(?:{vocabulary.WEEKDAY}|{_ENGLISH_DAY})\s*+,?\s*+)?{vocabulary.DATETIME}|{vocabulary.DATE}|{vocabulary.YEARLESS_TIME}|(?:今天|昨天|前天)\s*+{vocabulary.TIME_OF_DAY}"
    r"|(?<!\d)\d{1,3}\s*+[^\s\d]{1,4}前|刚刚)"
)
_COMMENTED = rf"(?:(?:{SAYS}|说|写)[了道说]?{vocabulary.SAID}?|(?i:said|says|wrote)(?=[\s:]))"
_LABEL = rf"(?P<label>(?<=\s)[一-鿿]{{1,3}}于|{_COMMENTED}?\s*+(?:时间|日期|于|在|at|on|@)?)"
# 网友 may also be the name of a guest.
_IS_NAME = rf"\s*+(?:回复\s|[(\[]\d|{_COMMENTED}?\s*+(?:[于@]|on|at)[\s:]*+[(\[]?(?:\d|[A-Z][a-z]{{2,8}} \d))"
_BY = (
    rf"(?:(?:{BY}|回复|评论|留言)\s*+:|[\[【](?:{BY}|匿名|游客)[\]】]\s*+:?"
    rf"|(?:网友|用户|由|[博楼]主|作者|(?:[Pp]osted|[Ss]ubmitted) by:?|[Bb]y)\s(?!{_IS_NAME}))"
)
_SHORT_NAME_FIRST = re.compile(
    rf"\s*+(?:-{{2,3}}|-\s)?+\s*+(?:{_SHORT_FLOOR})?(?:回复|举报|引用)?\s*+{_BY}?\s*+(?:[\[【](?=[^\]】]*[\]】][\s|:,于在]*[(\[]?\d))?(?P<names>[^\s:](?:[^。!?;:]{{0,60}}?[^\s:。!?;])??)(?:{ADDRESS.pattern})?[\s|,]*+:?\s*+[\[【]?{_LABEL}[\]】]?\s*+:?\s*+"
    rf"(?:[(\[]\s*+)?(?P<time>{_TIME})(?:\s*+\|\s*+IP\s*+:?\s*+[\d.*:a-f]{{3,40}})?(?:\s*+[)\]])?"
    rf"(?:\s+回复\s*+@?(?!{BESIDE}|[\s该此本])(?P<to>[^|:。]{{1,30}})|\s*+{_COMMENTED}?\s*+[:。.]?{AFTER})"
)
_SHORT_TIME_FIRST = re.compile(
    rf"(?:{_SHORT_FLOOR})?[(\[]?{_LABEL}\s*+:?\s*+(?P<time>(?>{_TIME}))(?!\d)[)\]]?[\s|,·]*+(?:(?:{BY}\s*+:|来自\s)\s*+)?"
    rf"(?P<names>[^\s:\d](?:[^。!?;:]{{0,40}}?[^\s:])??|\d{{1,16}}+(?!\s*[赞顶支]))\s*+{_COMMENTED}?\s*+:?{AFTER}"
)
_BUTTON_NAME = re.compile(
    r"来自|于$|(?:回复|回应|删除|引用|举报|[Rr]eply|[Dd]elete)(?:[该此本]|\s*\||留言|评论|$)|回复\s*\(\d|(?:注册|加入|开博|[楼层#])$|发[表布]$|返回(?:首页|上|$)|(?:时间|日期|星期.|周[一二三四五六日])$"
    rf"|(?:{BESIDE})(?:\s|$)|\d+\s*(?:赞|顶|支持)"
)
_HAS_TIME = re.compile(_TIME)
_BADGE = re.compile(r"(?<=\S)\s*+(?:[博楼]主|网友|作者|游客|会员|[Ll][Vv]\.?\d{1,2})$")
_MAX_LENGTH = 120
_MAX_SHORT_LINES = 3  # a name, a label, a time


# Promise "any words": a name and a time may stand without the labels 作者 and 留言时间.
def find_short_headers(view: page.PageView, start: int, *, claimed: int | None) -> tuple[CommentHeader, ...]:
    """Return the headers from line `start` up to the sidebar.

    None if the page claims no comments, or shows neither a number nor a label of comments.
    """
    end = view.find_section(start)
    label = next((i for i in page.find_comment_labels(view) if start <= i < end), None)
    if claimed == 0 or (claimed is None and label is None):
        return ()
    if label is not None and start > 0:
        # A guest book in the sidebar has the form of others' comments.
        around = view.document.common_ancestor(view.lines[start - 1], view.lines[label])
        stop = view.document.lines_in(around).stop
        others = any(_HAS_TIME.search(text) for text in view.folded[label + 1 : stop])
        if others and not [*iter_short_headers(view, label + 1, stop)]:
            return ()
    found = tuple(iter_short_headers(view, start if label is None else label + 1, end))
    if not found and claimed and label is not None:
        return tuple(iter_short_headers(view, start, label))  # the label of the form below the comments
    return found


def find_linked_headers(view: page.PageView, start: int, end: int) -> tuple[CommentHeader, ...]:
    """Return the short headers on the lines `[start, end)` if all names are links to blogs; else none."""
    found = tuple(iter_short_headers(view, start, end))
    return found if all(header.is_linked for header in found) else ()


# Only a linked name, or a plain one in its position, begins a header of several lines: not all names are links.
def iter_short_headers(view: page.PageView, start: int, end: int) -> Iterable[CommentHeader]:
    """Return the short headers on the lines `[start, end)`."""
    found = list(_parse_short_headers(view, range(start, end), end, frozenset()))
    linked = [header for header in found if header.last > header.first]
    if not linked:
        return found if any(header.author_name for header in found) else ()  # 3楼 TIME
    paths = {_block_path(view, header.first) for header in linked}
    known = {i for header in found for i in range(header.first, header.last + 1)}
    rest = [i for i in range(start, end) if i not in known and _block_path(view, i) in paths]
    positions = frozenset(header.position.without_style for header in linked)
    plain = _parse_short_headers(view, rest, end, positions)
    return sorted([*found, *plain], key=lambda header: header.first)


def _parse_short_headers(
    view: page.PageView, lines: Iterable[int], end: int, linked: Container[object]
) -> Iterator[CommentHeader]:
    """Yield the headers; those of several lines have a linked name, or are in a position of `linked`."""
    start = 0
    for index in view.lines_with_text(lines):
        header = _parse_short_header(view, index, end, linked) if index >= start else None
        if header is not None and not view.links_to_other_post(index):
            yield add_button_cell(view, header, end)
            start = header.last + 1


def _parse_short_header(
    view: page.PageView, index: int, end: int, linked: Container[object]
) -> CommentHeader | None:
    for last in range(index, min(index + _MAX_SHORT_LINES, end)):
        joined = view.join_lines(index, last)
        text, is_plain = joined.text.rstrip(), last > index and not any(view.links_to(index, PageKind.HOME))
        if len(text) > _MAX_LENGTH or (is_plain and not linked):
            return None
        if _HAS_TIME.search(text) is None:
            continue
        match = _SHORT_NAME_FIRST.fullmatch(text)
        match = match or _SHORT_TIME_FIRST.fullmatch(text)
        # A line of text may be above a name, or between it and a time.
        if match is None or not _is_on_one_line(joined, match) or _BUTTON_NAME.match(match["names"]):
            return None
        header = build_header(view, joined, match)
        return header if not is_plain or header.position.without_style in linked else None
    return None


def _is_on_one_line(joined: page.JoinedLines, match: "re.Match[str]") -> bool:
    start, end = match.span("names")
    badge = _BADGE.search(joined.text, start, end)
    return joined.first == joined.line_at(start) == joined.line_at((badge.start() if badge else end) - 1)


# --- headers with a time apart from the name

_TIME_ALONE = re.compile(rf"(?:{_SHORT_FLOOR})?[(\[]?(?P<time>{_TIME})[)\]]?{AFTER}")
PRAISED = re.compile(r"(?:赞|顶|支持)\s*\(?\s*(\d{1,9})|(?<![\d:])(\d{1,9})\s*[赞顶支](?!\D{0,3}\d)")
_SAID = re.compile(
    r"\s*(?:(?:说道?|提到|写道|表示|said|says|wrote)\s*[:.…]{1,3}|:|[赞顶]\s*\(?\d{1,9}\)?)\s*$",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[。!?,;…]")
_NO_NAME = re.compile(
    rf"{_SHORT_FLOOR}|(?:{BY}|.{{0,2}}(?:时间|日期|内容))\s*:|.*{_PROSE.pattern}.*|.{{31,}}"
)
# Of a comment: no tag that a commenter types ends one of these.
_FRAMES = ("div", "table", "article", "section")
_MIN_PROSE_SHARE = 0.6  # of the texts, to tell them from names


# Promise "any order": the time may be below the text.
def find_split_headers(view: page.PageView, start: int, claimed: int | None) -> tuple[CommentHeader, ...]:
    """Return the headers of comments that have a name first and a line for the time.

    Returns none unless they are alike and as many as claimed: no typed time is among them then. They may be fewer if each
    has a linked name.
    """
    if claimed is None:
        return ()
    begin = next((i + 1 for i in page.find_comment_labels(view) if i >= start), start)
    shown = {i: _TIME_ALONE.fullmatch(view.folded[i].strip()) for i in range(begin, view.find_section(begin))}
    found = {i: match for i, match in shown.items() if match is not None}
    # The day of the author's registration may stand below the comments; a saved page in the text has hours.
    first = _block_path(view, min(found)) if found else ""
    times = {i: match for i, match in found.items() if _block_path(view, i) == first}
    is_mixed = any(vocabulary.HOUR_SIGN.search(view.folded[i]) for i in found.keys() - times.keys())
    if not times or len(times) > claimed or is_mixed:
        return ()
    frames = _find_frames(view, begin, list(times), is_whole=len(times) == claimed)
    names = [frame.start for frame in frames]
    if len({_block_path(view, i) for i in names}) != 1 or not _are_names(view, names, frames):
        return ()
    rows = zip(names, times, times.values(), strict=True)
    headers = tuple(_build_split_header(view, *row) for row in rows)
    return headers if len(headers) == claimed or all(header.is_linked for header in headers) else ()


# Promise "no wrong value": NAME, then a line with only its time, is a comment of an unparsed form.
def shows_other_header(view: page.PageView, start: int, end: int) -> bool:
    """Check whether lines `[start, end)` show a name with a time, or a lone time below no post's link.

    Such a time is to the minute, or has the button 回复.
    """
    timed = (i for i in range(start, end) if ":" in view.folded[i] or "回复" in view.folded[i])
    alone = (i for i in timed if _TIME_ALONE.fullmatch(view.folded[i].strip()))
    are_apart = any(view.post_lines.isdisjoint((i - 1, i)) for i in alone)
    return are_apart or any(iter_short_headers(view, start, end))


def _find_frames(view: page.PageView, begin: int, times: Sequence[int], *, is_whole: bool) -> Sequence[range]:
    """Return the lines of each comment from its name on: those of an element, else those up to its time.

    None if the times are in different positions, or if the names are not apart from the texts. If not all comments are
    shown, each has a linked name and an element that no typed tag ends.
    """
    document, lines = view.document, view.lines
    top = document.common_ancestor(lines[times[0]], lines[times[-1]])
    elements = [document.child_containing(top, lines[i]) for i in times]
    frames = [range(_find_name(view, frame), frame.stop) for frame in map(document.lines_in, elements)]
    is_apart = len({*times, *(frame.start for frame in frames)}) == 2 * len(times)
    if not is_whole:
        return frames if is_apart and all(element.tag in _FRAMES for element in elements) else ()
    if is_apart:
        return frames
    pairs = zip([begin, *(i + 1 for i in times)], times, strict=False)
    frames = [range(_find_name(view, range(first, i + 1)), i + 1) for first, i in pairs]
    texts = {_block_path(view, i) for frame in frames for i in view.lines_with_text(frame[1:-1])}
    return () if {_block_path(view, frame.start) for frame in frames} & texts else frames


def _find_name(view: page.PageView, frame: range) -> int:
    """Return the first line of a comment with text, below the number of its floor."""
    return next((i for i in view.lines_with_text(frame) if not is_floor(view, i)), frame.start)


def is_floor(view: page.PageView, index: int) -> bool:
    """Return whether a line is the number of a floor; one without a sign is above a linked name."""
    text = view.folded[index].strip()
    is_number = text.isdigit() and not view.links[index] and index + 1 < len(view.lines)
    return FLOOR_ALONE.fullmatch(text) is not None or (is_number and bool(view.find_home_link(index + 1)))


def _block_path(view: page.PageView, index: int) -> str:
    return view.tag_path(view.lines[index].block)


def _are_names(view: page.PageView, names: Sequence[int], frames: Sequence[range]) -> bool:
    """Check whether lines are names: by links, by a word such as 说, or unlike the texts below them."""
    shown = [view.folded[i].strip() for i in names]
    if any(_NO_NAME.fullmatch(text) for text in shown) or not view.post_lines.isdisjoint(names):
        return False
    if all(_SAID.search(text) for text in shown) or all(view.find_home_link(i) for i in names):
        return True
    prose = sum(any(_PROSE.search(view.folded[i]) for i in frame) for frame in frames)
    return len(names) > 1 and prose >= _MIN_PROSE_SHARE * len(names)


def _build_split_header(view: page.PageView, name: int, time: int, match: "re.Match[str]") -> CommentHeader:
    joined = view.join_lines(name, name)
    author, reply_to, link = parse_names(joined, 0, len(_SAID.sub("", joined.text)))
    is_next = next(view.lines_below(name)) == time
    praised = PRAISED.search(f"{view.folded[time]} {view.folded[name]}")
    nodes = (node_around(joined, 0, link), view.lines[time].node_at(0))
    return CommentHeader(
        first=name,
        last=time if is_next else name,
        position=page.find_dom_position(view, name, name, nodes),
        author_name=author,
        author=find_target(view.links[joined.first : joined.last + 1], link),
        reply_to=reply_to,
        posted=DateText(text=view.shown(time, match)),
        likes=parse_digits(match["likes"] or (praised and (praised[1] or praised[2])) or ""),
        text_end=None if is_next else time,
    )
