"""Which of the marks on a page are the page's own: a commenter can type a whole comment into his own.

What he types stands in his comment's text. So the page's own headers are told apart, in this order of trust:
each comment fills an element of its own; each ends with a footer that nobody can type; all headers stand where no
typed line stands; and last, where only words are left, their number is the number that the page claims.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.comments.footer_selection import like_last, sure_footers
from blogarchive.sites.grammar.comments.footers import Footer
from blogarchive.sites.grammar.comments.headers import Header
from blogarchive.sites.grammar.comments.marker_context import CommentMarkers, record_of
from blogarchive.sites.grammar.page.dom_position import BlockPosition
from blogarchive.sites.grammar.page.labels import labels
from blogarchive.sites.grammar.page.vocabulary import HEADING


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderSelection:
    """Some of the headers, taken for the page's own; `sure` where no commenter can have typed one.

    `framed`: each comment fills an element of its own. `doubted`: a header whose name is a link stands in somebody's
    words, so that their number has to be the one that the page claims.
    """

    headers: tuple[Header, ...]
    sure: bool
    framed: bool = False
    doubted: bool = False


def choices(marks: CommentMarkers) -> Iterator[HeaderSelection]:
    """The ways to tell the page's own headers, the most trusted first."""
    if len(marks.headers) == 1:
        yield HeaderSelection(
            headers=marks.headers, sure=marks.headers[0].is_linked(marks.view) or not _labelled(marks)
        )
        return
    linked = tuple(header for header in marks.headers if header.is_linked(marks.view))
    for way in (_by_record, _by_footer, _by_link, _by_look, _by_path, _by_place):
        headers = way(marks)
        if headers is None:
            continue
        # A name that is a link is hardly typed: what takes its header for somebody's words is mostly wrong.
        words = [header for header in linked if header not in headers]
        framed = way is _by_record
        if not words or (framed and all(_is_quoted(marks, headers, header) for header in words)):
            yield HeaderSelection(headers=headers, sure=True, framed=framed, doubted=bool(words))
    yield HeaderSelection(headers=_alike(marks), sure=False)
    if linked:
        yield HeaderSelection(headers=linked, sure=False)
    delimited = _after_each(marks, like_last(marks.footers))
    if delimited is not None:
        yield HeaderSelection(headers=delimited, sure=False)
    yield HeaderSelection(headers=marks.headers, sure=False)


def counted(marks: CommentMarkers, found: Sequence[HeaderSelection]) -> Sequence[HeaderSelection]:
    """Those whose number may tell that they are the page's: none with a linked name or a label of comments in a text."""
    if _labelled(marks):
        return ()
    linked = {header.first for header in marks.headers if header.is_linked(marks.view)}
    return [choice for choice in found if linked <= {header.first for header in choice.headers}]


def _labelled(marks: CommentMarkers) -> bool:
    """Whether a label of comments stands below the first header: what is above it may be a post's text."""
    first = marks.headers[0].first
    return any(first < index < marks.end for index in labels(marks.view, HEADING))


def _by_record(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """The first header of each record, where every comment has an element of its own among its likes."""
    view, headers = marks.view, marks.headers
    top = view.document.common(view.lines[headers[0].first], view.lines[headers[-1].first])
    chosen: dict[Element, Header] = {}
    for header in headers:
        record = view.document.child_towards(top, view.lines[header.first])
        if record is top:
            return None
        if record not in chosen:
            inside = view.document.inside(record)
            if inside.stop <= header.last + 1 or any(
                view.folded[i] for i in range(inside.start, header.first)
            ):
                return None
            chosen[record] = header
    firsts = tuple(chosen.values())
    if len(firsts) < 2 or not _stand_alike(firsts):
        return None
    return firsts if _hold_footers(marks, chosen) else None


def _is_quoted(marks: CommentMarkers, headers: Sequence[Header], quoted: Header) -> bool:
    """Whether no element like the comments' own stands around a header inside of one of them.

    It would be another comment, which a tag that was left open before it has put there.
    """
    record = record_of(marks.view, headers, quoted)
    node: Element | None = marks.view.lines[quoted.first].block
    while node is not None and node is not record:
        if node.tag == record.tag and node.items() == record.items():
            return False
        node = node.getparent()
    return node is record


def _hold_footers(marks: CommentMarkers, records: dict[Element, Header]) -> bool:
    """Whether all of the records hold a footer, or none does: else they are pieces of comments."""
    insides = (marks.view.document.inside(record) for record in records)
    return not marks.footers or all(marks.footers_between(i.start - 1, i.stop) for i in insides)


def _by_footer(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """The first header after each footer that nobody can type."""
    return _after_each(marks, sure_footers(marks))


def _after_each(marks: CommentMarkers, footers: Iterable[Footer]) -> tuple[Header, ...] | None:
    """The first header and the first one after each footer, where every one of these has its footer."""
    chosen = [marks.headers[0]]
    count = 0
    for footer in footers:
        count += footer.first > chosen[0].last
        after = marks.header_after(footer.last)
        if after is not None and after is not chosen[-1]:
            chosen.append(after)
    alike = len({header.place.paths for header in chosen}) == 1
    return tuple(chosen) if count == len(chosen) and alike else None


def _by_link(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """All headers, where each name is a link to a blog, as no typed one is."""
    return marks.headers if all(header.is_linked(marks.view) for header in marks.headers) else None


def _by_look(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """Headers alone in blocks that look like no block with typed lines."""
    first = marks.headers[0].place
    looks = {place.look for place in marks.typed if place.paths[0] == first.paths[0]}
    if first.stand is not BlockPosition.WHOLE or not looks or first.look in looks:
        return None
    return tuple(header for header in _alike(marks) if header.place.look not in looks)


def _by_path(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """Headers whose parts stand in elements that hold no typed line."""
    paths = marks.headers[0].place.paths
    typed = {place.paths[:1] * len(paths) for place in marks.typed}
    if not typed or paths in typed:
        return None
    found = tuple(header for header in marks.headers if header.place.paths == paths)
    return found if len(found) > 1 else None  # one alone may be the typed one that broke out of its element


def _by_place(marks: CommentMarkers) -> tuple[Header, ...] | None:
    """Headers that stand where no typed line stands, at the start of blocks of their own."""
    first = marks.headers[0]
    if first.place.stand is BlockPosition.INNER or marks.can_be_typed(first.place):
        return None
    found = _alike(marks)
    inside = marks.view.document.inside(marks.view.lines[first.first].block)
    # Where all stand in one block, the first only happens to begin it.
    return found if len(found) > 1 or marks.headers[-1].first not in inside else None


def _alike(marks: CommentMarkers) -> tuple[Header, ...]:
    first = marks.headers[0].place.plain
    return tuple(header for header in marks.headers if header.place.plain == first)


def _stand_alike(headers: Iterable[Header]) -> bool:
    return len({header.place.plain for header in headers}) == 1
