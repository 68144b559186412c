"""The headers of comments: `作者：NAME 留言时间：TIME`, and short ones such as `NAME 发表于 TIME`."""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from blogarchive.items import DateText, PageKind, ParsedUrl
from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.parsing.document import are_in_same_row
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar import page, words as vocabulary
from blogarchive.sites.grammar.links import find_target

# --- names

_OPENED, _CLOSED = " [(（［【", " ])）］】"  # around 回复 and a name
_ADDRESS = re.compile(
    r"(?:(?:\s*\((?i:ip)\s*:\s*|\s+[(\[](?=\d+\.\d))[\d.*:a-f]{3,40}|\s*\((?:[博楼]主|作者))[)\]]"
    r"|\s+(?i:ip)\s*:\s*[\d.*:a-f]{3,40}"
)
_NUMBER_BEFORE = re.compile(r"(?:\[\d{1,5}\]|\d{1,5}\s)\s*(?:[\[【](?:匿名|游客)[\]】])?(?=\S)")
_FLOOR_BEHIND = re.compile(r"(?<=\S)\s*+(?:#\d{1,5}|\d{1,5}\s*[楼层#]|沙发|板凳|地板)$")


def _parse_names(joined: page.JoinedLines, start: int, end: int) -> tuple[str, str | None, Element | None]:
    """Return the commenter's name, the name replied to, and the element of the commenter's link.

    A name ends with its link; else before 回复 between spaces or in an element of its own.
    """
    start = _skip_floor(joined, start, end)
    link = joined.link_at(start)
    start, end = _widen_name(joined, start, end)
    end = _drop_floor(joined, start, end)
    begin = start if link is None else min(joined.link_end(start), end)
    for match in re.finditer("回复|[@▸▶►]|in reply to ", joined.text[begin:end]):
        at = begin + match.start()
        before = _read_name(joined, start, at if link is None else begin).rstrip(_OPENED)
        after = _drop_brackets(joined.raw_text(begin + match.end(), end).strip(":： ").removeprefix("@"))
        if before and after and (link is not None or _is_set_apart(joined, at)):
            return before, after, link
    # Words after a linked name, such as those of a browser, are no part of it.
    return _read_name(joined, start, end if link is None else begin).rstrip(":："), None, link


# <b>2</b> NAME
def _skip_floor(joined: page.JoinedLines, start: int, end: int) -> int:
    """Return the start of a name after the number of a floor in an element of its own."""
    number = _NUMBER_BEFORE.match(joined.text, start, end)
    if number is None or joined.link_at(start) is not None:
        return start
    return start if joined.node_at(start) is joined.node_at(number.end()) else number.end()


