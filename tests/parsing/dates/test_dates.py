"""The meaning of dates on a page: `dates.tsv` has the shown text and its ISO text (`to_iso`); `-` is no date.

The reference time is Thursday, 2 January 2025, 09:30:15 in Los Angeles, unless the row names another one.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blogarchive.parsing.dates.parse import ParsedDate, parse_date, to_iso
from tests.cases import Case, read_cases, wrong

PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = "2025-01-02T09:30:15.123456"
CASES = read_cases(__file__, "dates.tsv")


def meaning(case: Case) -> str:
    now = datetime.fromisoformat(case["now"] or NOW).replace(tzinfo=PACIFIC)
    shown = parse_date(case["text"], now)
    return to_iso(shown) if shown else "-"


def test_a_date_has_the_meaning_that_its_reader_understands() -> None:
    assert wrong([case for case in CASES if case["expected"] != "-"], meaning) == []


def test_other_text_returns_none_and_never_a_guess() -> None:
    assert wrong([case for case in CASES if case["expected"] == "-"], meaning) == []


@pytest.mark.parametrize(
    "text", ["2014-07-14 08:11", "昨天 08:11", "3小时前", "2014-07-14T08:11:22Z", "1405325482"]
)
def test_a_naive_reference_returns_a_naive_date_in_utc(text: str) -> None:
    now = datetime(2025, 1, 2, 9, 30)
    naive, aware = parse_date(text, now), parse_date(text, now.replace(tzinfo=UTC))
    assert naive is not None
    assert aware is not None
    assert naive == ParsedDate(aware.at.replace(tzinfo=None), aware.precision)


def test_the_time_is_in_the_zone_of_the_reference_and_has_the_shown_precision() -> None:
    now = datetime(2025, 2, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    shown = parse_date("发表于 2014-07-14 08:11", now)
    assert shown == ParsedDate(datetime(2014, 7, 14, 8, 11, tzinfo=now.tzinfo), "minute")
    assert shown.at.tzinfo is now.tzinfo
    assert parse_date("2012 年", now) == (datetime(2012, 1, 1, tzinfo=now.tzinfo), "year")
