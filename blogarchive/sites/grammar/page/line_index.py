"""All lines of a page as one folded text, in which a pattern finds its lines at once."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from blogarchive.parsing.lines.cached_subtree import CachedSubtree
from blogarchive.parsing.lines.document import Line
from blogarchive.sites.grammar.page.vocabulary import BEGIN, fold

LONGEST_LABEL = 400
"""No line of the page's own is longer: longer ones are prose, which matches nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineIndex:
    """`text` holds each folded line after a BEGIN; `starts[i]` is where line i begins in it."""

    text: str
    starts: Sequence[int]

    def beginning(self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None) -> Iterator[int]:
        """The lines of `[start, end)` that begin as `pattern` says, which itself begins with BEGIN."""
        for found in self.begun(pattern, start, end):
            yield self.line_at(found.start() + 1)

    def begun(
        self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None
    ) -> Iterator["re.Match[str]"]:
        """What matches at the beginning of these lines."""
        if start >= len(self.starts):
            return iter(())
        stop = len(self.text) if end is None or end >= len(self.starts) else self.starts[end] - 1
        return pattern.finditer(self.text, self.starts[start] - 1, stop)

    def starting(self, words: str) -> Iterator[int]:
        """The lines that begin with these words, whatever form their characters have; none where there are no words."""
        begin = BEGIN + fold(words)
        place = self.text.find(begin) if words else -1
        while place >= 0:
            yield self.line_at(place + 1)
            place = self.text.find(begin, place + 1)

    def holding(self, pattern: "re.Pattern[str]") -> Iterator[int]:
        """The lines in which `pattern` stands, each once."""
        yield from dict.fromkeys(self.line_at(found.start()) for found in pattern.finditer(self.text))

    def line_at(self, place: int) -> int:
        """The line that holds a place of `text`."""
        return bisect_right(self.starts, place) - 1


def fold_lines(
    lines: Sequence[Line], cache: Sequence[CachedSubtree] = ()
) -> tuple[LineIndex, tuple[str, ...]]:
    """The text of all lines, and each line's; of a line of prose its length alone. `repeats` are among them."""
    pieces, place = [], 0
    for repeat in cache:
        pieces += [_folded(lines[place : repeat.index]), _of_repeat(repeat)]
        place = repeat.index + len(repeat.lines)
    text = "".join([*pieces, _folded(lines[place:])])
    folded = tuple(text.split(BEGIN)[1:])
    starts = list(accumulate([len(line) + 1 for line in folded], initial=1))[:-1]
    return LineIndex(text=text, starts=starts), folded


@lru_cache(maxsize=16)
def _of_repeat(repeat: CachedSubtree) -> str:
    return _folded(repeat.lines)


def _folded(lines: Sequence[Line]) -> str:
    texts = [line.text if len(line.text) <= LONGEST_LABEL else "…" * len(line.text) for line in lines]
    return fold("".join([BEGIN + text for text in texts]))
