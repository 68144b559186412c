"""Speed of the date parser against dateparser.

Both parse the same texts in turn in one process; the figure of a form is the median ratio of seven rounds.
dateparser has `languages=["zh"]`, as its documentation advises; a first call loads it.
"""

import statistics
import warnings
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from zoneinfo import ZoneInfo

from blogarchive.parsing.dates.parse import parse_date

SEEN = datetime(2025, 2, 1, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
ROUNDS = 7
TEXTS = 300
FORMS = {
    "post and comment times (2025-01-28 01:46:53)": "{:%Y-%m-%d %H:%M:%S}",
    "registration and archive dates (2025-01-28)": "{:%Y-%m-%d}",
    "Chinese dates (2014年7月14日 08:11)": "{:%Y年%m月%d日 %H:%M}",
}
GOAL = "at least 20 × faster"


def texts(form: str) -> list[str]:
    """Return different times in one form, since a cache of results would help no crawl."""
    return [
        form.format(datetime(2008 + n % 17, 1 + n % 12, 1 + n % 28, n % 24, n % 60, (7 * n) % 60))
        for n in range(TEXTS)
    ]


def seconds(read: Callable[[str], object], shown: list[str]) -> float:
    start = perf_counter()
    for text in shown:
        if read(text) is None:
            raise AssertionError(f"{text} was not read")
    return perf_counter() - start


def ratio(form: str, rounds: int) -> float:
    import dateparser

    shown = texts(form)
    settings = {"RELATIVE_BASE": SEEN.replace(tzinfo=None)}

    def theirs(text: str) -> object:
        return dateparser.parse(text, languages=["zh"], settings=settings)

    def ours(text: str) -> object:
        return parse_date(text, SEEN)

    theirs(shown[0])
    return statistics.median(seconds(theirs, shown) / seconds(ours, shown) for _ in range(rounds))


def measure(*, small: bool = False) -> list[tuple[str, str, str]]:
    """Return a row for each form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            (f"dates: {name}, against dateparser", GOAL, f"{ratio(form, 1 if small else ROUNDS):.0f} ×")
            for name, form in FORMS.items()
        ]
