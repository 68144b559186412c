"""The markers of a page's comments, with the positions of the lines between them."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.comments.footers import CommentFooter
from blogarchive.sites.grammar.comments.headers import CommentHeader
from blogarchive.sites.grammar.comments.markers import MarkerCandidates
from blogarchive.sites.grammar.page.dom_position import BlockPosition, DomPosition, position_if_typed
from blogarchive.sites.grammar.page.page_view import PageView

_FIRST = attrgetter("first")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentMarkers:
    """All lines that match a marker, up to line `end`, and the positions of typed lines.

    `typed_blocks` has the block positions of typed lines by their path.
    `labels` are lines after them that are labels of the page's own sections. The first header is always the
    page's own: commenters write nothing before it.
    """

    view: PageView
    headers: tuple[CommentHeader, ...]
    footers: tuple[CommentFooter, ...]
    end: int
    typed: tuple[DomPosition, ...]
    typed_blocks: Mapping[str, frozenset[BlockPosition]]
    labels: frozenset[int]

    def footers_between(self, start: int, end: int) -> tuple[CommentFooter, ...]:
        """Return the footers after line `start` and before line `end`."""
        begin = bisect_right(self.footers, start, key=_FIRST)
        return self.footers[begin : bisect_left(self.footers, end, lo=begin, key=_FIRST)]

    def header_after(self, line: int) -> CommentHeader | None:
        """Return the first header after a line, or None."""
        offset = bisect_right(self.headers, line, key=_FIRST)
        return self.headers[offset] if offset < len(self.headers) else None

    def can_be_typed(self, position: DomPosition) -> bool:
        """Return True if a commenter's words can have this position, as far as the page shows."""
        if not self.typed:
            return not position.is_split
        if position.is_split:
            return False
        found = self.typed_blocks.get(position.paths[0], frozenset())
        return bool(
            found if position.block_position is BlockPosition.INNER else found - {BlockPosition.INNER}
        )


def build_markers(view: PageView, found: MarkerCandidates) -> CommentMarkers:
    """Return the markers with the positions of the lines between them; `found` has a header."""
    headers, footers, end = tuple(found.headers), found.footers, len(view.lines)
    marked: list[CommentHeader | CommentFooter] = [*headers, *footers]
    known = {index for marker in marked for index in range(marker.first, marker.last + 1)}
    element = find_last_block(view, headers)
    start = headers[-1].last + 1
    labels = _find_section_labels(view, headers)
    label = min(labels, default=end)
    closed = max((f.last + 1 for f in footers if f.last < label), default=start)
    stop = min(max(closed, element.stop if starts_element(view, element, headers[-1]) else start), end)
    lines = (i for i in range(headers[0].last + 1, stop) if i not in known and view.folded[i])
    typed = tuple(dict.fromkeys(position_if_typed(view, index, 1) for index in lines))
    end = _find_comments_end(view, start, end, {position.paths[0] for position in typed})
    own = tuple(footer for footer in footers if footer.last < end)
    blocks: dict[str, frozenset[BlockPosition]] = {}
    for position in typed:
        path = position.paths[0]
        blocks[path] = blocks.get(path, frozenset()) | {position.block_position}
    return CommentMarkers(
        view=view, headers=headers, footers=own, end=end, typed=typed, typed_blocks=blocks, labels=labels
    )


def _find_comments_end(view: PageView, start: int, end: int, typed: set[str]) -> int:
    """Find the label of a section in a position that no typed line has; the page continues there."""
    labels = (index for index in view.sections if start <= index < end and view.is_section(index))
    return next((i for i in labels if view.tag_path(view.lines[i].node_at(0)) not in typed), end)


def _find_section_labels(view: PageView, headers: Sequence[CommentHeader]) -> frozenset[int]:
    """Find the lines after the last header that are labels of sections.

    A label that also occurs before the comments, or later again, may be typed and is left out.
    """
    first, last = headers[0].first, headers[-1].last
    latest: dict[str, int] = {}
    before: set[str] = set()
    for index, name in view.sections.items():
        if name == "other":
            continue
        latest[name] = index
        if index < first:
            before.add(name)
    return frozenset(index for name, index in latest.items() if index > last and name not in before)


def find_last_block(view: PageView, headers: Sequence[CommentHeader]) -> range:
    """Return the lines of the last comment's element: the innermost with lines after its header."""
    header = headers[-1]
    element: Element | None = find_comment_element(view, headers, header)
    inside = range(0)
    while element is not None and inside.stop <= header.last + 1:
        inside = view.document.lines_in(element)
        element = element.getparent()
    return inside


def find_comment_element(view: PageView, headers: Sequence[CommentHeader], header: CommentHeader) -> Element:
    """Return the element with this header and no other; the header's block if there is only one header."""
    line = view.lines[header.first]
    if len(headers) == 1:
        return line.block
    top = view.document.common_ancestor(view.lines[headers[0].first], view.lines[headers[-1].first])
    return view.document.child_containing(top, line)


def starts_element(view: PageView, element: range, header: CommentHeader) -> bool:
    """Return True if no text precedes the header in its element, so the element has one comment alone."""
    return not any(view.folded[index] for index in range(element.start, header.first))
