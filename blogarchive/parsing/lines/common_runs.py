"""Finds what two pages have in common: runs of whole elements, written alike to the letter."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from blogarchive.parsing.html.elements import BLOCKS
from blogarchive.parsing.lines.cached_subtree import STAND_IN

_TAG = re.compile(
    r"<(?:!--[^<>]*+-->|(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<rest>(?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+)>)?"
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
# Their content is no HTML, or they change what stands around them.
_APART = frozenset(
    "html head body frameset title base meta script style noscript textarea xmp plaintext listing iframe noframes"  # noqa: SIM905
    " noembed svg math template".split()
)
_TOP = BLOCKS - _APART
"""What a run may be made of: each begins and ends a line, and stays where it stands."""

_PROBE = 200  # characters that tell most runs from each other
_MOST_PROBES = 8
_MOST_TRIES = 1000  # elements looked for in another page
_DEEPEST = 200  # elements in elements: deeper pages are not worth their time


@dataclass(slots=True)
class _Span:
    """An element in a text; `whole`: all that was opened in it was closed in it, and nothing else was."""

    name: str
    start: int
    end: int = 0
    whole: bool = False
    inner: list["_Span"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Common:
    """A text that two pages share: whole elements side by side, with the names of these."""

    text: str
    names: tuple[str, ...]


def common_runs(one: str, other: str, least: int) -> Iterator[Common]:
    """The runs of elements of `one`, of at least so many characters, that stand in `other` too: the outermost."""
    levels, tries = [_spans(one)], 0
    while levels:
        spans = levels.pop()
        place = 0
        while place < len(spans) and tries < _MOST_TRIES:
            tries += 1
            end = _shared(spans, place, one, other)
            if end == place:
                levels.append(spans[place].inner)
                place += 1
                continue
            text = one[spans[place].start : spans[end - 1].end]
            if len(text) >= least:
                yield Common(text=text, names=tuple([span.name for span in spans[place:end]]))
            place = end


def find(text: str, piece: str) -> int:
    """Where `piece` stands in `text`, or -1; gives up where its beginning stands in many places."""
    place = -1
    for _ in range(_MOST_PROBES):
        place = text.find(piece[:_PROBE], place + 1)
        if place < 0 or text.startswith(piece, place):
            return place
    return -1


def _shared(spans: Sequence[_Span], first: int, one: str, other: str) -> int:
    """The end of the longest run from `spans[first]` on that stands in `other`; `first` where there is none."""
    begin, last = spans[first].start, first
    if not _fits(spans[first]) or (place := find(other, one[begin : spans[first].end])) < 0:
        return first
    for before, span in zip(spans[first:], spans[first + 1 :], strict=False):
        added = one[before.end : span.end]
        if not _fits(span) or one[before.end : span.start].strip():
            break
        if not other.startswith(added, place + before.end - begin):
            break
        last += 1
    return last + 1


def _fits(span: _Span) -> bool:
    return span.whole and span.name in _TOP


def _spans(text: str) -> list[_Span]:
    """The outermost elements of a text; what is left open is none, and what stands in it is a level higher."""
    opened = _Opened()
    for found in _TAG.finditer(text):
        name = (found["name"] or "").lower()
        if found["end"]:
            opened.close(name, found.end())
        elif name in _APART or found[0] == "<" or STAND_IN in found[0]:
            opened.spoil()
        elif name and name not in _VOID:
            opened.open(name, found.start())
            if len(opened.spans) > _DEEPEST:
                return []
    return opened.outermost()


class _Opened:
    """The elements that are open at a place of a text, innermost last; the first is the text itself."""

    def __init__(self) -> None:
        self.spans = [_Span("", 0)]
        self._names: Counter[str] = Counter()
        self._spoilt = 0  # so many of them, from the first on, hold something that is not closed in itself

    def open(self, name: str, start: int) -> None:
        self.spans.append(_Span(name, start))
        self._names[name] += 1

    def close(self, name: str, end: int) -> None:
        if not self._names[name]:
            self.spoil()
            return
        while self.spans[-1].name != name:
            self._leave()
        span = self._pop()
        span.end, span.whole = end, len(self.spans) >= self._spoilt
        self._spoilt = min(self._spoilt, len(self.spans))
        self.spans[-1].inner.append(span)

    def spoil(self) -> None:
        self._spoilt = len(self.spans)

    def outermost(self) -> list[_Span]:
        while len(self.spans) > 1:
            self._leave()
        return self.spans[0].inner

    def _leave(self) -> None:
        """Give up the innermost element, which was not closed."""
        inner = self._pop().inner
        self.spans[-1].inner += inner
        self.spoil()

    def _pop(self) -> _Span:
        span = self.spans.pop()
        self._names[span.name] -= 1
        return span
