"""The ground on which a page's comments stand: their marks, and where typed lines stand among them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.comments.footers import Footer
from blogarchive.sites.grammar.comments.headers import Header
from blogarchive.sites.grammar.comments.markers import Found
from blogarchive.sites.grammar.page.dom_position import BlockPosition, DomPosition, typed_place
from blogarchive.sites.grammar.page.page_view import PageView


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentMarkers:
    """All that reads like a mark on the lines up to `end`, and the places where typed lines stand.

    `labels` are the lines after them that are labels of the page's own sections.

    The first header is always the page's own: before it stands nothing that a commenter wrote.
    """

    view: PageView
    headers: tuple[Header, ...]
    footers: tuple[Footer, ...]
    end: int
    typed: tuple[DomPosition, ...]
    labels: frozenset[int]

    def footers_between(self, start: int, end: int) -> tuple[Footer, ...]:
        """The footers after line `start` and before line `end`."""
        begin = bisect_right(self.footers, start, key=_first)
        return self.footers[begin : bisect_left(self.footers, end, lo=begin, key=_first)]

    def header_after(self, line: int) -> Header | None:
        """The first header after a line."""
        place = bisect_right(self.headers, line, key=_first)
        return self.headers[place] if place < len(self.headers) else None

    def can_be_typed(self, place: DomPosition) -> bool:
        """Whether a commenter's words can stand at `place`, as far as this page shows."""
        if not self.typed:
            return not place.in_pieces
        parts = len(place.paths)
        return any(
            typed.paths * parts == place.paths
            and (place.stand is BlockPosition.INNER or typed.stand is not BlockPosition.INNER)
            for typed in self.typed
        )


def _first(mark: Header | Footer) -> int:
    return mark.first


def gather(view: PageView, found: Found) -> CommentMarkers:
    """The marks with the places of the lines between them; `found` has a header."""
    headers, footers, end = tuple(found.headers), found.footers, len(view.lines)
    marked: list[Header | Footer] = [*headers, *footers]
    known = {index for mark in marked for index in range(mark.first, mark.last + 1)}
    record = last_record(view, headers)
    start = headers[-1].last + 1
    labels = _own_labels(view, headers)
    label = min(labels, default=end)
    closed = max((f.last + 1 for f in footers if f.last < label), default=start)
    stop = min(max(closed, record.stop if begins_with(view, record, headers[-1]) else start), end)
    lines = (i for i in range(headers[0].last + 1, stop) if i not in known and view.folded[i])
    typed = tuple(dict.fromkeys(typed_place(view, index, 1) for index in lines))
    end = _comments_end(view, start, end, {place.paths[0] for place in typed})
    own = tuple(footer for footer in footers if footer.last < end)
    return CommentMarkers(view=view, headers=headers, footers=own, end=end, typed=typed, labels=labels)


def _comments_end(view: PageView, start: int, end: int, typed: set[str]) -> int:
    """The line where the page itself goes on: a label that stands where no typed line stands."""
    labels = (index for index in view.sections if start <= index < end and view.is_section(index))
    return next((i for i in labels if view.path(view.lines[i].node_at(0)) not in typed), end)


def _own_labels(view: PageView, headers: Sequence[Header]) -> frozenset[int]:
    """The lines after the last header that are a section's label, and the only ones to say so since the first.

    Where the same label stands before the comments or further on, one of them may have been typed.
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


def last_record(view: PageView, headers: Sequence[Header]) -> range:
    """The lines of the last comment's element: the innermost that holds lines after its header."""
    header = headers[-1]
    record: Element | None = record_of(view, headers, header)
    inside = range(0)
    while record is not None and inside.stop <= header.last + 1:
        inside = view.document.inside(record)
        record = record.getparent()
    return inside


def record_of(view: PageView, headers: Sequence[Header], header: Header) -> Element:
    """The element that holds the header and none of the others', where the comments have such; else its block."""
    line = view.lines[header.first]
    if len(headers) == 1:
        return line.block
    top = view.document.common(view.lines[headers[0].first], view.lines[headers[-1].first])
    return view.document.child_towards(top, line)


def begins_with(view: PageView, record: range, header: Header) -> bool:
    """Whether nothing stands before the header in its element, so that the element is the comment's alone."""
    return not any(view.folded[index] for index in range(record.start, header.first))
