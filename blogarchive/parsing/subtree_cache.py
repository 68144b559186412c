"""Parse content that repeats on the pages of a blog once, such as a sidebar with two hundred months."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import cast

from lxml import etree

from blogarchive.parsing.html import BLOCKS, PREFORMATTED, Element, hidden_elements, parse_html_strict
from blogarchive.parsing.lines import PLACEHOLDER, SESSION_MASK, CachedSubtree, LineBuilder, SessionIdFinder

# --- what two pages share

_TAG = re.compile(
    r"<(?:!--[^<>]*+-->|(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<rest>(?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+)>)?"
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
# Their content is no HTML, or they affect the elements around them.
_EXCLUDED_TAGS = frozenset(
    "html head body frameset title base meta script style noscript textarea xmp plaintext listing iframe noframes"  # noqa: SIM905
    " noembed svg math template".split()
)
_SHARED_TAGS = BLOCKS - _EXCLUDED_TAGS
"""Elements of a run: each begins and ends a line, and keeps its position."""

_PROBE_LENGTH = 200  # characters that distinguish most runs
_MAX_PROBES = 8
_MAX_TRIES = 1000  # elements searched in the other page
_MAX_DEPTH = 200  # deeper pages are skipped


@dataclass(slots=True)
class _ElementSpan:
    """An element in a text; `is_whole`: all elements opened in it are closed in it, and no others."""

    name: str
    start: int
    end: int = 0
    is_whole: bool = False
    inner: list["_ElementSpan"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommonRun:
    """A text that two pages share: adjacent whole elements, with their tags."""

    text: str
    names: tuple[str, ...]


def common_runs(one: str, other: str, least: int) -> Iterator[CommonRun]:
    """Yield the outermost runs of elements of `one`, at least `least` characters long, that `other` contains too."""
    levels, tries = [_parse_spans(one)], 0
    while levels:
        spans = levels.pop()
        position = 0
        while position < len(spans) and tries < _MAX_TRIES:
            tries += 1
            end = _find_run_end(spans, position, one, other)
            if end == position:
                levels.append(spans[position].inner)
                position += 1
                continue
            text = one[spans[position].start : spans[end - 1].end]
            if len(text) >= least:
                yield CommonRun(text=text, names=tuple([span.name for span in spans[position:end]]))
            position = end


def _find_text(text: str, piece: str) -> int:
    """Return the index of `piece` in `text`, or -1; gives up after a few positions with the same beginning."""
    position = -1
    for _ in range(_MAX_PROBES):
        position = text.find(piece[:_PROBE_LENGTH], position + 1)
        if position < 0 or text.startswith(piece, position):
            return position
    return -1


def _find_run_end(spans: Sequence[_ElementSpan], first: int, one: str, other: str) -> int:
    """Return the end of the longest run from `spans[first]` on that `other` contains; `first` if there is none."""
    begin, last = spans[first].start, first
    if not _can_be_shared(spans[first]) or (position := _find_text(other, one[begin : spans[first].end])) < 0:
        return first
    for before, span in zip(spans[first:], spans[first + 1 :], strict=False):
        added = one[before.end : span.end]
        if not _can_be_shared(span) or one[before.end : span.start].strip():
            break
        if not other.startswith(added, position + before.end - begin):
            break
        last += 1
    return last + 1


def _can_be_shared(span: _ElementSpan) -> bool:
    return span.is_whole and span.name in _SHARED_TAGS


def _parse_spans(text: str) -> list[_ElementSpan]:
    """Return the outermost elements of a text; an unclosed element is replaced by its content."""
    opened = _OpenElements()
    for found in _TAG.finditer(text):
        name = (found["name"] or "").lower()
        if found["end"]:
            opened.close(name, found.end())
        elif name in _EXCLUDED_TAGS or found[0] == "<" or PLACEHOLDER in found[0]:
            opened.mark_unclosed()
        elif name and name not in _VOID:
            opened.open(name, found.start())
            if len(opened.spans) > _MAX_DEPTH:
                return []
    return opened.outermost()


class _OpenElements:
    """The elements open at a position of a text, innermost last; the first is the text itself."""

    def __init__(self) -> None:
        self.spans = [_ElementSpan("", 0)]
        self._names: Counter[str] = Counter()
        self._unclosed = 0  # number of elements, from the first on, with unbalanced content

    def open(self, name: str, start: int) -> None:
        self.spans.append(_ElementSpan(name, start))
        self._names[name] += 1

    def close(self, name: str, end: int) -> None:
        if not self._names[name]:
            self.mark_unclosed()
            return
        while self.spans[-1].name != name:
            self._abandon()
        span = self._pop()
        span.end, span.is_whole = end, len(self.spans) >= self._unclosed
        self._unclosed = min(self._unclosed, len(self.spans))
        self.spans[-1].inner.append(span)

    def mark_unclosed(self) -> None:
        self._unclosed = len(self.spans)

    def outermost(self) -> list[_ElementSpan]:
        while len(self.spans) > 1:
            self._abandon()
        return self.spans[0].inner

    def _abandon(self) -> None:
        """Replace the innermost element, which was not closed, by its content."""
        inner = self._pop().inner
        self.spans[-1].inner += inner
        self.mark_unclosed()

    def _pop(self) -> _ElementSpan:
        span = self.spans.pop()
        self._names[span.name] -= 1
        return span


# --- the cache

_select_placeholders = etree.XPath(f"descendant-or-self::*/@{PLACEHOLDER}/..")
_select_masked = etree.XPath(f"descendant::*[@*[contains(., '{SESSION_MASK}')]]")
_MIN_LENGTH = 1000  # characters of a run: caching a shorter one costs more than it saves
_MAX_LENGTH = 200_000  # characters of a page, and of all cached runs
_MAX_RUNS = 12  # runs
_MAX_WAIT = 64  # pages


def _build_subtree(common: CommonRun) -> CachedSubtree | None:
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
            position = _find_text(text, subtree.text)
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
        runs = [subtree for common in found if (subtree := _build_subtree(common)) is not None]
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