# 回复狂 and 【铁哥】 are names, in an element of their own; these words seem to be the template's.
def _widen_name(joined: page.JoinedLines, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of a name with such a word before it in its element, and with its closing bracket."""
    node = joined.node_at(start)
    lead = re.search(r"(?:回复|[\[【])\Z", joined.text[max(start - 2, 0) : start])
    if lead and joined.node_at(start - len(lead[0])) is node is not joined.lines[0].block:
        start -= len(lead[0])
    opened, closed = (sum(joined.text.count(sign, start, end) for sign in signs) for signs in ("[【", "]】"))
    return start, end + (opened > closed and joined.text[end : end + 1] in ("]", "】"))


# NAME16楼: the floor in an element of its own.
def _drop_floor(joined: page.JoinedLines, start: int, end: int) -> int:
    """Return the end of a name without the number of a floor behind it."""
    floor = _FLOOR_BEHIND.search(joined.text, start, end)
    if floor is None:
        return end
    apart = (i for i in range(*floor.span()) if joined.node_at(i) is not joined.node_at(start))
    return floor.start() if floor[0][0].isspace() else next(apart, end)


def _read_name(joined: page.JoinedLines, start: int, end: int) -> str:
    """Return a name as shown, without `(IP:1.2.3.*)` after it."""
    address = _ADDRESS.search(joined.text, start, end)
    return joined.raw_text(start, end if address is None else address.start())


def _drop_brackets(text: str) -> str:
    """Return a name without closing brackets behind it; the last one of 网友[1.2.*.*] is part of the name."""
    name = text.rstrip(_CLOSED)
    is_open = max(map(name.rfind, _OPENED[1:])) > max(map(name.rfind, _CLOSED[1:]))
    return name + text[len(name) :].lstrip()[:is_open]


def _is_set_apart(joined: page.JoinedLines, at: int) -> bool:
    """Check whether spaces or an element of its own separate 回复 at `at` from the names."""
    before, after = joined.text[at - 1 : at], joined.text[at + 2 : at + 3]
    is_own = joined.node_at(at) not in (joined.node_at(at - 1), joined.node_at(at + 2))
    return is_own or (before in _OPENED and (after.isspace() or after == ":"))


# --- headers with labels

_FLOOR = r"(?:#?第?\d{1,5}\s*[楼层#.、:]*\s*|(?:沙发|板凳|地板)\s*:?\s*)"
BY = rf"(?:作\s?者|(?:{vocabulary.SAID}|发表|发言|回复)[者人]|网友|读者|会员|游客|[昵暱][称稱]|姓名|用户名?|笔名)"
_OPENS, _CLOSES = r"[\[【]?", r"[\]】]?"  # 【作者】NAME
_SAYS = rf"(?:{vocabulary.SAID}|回复|发[表布言帖贴]|[提送]交|更新)"
_TIME_LABEL = rf"(?:{_SAYS}(?:时间|日期)|Date)"
# 发表时间 at the start of a line labels the time of a post.
_FIRST_TIME_LABEL = rf"(?:{vocabulary.SAID}|回复|发言)(?:时间|日期)"
_HEADER_START = re.compile(
    rf"{vocabulary.LINE_START}(?=[#第\d沙板地作留评点讨发回跟网读会游昵暱姓用笔\[【])"
    rf"(?:#?第?\d{{1,5}}+\s*+[楼层#.、:]*+\s*+|(?:沙发|板凳|地板)\s*:?\s*)?+{_OPENS}(?:{BY}|(?P<time>{_FIRST_TIME_LABEL}))"
)
# A time of an unknown form has few words, on the line of its label.
_WORDS = r"[^\s:|()\[\]]{1,16}(?: [^\s|()\[\]]{1,16}){0,4}"
_SHOWN = rf"(?P<time>{vocabulary.DATETIME}|\d[\d\-/.:年月日时分秒 ]{{5,30}}|\S{{1,12}}前|(?P<words>{_WORDS}))"
_BESIDE = (
    r"\[[^\[\]]{1,6}\]|回复\(\d{1,9}\)"
    r"|(?:举报|删除(?:这条评论)?|只看该作者|引用|悄悄话|点?赞|[顶踩]|支持|反对)(?:\s*+(?:\(\d{1,9}\)|\d{1,9}+(?!\s*[楼#])))?"
)
_FROM = r"(?:(?:来自|来源)?(?i:ip)(?:属地)?|来[自源]|发[布表]于(?!\W*\d))\s*:?\s*[^\s:]{1,40}|(?<=\s)·\s*[^\s:,。!?]{1,6}"
_LIKES = r"(?P<likes>(?:\d{1,9}+(?!\s*[楼#]))?)"
# These loops are possessive: otherwise `re` tries a row of digits in exponentially many ways.
_NAME_FIRST = re.compile(
    rf"{_FLOOR}?{_OPENS}{BY}{_CLOSES}\s*+:*+\s*+(?P<names>(?:[^\s:](?:.*?[^\s|,])??)?)[\s|,]*+[(\[【]?\s*+"
    rf"(?P<label>{_TIME_LABEL})\s*+{_CLOSES}\s*+:*+\s*+[(\[]?{_SHOWN}[)\]】]*"
    rf"(?:[\s|]*+(?:#?\d{{1,5}}\s*+[楼#]?|{_BESIDE}|\[?回复\]?\s*+\|?\s*+{_LIKES}|{_FROM}))*+"
)
_FIRST_TIME = rf"(?P<label>{_FIRST_TIME_LABEL}){_CLOSES}\s*+:*+\s*+[(\[]?{_SHOWN}[)\]】]*"
_TIME_THEN = rf"{_FLOOR}?{_OPENS}{_FIRST_TIME}[\s|,]*+{_OPENS}{BY}{_CLOSES}"
# A number after the name belongs to the name, so a floor or likes need their sign.
_TIME_FIRST = re.compile(
    rf"{_TIME_THEN}\s*+:*+\s*+(?P<names>(?:[^\s:](?:.*?\S)??)?)"
    rf"(?:[\s|]{{1,40}}+(?:#\d{{1,5}}|\d{{1,5}}\s*+[楼#]|{_BESIDE}|\[回复\]|\[?回复\]?(?:\s*+\|\s*+{_LIKES})?|{_FROM}))*+"
)
_TIME_AND_NAME = re.compile(_TIME_THEN)
_LABEL_IN = re.compile(_TIME_LABEL)
_MAX_LINES = 7
_LINES_TO_NAME = 4


@dataclass(kw_only=True, slots=True)
class CommentHeader:
    """Lines `first` to `last` that match the header of a comment; `likes` if `回复 | N` ends it.

    `author` is the target of the name's link. `text_end` is the line of the time if that is below the text.
    """

    first: int
    last: int
    position: page.DomPosition
    author_name: str
    author: ParsedUrl | None
    reply_to: str | None
    posted: DateText
    likes: int | None = None
    text_end: int | None = None

    @property
    def is_linked(self) -> bool:
        """Whether the name links to a blog; nobody can type such a link, except as a bare URL."""
        return self.author is not None and self.author.kind is PageKind.HOME and "://" not in self.author_name


Headers = Sequence[CommentHeader]
"""Headers of a page in order."""


def find_headers(view: page.PageView, start: int, end: int) -> Headers:
    """Return all headers on the lines `[start, end)` in order, without links to other posts."""
    return choose_order(find_headers_by_order(view, start, end), start)


def find_headers_by_order(view: page.PageView, start: int, end: int) -> tuple[Headers, ...]:
    """Return the headers that begin with the name, and those that begin with the time."""
    names: list[int] = []
    times: list[int] = []
    for found in view.line_index.find_matches(_HEADER_START, start, end):
        index = view.line_index.line_at(found.start() + 1)
        if found["time"] is None:
            # 网友评论 above the first header is no name 评论.
            names += () if page.is_label(view, index, vocabulary.COMMENTS_LABEL) else (index,)
        elif _TIME_AND_NAME.match(view.join_lines(index, min(index + _LINES_TO_NAME, end) - 1).text):
            times.append(index)
    return _parse_headers(view, names, _NAME_FIRST, end), _parse_headers(view, times, _TIME_FIRST, end)


def choose_order(orders: Sequence[Headers], start: int) -> Headers:
    """Return the headers in the page's own order from line `start` on.

    The first header sets the order: no commenter wrote before it. A typed header of the other order could
    take a line of the page as its name or time.
    """
    later = [order[bisect_left(order, start, key=lambda header: header.first) :] for order in orders]
    return min(filter(None, later), key=lambda order: order[0].first, default=())


def _parse_headers(view: page.PageView, begins: Sequence[int], form: "re.Pattern[str]", end: int) -> Headers:
    found: list[CommentHeader] = []
    start = 0
    for index, following in zip(begins, [*begins[1:], end], strict=False):
        header = _parse_header_at(view, index, form, min(following, end)) if index >= start else None
        if header is not None:
            start = header.last + 1
            if not view.links_to_other_post(header.first):
                found.append(_add_button_cell(view, header, end))
    return found


def _parse_header_at(
    view: page.PageView, index: int, form: "re.Pattern[str]", end: int
) -> CommentHeader | None:
    """Parse the header of this form that begins on line `index` and ends before line `end`."""
    nameless: CommentHeader | None = None
    for last in range(index, min(index + _MAX_LINES, end)):
        joined = view.join_lines(index, last)
        if _LABEL_IN.search(joined.text) is None:
            continue
        match = form.fullmatch(joined.text.rstrip())
        if match is None or not _is_time_text(joined, match):
            continue
        header = _build_header(view, joined, match)
        if header.author_name:
            return header
        nameless = nameless or header  # the supposed time may be the name if more lines follow
    return nameless


def _is_time_text(joined: page.JoinedLines, match: "re.Match[str]") -> bool:
    """Check whether the text in place of a time is on the line of its label, and no text of a comment.

    Nor is 内容： a name, a label in a form on a line of its own.
    """
    names, label, words = (joined.line_at(match.start(part)) for part in ("names", "label", "words"))
    is_label = match["names"].endswith(":") and names < label
    return not is_label and (match["words"] is None or words == label)


def _node_around(joined: page.JoinedLines, at: int, link: Element | None) -> Element:
    """Return the element of the character at `at`; that around the link of the name, since not all names have one."""
    is_linked = link is not None and joined.link_at(at) is link
    return next(link.iterancestors()) if link is not None and is_linked else joined.node_at(at)


def _build_header(view: page.PageView, joined: page.JoinedLines, match: "re.Match[str]") -> CommentHeader:
    """Return the header of a match with the groups `names`, `label` and `time`."""
    name, reply_to, link = _parse_names(joined, *match.span("names"))
    reply_to = joined.raw_text(*match.span("to")) if "to" in match.re.groupindex and match["to"] else reply_to
    # A nickname may contain the label: the last one is the page's.
    label = match.start("label" if match.start("label") > 0 else "names")
    parts = (0, label, match.start("time"))
    nodes = tuple(_node_around(joined, at, link) for at in parts)
    return CommentHeader(
        first=joined.first,
        last=joined.last,
        position=page.find_dom_position(view, joined.first, joined.last, nodes),
        author_name="" if FLOOR_ALONE.fullmatch(name) else name,
        author=find_target(view.links[joined.first : joined.last + 1], link),
        reply_to=reply_to,
        posted=DateText(text=joined.raw_text(*match.span("time"))),
        likes=parse_digits(match["likes"] or ""),
    )


# --- short headers

# A floor needs its sign: a number alone is a name.
_SHORT_FLOOR = (
    r"(?:(?:(?:评论|留言|回应|回响)\s*+)?(?:#|第)\s*+\d{1,5}\s*+[楼层条]?"
    r"|\d{1,5}\s*+(?:[楼层#.、:]{1,2}|F\b)|[\[【]\d{1,5}\s*+[楼层]?[\]】]|沙发|板凳|地板)\s*+[:|]?\s*+"
)
# Not 沙发: a commenter may type it as his text.
FLOOR_ALONE = re.compile(r"(?:评论|留言)?\s*(?:(?:#|第|No\.)\s*\d{1,5}\s*[楼层条]?|\d{1,5}\s*[楼层])")
_ENGLISH_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_TIME = (
    rf"(?:(?:(?:{vocabulary.WEEKDAY}|{_ENGLISH_DAY})\s*+,?\s*+)?{vocabulary.DATETIME}|{vocabulary.DATE}|{vocabulary.YEARLESS_TIME}|(?:今天|昨天|前天)\s*+{vocabulary.TIME_OF_DAY}"
    r"|(?<!\d)\d{1,3}\s*+[^\s\d]{1,4}前|刚刚)"
)
_COMMENTED = rf"(?:(?:{_SAYS}|说|写)[了道说]?{vocabulary.SAID}?|(?i:said|says|wrote)(?=[\s:]))"
_LABEL = rf"(?P<label>(?<=\s)[一-鿿]{{1,3}}于|{_COMMENTED}?\s*+(?:时间|日期|于|在|at|on|@)?)"
_REPLY = rf"\[?回复(?:[该此本]\w{{1,2}})?\]?(?:\s*+\|\s*+{_LIKES})?"
_BETWEEN = r"(?:[\s|]|·(?=\s*\[?回复))*+"
_AFTER = (
    rf"(?:{_BETWEEN}(?:#\d{{1,5}}|第?\d{{1,5}}\s*+[楼#]|\d{{1,9}}\s*[赞顶]|{_BESIDE}|{_REPLY}|{_FROM}))*+"
)
# 网友 may also be the name of a guest.
_IS_NAME = rf"\s*+(?:回复\s|[(\[]\d|{_COMMENTED}?\s*+(?:[于@]|on|at)[\s:]*+[(\[]?(?:\d|[A-Z][a-z]{{2,8}} \d))"
_BY = (
    rf"(?:(?:{BY}|回复|评论|留言)\s*+:|[\[【](?:{BY}|匿名|游客)[\]】]\s*+:?"
    rf"|(?:网友|用户|由|[博楼]主|作者|(?:[Pp]osted|[Ss]ubmitted) by:?|[Bb]y)\s(?!{_IS_NAME}))"
)
_SHORT_NAME_FIRST = re.compile(
    rf"\s*+(?:-{{2,3}}|-\s)?+\s*+(?:{_SHORT_FLOOR})?(?:回复|举报|引用)?\s*+{_BY}?\s*+(?:[\[【](?=[^\]】]*[\]】][\s|:,于在]*[(\[]?\d))?(?P<names>[^\s:](?:[^。!?;:]{{0,60}}?[^\s:。!?;])??)(?:{_ADDRESS.pattern})?[\s|,]*+:?\s*+[\[【]?{_LABEL}[\]】]?\s*+:?\s*+"
    rf"(?:[(\[]\s*+)?(?P<time>{_TIME})(?:\s*+\|\s*+IP\s*+:?\s*+[\d.*:a-f]{{3,40}})?(?:\s*+[)\]])?"
    rf"(?:\s+回复\s*+@?(?!{_BESIDE}|[\s该此本])(?P<to>[^|:。]{{1,30}})|\s*+{_COMMENTED}?\s*+[:。.]?{_AFTER})"
)
_SHORT_TIME_FIRST = re.compile(
    rf"(?:{_SHORT_FLOOR})?[(\[]?{_LABEL}\s*+:?\s*+(?P<time>(?>{_TIME}))(?!\d)[)\]]?[\s|,·]*+(?:(?:{BY}\s*+:|来自\s)\s*+)?"
    rf"(?P<names>[^\s:\d](?:[^。!?;:]{{0,40}}?[^\s:])??|\d{{1,16}}+(?!\s*[赞顶支]))\s*+{_COMMENTED}?\s*+:?{_AFTER}"
)
_BUTTON_NAME = re.compile(
    r"来自|于$|(?:回复|回应|删除|引用|举报|[Rr]eply|[Dd]elete)(?:[该此本]|\s*\||留言|评论|$)|回复\s*\(\d|(?:注册|加入|开博|[楼层#])$|发[表布]$|返回(?:首页|上|$)|(?:时间|日期|星期.|周[一二三四五六日])$"
    rf"|(?:{_BESIDE})(?:\s|$)|\d+\s*(?:赞|顶|支持)"
)
_HAS_TIME = re.compile(_TIME)
_BUTTONS, _FLOOR_CELL = re.compile(rf"{_AFTER}\s*+"), re.compile(r"#\d{1,5}|第?\d{1,5}[楼层]")
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


# Only a linked name begins a header of several lines, and a plain one in the same position: not all names are links.
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
            yield _add_button_cell(view, header, end)
            start = header.last + 1


def _add_button_cell(view: page.PageView, header: CommentHeader, end: int) -> CommentHeader:
    """Return the header with the line below if that is the next cell of its row with nothing but buttons or a floor."""
    below = header.last + 1
    is_beside = below < end and are_in_same_row(view.lines[header.last], view.lines[below])
    is_own = is_beside and (view.links[below] or _FLOOR_CELL.fullmatch(view.folded[below]))
    match = _BUTTONS.fullmatch(view.folded[below]) if is_own else None
    if match is None:
        return header
    likes = parse_digits(match["likes"] or "")
    return replace(header, last=below, likes=header.likes if likes is None else likes)


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
        header = _build_header(view, joined, match)
        return header if not is_plain or header.position.without_style in linked else None
    return None


def _is_on_one_line(joined: page.JoinedLines, match: "re.Match[str]") -> bool:
    start, end = match.span("names")
    badge = _BADGE.search(joined.text, start, end)
    return joined.first == joined.line_at(start) == joined.line_at((badge.start() if badge else end) - 1)


# --- headers with a time apart from the name

_TIME_ALONE = re.compile(rf"(?:{_SHORT_FLOOR})?[(\[]?(?P<time>{_TIME})[)\]]?{_AFTER}")
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


# Promise "no wrong value": NAME, then a line with its time alone, is a comment of a form that is not parsed.
def shows_other_header(view: page.PageView, start: int, end: int) -> bool:
    """Check whether lines `[start, end)` show a name with a time, or a time alone below no link to a post.

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
    starts = [begin, *(i + 1 for i in times)]
    pairs = zip(starts, times, strict=False)
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
    author, reply_to, link = _parse_names(joined, 0, len(_SAID.sub("", joined.text)))
    is_next = next(view.lines_below(name)) == time
    praised = PRAISED.search(f"{view.folded[time]} {view.folded[name]}")
    nodes = (_node_around(joined, 0, link), view.lines[time].node_at(0))
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
