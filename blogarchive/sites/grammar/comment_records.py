"""Which of the marks on a page are the page's own: a commenter can type a whole comment into his own.

What he types stands in his comment's text. So the page's own headers are told apart, in this order of trust:
each comment fills an element of its own; each ends with a footer that nobody can type; all headers stand where no
typed line stands; and last, where only words are left, their number is the number that the page claims.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.reading.lines import Element
from blogarchive.sites.grammar.comment_marks import Footer, Found, Header
from blogarchive.sites.grammar.places import Place, Stand, typed_place
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import label_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """All that reads like a mark on the lines up to `end`, and the places where typed lines stand.

    `labels` are the lines after them that are labels of the page's own sections.

    The first header is always the page's own: before it stands nothing that a commenter wrote.
    """

    view: View
    headers: tuple[Header, ...]
    footers: tuple[Footer, ...]
    end: int
    typed: tuple[Place, ...]
    labels: frozenset[int]

    def footers_between(self, start: int, end: int) -> tuple[Footer, ...]:
        """The footers after line `start` and before line `end`."""
        begin = bisect_right(self.footers, start, key=_first)
        return self.footers[begin : bisect_left(self.footers, end, lo=begin, key=_first)]

    def header_after(self, line: int) -> Header | None:
        """The first header after a line."""
        place = bisect_right(self.headers, line, key=_first)
        return self.headers[place] if place < len(self.headers) else None

    def can_be_typed(self, place: Place) -> bool:
        """Whether a commenter's words can stand at `place`, as far as this page shows."""
        if not self.typed:
            return not place.in_pieces
        parts = len(place.paths)
        return any(
            typed.paths * parts == place.paths
            and (place.stand is Stand.INNER or typed.stand is not Stand.INNER)
            for typed in self.typed
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Some of the headers, taken for the page's own; `sure` where no commenter can have typed one.

    `framed`: each comment fills an element of its own.
    """

    headers: tuple[Header, ...]
    sure: bool
    framed: bool = False


def _first(mark: Header | Footer) -> int:
    return mark.first


def gather(view: View, found: Found) -> Marks:
    """The marks with the places of the lines between them; `found` has a header."""
    headers, footers, end = found.headers, found.footers, len(view.lines)
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
    return Marks(view=view, headers=headers, footers=own, end=end, typed=typed, labels=labels)


def _comments_end(view: View, start: int, end: int, typed: set[str]) -> int:
    """The line where the page itself goes on: a label that stands where no typed line stands."""
    for index in range(start, end):
        if view.is_section(index) and view.path(view.lines[index].node_at(0)) not in typed:
            return index
    return end


def choices(marks: Marks) -> Iterator[Choice]:
    """The ways to tell the page's own headers, the most trusted first."""
    if len(marks.headers) == 1:
        yield Choice(headers=marks.headers, sure=True)
        return
    linked = tuple(header for header in marks.headers if header.is_linked(marks.view))
    for way in (_by_record, _by_footer, _by_link, _by_look, _by_path, _by_place):
        headers = way(marks)
        # A name that is a link was not typed: what would take its header for somebody's words is wrong.
        if headers is not None and set(linked).issubset(headers):
            yield Choice(headers=headers, sure=True, framed=way is _by_record)
    yield Choice(headers=_alike(marks), sure=False)
    if linked:
        yield Choice(headers=linked, sure=False)
    delimited = _after_each(marks, _like_last(marks.footers))
    if delimited is not None:
        yield Choice(headers=delimited, sure=False)
    yield Choice(headers=marks.headers, sure=False)


def own_footers(marks: Marks, headers: Sequence[Header]) -> list[Footer | None]:
    """The footer of each of the page's own headers, None where the page sets none."""
    limits = [*(header.first for header in headers[1:]), marks.end]
    spans = [marks.footers_between(h.last, limit) for h, limit in zip(headers, limits, strict=True)]
    sure = {footer.first for footer in _sure_footers(marks)}
    if sure:
        return [next((f for f in found if f.first in sure), None) for found in spans]
    closing = [
        found[-1] if found and _ends_at(marks, found[-1], limit) else None
        for found, limit in zip(spans[:-1], limits[:-1], strict=True)
    ]
    if sum(f is not None for f in closing) * 2 < len(closing):
        return [None] * len(headers)
    pattern = next((f.place.plain for f in closing if f is not None), None)
    last = [f for f in spans[-1] if (f.place.plain == pattern if pattern else _closes(marks, headers[-1], f))]
    return [*closing, last[-1] if last else None]


def _closes(marks: Marks, header: Header, footer: Footer) -> bool:
    """Whether a footer ends the element it stands in, as the page's own does and one amid typed lines does not."""
    document, lines = marks.view.document, marks.view.lines
    node = lines[footer.first].block
    parent = node.getparent()
    if node.tag in ("p", "div") and footer.place.stand is Stand.WHOLE and parent is not None:
        node = parent
    if document.holds(node, lines[header.first]) and header.place.stand is Stand.INNER:
        return True  # the comments stand amid the rest of the page, in one element with it
    return not any(marks.view.folded[index] for index in range(footer.last + 1, document.inside(node).stop))


def _own_labels(view: View, headers: Sequence[Header]) -> frozenset[int]:
    """The lines after the last header that are a section's label, and the only ones to say so since the first.

    Where the same label stands before the comments or further on, one of them may have been typed.
    """
    first, last = headers[0].first, headers[-1].last
    latest: dict[str | None, int] = {}
    before: set[str | None] = set()
    for index in view.sections:
        text = label_text(view.folded[index])
        latest[text] = index
        if index < first:
            before.add(text)
    return frozenset(index for text, index in latest.items() if index > last and text not in before)


def last_record(view: View, headers: Sequence[Header]) -> range:
    """The lines of the last comment's element: the innermost that holds lines after its header."""
    header = headers[-1]
    record: Element | None = record_of(view, headers, header)
    inside = range(0)
    while record is not None and inside.stop <= header.last + 1:
        inside = view.document.inside(record)
        record = record.getparent()
    return inside


def record_of(view: View, headers: Sequence[Header], header: Header) -> Element:
    """The element that holds the header and none of the others', where the comments have such; else its block."""
    line = view.lines[header.first]
    if len(headers) == 1:
        return line.block
    top = view.document.common(view.lines[headers[0].first], view.lines[headers[-1].first])
    return view.document.child_towards(top, line)


def begins_with(view: View, record: range, header: Header) -> bool:
    """Whether nothing stands before the header in its element, so that the element is the comment's alone."""
    return not any(view.folded[index] for index in range(record.start, header.first))


def _by_record(marks: Marks) -> tuple[Header, ...] | None:
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


def _hold_footers(marks: Marks, records: dict[Element, Header]) -> bool:
    """Whether all of the records hold a footer, or none does: else they are pieces of comments."""
    insides = (marks.view.document.inside(record) for record in records)
    return not marks.footers or all(marks.footers_between(i.start - 1, i.stop) for i in insides)


def _by_footer(marks: Marks) -> tuple[Header, ...] | None:
    """The first header after each footer that nobody can type."""
    return _after_each(marks, _sure_footers(marks))


def _sure_footers(marks: Marks) -> list[Footer]:
    """The footers that nobody can type, where they stand alike."""
    linked = [f for f in marks.footers if f.linked]
    found = linked or [f for f in marks.footers if marks.typed and not marks.can_be_typed(f.place)]
    return found if len({footer.place.plain for footer in found}) == 1 else []


def _like_last(footers: Sequence[Footer]) -> list[Footer]:
    return [footer for footer in footers if footer.place.plain == footers[-1].place.plain]


def _after_each(marks: Marks, footers: Iterable[Footer]) -> tuple[Header, ...] | None:
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


def _by_link(marks: Marks) -> tuple[Header, ...] | None:
    """All headers, where each name is a link to a blog, as no typed one is."""
    return marks.headers if all(header.is_linked(marks.view) for header in marks.headers) else None


def _by_look(marks: Marks) -> tuple[Header, ...] | None:
    """Headers alone in blocks that look like no block with typed lines."""
    first = marks.headers[0].place
    looks = {place.look for place in marks.typed if place.paths[0] == first.paths[0]}
    if first.stand is not Stand.WHOLE or not looks or first.look in looks:
        return None
    return tuple(header for header in _alike(marks) if header.place.look not in looks)


def _by_path(marks: Marks) -> tuple[Header, ...] | None:
    """Headers whose parts stand in elements that hold no typed line."""
    paths = marks.headers[0].place.paths
    typed = {place.paths[:1] * len(paths) for place in marks.typed}
    if not typed or paths in typed:
        return None
    return tuple(header for header in marks.headers if header.place.paths == paths)


def _by_place(marks: Marks) -> tuple[Header, ...] | None:
    """Headers that stand where no typed line stands, at the start of blocks of their own."""
    first = marks.headers[0]
    if first.place.stand is Stand.INNER or marks.can_be_typed(first.place):
        return None
    found = _alike(marks)
    inside = marks.view.document.inside(marks.view.lines[first.first].block)
    # Where all stand in one block, the first only happens to begin it.
    return found if len(found) > 1 or marks.headers[-1].first not in inside else None


def _alike(marks: Marks) -> tuple[Header, ...]:
    first = marks.headers[0].place.plain
    return tuple(header for header in marks.headers if header.place.plain == first)


def _stand_alike(headers: Iterable[Header]) -> bool:
    return len({header.place.plain for header in headers}) == 1


def _ends_at(marks: Marks, footer: Footer, limit: int) -> bool:
    """Whether nothing is written between a footer and the next header."""
    return not any(marks.view.folded[index] for index in range(footer.last + 1, limit))
