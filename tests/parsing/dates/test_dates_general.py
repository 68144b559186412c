"""Properties of `parse_date` for every time and every text."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarchive.parsing.dates.parse import parse_date, to_iso

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("America/Los_Angeles", "Asia/Shanghai", "Asia/Taipei", "UTC")]
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=ZONES).map(
    lambda at: at.replace(microsecond=0, fold=0)
)
NOW = TIMES
PERIOD = {
    **dict.fromkeys(range(6), "凌晨"),
    **dict.fromkeys(range(6, 12), "上午"),
    **dict.fromkeys(range(12, 24), "下午"),
}
NUMERALS = "〇一二三四五六七八九"


def digit_numerals(value: int) -> str:
    return "".join(NUMERALS[int(digit)] for digit in str(value))


def unit_numerals(value: int) -> str:
    """Return 1 to 59 as people write them (十, 二十一, …), 0 as 零."""
    tens, ones = divmod(value, 10)
    if value == 0:
        return "零"
    return ("" if tens == 0 else "十" if tens == 1 else NUMERALS[tens] + "十") + (
        NUMERALS[ones] if ones else ""
    )


FORMS = {
    "{:%Y-%m-%d %H:%M:%S}": "second",
    "{:%Y-%m-%d %H:%M}": "minute",
    "{:%Y-%m-%d}": "day",
    "留言时间:{:%Y-%m-%d %H:%M:%S}": "second",
    "发表于 {:%Y-%m-%d %H:%M}": "minute",
    "作者：某 [回复 甲乙] 留言时间：{:%Y-%m-%d %H:%M:%S}": "second",
    "{:%Y/%m/%d %H:%M:%S}": "second",
    "{:%Y.%m.%d %H:%M}": "minute",
    "{:%Y年%m月%d日 %H:%M:%S}": "second",
    "{:%Y年%m月%d日%H时%M分%S秒}": "second",
    "{:%Y年%m月%d日}": "day",
    "{:%Y年%m月}": "month",
    "{:%Y 年}": "year",
    "{:%Y%m%d%H%M%S}": "second",
    "{:%Y%m%d}": "day",
    "{:%d %b %Y %I:%M %p}": "minute",
    "{:%B %d, %Y}": "day",
    "{:%d.%m.%Y %H:%M}": "minute",
}
FIELDS = ("year", "month", "day", "hour", "minute", "second")


def truncate(at: datetime, precision: str) -> datetime:
    lowest = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    return at.replace(**{field: lowest[field] for field in FIELDS[FIELDS.index(precision) + 1 :]})


@given(at=TIMES, now=NOW)
def test_a_time_in_a_form_of_the_sites_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo)
    for form, precision in FORMS.items():
        assert parse_date(form.format(at), now) == (truncate(at, precision), precision)


@given(at=TIMES, now=NOW)
def test_a_time_in_chinese_numerals_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo, second=0)
    day = f"{digit_numerals(at.year)}年{unit_numerals(at.month)}月{unit_numerals(at.day)}日"
    time = f"{unit_numerals(at.hour)}点{unit_numerals(at.minute)}分"
    assert parse_date(day + time, now) == (at, "minute")


@given(at=TIMES.filter(lambda at: at.year >= 1912), now=NOW)
def test_a_year_of_the_republic_with_a_twelve_hour_time_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo)
    text = f"民國{at.year - 1911}年{at.month}月{at.day}日 {PERIOD[at.hour]}{at:%I:%M:%S}"
    assert parse_date(text, now) == (at, "second")


@given(at=TIMES, now=NOW, hours=st.integers(-11, 13))
def test_a_time_with_an_offset_is_that_instant(at: datetime, now: datetime, hours: int) -> None:
    there = at.astimezone(timezone(timedelta(hours=hours)))
    for text in (there.isoformat(), f"{there:%a, %d %b %Y %H:%M:%S %z}"):
        shown = parse_date(text, now)
        assert shown is not None
        assert shown.at.astimezone(UTC) == at.astimezone(UTC)
        assert shown.at.tzinfo is now.tzinfo


@given(
    at=TIMES,
    now=NOW,
    form=st.sampled_from(["%m-%d %H:%M", "%m月%d日 %H:%M", "%m-%d", "%m月%d日", "%b %d %H:%M"]),
)
def test_a_date_without_its_year_is_the_latest_in_the_past(at: datetime, now: datetime, form: str) -> None:
    shown = parse_date(f"{at:{form}}", now)
    assert shown is not None
    assert (shown.at.month, shown.at.day) == (at.month, at.day)
    assert timedelta(days=-366 * 8) < shown.at - now <= timedelta(days=1)
    if (at.month, at.day) != (2, 29):
        assert shown.at.replace(year=shown.at.year + 1) - now > timedelta(0)


@given(at=TIMES)
def test_iso_text_round_trips_to_the_same_instant(at: datetime) -> None:
    for form, precision in FORMS.items():
        shown = parse_date(form.format(at), at)
        assert shown is not None
        if precision != "year":
            again = parse_date(to_iso(shown), at)
            assert again is not None
            assert (again.at.astimezone(UTC), again.precision) == (shown.at.astimezone(UTC), shown.precision)


PIECES = [
    *"0123 二十零两半年月日号点时分秒刻:-/.前后天周个一TZ+()，今上",
    *(
        "12",
        "31",
        "99",
        "2014",
        "08:00",
        "上午",
        "下午",
        "晚上",
        "小时",
        "昨天",
        "去年",
        "民国",
        "农历",
        "发表于",
    ),
    *("Jul ", " ago", "a ", "hour", "pm", " at ", "\u3000"),
]
DATE_LIKE = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@settings(max_examples=300)
@given(text=DATE_LIKE | st.text(max_size=40), now=NOW)
def test_any_text_returns_an_aware_date_or_none(text: str, now: datetime) -> None:
    shown = parse_date(text, now)
    if shown is not None:
        assert shown.at == truncate(shown.at, shown.precision) or shown.at.utcoffset() != now.utcoffset()
        assert shown.at.tzinfo is now.tzinfo
        assert to_iso(shown)[:4].isdigit()


@pytest.mark.parametrize(
    "piece",
    [
        "一天零",
        "一",
        "2014-",
        "1",
        "发表于",
        "a ",
        "12:",
        "今天",
        "上午",
        "(",
        "一点",
        "jan ",
        "-",
        "an hour and ",
    ],
)
def test_a_long_text_is_parsed_quickly(piece: str) -> None:
    parse_date(piece * 2000, datetime(2025, 1, 2, tzinfo=UTC))
