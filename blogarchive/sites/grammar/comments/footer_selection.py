"""Selection of the footers `回复 | N` that end comments, and of those that nobody can type."""

from collections.abc import Sequence
from dataclasses import replace

from blogarchive.sites.grammar.comments.footers import CommentFooter
from blogarchive.sites.grammar.comments.headers import CommentHeader
from blogarchive.sites.grammar.comments.marker_context import (
    CommentMarkers,
    find_comment_element,
    find_last_block,
    starts_element,
)
from blogarchive.sites.grammar.page.dom_position import BlockPosition

_FEW_COMMENTS = 3  # of so few comments, the one or two with a footer may have typed it


def select_footers(markers: CommentMarkers, headers: Sequence[CommentHeader]) -> list[CommentFooter | None]:
    """Return the footer of each of the page's own headers; None if a comment has none."""
    limits = [*(header.first for header in headers[1:]), markers.end]
    spans = [markers.footers_between(h.last, limit) for h, limit in zip(headers, limits, strict=True)]
    sure = {footer.first for footer in find_sure_footers(markers)}
    if sure and all(any(footer.first in sure for footer in found) for found in spans[:-1]):
        return [next((f for f in reversed(found) if f.first in sure), None) for found in spans]
    closing = [
        found[-1] if found and _ends_at(markers, found[-1], limit) else None
        for found, limit in zip(spans[:-1], limits[:-1], strict=True)
    ]
    if sum(f is not None for f in closing) * 2 < len(closing):
        return [None] * len(headers)
    pattern = next((f.position.without_style for f in closing if f is not None), None)
    last = [
        f
        for f in spans[-1]
        if (f.position.without_style == pattern if pattern else _ends_element(markers, headers[-1], f))
    ]
    if not last and closing and all(footer is not None and footer.linked for footer in closing):
        last = [f for f in spans[-1] if f.linked]  # an open tag in a comment moves all comments below it
    found_all = [*closing, last[-1] if last else None]
    return [None] * len(headers) if _may_be_typed(markers, found_all) else found_all


def _may_be_typed(markers: CommentMarkers, footers: Sequence[CommentFooter | None]) -> bool:
    """Check whether, of few comments, some lack a footer and the others' may be typed words."""
    found = [footer for footer in footers if footer is not None]
    if len(footers) > _FEW_COMMENTS or len(found) == len(footers):
        return False
    return not any(footer.linked for footer in found) and all(markers.can_be_typed(f.position) for f in found)


def pair_footers(
    markers: CommentMarkers, headers: Sequence[CommentHeader]
) -> tuple[Sequence[CommentHeader], Sequence[CommentFooter | None]]:
    """Return the headers, each with its footer; a footer in the header's row above the text joins the
    header.
    """
    footers = select_footers(markers, headers)
    rows = [
        replace(header, last=footer.last, likes=footer.likes)
        for header, footer in zip(headers, footers, strict=True)
        if footer is not None and _ends_header_row(markers, headers, header, footer)
    ]
    return (rows, [None] * len(rows)) if len(rows) == len(headers) else (headers, footers)


def _ends_header_row(
    markers: CommentMarkers, headers: Sequence[CommentHeader], header: CommentHeader, footer: CommentFooter
) -> bool:
    """Check whether the footer follows the header at once, and the comment's element continues after it."""
    view = markers.view
    element = find_last_block(view, headers)
    if len(headers) > 1:
        element = view.document.lines_in(find_comment_element(view, headers, header))
    follows = footer.first == header.last + 1 and footer.last + 1 < element.stop
    return follows and starts_element(view, element, header)


def _ends_element(markers: CommentMarkers, header: CommentHeader, footer: CommentFooter) -> bool:
    """Check whether a footer ends its element, as the template's own does and a typed one does not."""
    document, lines = markers.view.document, markers.view.lines
    node = lines[footer.first].block
    parent = node.getparent()
    if (
        node.tag in ("p", "div")
        and footer.position.block_position is BlockPosition.WHOLE
        and parent is not None
    ):
        node = parent
    if document.contains(node, lines[header.first]) and header.position.block_position is BlockPosition.INNER:
        return True  # the comments share one element with the rest of the page
    return not any(
        markers.view.folded[index] for index in range(footer.last + 1, document.lines_in(node).stop)
    )


def _ends_at(markers: CommentMarkers, footer: CommentFooter, limit: int) -> bool:
    """Check whether only blank lines follow the footer before `limit`."""
    return not any(markers.view.folded[index] for index in range(footer.last + 1, limit))


def find_sure_footers(markers: CommentMarkers) -> list[CommentFooter]:
    """Return the footers that nobody can type, if their positions are equal; else none."""
    linked = [f for f in markers.footers if f.linked]
    if linked and _are_typed(markers, linked):
        linked = []
    found = linked or [f for f in markers.footers if markers.typed and not markers.can_be_typed(f.position)]
    return found if len({footer.position.without_style for footer in found}) == 1 else []


def _are_typed(markers: CommentMarkers, linked: Sequence[CommentFooter]) -> bool:
    """Check whether more comments end with plain words than with a link: a commenter can type a link."""
    limits = [*(header.first for header in markers.headers[1:]), markers.end]
    ends = [markers.footers_between(h.last, limit) for h, limit in zip(markers.headers, limits, strict=True)]
    last = [found[-1] for found in ends if found]
    return sum(footer in linked for footer in last) * 2 < len(last)


def select_like_last(footers: Sequence[CommentFooter]) -> list[CommentFooter]:
    """Return the footers in the position of the last one, which is always the page's own."""
    return [
        footer for footer in footers if footer.position.without_style == footers[-1].position.without_style
    ]
