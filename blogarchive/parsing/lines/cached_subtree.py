"""A run of elements that repeats on many pages, with its tree and its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.lines.line import Line
from blogarchive.parsing.lines.session_ids import SessionId

PLACEHOLDER = "blogarchive-placeholder"
"""Attribute of the placeholders for a run while a page is parsed."""


@dataclass(kw_only=True, slots=True, eq=False)
class CachedSubtree:
    """A run of elements with its tree and its lines; it is part of the page that was parsed last.

    `opened` and `closed` are positions relative to the run, `size` is the number of positions. `index` and
    `position` are the run's first line and position in the document. `sessions` are the attributes with the
    session id of the page: element, name, and value with the id masked. The id is masked in `text` too.
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
        """Move the run to line `index` and `position` of a document."""
        lines, shift = index - self.index, position - self.position
        self.index, self.position = index, position
        for line in self.lines:
            line.index += lines
            line.start += shift
            line.end += shift

    def set_session_id(self, session: SessionId) -> None:
        """Write the session id of the current page into the links of the run."""
        for node, name, value in self.sessions:
            node.set(name, session.unmask(value))

    def positions(self, node: Element) -> tuple[int, int] | None:
        """Return the positions in the document at which an element opens and closes; None if it is not in the run."""
        opened = self.opened.get(node)
        return None if opened is None else (opened + self.position, self.closed[node] + self.position)

    def placeholders(self, number: int) -> str:
        """Return the HTML that replaces the run: an empty element for each tag."""
        return "".join(f"<{name} {PLACEHOLDER}={number}></{name}>" for name in dict.fromkeys(self.names))
