"""The meaning of dates and counts on a page, and properties of both for every time and text.

`dates.tsv` has the shown text and its ISO text (`date_text_iso`), `counts.tsv` the number; `-` is none. The reference
time is Thursday, 2 January 2025, 09:30:15 in Los Angeles, unless the row names another one.
"""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from blogarchive.parsing.dates.numbers import (
    MAX_COUNT,
    parse_chinese_number,
    parse_count,
    parse_digit_numerals,
)
from blogarchive.parsing.dates.order import (
    SHORT_DATE,
    day_orders,
    join_date,
    orders_since,
    short_date_form,
    write_year_first,
)
from blogarchive.parsing.dates.parse import ParsedDate, date_text, parse_date
from blogarchive.store.pages.context import date_text_iso
from tests.cases import Case, read_cases, wrong

PACIFIC = ZoneInfo("America/Los_Angeles")
THEN = "2025-01-02T09:30:15.123456"
CASES = read_cases(__file__, "dates.tsv")


def meaning(case: Case) -> str:
    now = datetime.fromisoformat(case["now"] or THEN).replace(tzinfo=PACIFIC)
    shown = parse_date(case["text"], now)
    return date_text_iso(date_text("", shown)) or "-"


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


ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("America/Los_Angeles", "Asia/Shanghai", "Asia/Taipei", "UTC")]
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=ZONES).map(
    lambda at: at.replace(microsecond=0, fold=0)
)
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


@given(at=TIMES, now=TIMES)
def test_a_time_in_a_form_of_the_sites_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo)
    for form, precision in FORMS.items():
        assert parse_date(form.format(at), now) == (truncate(at, precision), precision)


@given(at=TIMES, now=TIMES)
def test_a_time_in_chinese_numerals_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo, second=0)
    day = f"{digit_numerals(at.year)}年{unit_numerals(at.month)}月{unit_numerals(at.day)}日"
    time = f"{unit_numerals(at.hour)}点{unit_numerals(at.minute)}分"
    assert parse_date(day + time, now) == (at, "minute")


@given(at=TIMES.filter(lambda at: at.year >= 1912), now=TIMES)
def test_a_year_of_the_republic_with_a_twelve_hour_time_round_trips(at: datetime, now: datetime) -> None:
    at = at.replace(tzinfo=now.tzinfo)
    text = f"民國{at.year - 1911}年{at.month}月{at.day}日 {PERIOD[at.hour]}{at:%I:%M:%S}"
    assert parse_date(text, now) == (at, "second")


@given(at=TIMES, now=TIMES, hours=st.integers(-11, 13))
def test_a_time_with_an_offset_is_that_instant(at: datetime, now: datetime, hours: int) -> None:
    there = at.astimezone(timezone(timedelta(hours=hours)))
    for text in (there.isoformat(), f"{there:%a, %d %b %Y %H:%M:%S %z}"):
        shown = parse_date(text, now)
        assert shown is not None
        assert shown.at.astimezone(UTC) == at.astimezone(UTC)
        assert shown.at.tzinfo is now.tzinfo


