"""The headers of comments with labels, such as `作者：NAME 留言时间：TIME`; their names and their order."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from blogarchive.items import DateText, PageKind, ParsedUrl
from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.parsing.document import are_in_same_row
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar import page, words as vocabulary
from blogarchive.sites.grammar.links import find_target

# --- names

_OPENED, _CLOSED = " [(（［【", " ])）］】"  # around 回复 and a name
ADDRESS = re.compile(
    r"(?:(?:\s*\((?i:ip)\s*:\s*|\s+[(\[](?=\d+\.\d))[\d.*:a-f]{3,40}|\s*\((?:[博楼]主|作者))[)\]]"
    r"|\s+(?i:ip)\s*:\s*[\d.*:a-f]{3,40}"
)
_NUMBER_BEFORE = re.compile(r"(?:\[\d{1,5}\]|\d{1,5}\s)\s*(?:[\[【](?:匿名|游客)[\]】])?(?=\S)")
_FLOOR_BEHIND = re.compile(r"(?<=\S)\s*+(?:#\d{1,5}|\d{1,5}\s*[楼层#]|沙发|板凳|地板)$")


def parse_names(joined: page.JoinedLines, start: int, end: int) -> tuple[str, str | None, Element | None]:
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
    address = ADDRESS.search(joined.text, start, end)
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
SAYS = rf"(?:{vocabulary.SAID}|回复|发[表布言帖贴]|[提送]交|更新)"
_TIME_LABEL = rf"(?:{SAYS}(?:时间|日期)|Date)"
# 发表时间 at the start of a line labels the time of a post.
_FIRST_TIME_LABEL = rf"(?:{vocabulary.SAID}|回复|发言)(?:时间|日期)"
_HEADER_START = re.compile(
    rf"{vocabulary.LINE_START}(?=[#第\d沙板地作留评点讨发回跟网读会游昵暱姓用笔\[【])"
    rf"(?:#?第?\d{{1,5}}+\s*+[楼层#.、:]*+\s*+|(?:沙发|板凳|地板)\s*:?\s*)?+{_OPENS}(?:{BY}|(?P<time>{_FIRST_TIME_LABEL}))"
)
# A time of an unknown form has few words, on the line of its label.
_WORDS = r"[^\s:|()\[\]]{1,16}(?: [^\s|()\[\]]{1,16}){0,4}"
_SHOWN = rf"(?P<time>{vocabulary.DATETIME}|\d[\d\-/.:年月日时分秒 ]{{5,30}}|\S{{1,12}}前|(?P<words>{_WORDS}))"
BESIDE = (
    r"\[[^\[\]]{1,6}\]|回复\(\d{1,9}\)"
    r"|(?:举报|删除(?:这条评论)?|只看该作者|引用|悄悄话|点?赞|[顶踩]|支持|反对)(?:\s*+(?:\(\d{1,9}\)|\d{1,9}+(?!\s*[楼#])))?"
)
_FROM = r"(?:(?:来自|来源)?(?i:ip)(?:属地)?|来[自源]|发[布表]于(?!\W*\d))\s*:?\s*[^\s:]{1,40}|(?<=\s)·\s*[^\s:,。!?]{1,6}"
_LIKES = r"(?P<likes>(?:\d{1,9}+(?!\s*[楼#]))?)"
# These loops are possessive: otherwise `re` tries a row of digits in exponentially many ways.
_NAME_FIRST = re.compile(
    rf"{_FLOOR}?{_OPENS}{BY}{_CLOSES}\s*+:*+\s*+(?P<names>(?:[^\s:](?:.*?[^\s|,])??)?)[\s|,]*+[(\[【]?\s*+"
    rf"(?P<label>{_TIME_LABEL})\s*+{_CLOSES}\s*+:*+\s*+[(\[]?{_SHOWN}[)\]】]*"
    rf"(?:[\s|]*+(?:#?\d{{1,5}}\s*+[楼#]?|{BESIDE}|\[?回复\]?\s*+\|?\s*+{_LIKES}|{_FROM}))*+"
)
_FIRST_TIME = rf"(?P<label>{_FIRST_TIME_LABEL}){_CLOSES}\s*+:*+\s*+[(\[]?{_SHOWN}[)\]】]*"
_TIME_THEN = rf"{_FLOOR}?{_OPENS}{_FIRST_TIME}[\s|,]*+{_OPENS}{BY}{_CLOSES}"
# A number after the name belongs to the name, so a floor or likes need their sign.
_TIME_FIRST = re.compile(
    rf"{_TIME_THEN}\s*+:*+\s*+(?P<names>(?:[^\s:](?:.*?\S)??)?)"
    rf"(?:[\s|]{{1,40}}+(?:#\d{{1,5}}|\d{{1,5}}\s*+[楼#]|{BESIDE}|\[回复\]|\[?回复\]?(?:\s*+\|\s*+{_LIKES})?|{_FROM}))*+"
)
_TIME_AND_NAME = re.compile(_TIME_THEN)
_LABEL_IN = re.compile(_TIME_LABEL)
# Not 沙发: a commenter may type it as his text.
FLOOR_ALONE = re.compile(r"(?:评论|留言)?\s*(?:(?:#|第|No\.)\s*\d{1,5}\s*[楼层条]?|\d{1,5}\s*[楼层])")
_REPLY = rf"\[?回复(?:[该此本]\w{{1,2}})?\]?(?:\s*+\|\s*+{_LIKES})?"
_BETWEEN = r"(?:[\s|]|·(?=\s*\[?回复))*+"
AFTER = rf"(?:{_BETWEEN}(?:#\d{{1,5}}|第?\d{{1,5}}\s*+[楼#]|\d{{1,9}}\s*[赞顶]|{BESIDE}|{_REPLY}|{_FROM}))*+"
_BUTTONS, _FLOOR_CELL = re.compile(rf"{AFTER}\s*+"), re.compile(r"#\d{1,5}|第?\d{1,5}[楼层]")
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
                found.append(add_button_cell(view, header, end))
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
        header = build_header(view, joined, match)
        if header.author_name:
            return header
        nameless = nameless or header  # the supposed time may be the name if more lines follow
    return nameless


def add_button_cell(view: page.PageView, header: CommentHeader, end: int) -> CommentHeader:
    """Return the header with the line below if that is its row's next cell, with only buttons or a floor."""
    below = header.last + 1
    is_beside = below < end and are_in_same_row(view.lines[header.last], view.lines[below])
    is_own = is_beside and (view.links[below] or _FLOOR_CELL.fullmatch(view.folded[below]))
    match = _BUTTONS.fullmatch(view.folded[below]) if is_own else None
    if match is None:
        return header
    likes = parse_digits(match["likes"] or "")
    return replace(header, last=below, likes=header.likes if likes is None else likes)


