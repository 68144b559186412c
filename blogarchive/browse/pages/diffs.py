"""Compute the readable difference of two texts: changed characters with the sentences around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）]*|\n|$)")
_MAX_COMPARED = 4000
_CONTEXT = 1
_MIN_EQUAL_RUN = 2


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A part of a text: `same` in both, only in the `old` or the `new` one, or `skipped` far from a change."""

    kind: Literal["same", "old", "new", "skipped"]
    text: str


def diff_texts(old: str, new: str) -> tuple[DiffPart, ...]:
    """Return the parts from `old` to `new`; each run of sentences far from a change is one `skipped` part."""
    before, after = _split_sentences(old), _split_sentences(new)
    found: list[DiffPart] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (verb, from_, to, from_after, to_after) in enumerate(steps):
        if verb == "equal":
            found += _keep_context(before[from_:to], is_first=place == 0, is_last=place == len(steps) - 1)
        else:
            found += _compare_characters("".join(before[from_:to]), "".join(after[from_after:to_after]))
    return tuple(found)


def _split_sentences(text: str) -> list[str]:
    return [found for found in _SENTENCE.findall(text) if found]


def _keep_context(sentences: list[str], *, is_first: bool, is_last: bool) -> Iterator[DiffPart]:
    """Yield the sentences next to a change, and the skipped ones between."""
    head = [] if is_first else sentences[:_CONTEXT]
    rest = sentences[len(head) :]
    tail = [] if is_last else rest[max(0, len(rest) - _CONTEXT) :]
    middle = rest[: len(rest) - len(tail)]
    if head:
        yield DiffPart("same", "".join(head))
    if middle:
        yield DiffPart("skipped", "".join(middle))
    if tail:
        yield DiffPart("same", "".join(tail))


def _compare_characters(old: str, new: str) -> Iterator[DiffPart]:
    """Compare character by character if both texts are short enough."""
    if not old or not new or len(old) + len(new) > _MAX_COMPARED:
        yield from _replace_text(old, new)
        return
    at_old = at_new = 0
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        # A single equal character inside a change makes it harder to read.
        if 0 < block.size < _MIN_EQUAL_RUN:
            continue
        yield from _replace_text(old[at_old : block.a], new[at_new : block.b])
        if block.size:
            yield DiffPart("same", old[block.a : block.a + block.size])
        at_old, at_new = block.a + block.size, block.b + block.size


def _replace_text(old: str, new: str) -> Iterator[DiffPart]:
    if old:
        yield DiffPart("old", old)
    if new:
        yield DiffPart("new", new)