@given(
    at=TIMES,
    now=TIMES,
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
            again = parse_date(date_text_iso(date_text("", shown)) or "", at)
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
@given(text=DATE_LIKE | st.text(max_size=40), now=TIMES)
def test_any_text_returns_an_aware_date_or_none(text: str, now: datetime) -> None:
    shown = parse_date(text, now)
    if shown is not None:
        assert shown.at == truncate(shown.at, shown.precision) or shown.at.utcoffset() != now.utcoffset()
        assert shown.at.tzinfo is now.tzinfo
        assert (date_text_iso(date_text("", shown)) or "")[:4].isdigit()


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
def test_a_date_behind_the_first_1000_characters_is_not_searched(piece: str) -> None:
    text, now = piece * 2000, datetime(2025, 1, 2, tzinfo=UTC)
    assert parse_date(f"{text} 2014年7月14日", now) == parse_date(text[:1000], now)


def test_a_count_is_exact_and_other_text_is_none() -> None:
    assert (
        wrong(
            read_cases(__file__, "counts.tsv"),
            lambda case: str(parse_count(case["text"])).replace("None", "-"),
        )
        == []
    )
    assert parse_count("9" * 5000) is None


@given(st.integers(0, MAX_COUNT))
def test_a_number_with_or_without_separators_round_trips(value: int) -> None:
    full_width = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert {
        parse_count(text) for text in (str(value), f"{value:,}", f"({value})", f"{value} 次", full_width)
    } == {value}


@given(st.integers(0, 10**9), st.sampled_from([("千", 3), ("万", 4), ("亿", 8)]))
def test_a_scaled_number_is_exact(value: int, scale: tuple[str, int]) -> None:
    unit, places = scale
    whole, part = divmod(value, 10**places)
    assert parse_count(f"{whole}.{part:0{places}}{unit}") == value


@given(st.text(max_size=30) | st.text("0123456789,.万亿千百十一二零两(（)）+- 次", max_size=12))
def test_any_text_returns_a_nonnegative_count_or_none(text: str) -> None:
    count = parse_count(text)
    assert count is None or 0 <= count <= MAX_COUNT


def test_numerals_written_digit_by_digit_are_years_only() -> None:
    assert parse_digit_numerals("二〇一二") == 2012
    assert parse_chinese_number("二〇一二") is None
    assert parse_chinese_number("二千零一十二") == 2012
    assert parse_chinese_number("廿五") == 25


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        ("Sat, 5/6/2021 at 3 pm", [], "Sat, 2021-06-05 at 3 pm"),
        ("Thursday 5/6/2021", [], "Thursday 2021-05-06"),
        ("Monday 5/6/2021", ["13/1/2021"], "Monday 2021-06-05"),  # neither is a Monday
        ("5/6/2021", ["13/1/2021"], "2021-06-05"),
        ("5/6/2021", ["1/13/2021"], "2021-05-06"),
        ("5/6/2021", ["13/1/2021", "1/13/2021"], "5/6/2021"),  # two orders on one page
        ("5/6/2021", ["1/2/2021"], "5/6/2021"),
        ("5/6/2021", ["a long text that names 13/1/2021 " + "in a sentence of many words " * 3], "5/6/2021"),
        ("7/7/2021", [], "2021-07-07"),
        ("13/1/2021", ["1/13/2021"], "2021-01-13"),
        ("1.13.2021", [], "2021-01-13"),
        ("5.6.2021", ["1.13.2021"], "2021-05-06"),
        ("5.6.2021", [], "5.6.2021"),  # read as 5 June
        ("5.6.2021", ["1.13.2021", "13.1.2021"], "?"),
        ("5/6/21 @ 21:17", ["13/1/2021"], "2021-06-05 @ 21:17"),
        ("5/6/21 @ 21:17", ["1/13/21 20:05"], "2021-05-06 @ 21:17"),
        ("5/6/21 a las 21:17", ["1/13/21 a las 20:05"], "2021-05-06 a las 21:17"),
        ("5/6/21 @ 21:17", ["13/1/21 20:05"], "?"),  # the year may be first
        ("5/6/21 @ 21:17", ["13/1/21 20:05", "2/3/21 9:10"], "2021-06-05 @ 21:17"),  # no year has one digit
        ("5/6/21", ["13/1/2021"], "5/6/21"),  # without a time of day, it may be no date
        ("05-06-2021", ["01-13-2021"], "2021-05-06"),
        ("05-06-2021", [], "05-06-2021"),
        ("2021-05-06-2021", ["01-13-2021"], "2021-05-06-2021"),
    ],
)
def test_a_weekday_or_dates_of_the_page_tell_the_month_of_a_slashed_date(
    text: str, others: list[str], expected: str
) -> None:
    assert write_year_first(text, day_orders(others)) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2/9/2013", "2/10/2013"], {False}),
        (["9/2/2013 at 9:42", "10.2.13"], {True}),
        (["7/2/2013"], {True}),  # the post is of 8 February in another zone
        (["9/2/2013", "9/3/2013"], set()),  # in two months, or on two days of September
        (["3/2/2013", "2/3/2013"], set()),
        (["9/2/2014", "2/9/2014"], set()),
        (["13/13/2013"], set()),
        ([], set()),
    ],
)
def test_comments_stand_in_the_month_behind_their_post(texts: list[str], expected: set[bool]) -> None:
    assert orders_since(texts, datetime(2013, 2, 8)) == expected


