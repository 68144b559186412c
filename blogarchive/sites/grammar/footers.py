"""The footers `回复 | N` of comments, all markers of comments, and which footers nobody can type."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.parsing.document import find_enclosing
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar import page
from blogarchive.sites.grammar.headers import CommentHeader, Headers, choose_order, find_headers_by_order
from blogarchive.sites.grammar.words import LINE_START, fold

# --- footers

# A footer: 回复, a number, other buttons.
_FOOTER_START = re.compile(
    rf"{LINE_START}(?=[\s\d回赞点顶踩支反举引删分|·/,\[(【])[^{LINE_START}回]{{0,30}}+回\s?复"
)
_FOOTER = re.compile(
    r"\[?\s*回\s?复\s*\]?(?:\s*+\|?\s*+\[?(?:赞|顶|支持|举报|引用)\]?)*+\s*\|?\s*(?:[(\[]?\s*(?P<likes>\d[\d,]*)\s*[)\]]?)?"
)
# Buttons around a 回复 that is a button itself; nobody can type more than these there.
BUTTONS = re.compile(
    r"(?:[\s|·/,\[\]【】]|\d{1,5}\s?[楼层]|回\s?复(?:此评论|本帖|本楼|[他她它])?|点?赞|[顶踩]|支持|反对|举报|[检檢]举|引用|删除|分享|[Rr]eply|[Qq]uote|[Rr]eport|(?P<likes>\(?\s*\d[\d,]*\s*\)?))++"
)
# The blog's owner sees it, on some comments only.
_OWNER_BUTTON = re.compile(r"^\[?删除这条评论\]?[\s|]*|[\s|]*\[?删除这条评论\]?$")
_OWNER_BUTTON_ALONE = re.compile(r"\[?删除这条评论\]?")
_REPLY = re.compile(r"回\s?复(?:此评论|本帖|本楼|[他她它])?")
_MAX_FOOTER_LINES = 4


@dataclass(kw_only=True, slots=True)
class CommentFooter:
    """Lines that match the footer of a comment; `linked`: 回复 is a link or a button, which nobody can type."""

    first: int
    last: int
    position: page.DomPosition
    likes: int | None
    linked: bool


def _find_footers(view: page.PageView, start: int, end: int) -> list[CommentFooter]:
    """Return all footers on the lines `[start, end)` in order, typed ones included."""
    found: list[CommentFooter] = []
    for index in view.line_index.find_lines(_FOOTER_START, start, end):
        footer = _parse_footer_at(view, index, end) if index >= start else None
        if footer is not None:
            found.append(_add_owner_button_above(view, footer, start))
            start = footer.last + 1
    return found


def _parse_footer_at(view: page.PageView, index: int, end: int) -> CommentFooter | None:
    """Parse the footer that begins on line `index` and ends before line `end`, if there is one."""
    best: CommentFooter | None = None
    for last in range(index, min(index + _MAX_FOOTER_LINES, end)):
        joined = view.join_lines(index, last)
        text = _OWNER_BUTTON.sub("", joined.text.strip())
        if last > index and not _shares_parent(view, index, last):
            break
        without_style = _FOOTER.fullmatch(text)
        if without_style is None and (last > index or BUTTONS.fullmatch(text) is None):
            continue
        found = _build_footer(view, joined, parse_likes(text))
        if without_style is None:
            return found if found.linked or found.likes is not None else None
        if found.likes is not None:
            return found
        best = best or (found if found.linked else None)
    return best


def _shares_parent(view: page.PageView, index: int, last: int) -> bool:
    """Check whether one element contains the blocks of both lines: else the number is a pager's."""
    parent = view.lines[index].block.getparent()
    return parent is not None and last in view.document.lines_in(parent)


def _add_owner_button_above(view: page.PageView, footer: CommentFooter, start: int) -> CommentFooter:
    """Add the line above the footer if it is the button 删除这条评论 alone; the plain words may be typed."""
    above = footer.first - 1
    if above < start or _OWNER_BUTTON_ALONE.fullmatch(view.folded[above].strip()) is None:
        return footer
    node = view.join_lines(above, above).node_at(0)
    enclosing = (find_enclosing(node, tag) for tag in ("a", "button"))
    is_button = node.get("onclick") is not None or any(one is not None for one in enclosing)
    return replace(footer, first=above) if is_button else footer


def parse_likes(text: str) -> int | None:
    """Parse the first number of a footer: 顶(3) 踩(1) has 3 likes."""
    found = re.search(r"\d[\d,]*", text)
    return None if found is None else parse_digits(found[0].replace(",", ""))


