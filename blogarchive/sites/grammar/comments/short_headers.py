"""Short headers of comments: `NAME 发表于 TIME`, `网友：NAME [TIME]`, `NAME TIME`.

Such words occur anywhere. They count only if the page has comments, before the next section, and if it has
no full header.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from blogarchive.items import PageKind
from blogarchive.sites.grammar.comments.headers import BY, CommentHeader, build_header
from blogarchive.sites.grammar.page.dom_position import are_in_same_row
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import JoinedLines, PageView
from blogarchive.sites.grammar.page.vocabulary import (
    COMMENTS_LABEL,
    DATE,
    DATETIME,
    TIME_OF_DAY,
    WEEKDAY,
    YEARLESS_TIME,
)

# A floor needs its sign: a number alone is a name.
_FLOOR = r"(?:(?:(?:评论|留言|回应|回响)\s*)?(?:#|第)\s*\d{1,5}\s*[楼层]?|\d{1,5}\s*[楼层#.、:]{1,2}|沙发|板凳|地板)\s*:?\s*"
_TIME = (
    rf"(?:(?:{WEEKDAY}\s*,?\s*)?{DATETIME}|{DATE}|{YEARLESS_TIME}|(?:今天|昨天|前天)\s*{TIME_OF_DAY}"
    r"|\d{1,3}\s*[^\s\d]{1,4}前|刚刚)"
)
_COMMENTED = r"(?:(?:发表|留言|评论|回复|回应|发言|提交|说|写)(?:了|道)?(?:评论|留言|回应)?|(?i:said|says|wrote)(?=[\s:]))"
_LABEL = rf"(?P<label>{_COMMENTED}?\s*(?:时间|日期|于|在|at|on)?)"
_AFTER = r"(?:[\s|]*(?:#?\d{1,5}\s*[楼#]|\[[^\[\]]{1,6}\]|举报|删除|引用|悄悄话|\[?回复\]?(?:\s*\|\s*(?P<likes>\d{0,9}))?))*"
_BY = rf"(?:{BY}\s*:|[\[【]{BY}[\]】]\s*:?|(?:网友|用户|由|[Pp]osted by:?|[Bb]y)\s)"
_NAME_FIRST = re.compile(
    rf"\s*(?:{_FLOOR})?(?P<button>回复|举报|引用)?\s*{_BY}?\s*(?P<names>[^\s:](?:[^。!?;]{{0,60}}?[^\s:])??)[\s|,]*:?\s*[\[【]?{_LABEL}[\]】]?\s*:?\s*"
    rf"[(\[]?(?P<time>{_TIME})(?P<ip>\s*\|\s*IP\s*:?\s*[\d.*:a-f]{{3,40}})?[)\]]?\s*{_COMMENTED}?\s*[:。]?{_AFTER}"
)
_TIME_FIRST = re.compile(
    rf"(?:{_FLOOR})?[(\[]?{_LABEL}\s*:?\s*(?P<time>{_TIME})(?!\d)[)\]]?[\s|,]*(?:{BY}\s*:\s*)?"
    rf"(?P<names>[^\s:\d](?:[^。!?;:]{{0,40}}?[^\s:])??|\d{{1,16}})\s*{_COMMENTED}?\s*:?{_AFTER}"
)
_BUTTONS = re.compile(
    r"(?:[\s|\[\]]*(?:回复|删除|引用|举报|编辑|分享|收藏|支持|反对|[Rr]eply|[Dd]elete|[Ee]dit)"
    r"[该此本]?(?:留言|评论|楼|帖)?)+[\s|\]]*"
)
_BUTTON_NAME = re.compile(r"(?:回复|删除|引用|举报|[Rr]eply|[Dd]elete)(?:[该此本]|留言|评论|$)")
_HAS_TIME = re.compile(_TIME)
_MAX_LENGTH = 120
_MAX_LINES = 3  # a name, a label, a time


def find_short_headers(view: PageView, start: int, *, claimed: int | None) -> tuple[CommentHeader, ...]:
    """Return the headers from line `start` up to the sidebar.

    None if the page claims no comments, or shows neither a number nor a label of comments.
    """
    end = next(
        (index for index in view.sections if index >= start and view.is_section(index)), len(view.lines)
    )
    own = (index for index in find_labels(view, COMMENTS_LABEL) if index not in view.sections)
    label = next((index for index in own if start <= index < end), None)
    if claimed == 0 or (claimed is None and label is None):
        return ()
    found = tuple(_iter_short_headers(view, start if label is None else label + 1, end))
    if not found and claimed and label is not None:
        return tuple(_iter_short_headers(view, start, label))  # the label of the form below the comments
    return found


def find_linked_headers(view: PageView, start: int, end: int) -> tuple[CommentHeader, ...]:
    """Return the short headers on the lines `[start, end)` if all names are links to blogs; else none."""
    found = tuple(_iter_short_headers(view, start, end))
    return found if all(header.is_linked(view) for header in found) else ()


def _iter_short_headers(view: PageView, start: int, end: int) -> Iterator[CommentHeader]:
    for index in range(start, end):
        header = _parse_short_header(view, index, end) if index >= start else None
        if header is not None and not view.links_to_other_post(index):
            header = _add_buttons(view, header, end)
            yield header
            start = header.last + 1


def _add_buttons(view: PageView, header: CommentHeader, end: int) -> CommentHeader:
    """Add the line below the header if it has only links of buttons, such as 删除 in another cell of its row."""
    below = next((i for i in range(header.last + 1, end) if view.folded[i].strip()), end)
    if below == end or not view.links[below] or not _BUTTONS.fullmatch(view.folded[below].strip()):
        return header
    beside = are_in_same_row(view.lines[header.last], view.lines[below])
    return replace(header, last=below) if beside else header


def _parse_short_header(view: PageView, index: int, end: int) -> CommentHeader | None:
    for last in range(index, min(index + _MAX_LINES, end)):
        joined = view.join_lines(index, last)
        text = joined.text.rstrip()
        if len(text) > _MAX_LENGTH or (last > index and not _links_to_blog(view, index)):
            return None  # only a linked name may begin a header of several lines
        if _HAS_TIME.search(text) is None:
            continue
        match = _NAME_FIRST.fullmatch(text)
        if match is not None and match["button"] and not (match["ip"] or _is_button(joined, match)):
            return None
        match = match or _TIME_FIRST.fullmatch(text)
        if match is not None and not _is_on_one_line(joined, match):
            return None  # a line of text between a name and a time
        if match is not None and _BUTTON_NAME.match(match["names"]):
            return None
        return None if match is None else build_header(view, joined, match)
    return None


def _is_on_one_line(joined: JoinedLines, match: "re.Match[str]") -> bool:
    start, end = match.span("names")
    return joined.line_at(start) == joined.line_at(end - 1)


def _is_button(joined: JoinedLines, match: "re.Match[str]") -> bool:
    """Check whether 回复 before the name is a link of its own."""
    button, name = (joined.link_at(match.start(part), match.start(part) + 1) for part in ("button", "names"))
    return button is not None and button is not name


def _links_to_blog(view: PageView, index: int) -> bool:
    return any(
        parsed_url is not None and parsed_url.kind is PageKind.HOME for _, _, parsed_url in view.links[index]
    )