def _is_time_text(joined: page.JoinedLines, match: "re.Match[str]") -> bool:
    """Check whether the text in place of a time is on its label's line, and no comment's text.

    Nor is 内容： a name, a label in a form on a line of its own.
    """
    names, label, words = (joined.line_at(match.start(part)) for part in ("names", "label", "words"))
    is_label = match["names"].endswith(":") and names < label
    return not is_label and (match["words"] is None or words == label)


def node_around(joined: page.JoinedLines, at: int, link: Element | None) -> Element:
    """Return the element of the character at `at`, or that around a name's link, which not all names have."""
    is_linked = link is not None and joined.link_at(at) is link
    return next(link.iterancestors()) if link is not None and is_linked else joined.node_at(at)


def build_header(view: page.PageView, joined: page.JoinedLines, match: "re.Match[str]") -> CommentHeader:
    """Return the header of a match with the groups `names`, `label` and `time`."""
    name, reply_to, link = parse_names(joined, *match.span("names"))
    reply_to = joined.raw_text(*match.span("to")) if "to" in match.re.groupindex and match["to"] else reply_to
    # A nickname may contain the label: the last one is the page's.
    label = match.start("label" if match.start("label") > 0 else "names")
    parts = (0, label, match.start("time"))
    nodes = tuple(node_around(joined, at, link) for at in parts)
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
