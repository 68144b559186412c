"""Selection of the page's own headers: a commenter can type a whole comment into his own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.footers import (
    CommentFooter,
    CommentMarkers,
    find_comment_element,
    find_sure_footers,
    select_like_last,
)
from blogarchive.sites.grammar.headers import CommentHeader
from blogarchive.sites.grammar.page import BlockPosition, find_labels
from blogarchive.sites.grammar.words import COMMENTS_LABEL


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderSelection:
    """Headers taken as the page's own; `sure` if no commenter can have typed one.

    `framed`: each comment fills an element. `doubted`: a header with a linked name counts as typed text, so
    the number must agree with the claimed one.
    """

    headers: tuple[CommentHeader, ...]
    sure: bool
    framed: bool = False
    doubted: bool = False


def iter_selections(markers: CommentMarkers) -> Iterator[HeaderSelection]:
    """Return the possible selections of the page's own headers, the most trusted first."""
    if len(markers.headers) == 1:
        yield HeaderSelection(
            headers=markers.headers,
            sure=markers.headers[0].is_linked(markers.view) or not _has_label_below(markers),
        )
        return
    linked = tuple(header for header in markers.headers if header.is_linked(markers.view))
    yield from _iter_sure_selections(markers, linked)
    yield HeaderSelection(headers=_select_like_first(markers), sure=False)
    if linked:
        yield HeaderSelection(headers=linked, sure=False)
    delimited = _select_after_footers(markers, select_like_last(markers.footers))
    if delimited is not None:
        yield HeaderSelection(headers=delimited, sure=False)
    yield HeaderSelection(headers=markers.headers, sure=False)


def _iter_sure_selections(
    markers: CommentMarkers, linked: Sequence[CommentHeader]
) -> Iterator[HeaderSelection]:
    """Select by structure alone; `linked` are the headers with linked names."""
    for select in (
        _select_by_element,
        _select_by_footer,
        _select_by_link,
        _select_by_style,
        _select_by_path,
        _select_by_position,
    ):
        headers = select(markers)
        if headers is None:
            continue
        # A linked name is hardly ever typed: a selection without its header is mostly wrong.
        selected = {header.first for header in headers}
        words = [header for header in linked if header.first not in selected]
        framed = select is _select_by_element
        if not words or (framed and all(_is_quoted(markers, headers, header) for header in words)):
            yield HeaderSelection(headers=headers, sure=True, framed=framed, doubted=bool(words))


def select_countable(markers: CommentMarkers, found: Sequence[HeaderSelection]) -> Sequence[HeaderSelection]:
    """Return the selections that a number may confirm.

    None if a label of comments may be in a text; else those with all linked names.
    """
    if _has_label_below(markers):
        return ()
    linked = {header.first for header in markers.headers if header.is_linked(markers.view)}
    return [selection for selection in found if linked <= {header.first for header in selection.headers}]


def _has_label_below(markers: CommentMarkers) -> bool:
    """Check whether a label of comments is below the first header: then a text may be above it."""
    first = markers.headers[0].first
    return any(first < index < markers.end for index in find_labels(markers.view, COMMENTS_LABEL))


def _select_by_element(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select the first header of each element if each comment fills an element of equal position."""
    view, headers = markers.view, markers.headers
    top = view.document.common_ancestor(view.lines[headers[0].first], view.lines[headers[-1].first])
    chosen: dict[Element, CommentHeader] = {}
    for header in headers:
        element = view.document.child_containing(top, view.lines[header.first])
        if element is top:
            return None
        if element not in chosen:
            inside = view.document.lines_in(element)
            if inside.stop <= header.last + 1 or view.has_text(range(inside.start, header.first)):
                return None
            chosen[element] = header
    firsts = tuple(chosen.values())
    if len(firsts) < 2 or not _are_alike(firsts):
        return None
    return firsts if _footers_match(markers, chosen) else None


# Promise "no forgery": an open tag in one comment moves others into it.
def _is_quoted(markers: CommentMarkers, headers: Sequence[CommentHeader], quoted: CommentHeader) -> bool:
    """Check whether no element like a comment's own surrounds a header inside one of the comments.

    If one does, it is another comment that an open tag moved there.
    """
    element = find_comment_element(markers.view, headers, quoted)
    for node, _ in markers.view.iter_around(quoted.first):
        if node is element:
            return True
        if node.tag == element.tag and node.items() == element.items():
            return False
    return False


def _footers_match(markers: CommentMarkers, elements: dict[Element, CommentHeader]) -> bool:
    """Check whether all elements contain a footer or none does: else they are parts of comments."""
    insides = (markers.view.document.lines_in(element) for element in elements)
    return not markers.footers or all(markers.footers_between(i.start - 1, i.stop) for i in insides)


def _select_by_footer(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select the first header after each footer that nobody can type."""
    return _select_after_footers(markers, find_sure_footers(markers))


def _select_after_footers(
    markers: CommentMarkers, footers: Iterable[CommentFooter]
) -> tuple[CommentHeader, ...] | None:
    """Select the first header and the first after each footer, if each of these has its footer."""
    chosen = [markers.headers[0]]
    count = 0
    for footer in footers:
        count += footer.first > chosen[0].last
        after = markers.header_after(footer.last)
        if after is not None and after is not chosen[-1]:
            chosen.append(after)
    alike = len({header.position.paths for header in chosen}) == 1
    return tuple(chosen) if count == len(chosen) and alike else None


def _select_by_link(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select all headers if each name links to a blog, as no typed name does."""
    return markers.headers if all(header.is_linked(markers.view) for header in markers.headers) else None


def _select_by_style(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select headers alone in blocks with a style that no block of typed lines has."""
    first = markers.headers[0].position
    styles = {position.style for position in markers.typed if position.paths[0] == first.paths[0]}
    if first.block_position is not BlockPosition.WHOLE or not styles or first.style in styles:
        return None
    return tuple(header for header in _select_like_first(markers) if header.position.style not in styles)


def _select_by_path(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select headers with parts in elements that contain no typed line."""
    paths = markers.headers[0].position.paths
    typed = {position.paths[:1] * len(paths) for position in markers.typed}
    if not typed or paths in typed:
        return None
    found = tuple(header for header in markers.headers if header.position.paths == paths)
    return found if len(found) > 1 else None  # a sole one may be typed, moved out of its element


def _select_by_position(markers: CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select headers at the start of blocks, in a position that no typed line has."""
    first = markers.headers[0]
    if first.position.block_position is BlockPosition.INNER or markers.can_be_typed(first.position):
        return None
    found = _select_like_first(markers)
    inside = markers.view.document.lines_in(markers.view.lines[first.first].block)
    # If one block contains all headers, the first begins it by chance.
    return found if len(found) > 1 or markers.headers[-1].first not in inside else None


def _select_like_first(markers: CommentMarkers) -> tuple[CommentHeader, ...]:
    first = markers.headers[0].position.without_style
    return tuple(header for header in markers.headers if header.position.without_style == first)


def _are_alike(headers: Iterable[CommentHeader]) -> bool:
    return len({header.position.without_style for header in headers}) == 1
