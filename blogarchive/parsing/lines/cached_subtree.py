"""A run of elements that stands alike on many pages, with the tree and the lines that it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.line import Line
from blogarchive.parsing.lines.session_ids import SessionId

PLACEHOLDER = "blogarchive-stands-for"
"""The attribute of the elements that stand for a run while a page is parsed."""


@dataclass(kw_only=True, slots=True, eq=False)
class CachedSubtree:
    """A run of elements with the tree and the lines that it makes; it belongs to the page that was read last.

    `opened` and `closed` are the places of its elements, counted from its own, `size` is how many places they take.
    `index` and `place` are where it stands. `sessions` are the attributes that hold the session id of the page, as
    element, name and value with the id hidden; in `text` it is hidden too.
    """

    text: str
    names: tuple[str, ...]
    nodes: Sequence[Element]
    opened: Mapping[Element, int]
    closed: Mapping[Element, int]
    size: int
    hidden: frozenset[Element]
    sessions: Sequence[tuple[Element, str, str]]
    lines: Sequence[Line]
    index: int = 0
    position: int = 0

    def move(self, index: int, position: int) -> None:
        """Let the run begin at line `index` and at `place` of a document."""
        lines, places = index - self.index, position - self.position
        self.index, self.position = index, position
        for line in self.lines:
            line.index += lines
            line.start += places
            line.end += places

    def set_session_id(self, session: SessionId) -> None:
        """Let the links of the run carry the session id of its page."""
        for node, name, value in self.sessions:
            node.set(name, session.unmask(value))

    def positions(self, node: Element) -> tuple[int, int] | None:
        """Where an element of the run opens and closes in the document; None where it is not of the run."""
        opened = self.opened.get(node)
        return None if opened is None else (opened + self.position, self.closed[node] + self.position)

    def placeholders(self, number: int) -> str:
        """HTML that stands for the run: an empty element for each kind."""
        return "".join(f"<{name} {PLACEHOLDER}={number}></{name}>" for name in dict.fromkeys(self.names))
