"""One line of a page as its reader sees it, with the elements that hold its pieces."""

from dataclasses import dataclass

from blogarchive.parsing.html.parse import Element

SPACE = " \t\n\r\f\v"
EDGES = SPACE + "\xa0\u200b\ufeff"


Span = tuple[int, int, Element, Element | None]
"""A piece of a line's text: its start and end in the text, the element whose text it is, the `a` it is part of."""


@dataclass(slots=True, eq=False)
class Line:
    """One visible line: collapsed text, the innermost block that holds it, its place in the document.

    `start` and `end` are places in document order. `media` are the replaced elements (pictures, players) in the
    line, each with the `a` it is part of; a line of pictures alone has empty text. Nobody changes a line once it
    is made; it is not frozen because freezing doubles the time to make the hundreds of a page.
    """

    index: int
    text: str
    block: Element
    start: int
    end: int
    spans: tuple[Span, ...]
    media: tuple[tuple[Element, Element | None], ...] = ()

    def node_at(self, offset: int) -> Element:
        """The element that holds the character at `offset` of the text."""
        for start, end, node, _ in self.spans:
            if start <= offset < end:
                return node
        return self.block

    def links(self) -> list[tuple[str, Element]]:
        """The `a` elements in the line, in order, each with its text in this line."""
        if len(self.spans) == 1 and not self.media:
            anchor = self.spans[0][3]
            return [] if anchor is None else [(self.text.strip(EDGES), anchor)]
        found: dict[Element, str] = {}
        for start, end, _, anchor in self.spans:
            if anchor is not None:
                found[anchor] = found.get(anchor, "") + self.text[start:end]
        for _, anchor in self.media:
            if anchor is not None:
                found.setdefault(anchor, "")
        return [(text.strip(EDGES), anchor) for anchor, text in found.items()]

    def span_of(self, anchor: Element) -> tuple[int, int]:
        """Where the text of the `a` element starts and ends in this line's; `(0, 0)` where it has none here."""
        places = [(start, end) for start, end, _, linked in self.spans if linked is anchor]
        return (places[0][0], places[-1][1]) if places else (0, 0)

    def link_at(self, start: int, end: int) -> Element | None:
        """The first `a` element that holds a character of `[start, end)`."""
        for first, last, _, anchor in self.spans:
            if first < end and start < last and anchor is not None:
                return anchor
        return None
