"""Text of a page -> the lines a reader sees, each with the nodes that hold it.

Block elements, table cells and `<br>` break a line; inline elements do not (CSS 2.2, 9.2, on the elements' default
display). What is never shown (scripts, styles, `display:none`, form fields) is left out. Every piece of a page has
a place in document order, so that a run of lines can be cut out of the tree again (`fragment.py`): an element
opens at an even place and its first text stands right after it; it closes at an even place and its tail stands right
after that.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from blogarchive.parsing.html.elements import BLOCKS
from blogarchive.parsing.html.parse import Element as Element
from blogarchive.parsing.html.parse import parse_html
from blogarchive.parsing.html.visibility import hidden_elements
from blogarchive.parsing.lines.cached_subtree import CachedSubtree
from blogarchive.parsing.lines.line import Line as Line
from blogarchive.parsing.lines.line_builder import LineBuilder
from blogarchive.parsing.lines.subtree_cache import SubtreeCache, places_of, put_in


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A page as visible lines over its tree; `repeats` are the runs whose lines were known."""

    root: Element
    lines: tuple[Line, ...]
    title: str
    hidden: frozenset[Element] = field(repr=False)
    cache: Sequence[CachedSubtree]
    starts: list[int] = field(repr=False)
    _opened: dict[Element, int] = field(repr=False)
    _closed: dict[Element, int] = field(repr=False)

    def places(self, node: Element) -> tuple[int, int] | None:
        """Where an element opens and closes in document order; None where what holds it is never shown."""
        opened = self._opened.get(node)
        if opened is not None:
            return opened, self._closed[node]
        return next((found for repeat in self.cache if (found := repeat.places(node)) is not None), None)

    def inside(self, node: Element) -> range:
        """The indexes of the lines that lie wholly or partly in `node`; none where it is never shown."""
        opened, closed = self.places(node) or (0, 0)
        return range(bisect_left(self.starts, opened), bisect_left(self.starts, closed))

    def picked(self, pick: Callable[[CachedSubtree], Sequence[int]]) -> list[int]:
        """The indexes of all lines, but of those of a run that is known only the ones that `pick` counts from its own."""
        found, place = [], 0
        for repeat in self.cache:
            found += [*range(place, repeat.index), *[repeat.index + offset for offset in pick(repeat)]]
            place = repeat.index + len(repeat.lines)
        return [*found, *range(place, len(self.lines))]

    def holds(self, node: Element, line: Line) -> bool:
        """Whether the whole of `line` lies in `node`."""
        opened, closed = self.places(node) or (0, 0)
        return opened <= line.start and line.end <= closed

    def common(self, first: Line, last: Line) -> Element:
        """The innermost element that holds both lines and all between."""
        node = first.block
        while not self.holds(node, last) or not self.holds(node, first):
            parent = node.getparent()
            if parent is None:
                break
            node = parent
        return node

    def child_towards(self, ancestor: Element, line: Line) -> Element:
        """The child of `ancestor` that holds `line`, or `ancestor` where the line is its own."""
        node = line.block
        while node is not ancestor:
            parent = node.getparent()
            if parent is None or parent is ancestor:
                return node
            node = parent
        return ancestor


def read_document(text: str, cache: SubtreeCache | None = None) -> Document:
    """The document of a page's text; never raises, an empty page has no lines.

    It is the same with `repeats`, sooner where pages are alike; they take their elements from the page before.
    """
    root, known = _parsed(text, cache)
    hidden = hidden_elements(root).union(*(repeat.hidden for repeat, _ in known))
    firsts = {nodes[0]: repeat for repeat, nodes in known}
    builder = LineBuilder(hidden, {node: firsts.get(node) for _, nodes in known for node in nodes})
    builder.walk(root)
    for repeat, nodes in known:
        put_in(nodes, repeat)
    title = root.find(".//title")
    title_text = "" if title is None else " ".join("".join(map(str, title.itertext())).split())
    return Document(
        root=root,
        lines=tuple(builder.lines),
        title=title_text,
        hidden=hidden,
        cache=builder.cache,
        starts=[line.start for line in builder.lines],
        _opened=builder.opened,
        _closed=builder.closed,
    )


def _parsed(
    text: str, cache: SubtreeCache | None
) -> tuple[Element, Sequence[tuple[CachedSubtree, Sequence[Element]]]]:
    """The tree of a page, and the stand-ins in it for each run that is known."""
    if cache is None:
        return parse_html(text), ()
    shorter, known = cache.shorten(text)
    root = parse_html(shorter)
    places = places_of(root, known)
    if places is not None:
        return root, list(zip(known, places, strict=True))
    cache.forget(known)
    return parse_html(text), ()


def enclosing(node: Element | None, tag: str) -> Element | None:
    """The nearest element of that tag from `node` outwards, itself included, within its block."""
    while node is not None and node.tag != tag:
        if node.tag in BLOCKS:
            parent = node.getparent()
            return parent if parent is not None and parent.tag == tag else None
        node = node.getparent()
    return node
