"""What an edit changed, as a person reads it: the sentences around, the characters that went and came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）]*|\n|$)")
_MOST_COMPARED = 4000
_CONTEXT = 1
_SHORTEST_KEPT = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text: `same` in both, only in the `old` one, only in the `new` one, or `skipped` in
    between.
    """

    kind: Literal["same", "old", "new", "skipped"]
    text: str


def changes(old: str, new: str) -> tuple[Change, ...]:
    """From `old` to `new`; sentences far from any change are left out, each stretch of them one `skipped`."""
    before, after = _sentences(old), _sentences(new)
    found: list[Change] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (verb, from_, to, from_after, to_after) in enumerate(steps):
        if verb == "equal":
            found += _around(before[from_:to], is_first=place == 0, is_last=place == len(steps) - 1)
        else:
            found += _within("".join(before[from_:to]), "".join(after[from_after:to_after]))
    return tuple(found)


def _sentences(text: str) -> list[str]:
    return [found for found in _SENTENCE.findall(text) if found]


def _around(sentences: list[str], *, is_first: bool, is_last: bool) -> Iterator[Change]:
    """The sentences next to a change, and a mark for those between."""
    head = [] if is_first else sentences[:_CONTEXT]
    rest = sentences[len(head) :]
    tail = [] if is_last else rest[max(0, len(rest) - _CONTEXT) :]
    middle = rest[: len(rest) - len(tail)]
    if head:
        yield Change("same", "".join(head))
    if middle:
        yield Change("skipped", "".join(middle))
    if tail:
        yield Change("same", "".join(tail))


def _within(old: str, new: str) -> Iterator[Change]:
    """Character by character where both are short enough to compare."""
    if not old or not new or len(old) + len(new) > _MOST_COMPARED:
        yield from _gone_and_come(old, new)
        return
    at_old = at_new = 0
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        # A single character that both happen to share makes a change harder to read, not easier.
        if 0 < block.size < _SHORTEST_KEPT:
            continue
        yield from _gone_and_come(old[at_old : block.a], new[at_new : block.b])
        if block.size:
            yield Change("same", old[block.a : block.a + block.size])
        at_old, at_new = block.a + block.size, block.b + block.size


def _gone_and_come(old: str, new: str) -> Iterator[Change]:
    if old:
        yield Change("old", old)
    if new:
        yield Change("new", new)
