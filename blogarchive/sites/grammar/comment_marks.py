"""The marks of a comment: its header `作者：NAME 回复 OTHER 留言时间：…` and its footer `回复 | N`.

Everything that reads like one is found here, typed by a commenter or set by the page; `comment_list` decides.
A mark may be one line or stand in pieces on a few.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from blogarchive.items import Shown
from blogarchive.reading.lines import Element, tag_path
from blogarchive.sites.grammar.view import View, Window
from blogarchive.sites.grammar.words import MOMENT

_HEADER = re.compile(
    rf"作者\s*:?\s*(?P<names>.+)\s*留言时间\s*:?\s*(?P<time>{MOMENT}|\d[\d\-/.:年月日时分秒 ]{{5,30}})"
    r"(?:\s*(?:#?\d{1,4}\s*[楼#]?|\[[^\[\]]{1,6}\]|举报|删除))*"
)
_FOOTER = re.compile(
    r"\[?回复\]?(?:\s*\|\s*\[?(?:赞|顶|支持|举报|引用)\]?)*\s*\|?\s*[(\[]?(?P<likes>\d[\d,]*)[)\]]?"
)
_REPLY_TO = re.compile(r"(?<=\s)回复(?=\s)")
_MOST_LINES = 7


class Stand(IntEnum):
    """How a mark stands in the block that holds it: alone, first of several lines, or among others."""

    WHOLE = 0
    FIRST = 1
    INNER = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a line stands in the page's structure; two lines that the page's template wrote alike are equal."""

    stand: Stand
    path: str
    classes: str = ""

    def plain(self) -> "Place":
        """The place without class names, which may alternate from row to row."""
        return Place(stand=self.stand, path=self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Something that reads like a comment's header, on the lines `first` to `last`."""

    first: int
    last: int
    place: Place
    author_name: str
    author_link: Element | None
    reply_to: str | None
    posted: Shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Footer:
    """Something that reads like a comment's footer."""

    first: int
    last: int
    place: Place
    likes: int


def find_headers(view: View, start: int, end: int) -> list[Header]:
    """All that reads like a comment's header on the lines `[start, end)`, in order."""
    found: list[Header] = []
    index = start
    while index < end:
        header = _header_at(view, index, end) if view.folded[index].startswith("作者") else None
        if header is not None:
            found.append(header)
        index = index + 1 if header is None else header.last + 1
    return found


def find_footers(view: View, start: int, end: int) -> list[Footer]:
    """All that reads like a comment's footer on the lines `[start, end)`, in order."""
    found: list[Footer] = []
    index = start
    while index < end:
        footer = _footer_at(view, index, end) if view.folded[index].startswith(("回复", "[回复")) else None
        if footer is not None:
            found.append(footer)
        index = index + 1 if footer is None else footer.last + 1
    return found


def place_of(view: View, first: int, last: int, label: Element | None = None) -> Place:
    """How the lines `first` to `last` stand in the structure; `label` is the node of their first word."""
    line = view.lines[first]
    inside = view.document.inside(line.block)
    if inside.start == first and inside.stop <= last + 1:
        stand = Stand.WHOLE
    else:
        stand = Stand.FIRST if inside.start == first else Stand.INNER
    node = line.block if label is None else label
    classes = "/".join(ancestor.get("class") or "" for ancestor in (node, *node.iterancestors()))
    return Place(stand=stand, path=tag_path(node), classes=classes)


def _header_at(view: View, index: int, end: int) -> Header | None:
    for last in range(index, min(index + _MOST_LINES, end)):
        if last > index and view.folded[last].startswith("作者"):
            return None
        window = view.window(index, last)
        if "留言时间" not in window.text:
            continue
        match = _HEADER.fullmatch(window.text.rstrip())
        if match is not None:
            return _header(view, window, match)
        if last > index and "留言时间" in view.folded[last - 1]:
            return None
    return None


def _header(view: View, window: Window, match: "re.Match[str]") -> Header | None:
    start, end = match.span("names")
    name, reply_to = _names(window, start, end)
    if not name:
        return None
    return Header(
        first=window.first,
        last=window.last,
        place=place_of(view, window.first, window.last, window.node_at(0)),
        author_name=name,
        author_link=window.link_at(start, start + max(len(name), 1)),
        reply_to=reply_to,
        posted=Shown(text=window.raw(*match.span("time"))),
    )


def _names(window: Window, start: int, end: int) -> tuple[str, str | None]:
    """The commenter's name and the name replied to: parted by 回复 between spaces, or in a node of its own."""
    for match in re.finditer("回复", window.text[start:end]):
        at = start + match.start()
        before, after = window.raw(start, at), window.raw(at + 2, end).lstrip(":： ")
        if not before or not after:
            continue
        apart = _REPLY_TO.search(window.text[start:end], match.start() - 1 if match.start() else 0)
        spaced = apart is not None and apart.start() == match.start()
        if spaced or _own_node(window, start, at):
            return before, after
    return window.raw(start, end), None


def _own_node(window: Window, start: int, at: int) -> bool:
    """Whether the name before the word at `at` stands in an element of its own, apart from that word's."""
    return window.node_at(start) is not window.node_at(at) and window.node_at(at - 1) is not window.node_at(
        at
    )


def _footer_at(view: View, index: int, end: int) -> Footer | None:
    for last in range(index, min(index + 4, end)):
        window = view.window(index, last)
        match = _FOOTER.fullmatch(window.text.strip())
        if match is not None:
            likes = int(match["likes"].replace(",", ""))
            return Footer(first=index, last=last, place=place_of(view, index, last), likes=likes)
    return None
