"""All lines of a page as one folded text, to search them with one pattern at once."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from blogarchive.parsing.lines import CachedSubtree, Line
from blogarchive.sites.grammar.page.vocabulary import LINE_START, fold

MAX_LABEL_LENGTH = 400
"""Longer lines are prose and match no pattern of the page's own lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineIndex:
    """The folded lines joined: `text` has each after a LINE_START; `starts[i]` is the offset of line i."""

    text: str
    starts: Sequence[int]

    def find_lines(self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None) -> Iterator[int]:
        """Return the indexes of the lines `[start, end)` that match `pattern`, which begins with
        LINE_START.
        """
        for found in self.find_matches(pattern, start, end):
            yield self.line_at(found.start() + 1)

    def find_matches(
        self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None
    ) -> Iterator["re.Match[str]"]:
        """Return the matches of `pattern` at the start of the lines `[start, end)`."""
        if start >= len(self.starts):
            return iter(())
        stop = len(self.text) if end is None or end >= len(self.starts) else self.starts[end] - 1
        return pattern.finditer(self.text, self.starts[start] - 1, stop)

    def find_lines_starting(self, words: str) -> Iterator[int]:
        """Return the lines that start with these words after folding; none if `words` is empty."""
        begin = LINE_START + fold(words)
        offset = self.text.find(begin) if words else -1
        while offset >= 0:
            yield self.line_at(offset + 1)
            offset = self.text.find(begin, offset + 1)

    def line_at(self, offset: int) -> int:
        """Return the line at an offset of `text`."""
        return bisect_right(self.starts, offset) - 1


def fold_lines(
    lines: Sequence[Line], cache: Sequence[CachedSubtree] = ()
) -> tuple[LineIndex, tuple[str, ...]]:
    """Return the index of all lines, and each folded line; prose becomes dots of the same length.

    `cache` has the cached subtrees among the lines; their text is folded once.
    """
    pieces, offset = [], 0
    for subtree in cache:
        pieces += [_fold_joined(lines[offset : subtree.index]), _fold_subtree(subtree)]
        offset = subtree.index + len(subtree.lines)
    text = "".join([*pieces, _fold_joined(lines[offset:])])
    folded = tuple(text.split(LINE_START)[1:])
    starts = list(accumulate([len(line) + 1 for line in folded], initial=1))[:-1]
    return LineIndex(text=text, starts=starts), folded


@lru_cache(maxsize=16)
def _fold_subtree(subtree: CachedSubtree) -> str:
    return _fold_joined(subtree.lines)


def _fold_joined(lines: Sequence[Line]) -> str:
    texts = [line.text if len(line.text) <= MAX_LABEL_LENGTH else "…" * len(line.text) for line in lines]
    return fold("".join([LINE_START + text for text in texts]))