def _build_footer(view: page.PageView, joined: page.JoinedLines, likes: int | None) -> CommentFooter:
    found = _REPLY.search(joined.text)
    node = joined.node_at(found.start() if found else 0)
    linked = any(_is_reply_button(view, find_enclosing(node, tag)) for tag in ("a", "button"))
    linked = linked or (node.get("onclick") is not None and _is_reply_button(view, node))
    position = page.find_dom_position(view, joined.first, joined.last, (node,))
    return CommentFooter(first=joined.first, last=joined.last, position=position, likes=likes, linked=linked)


def _is_reply_button(view: page.PageView, node: Element | None) -> bool:
    """Check whether the element has the word 回复 alone: a link around a whole comment is no button."""
    # A link may contain all comments: reading it for each of them would be quadratic.
    if node is None or len(view.document.lines_in(node)) > _MAX_FOOTER_LINES:
        return False
    return _REPLY.fullmatch(fold("".join(map(str, node.itertext()))).strip(" []\n")) is not None


# --- candidates of markers

_FIRST = attrgetter("first")


@dataclass(kw_only=True, slots=True)
class MarkerCandidates:
    """All lines that match a header or a footer of a comment, in order.

    `headers` are those of the page's own order, `orders` all, separated by whether name or time comes
    first.
    """

    headers: Headers
    orders: Sequence[Headers]
    footers: tuple[CommentFooter, ...]

    def from_line(self, start: int) -> "MarkerCandidates":
        """Return those from line `start` on; footers only after the first header."""
        begin = bisect_left(self.footers, start, key=_FIRST)
        later = MarkerCandidates(headers=(), orders=(), footers=self.footers[begin:])
        return later.with_headers(choose_order(self.orders, start))

    def with_headers(self, headers: Headers) -> "MarkerCandidates":
        """Return the same with these headers."""
        begin = bisect_left(self.footers, headers[0].last + 1, key=_FIRST) if headers else 0
        return MarkerCandidates(headers=headers, orders=(headers,), footers=self.footers[begin:])


def find_markers(view: page.PageView, start: int) -> MarkerCandidates:
    """Return all headers and footers from line `start` on."""
    end = len(view.lines)
    orders = find_headers_by_order(view, start, end)
    headers = choose_order(orders, start)
    return MarkerCandidates(headers=headers, orders=orders, footers=tuple(_find_footers(view, start, end)))


# --- markers with their surroundings


@dataclass(kw_only=True, slots=True)
class CommentMarkers:
    """All lines that match a marker, up to line `end`, and the positions of typed lines.

    `typed_blocks` has the block positions of typed lines by their path.
    The first header is always the page's own: commenters write nothing before it.
    """

    view: page.PageView
    headers: tuple[CommentHeader, ...]
    footers: tuple[CommentFooter, ...]
    end: int
    typed: tuple[page.DomPosition, ...]
    typed_blocks: Mapping[str, frozenset[page.BlockPosition]]

    def footers_between(self, start: int, end: int) -> tuple[CommentFooter, ...]:
        """Return the footers after line `start` and before line `end`."""
        begin = bisect_right(self.footers, start, key=_FIRST)
        return self.footers[begin : bisect_left(self.footers, end, lo=begin, key=_FIRST)]

    def header_after(self, line: int) -> CommentHeader | None:
        """Return the first header after a line, or None."""
        offset = bisect_right(self.headers, line, key=_FIRST)
        return self.headers[offset] if offset < len(self.headers) else None

    def can_be_typed(self, position: page.DomPosition) -> bool:
        """Return True if a commenter's words can have this position, as far as the page shows."""
        if not self.typed:
            return not position.is_split
        if position.is_split:
            return False
        found = self.typed_blocks.get(position.paths[0], frozenset())
        if position.block_position is page.BlockPosition.INNER:
            return bool(found)
        return bool(found - {page.BlockPosition.INNER})


def build_markers(view: page.PageView, found: MarkerCandidates) -> CommentMarkers:
    """Return the markers with the positions of the lines between them; `found` has a header."""
    headers, footers, end = tuple(found.headers), found.footers, len(view.lines)
    marked: list[CommentHeader | CommentFooter] = [*headers, *footers]
    known = {index for marker in marked for index in range(marker.first, marker.last + 1)}
    start = headers[-1].last + 1
    stop = min(max((footer.last + 1 for footer in footers), default=start), end)
    lines = (i for i in range(headers[0].last + 1, stop) if i not in known and view.folded[i])
    nodes = ((index, view.lines[index].node_at(0)) for index in lines)
    typed = tuple(dict.fromkeys(page.find_dom_position(view, i, i, (node,)) for i, node in nodes))  # if typed
    end = _find_comments_end(view, start, end, {position.paths[0] for position in typed})
    own = tuple(footer for footer in footers if footer.last < end)
    blocks: dict[str, frozenset[page.BlockPosition]] = {}
    for position in typed:
        path = position.paths[0]
        blocks[path] = blocks.get(path, frozenset()) | {position.block_position}
    return CommentMarkers(view=view, headers=headers, footers=own, end=end, typed=typed, typed_blocks=blocks)


