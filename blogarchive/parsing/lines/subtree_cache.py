"""What stands alike on page after page of a blog is parsed and cut into lines once: the sidebar, two hundred months.

A page is parsed with stand-ins in the place of what is known, and gets the known trees in their place. It is the tree
that the whole page would have made: libxml2 looks at the open elements from the inside out, so that what is closed in
itself is read alike wherever its first tags may stand, and a stand-in for each kind of tag shows that they may
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
_MIN_LENGTH = 1000  # characters: less costs more than it saves
_MAX_LENGTH = 200_000  # characters of a page, and of all that is known
_MAX_RUNS = 12  # runs
_MAX_WAIT = 64  # pages


def build_subtree(common: CommonRun) -> CachedSubtree | None:
    """The run as it is parsed; None where libxml2 makes another tree of it than its tags tell."""
    root = parse_html_strict(f"<body><div>{common.text}</div></body>")
    around = None if root is None else root.find("body/div")
    if root is None or around is None:
        return None
    if tuple([node.tag for node in around if isinstance(node.tag, str)]) != common.names:
        return None
    sessions = _find_session_attributes(around)
    if sum(value.count(SESSION_MASK) for _, _, value in sessions) != common.text.count(SESSION_MASK):
        return None  # it is shown somewhere
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
    """The attributes that hold a session id: their elements, names and values."""
    found = cast("list[Element]", _select_masked(around))
    attributes = [(node, str(name), str(value)) for node in found for name, value in node.items()]
    return [(node, name, value) for node, name, value in attributes if SESSION_MASK in value]


class SubtreeCache:
    """The runs that the pages read lately had in common. A document read with it is whole until the next one is."""

    def __init__(self) -> None:
        self._subtrees: list[CachedSubtree] = []  # the last used first
        self._previous = ""  # the last page, without what was known of it
        self._replaced_length = 0  # characters of it that were known
        self._pages_to_wait = 0  # pages until the next try to learn
        self._wait = 1
        self._sessions = SessionIdFinder()

    def insert_placeholders(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        """The page with stand-ins for what is known of it, and what they stand for."""
        if len(text) > _MAX_LENGTH or PLACEHOLDER in text or SESSION_MASK in text:
            return text, ()
        session = self._sessions.of(text)
        rest, found = self._insert_placeholders(session.mask(text))
        for subtree in found:
            subtree.set_session_id(session)
        return session.unmask(rest), found

    def _insert_placeholders(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        rest, found = self._replace_known(text)
        taken = sum(len(subtree.text) for subtree in found)
        if taken < self._replaced_length - _MIN_LENGTH:
            self._pages_to_wait, self._wait = 0, 1
        if self._previous and self._is_learning_due() and self._learn_runs(rest):
            rest, found = self._replace_known(text)
            taken = sum(len(subtree.text) for subtree in found)
        self._previous, self._replaced_length = rest, taken
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
        """Know the first of these runs, as many as there is room for."""
        sizes = accumulate(len(subtree.text) for subtree in cache)
        self._subtrees = [r for r, size in zip(cache, sizes, strict=True) if size <= _MAX_LENGTH][:_MAX_RUNS]

    def remove(self, cache: Sequence[CachedSubtree]) -> None:
        """These runs stand where they cannot be put in: they are known no more, and not soon learnt again."""
        self._retain([subtree for subtree in self._subtrees if subtree not in cache])
        self._previous, self._pages_to_wait, self._wait = "", _MAX_WAIT, _MAX_WAIT

    def _is_learning_due(self) -> bool:
        self._pages_to_wait -= 1
        return self._pages_to_wait < 0

    def _learn_runs(self, rest: str) -> bool:
        """Whether this page and the last one share something that was not known."""
        found = common_runs(self._previous, rest, _MIN_LENGTH)
        learnt = [subtree for common in found if (subtree := build_subtree(common)) is not None]
        self._retain([*learnt, *self._subtrees])
        self._wait = 1 if learnt else min(2 * self._wait, _MAX_WAIT)
        self._pages_to_wait = self._wait
        return bool(learnt)


def find_placeholders(root: Element, cache: Sequence[CachedSubtree]) -> Sequence[Sequence[Element]] | None:
    """The stand-ins of each run in a tree; None where one is not what was put there."""
    found: list[list[Element]] = [[] for _ in cache]
    for node in cast("list[Element]", _select_placeholders(root)):
        number = node.get(PLACEHOLDER, "")
        if not number.isdecimal() or int(number) >= len(found):  # the page's own, in other letters
            return None
        found[int(number)].append(node)
    fitting = all(_are_intact(nodes, subtree) for nodes, subtree in zip(found, cache, strict=True))
    return found if fitting else None


def _are_intact(nodes: Sequence[Element], subtree: CachedSubtree) -> bool:
    """Whether the stand-ins stand side by side, in a place where their text is read as it was."""
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
    """Put the run's own elements where its stand-ins are."""
    parent = nodes[0].getparent()
    if parent is None:
        raise ValueError("a stand-in without a parent")
    position = parent.index(nodes[0])
    subtree.nodes[-1].tail = nodes[-1].tail
    parent[position : position + len(nodes)] = subtree.nodes
