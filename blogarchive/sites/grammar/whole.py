"""All lines of a page as one folded text, in which a pattern finds its lines at once."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.words import BEGIN, fold

LONGEST_LABEL = 400
"""No line of the page's own is longer: longer ones are prose, which matches nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """`text` holds each folded line after a BEGIN; `starts[i]` is where line i begins in it."""

    text: str
    starts: Sequence[int]

    def beginning(self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None) -> Iterator[int]:
        """The lines of `[start, end)` that begin as `pattern` says, which itself begins with BEGIN."""
        if start >= len(self.starts):
            return
        stop = len(self.text) if end is None or end >= len(self.starts) else self.starts[end] - 1
        for found in pattern.finditer(self.text, self.starts[start] - 1, stop):
            yield self.line_at(found.start() + 1)

    def holding(self, pattern: "re.Pattern[str]") -> Iterator[int]:
        """The lines in which `pattern` stands, each once."""
        yield from dict.fromkeys(self.line_at(found.start()) for found in pattern.finditer(self.text))

    def line_at(self, place: int) -> int:
        """The line that holds a place of `text`."""
        return bisect_right(self.starts, place) - 1


def fold_lines(lines: Sequence[Line]) -> tuple[Whole, tuple[str, ...]]:
    """The text of all lines, and each line's; of a line of prose its length alone."""
    texts = [line.text if len(line.text) <= LONGEST_LABEL else "…" * len(line.text) for line in lines]
    text = fold("".join([BEGIN + text for text in texts]))
    starts = list(accumulate([len(text) + 1 for text in texts], initial=1))[:-1]
    return Whole(text=text, starts=starts), tuple(text.split(BEGIN)[1:])
