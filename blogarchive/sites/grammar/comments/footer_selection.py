"""The footers `回复 | N` that end a page's comments, and those that nobody can type."""

from collections.abc import Sequence
from dataclasses import replace

from blogarchive.sites.grammar.comments.footers import Footer
from blogarchive.sites.grammar.comments.headers import Header
from blogarchive.sites.grammar.comments.marker_context import (
    CommentMarkers,
    begins_with,
    last_record,
    record_of,
)
from blogarchive.sites.grammar.page.dom_position import BlockPosition

_FEW = 3  # comments: the one or two that have a footer may have typed it


def own_footers(marks: CommentMarkers, headers: Sequence[Header]) -> list[Footer | None]:
    """The footer of each of the page's own headers, None where the page sets none."""
    limits = [*(header.first for header in headers[1:]), marks.end]
    spans = [marks.footers_between(h.last, limit) for h, limit in zip(headers, limits, strict=True)]
    sure = {footer.first for footer in sure_footers(marks)}
    if sure and all(any(footer.first in sure for footer in found) for found in spans[:-1]):
        return [next((f for f in reversed(found) if f.first in sure), None) for found in spans]
    closing = [
        found[-1] if found and _ends_at(marks, found[-1], limit) else None
        for found, limit in zip(spans[:-1], limits[:-1], strict=True)
    ]
    if sum(f is not None for f in closing) * 2 < len(closing):
        return [None] * len(headers)
    pattern = next((f.place.plain for f in closing if f is not None), None)
    last = [f for f in spans[-1] if (f.place.plain == pattern if pattern else _closes(marks, headers[-1], f))]
    if not last and closing and all(footer is not None and footer.linked for footer in closing):
        last = [f for f in spans[-1] if f.linked]  # a comment above that leaves a tag open moves all below it
    found_all = [*closing, last[-1] if last else None]
    return [None] * len(headers) if _may_be_typed(marks, found_all) else found_all


def _may_be_typed(marks: CommentMarkers, footers: Sequence[Footer | None]) -> bool:
    """Whether of few comments not all have a footer, and the others' stand in words where commenters type."""
    found = [footer for footer in footers if footer is not None]
    if len(footers) > _FEW or len(found) == len(footers):
        return False
    return not any(footer.linked for footer in found) and all(marks.can_be_typed(f.place) for f in found)


def with_footers(
    marks: CommentMarkers, headers: Sequence[Header]
) -> tuple[Sequence[Header], Sequence[Footer | None]]:
    """The headers, each with its footer; where footers end the headers' rows above the texts, they are part of these."""
    footers = own_footers(marks, headers)
    rows = [
        replace(header, last=footer.last, likes=footer.likes)
        for header, footer in zip(headers, footers, strict=True)
        if footer is not None and _ends_row(marks, headers, header, footer)
    ]
    return (rows, [None] * len(rows)) if len(rows) == len(headers) else (headers, footers)


def _ends_row(marks: CommentMarkers, headers: Sequence[Header], header: Header, footer: Footer) -> bool:
    """Whether the footer follows the header at once, and the comment's element, which begins so, holds more."""
    view = marks.view
    record = last_record(view, headers)
    if len(headers) > 1:
        record = view.document.inside(record_of(view, headers, header))
    follows = footer.first == header.last + 1 and footer.last + 1 < record.stop
    return follows and begins_with(view, record, header)


def _closes(marks: CommentMarkers, header: Header, footer: Footer) -> bool:
    """Whether a footer ends the element it stands in, as the page's own does and one amid typed lines does not."""
    document, lines = marks.view.document, marks.view.lines
    node = lines[footer.first].block
    parent = node.getparent()
    if node.tag in ("p", "div") and footer.place.stand is BlockPosition.WHOLE and parent is not None:
        node = parent
    if document.holds(node, lines[header.first]) and header.place.stand is BlockPosition.INNER:
        return True  # the comments stand amid the rest of the page, in one element with it
    return not any(marks.view.folded[index] for index in range(footer.last + 1, document.inside(node).stop))


def _ends_at(marks: CommentMarkers, footer: Footer, limit: int) -> bool:
    """Whether nothing is written between a footer and the next header."""
    return not any(marks.view.folded[index] for index in range(footer.last + 1, limit))


def sure_footers(marks: CommentMarkers) -> list[Footer]:
    """The footers that nobody can type, where they stand alike."""
    linked = [f for f in marks.footers if f.linked]
    if linked and _are_typed(marks, linked):
        linked = []
    found = linked or [f for f in marks.footers if marks.typed and not marks.can_be_typed(f.place)]
    return found if len({footer.place.plain for footer in found}) == 1 else []


def _are_typed(marks: CommentMarkers, linked: Sequence[Footer]) -> bool:
    """Whether more comments end with words alone than with a link: a commenter's words can be a link."""
    limits = [*(header.first for header in marks.headers[1:]), marks.end]
    ends = [marks.footers_between(h.last, limit) for h, limit in zip(marks.headers, limits, strict=True)]
    last = [found[-1] for found in ends if found]
    return sum(footer in linked for footer in last) * 2 < len(last)


def like_last(footers: Sequence[Footer]) -> list[Footer]:
    """The footers that stand as the last one does, which is always the page's own."""
    return [footer for footer in footers if footer.place.plain == footers[-1].place.plain]
