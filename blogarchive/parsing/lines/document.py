"""Split the text of a page into the lines that a reader sees, each with its nodes.

Block elements, table cells and `<br>` break a line; inline elements do not (CSS 2.2, 9.2, default display).
Content that is never shown (scripts, styles, `display:none`, form fields) is left out. Every node has
positions in document order, so that `extract` can copy a range of lines. An element opens at an even
position, its first text has the next one; it closes at an even position, its tail has the next one.
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
from blogarchive.parsing.lines.subtree_cache import SubtreeCache, find_placeholders, restore_subtree

_MAX_INLINE_DEPTH = 200  # elements between a text and the link around it


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A page as visible lines over its tree; `cache` are the runs with cached lines."""

    root: Element
    lines: tuple[Line, ...]
    title: str
    hidden: frozenset[Element] = field(repr=False)
    cache: Sequence[CachedSubtree]
    starts: list[int] = field(repr=False)
    _opened: dict[Element, int] = field(repr=False)
    _closed: dict[Element, int] = field(repr=False)

    def positions(self, node: Element) -> tuple[int, int] | None:
        """Return the positions at which an element opens and closes; None if it is inside hidden content."""
        opened = self._opened.get(node)
        if opened is not None:
            return opened, self._closed[node]
        return next((found for subtree in self.cache if (found := subtree.positions(node)) is not None), None)

    def lines_in(self, node: Element) -> range:
        """Return the indexes of the lines that overlap `node`; an empty range if it is hidden."""
        opened, closed = self.positions(node) or (0, 0)
        return range(bisect_left(self.starts, opened), bisect_left(self.starts, closed))

    def select_lines(self, pick: Callable[[CachedSubtree], Sequence[int]]) -> list[int]:
        """Return the indexes of all lines outside cached runs, and those that `pick` selects in each run.

        `pick` returns indexes relative to the first line of the run, so that it can be cached with the run.
        """
        found, position = [], 0
        for subtree in self.cache:
            found += [*range(position, subtree.index), *[subtree.index + offset for offset in pick(subtree)]]
            position = subtree.index + len(subtree.lines)
        return [*found, *range(position, len(self.lines))]

    def contains(self, node: Element, line: Line) -> bool:
        """Return whether all of `line` is in `node`."""
        opened, closed = self.positions(node) or (0, 0)
        return opened <= line.start and line.end <= closed

    def common_ancestor(self, first: Line, last: Line) -> Element:
        """Return the innermost element that contains both lines."""
        node = first.block
        while not self.contains(node, last) or not self.contains(node, first):
            parent = node.getparent()
            if parent is None:
                break
            node = parent
        return node

    def child_containing(self, ancestor: Element, line: Line) -> Element:
        """Return the child of `ancestor` that contains `line`, or `ancestor` if the line is its own."""
        node = line.block
        while node is not ancestor:
            parent = node.getparent()
            if parent is None or parent is ancestor:
                return node
            node = parent
        return ancestor


def parse_document(text: str, cache: SubtreeCache | None = None) -> Document:
    """Return the document of a page's text; never raises, an empty page has no lines.

    A `cache` does not change the result, but saves time on similar pages. It moves cached elements out of the
    tree of the page before.
    """
    root, cached = _parse_with_cache(text, cache)
    hidden = hidden_elements(root).union(*(subtree.hidden for subtree, _ in cached))
    firsts = {nodes[0]: subtree for subtree, nodes in cached}
    builder = LineBuilder(hidden, {node: firsts.get(node) for _, nodes in cached for node in nodes})
    builder.walk(root)
    for subtree, nodes in cached:
        restore_subtree(nodes, subtree)
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


def _parse_with_cache(
    text: str, cache: SubtreeCache | None
) -> tuple[Element, Sequence[tuple[CachedSubtree, Sequence[Element]]]]:
    """Return the root of the page, and the placeholders of each cached run in it."""
    if cache is None:
        return parse_html(text), ()
    shorter, cached = cache.insert_placeholders(text)
    root = parse_html(shorter)
    placeholders = find_placeholders(root, cached)
    if placeholders is not None:
        return root, list(zip(cached, placeholders, strict=True))
    cache.remove(cached)
    return parse_html(text), ()


def find_enclosing(node: Element | None, tag: str) -> Element | None:
    """Return the nearest ancestor with `tag`, `node` included, up to the parent of the block of `node`; else None."""
    for _ in range(_MAX_INLINE_DEPTH):
        if node is None or node.tag == tag:
            return node
        if node.tag in BLOCKS:
            parent = node.getparent()
            return parent if parent is not None and parent.tag == tag else None
        node = node.getparent()
    return None
