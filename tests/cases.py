"""Cases of a rule as rows of a file beside its test: a rule that gains a case gains a row, and no code.

The first line of a file names its columns, which tabs separate: what the page shows, what is expected, and why, if the
row does not say it. An escape (`\\u00a0`, `\\n`) is the character.
"""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

Case = dict[str, str]


def read_cases(test: str, name: str) -> list[Case]:
    """Return the rows of the file `name` in the folder of the module `test`."""
    with (Path(test).parent / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
        return [{column: _unescape(value) for column, value in row.items()} for row in rows]


def _unescape(text: str) -> str:
    return text.encode("raw_unicode_escape").decode("unicode_escape") if "\\" in text else text


def wrong(cases: Iterable[Case], answer: Callable[[Case], str]) -> list[tuple[Case, str]]:
    """Return the cases whose answer is not the expected one, each with its answer; all are tried."""
    answered = [(case, answer(case)) for case in cases]
    assert answered
    return [(case, got) for case, got in answered if got != case["expected"]]
