"""Finds what two pages have in common: runs of whole elements, written alike to the letter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from blogarchive.reading.elements import BLOCKS
from blogarchive.reading.repeat import STAND_IN

_TAG = re.compile(
    r"<(?:!--[^<>]*+-->|(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?P<rest>(?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+)>)?"
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
# Their content is no HTML, or they change what stands around them.
_APART = frozenset(
    "html head body frameset title base meta script style noscript textarea xmp plaintext listing iframe noframes"  # noqa: SIM905
    " noembed svg math template".split()
)
_TOP = BLOCKS - _APART - {"dt", "dd"}
"""What a run may be made of: each begins and ends a line, and stays where it stands."""

_PROBE = 200  # characters that tell most runs from each other
_MOST_PROBES = 8


@dataclass(slots=True)
class _Span:
    """An element in a text; `whole`: all that was opened in it was closed in it, and nothing else was."""

    name: str
    start: int
    end: int = 0
    whole: bool = True
    inner: list["_Span"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Common:
    """A text that two pages share: whole elements side by side, with the names of these."""

    text: str
    names: tuple[str, ...]


def common_runs(one: str, other: str, least: int) -> Iterator[Common]:
    """The runs of elements of `one`, of at least so many characters, that stand in `other` too: the outermost."""
    levels = [_spans(one)]
    while levels:
        spans = levels.pop()
        place = 0
        while place < len(spans):
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
    page = _Span("", 0)
    opened = [page]
    for found in _TAG.finditer(text):
        name = (found["name"] or "").lower()
        if found["end"]:
            _close(opened, name, found.end())
        elif name in _APART or found[0] == "<" or STAND_IN in found[0]:
            _break(opened)
        elif name and name not in _VOID:
            opened.append(_Span(name, found.start()))
    while len(opened) > 1:
        _leave(opened)
    return page.inner


def _close(opened: list[_Span], name: str, end: int) -> None:
    if all(span.name != name for span in opened):
        _break(opened)
        return
    while opened[-1].name != name:
        _leave(opened)
    span = opened.pop()
    span.end = end
    opened[-1].inner.append(span)


def _leave(opened: list[_Span]) -> None:
    """Give up the innermost element, which was not closed."""
    inner = opened.pop().inner
    _break(opened)
    opened[-1].inner += inner


def _break(opened: list[_Span]) -> None:
    for span in opened:
        span.whole = False
