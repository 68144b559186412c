"""Find runs of whole elements with identical text in two pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from blogarchive.parsing.html.elements import BLOCKS
from blogarchive.parsing.lines.cached_subtree import PLACEHOLDER

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


def find_text(text: str, piece: str) -> int:
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
    if not _can_be_shared(spans[first]) or (position := find_text(other, one[begin : spans[first].end])) < 0:
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
