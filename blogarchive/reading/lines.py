"""Text of a page -> the lines a reader sees, each with the nodes that hold it.

Block elements, table cells and `<br>` break a line; inline elements do not (CSS 2.2, 9.2, on the elements' default
display). What is never shown (scripts, styles, `display:none`, form fields) is left out. Every piece of a page has
a place in document order, so that a run of lines can be cut out of the tree again (`fragment.py`): an element
opens at an even place and its first text stands right after it; it closes at an even place and its tail stands right
after that.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from blogarchive.reading.elements import BLOCKS
from blogarchive.reading.hidden import hidden_elements
from blogarchive.reading.html_tree import Element as Element
from blogarchive.reading.html_tree import parse_html
from blogarchive.reading.line import Line as Line
from blogarchive.reading.line_builder import LineBuilder


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A page as visible lines over its tree; `opened` and `closed` give each element's places in the order.

    What `hidden` elements hold has no places.
    """

    root: Element
    lines: tuple[Line, ...]
    title: str
    hidden: frozenset[Element] = field(repr=False)
    opened: dict[Element, int] = field(repr=False)
    closed: dict[Element, int] = field(repr=False)
    starts: list[int] = field(repr=False)

    def inside(self, node: Element) -> range:
        """The indexes of the lines that lie wholly or partly in `node`."""
        first = bisect_left(self.starts, self.opened[node])
        return range(first, bisect_left(self.starts, self.closed[node]))

    def holds(self, node: Element, line: Line) -> bool:
        """Whether the whole of `line` lies in `node`."""
        return self.opened[node] <= line.start and line.end <= self.closed[node]

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


def read_document(text: str) -> Document:
    """The document of a page's text; never raises, an empty page has no lines."""
    root = parse_html(text)
    hidden = hidden_elements(root)
    builder = LineBuilder(hidden)
    builder.walk(root)
    title = root.find(".//title")
    title_text = "" if title is None else " ".join("".join(map(str, title.itertext())).split())
    return Document(
        root=root,
        lines=tuple(builder.lines),
        title=title_text,
        hidden=hidden,
        opened=builder.opened,
        closed=builder.closed,
        starts=[line.start for line in builder.lines],
    )


def enclosing(node: Element | None, tag: str) -> Element | None:
    """The nearest element of that tag from `node` outwards, itself included, within its block."""
    while node is not None and node.tag != tag:
        if node.tag in BLOCKS:
            parent = node.getparent()
            return parent if parent is not None and parent.tag == tag else None
        node = node.getparent()
    return node
