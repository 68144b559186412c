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
from blogarchive.parsing.html.parse import Element, parse_strictly
from blogarchive.parsing.html.visibility import hidden_elements
from blogarchive.parsing.lines.cached_subtree import STAND_IN, CachedSubtree
from blogarchive.parsing.lines.common_runs import Common, common_runs, find
from blogarchive.parsing.lines.line_builder import LineBuilder
from blogarchive.parsing.lines.session_ids import HIDDEN, SessionIds

_stand_ins = etree.XPath(f"descendant-or-self::*/@{STAND_IN}/..")
_with_session = etree.XPath(f"descendant::*[@*[contains(., '{HIDDEN}')]]")
_LEAST = 1000  # characters: less costs more than it saves
_LONGEST = 200_000  # characters of a page, and of all that is known
_MOST = 12  # runs
_LONGEST_WAIT = 64  # pages


def repeat_of(common: Common) -> CachedSubtree | None:
    """The run as it is parsed; None where libxml2 makes another tree of it than its tags tell."""
    root = parse_strictly(f"<body><div>{common.text}</div></body>")
    around = None if root is None else root.find("body/div")
    if root is None or around is None:
        return None
    if tuple([node.tag for node in around if isinstance(node.tag, str)]) != common.names:
        return None
    sessions = _sessions_in(around)
    if sum(value.count(HIDDEN) for _, _, value in sessions) != common.text.count(HIDDEN):
        return None  # it is shown somewhere
    hidden = hidden_elements(root)
    builder = LineBuilder(hidden)
    builder.walk(root)
    start = builder.opened[around] + 2
    inner = [node for node, place in builder.opened.items() if place >= start]
    repeat = CachedSubtree(
        text=common.text,
        names=common.names,
        nodes=list(around),
        opened={node: builder.opened[node] - start for node in inner},
        closed={node: builder.closed[node] - start for node in inner},
        size=builder.closed[around] - start,
        hidden=hidden,
        sessions=sessions,
        lines=builder.lines,
        place=start,
    )
    repeat.move(0, 0)
    return repeat


def _sessions_in(around: Element) -> Sequence[tuple[Element, str, str]]:
    """The attributes that hold a session id: their elements, names and values."""
    found = cast("list[Element]", _with_session(around))
    attributes = [(node, str(name), str(value)) for node in found for name, value in node.items()]
    return [(node, name, value) for node, name, value in attributes if HIDDEN in value]


class SubtreeCache:
    """The runs that the pages read lately had in common. A document read with it is whole until the next one is."""

    def __init__(self) -> None:
        self._known: list[CachedSubtree] = []  # the last used first
        self._before = ""  # the last page, without what was known of it
        self._taken = 0  # characters of it that were known
        self._pause = 0  # pages until the next try to learn
        self._wait = 1
        self._sessions = SessionIds()

    def shorten(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        """The page with stand-ins for what is known of it, and what they stand for."""
        if len(text) > _LONGEST or STAND_IN in text or HIDDEN in text:
            return text, ()
        session = self._sessions.of(text)
        rest, found = self._shortened(session.hide(text))
        for repeat in found:
            repeat.wear(session)
        return session.show(rest), found

    def _shortened(self, text: str) -> tuple[str, Sequence[CachedSubtree]]:
        rest, found = self._without(text)
        taken = sum(len(repeat.text) for repeat in found)
        if taken < self._taken - _LEAST:
            self._pause, self._wait = 0, 1
        if self._before and self._is_time() and self._learn(rest):
            rest, found = self._without(text)
            taken = sum(len(repeat.text) for repeat in found)
        self._before, self._taken = rest, taken
        return rest, found

    def _without(self, text: str) -> tuple[str, list[CachedSubtree]]:
        found: list[CachedSubtree] = []
        for repeat in self._known:
            place = find(text, repeat.text)
            if place >= 0:
                text = text[:place] + repeat.stand_ins(len(found)) + text[place + len(repeat.text) :]
                found.append(repeat)
        self._keep([*found, *(repeat for repeat in self._known if repeat not in found)])
        return text, found

    def _keep(self, cache: Sequence[CachedSubtree]) -> None:
        """Know the first of these runs, as many as there is room for."""
        sizes = accumulate(len(repeat.text) for repeat in cache)
        self._known = [r for r, size in zip(cache, sizes, strict=True) if size <= _LONGEST][:_MOST]

    def forget(self, cache: Sequence[CachedSubtree]) -> None:
        """These runs stand where they cannot be put in: they are known no more, and not soon learnt again."""
        self._keep([repeat for repeat in self._known if repeat not in cache])
        self._before, self._pause, self._wait = "", _LONGEST_WAIT, _LONGEST_WAIT

    def _is_time(self) -> bool:
        self._pause -= 1
        return self._pause < 0

    def _learn(self, rest: str) -> bool:
        """Whether this page and the last one share something that was not known."""
        found = common_runs(self._before, rest, _LEAST)
        learnt = [repeat for common in found if (repeat := repeat_of(common)) is not None]
        self._keep([*learnt, *self._known])
        self._wait = 1 if learnt else min(2 * self._wait, _LONGEST_WAIT)
        self._pause = self._wait
        return bool(learnt)


def places_of(root: Element, cache: Sequence[CachedSubtree]) -> Sequence[Sequence[Element]] | None:
    """The stand-ins of each run in a tree; None where one is not what was put there."""
    found: list[list[Element]] = [[] for _ in cache]
    for node in cast("list[Element]", _stand_ins(root)):
        number = node.get(STAND_IN, "")
        if not number.isdecimal() or int(number) >= len(found):  # the page's own, in other letters
            return None
        found[int(number)].append(node)
    fitting = all(_fit(nodes, repeat) for nodes, repeat in zip(found, cache, strict=True))
    return found if fitting else None


def _fit(nodes: Sequence[Element], repeat: CachedSubtree) -> bool:
    """Whether the stand-ins stand side by side, in a place where their text is read as it was."""
    if [node.tag for node in nodes] != list(dict.fromkeys(repeat.names)):
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


def put_in(nodes: Sequence[Element], repeat: CachedSubtree) -> None:
    """Put the run's own elements where its stand-ins are."""
    parent = nodes[0].getparent()
    if parent is None:
        raise ValueError("a stand-in without a parent")
    place = parent.index(nodes[0])
    repeat.nodes[-1].tail = nodes[-1].tail
    parent[place : place + len(nodes)] = repeat.nodes
