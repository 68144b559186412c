"""One visible line of a page, with the elements of its text."""

from dataclasses import dataclass

from blogarchive.parsing.html.parse import Element

SPACE = " \t\n\r\f\v"
EDGES = SPACE + "\xa0\u200b\ufeff"


Span = tuple[int, int, Element, Element | None]
"""A part of a line's text: start, end, the element of the text, and the `a` around it or None."""


@dataclass(slots=True, eq=False)
class Line:
    """One visible line: its collapsed text, its innermost block, and its position in the document.

    `start` and `end` are positions in document order. `media` are the replaced elements (images, players) in
    the line, each with the `a` around it; a line of images only has an empty text. A line is never changed
    after its creation; it is not frozen because that doubles the time to create the hundreds of lines of a
    page.
    """

    index: int
    text: str
    block: Element
    start: int
    end: int
    spans: tuple[Span, ...]
    media: tuple[tuple[Element, Element | None], ...] = ()

    def node_at(self, offset: int) -> Element:
        """Return the element of the character at `offset` of the text."""
        for start, end, node, _ in self.spans:
            if start <= offset < end:
                return node
        return self.block

    def links(self) -> list[tuple[str, Element]]:
        """Return the text in this line and the element of each `a`, in order."""
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

    def link_spans(self) -> dict[Element, list[tuple[int, int]]]:
        """Return the start and end of each piece of text of each `a` in this line."""
        found: dict[Element, list[tuple[int, int]]] = {}
        for start, end, _, anchor in self.spans:
            if anchor is not None:
                found.setdefault(anchor, []).append((start, end))
        return found

    def link_at(self, start: int, end: int) -> Element | None:
        """Return the first `a` that overlaps the range from `start` to `end`, or None."""
        for first, last, _, anchor in self.spans:
            if first < end and start < last and anchor is not None:
                return anchor
        return None