def _find_comments_end(view: page.PageView, start: int, end: int, typed: set[str]) -> int:
    """Find the label of a section in a position that no typed line has; the page continues there."""
    labels = (index for index in view.sections if start <= index < end and view.is_section(index))
    return next((i for i in labels if view.tag_path(view.lines[i].node_at(0)) not in typed), end)


def find_last_block(view: page.PageView, headers: Headers) -> range:
    """Return the lines of the last comment's element: the innermost with lines after its header."""
    header = headers[-1]
    element: Element | None = find_comment_element(view, headers, header)
    inside = range(0)
    while element is not None and inside.stop <= header.last + 1:
        inside = view.document.lines_in(element)
        element = element.getparent()
    return inside


def find_comment_element(view: page.PageView, headers: Headers, header: CommentHeader) -> Element:
    """Return the element with this header and no other; the header's block if there is only one header."""
    line = view.lines[header.first]
    if len(headers) == 1:
        return line.block
    top = view.document.common_ancestor(view.lines[headers[0].first], view.lines[headers[-1].first])
    return view.document.child_containing(top, line)


# --- selection of footers


def select_footers(markers: CommentMarkers, headers: Headers) -> list[CommentFooter | None]:
    """Return the footer of each of the page's own headers; None if a comment has none."""
    limits = [*(header.first for header in headers[1:]), markers.end]
    spans = [markers.footers_between(h.last, limit) for h, limit in zip(headers, limits, strict=True)]
    sure = {footer.first for footer in find_sure_footers(markers)}
    if sure and all(any(footer.first in sure for footer in found) for found in spans[:-1]):
        return [next((f for f in reversed(found) if f.first in sure), None) for found in spans]
    closing = [
        found[-1] if found and not markers.view.has_text(range(found[-1].last + 1, limit)) else None
        for found, limit in zip(spans[:-1], limits[:-1], strict=True)
    ]
    if sum(f is not None for f in closing) * 2 < len(closing):
        return [None] * len(headers)
    return [*closing, _select_last(markers, headers[-1], spans[-1], closing)]


def _select_last(
    markers: CommentMarkers,
    header: CommentHeader,
    found: Sequence[CommentFooter],
    closing: Sequence[CommentFooter | None],
) -> CommentFooter | None:
    """Return the footer of the last comment among `found`, in the position of those of the other comments, or None."""
    pattern = next((f.position.without_style for f in closing if f is not None), None)
    if pattern:
        last = [f for f in found if f.position.without_style == pattern]
    else:
        last = [f for f in found if _ends_element(markers, header, f)]
    if not last and closing and all(footer is not None and footer.linked for footer in closing):
        last = [f for f in found if f.linked]  # an open tag in a comment moves all comments below it
    return last[-1] if last else None


def _ends_element(markers: CommentMarkers, header: CommentHeader, footer: CommentFooter) -> bool:
    """Check whether a footer ends its element, as the template's own does and a typed one does not."""
    document, lines = markers.view.document, markers.view.lines
    node = lines[footer.first].block
    parent = node.getparent()
    is_whole = footer.position.block_position is page.BlockPosition.WHOLE
    if node.tag in ("p", "div") and is_whole and parent is not None:
        node = parent
    is_inner = header.position.block_position is page.BlockPosition.INNER
    if is_inner and document.contains(node, lines[header.first]):
        return True  # the comments share one element with the rest of the page
    return not markers.view.has_text(range(footer.last + 1, document.lines_in(node).stop))


# Promise "no forgery": anybody can type 回复 | 3; the link of the template cannot be typed as text.
def find_sure_footers(markers: CommentMarkers) -> list[CommentFooter]:
    """Return the footers that nobody can type, if their positions are equal; else none."""
    linked = [f for f in markers.footers if f.linked]
    is_typed = bool(linked) and _are_typed(markers)
    plain = (f for f in markers.footers if not f.linked and markers.typed)
    found = [f for f in plain if not markers.can_be_typed(f.position)] if is_typed or not linked else linked
    # Beside typed links, a sole one may be below the comments.
    return found if len({f.position.without_style for f in found}) == 1 and len(found) > is_typed else []


def _are_typed(markers: CommentMarkers) -> bool:
    """Check whether more comments end with plain words than with a link, or the last one and another do.

    A commenter can type a link, but nothing below the page's own last footer.
    """
    limits = [*(header.first for header in markers.headers[1:]), markers.end]
    ends = [markers.footers_between(h.last, limit) for h, limit in zip(markers.headers, limits, strict=True)]
    last = [found[-1] for found in ends if found]
    plain = [f.position.without_style for f in last if not f.linked]
    return len(plain) * 2 > len(last) or any(plain.count(f.position.without_style) > 1 for f in last[-1:])