@pytest.mark.parametrize(
    ("texts", "lang", "order", "first"),
    [
        (["13/02/20 08:02", "13/03/01 9:10"], "zh-CN", {None}, "2013-02-20 08:02"),
        (["13/02/20 08:02"], "pt", set(), "?"),
        (["13/08/20 08:02"], "zh-CN", set(), "?"),
    ],
)
def test_the_year_is_first_in_chinese_if_it_puts_all_comments_behind_their_post(
    texts: list[str], lang: str, order: set[bool | None], first: str
) -> None:
    assert orders_since(texts, datetime(2013, 2, 8), lang) == order
    assert write_year_first(texts[0], order) == first
    assert write_year_first("5/6/2021", {None}) == "5/6/2021"


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("5/6/2021", "en", {False}),
        ("5/6/2021", "fr", {False}),
        ("5/6/2021 2021-06-05", "en", {True}),
        ("5/7/2021", "fr", {False}),
        ("6/7/2021", "fr", {True}),  # of another month in both orders
    ],
)
def test_the_month_in_the_url_tells_the_order_if_the_text_does_not(
    text: str, lang: str, expected: set[bool]
) -> None:
    assert day_orders([text], lang, "https://notes.example.org/2021/05/wetter/") == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["22", "12月", "2018"], "2018-12-22"),
        (["22", "2018-12"], "2018-12-22"),
        (["Dec", "22", "2018"], "2018 Dec 22"),
        (["2018", "22", "December"], "2018 December 22"),
        (["22日", "Dec.", "2018,"], "2018 Dec 22"),
        (["22", "2018年12月"], "2018-12-22"),
        (["17", "2014", "05"], "2014-05-17"),
        (["2010", "06", "25", "13:25"], "2010-06-25 13:25"),
        (["2010", " 06 ", "25"], "2010-06-25"),
        (["2010", "13", "25"], None),
        (["05", "16", "2009"], "05/16/2009"),
        (["05", "06", "2009"], "05/06/2009"),
        (["5", "6", "2009"], None),  # may be counts beside a year
        (["17", "2014", "5"], None),  # may be the number of the posts of a year
        (["Dec", "22", "Sat", "2018", "21:35"], "2018 Dec 22 21:35"),
        (["Dec", "22", "Room", "2018"], None),
        (["Room", "12", "1999"], None),
        (["22", "12月"], None),
        ([], None),
        (["22", "12月", "2018", "and a sentence that is not on any leaf of a calendar"], None),
    ],
)
def test_a_leaf_of_a_calendar_is_one_date(texts: list[str], expected: str | None) -> None:
    assert join_date(texts) == expected


@pytest.mark.parametrize(
    ("shown", "lang", "expected"),
    [
        ("03.10.21", "de", "03.10.2021"),
        ("03.10.21 of 2003", "en-GB", "03.10.2021"),
        ("21.10.03", "zh-TW", "2021.10.03"),
        ("21.10.03 今天的记事", "", "2021.10.03"),
        ("21.10.03, a long page with the sign 日 in it", "", "21.10.2003"),
        ("21.10.03 since 2021", "", "2021.10.03"),
        ("21.10.03 since 2021", "fr", "21.10.2003"),
        ("21.10.03 since 2021 and 2003", "sv", "21.10.2003"),
        ("03.10.21", "en", "03.10.21"),
        ("03.10.21 and 2021", "en", "03.10.21"),
        ("13.10.21 without its year", "en", "13.10.21"),
        ("13.10.21 in 2021", "en", "13.10.2021"),
        ("12.10.21 in 2021", "en", "12.10.21"),
        ("13.10.21 in 2013 and 2021", "en", "13.10.21"),
        ("02.25.12", "en-US", "2012.02.25"),
        ("02.25.12 and 25.02.12 in 2012", "en", "02.25.2012"),
        ("21.10.03 今天的记事", "en", "2021.10.03"),
        ("21-10-03 12:30 今天的记事", "en", "2021.10.03"),
        ("21-10-03 12:30", "ja", "2021.10.03"),
        ("21-10-03 今天的记事", "zh", "21-10-03"),
        ("21-10-03 12:30 since 2021", "en", "21-10-03"),
        ("21-10-03 12:30", "nl", "21-10-03"),
    ],
)
def test_the_language_or_full_years_tell_where_the_year_of_a_short_date_is(
    shown: str, lang: str, expected: str
) -> None:
    form = short_date_form(shown, lang)
    assert SHORT_DATE.sub(form, shown, count=1).startswith(expected)
