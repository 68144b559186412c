"""Parse content that repeats on the pages of a blog once, such as a sidebar with two hundred months.

A page is parsed with placeholders for the cached runs, which are then replaced by the cached trees. The
result is the tree of the whole page: libxml2 checks the open elements from the inside out, so a balanced run
is parsed alike wherever its first tags are allowed. A placeholder for each tag shows that they are
(docs/decisions/0055-subtree-cache.md).
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import cast

from lxml import etree

from blogarchive.parsing.html.elements import PREFORMATTED
from blogarchive.parsing.html.parse import Element, parse_html_strict
from blogarchive.parsing.html.visibility import hidden_elements
from blogarchive.parsing.lines.cached_subtree import PLACEHOLDER, CachedSubtree
from blogarchive.parsing.lines.common_runs import CommonRun, common_runs, find_text
from blogarchive.parsing.lines.line_builder import LineBuilder
from blogarchive.parsing.lines.session_ids import SESSION_MASK, SessionIdFinder

_select_placeholders = etree.XPath(f"descendant-or-self::*/@{PLACEHOLDER}/..")
_select_masked = etree.XPath(f"descendant::*[@*[contains(., '{SESSION_MASK}')]]")
_MIN_LENGTH = 1000  # characters of a run: caching a shorter one costs more than it saves
_MAX_LENGTH = 200_000  # characters of a page, and of all cached runs
_MAX_RUNS = 12  # runs
_MAX_WAIT = 64  # pages


def build_subtree(common: CommonRun) -> CachedSubtree | None:
    """Return the parsed run; None if libxml2 builds another tree than its tags mean."""
    root = parse_html_strict(f"<body><div>{common.text}</div></body>")
    around = None if root is None else root.find("body/div")
    if root is None or around is None:
        return None
    if tuple([node.tag for node in around if isinstance(node.tag, str)]) != common.names:
        return None
    sessions = _find_session_attributes(around)
    if sum(value.count(SESSION_MASK) for _, _, value in sessions) != common.text.count(SESSION_MASK):
        return None  # the id is visible text
    hidden = hidden_elements(root)
    builder = LineBuilder(hidden)
    builder.walk(root)
    start = builder.opened[around] + 2
    inner = [node for node, position in builder.opened.items() if position >= start]
    subtree = CachedSubtree(
        text=common.text,
        names=common.names,
        nodes=list(around),
        opened={node: builder.opened[node] - start for node in inner},
        closed={node: builder.closed[node] - start for node in inner},
        size=builder.closed[around] - start,
        hidden=hidden,
        sessions=sessions,
        lines=builder.lines,
        position=start,
    )
    subtree.move(0, 0)
    return subtree


def _find_session_attributes(around: Element) -> Sequence[tuple[Element, str, str]]:
    """Return the attributes with a session id: element, name and value."""
    found = cast("list[Element]", _select_masked(around))
    attributes = [(node, str(name), str(value)) for node in found for name, value in node.items()]
    return [(node, name, value) for node, name, value in attributes if SESSION_MASK in value]


class SubtreeCache:
    """The runs that recent pages have in common. A document parsed with it is intact until the next one is parsed."""

    def __init__(self) -> None:
        self._subtrees: list[CachedSubtree] = []  # most recently used first
        self._previous = ""  # the previous page, without its cached runs
        self._replaced_length = 0  # characters of its cached runs
        self._pages_to_wait = 0  # pages until the next search for common runs
        self._wait = 1
        self._sessions = SessionIdFinder()

    def insert_placeholders(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        """Return the page with placeholders for its cached runs, and these runs."""
        if len(text) > _MAX_LENGTH or PLACEHOLDER in text or SESSION_MASK in text:
            return text, ()
        session = self._sessions.of(text)
        rest, found = self._insert_placeholders(session.mask(text))
        for subtree in found:
            subtree.set_session_id(session)
        return session.unmask(rest), found

    def _insert_placeholders(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        rest, found = self._replace_known(text)
        replaced = sum(len(subtree.text) for subtree in found)
        if replaced < self._replaced_length - _MIN_LENGTH:
            self._pages_to_wait, self._wait = 0, 1
        if self._previous and self._is_learning_due() and self._learn_runs(rest):
            rest, found = self._replace_known(text)
            replaced = sum(len(subtree.text) for subtree in found)
        self._previous, self._replaced_length = rest, replaced
        return rest, found

    def _replace_known(self, text: str) -> tuple[str, list[CachedSubtree]]:
        found: list[CachedSubtree] = []
        for subtree in self._subtrees:
            position = find_text(text, subtree.text)
            if position >= 0:
                text = (
                    text[:position] + subtree.placeholders(len(found)) + text[position + len(subtree.text) :]
                )
                found.append(subtree)
        self._retain([*found, *(subtree for subtree in self._subtrees if subtree not in found)])
        return text, found

    def _retain(self, cache: Sequence[CachedSubtree]) -> None:
        """Cache the first of these runs, within the limits."""
        sizes = accumulate(len(subtree.text) for subtree in cache)
        self._subtrees = [r for r, size in zip(cache, sizes, strict=True) if size <= _MAX_LENGTH][:_MAX_RUNS]

    def remove(self, cache: Sequence[CachedSubtree]) -> None:
        """Remove runs that cannot be restored at their position, and pause the search for new ones."""
        self._retain([subtree for subtree in self._subtrees if subtree not in cache])
        self._previous, self._pages_to_wait, self._wait = "", _MAX_WAIT, _MAX_WAIT

    def _is_learning_due(self) -> bool:
        self._pages_to_wait -= 1
        return self._pages_to_wait < 0

    def _learn_runs(self, rest: str) -> bool:
        """Cache the runs that this page and the previous one share; return whether there are any."""
        found = common_runs(self._previous, rest, _MIN_LENGTH)
        runs = [subtree for common in found if (subtree := build_subtree(common)) is not None]
        self._retain([*runs, *self._subtrees])
        self._wait = 1 if runs else min(2 * self._wait, _MAX_WAIT)
        self._pages_to_wait = self._wait
        return bool(runs)


def find_placeholders(root: Element, cache: Sequence[CachedSubtree]) -> Sequence[Sequence[Element]] | None:
    """Return the placeholders of each run in a tree; None if one is not as inserted."""
    found: list[list[Element]] = [[] for _ in cache]
    for node in cast("list[Element]", _select_placeholders(root)):
        number = node.get(PLACEHOLDER, "")
        if not number.isdecimal() or int(number) >= len(found):  # the page's own attribute, in other case
            return None
        found[int(number)].append(node)
    fitting = all(_are_intact(nodes, subtree) for nodes, subtree in zip(found, cache, strict=True))
    return found if fitting else None


def _are_intact(nodes: Sequence[Element], subtree: CachedSubtree) -> bool:
    """Return whether the placeholders are adjacent, in a position at which their content parses alike."""
    if [node.tag for node in nodes] != list(dict.fromkeys(subtree.names)):
        return False
    if any(node.getnext() is not other or node.tail for node, other in pairwise(nodes)):
        return False
    parent = nodes[0].getparent()
    return (
        parent is not None
        and parent.tag != "a"
        and not any(len(node) or node.text for node in nodes)
        and not any(up.tag in PREFORMATTED for up in nodes[0].iterancestors())
    )


def restore_subtree(nodes: Sequence[Element], subtree: CachedSubtree) -> None:
    """Replace the placeholders by the elements of the run."""
    parent = nodes[0].getparent()
    if parent is None:
        raise ValueError("a placeholder without a parent")
    position = parent.index(nodes[0])
    subtree.nodes[-1].tail = nodes[-1].tail
    parent[position : position + len(nodes)] = subtree.nodes
