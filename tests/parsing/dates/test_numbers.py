"""Counts as pages show them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarchive.parsing.dates.numbers import parse_chinese_number, parse_count, parse_digit_numerals


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1,851,847", 1851847),
        ("１２３", 123),
        ("1，234", 1234),
        ("0", 0),
        ("(9)", 9),
        ("（9）", 9),
        ("( 7 )", 7),
        ("[12]", 12),
        ("1769 次", 1769),
        ("1,851,847次", 1851847),
        ("12篇", 12),
        ("\u00a0 42\u3000", 42),
        ("1.2万", 12000),
        ("1.2萬", 12000),
        ("1.2 万", 12000),
        ("1.2345万", 12345),
        ("3千", 3000),
        ("1.5亿", 150000000),
        ("1.2億", 120000000),
        ("10万+", 100000),
        ("12k", 12000),
        ("1.2M", 1200000),
        ("1.2w", 12000),
        ("1.1亿次", 110000000),
        ("零", 0),
        ("十", 10),
        ("二十", 20),
        ("一百零一", 101),
        ("一千二百", 1200),
        ("一千二", 1200),
        ("两百", 200),
        ("三万五千", 35000),
        ("三万五", 35000),
        ("三万零五", 30005),
        ("一亿二千万", 120000000),
    ],
)
def test_a_count_is_parsed_exactly(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "abc",
            "次",
            "-3",
            "−3",
            "1.5",
            "1,23",
            "1,2345",
            ",123",
            "1 234",
            "3/4",
            "1.2.3",
            "12:30",
            "(9",
            "9)",
        ),
        *(
            "第3",
            "3岁",
            "1.23456万",
            "99999999999999999999",
            "9" * 5000,
            "一二",
            "百",
            "万",
            "两三",
            "一百二百",
            "nan",
            "1e5",
        ),
        *("浏览(9)", "9 8", "万1", "十万亿千", "0x10", "1e5"),
    ],
)
def test_other_text_returns_none(text: str) -> None:
    assert parse_count(text) is None


@settings(max_examples=200)
@given(st.integers(0, 2**63 - 1))
def test_a_number_with_or_without_separators_round_trips(value: int) -> None:
    full_width = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert {
        parse_count(text) for text in (str(value), f"{value:,}", f"({value})", f"{value} 次", full_width)
    } == {value}


@settings(max_examples=200)
@given(st.integers(0, 10**9), st.sampled_from([("千", 3), ("万", 4), ("亿", 8)]))
def test_a_scaled_number_is_exact(value: int, scale: tuple[str, int]) -> None:
    unit, places = scale
    whole, part = divmod(value, 10**places)
    assert parse_count(f"{whole}.{part:0{places}}{unit}") == value


@settings(max_examples=300)
@given(st.text(max_size=30) | st.text("0123456789,.万亿千百十一二零两(（)）+- 次", max_size=12))
def test_any_text_returns_a_nonnegative_count_or_none(text: str) -> None:
    count = parse_count(text)
    assert count is None or 0 <= count < 2**63


def test_numerals_written_digit_by_digit_are_years_only() -> None:
    assert parse_digit_numerals("二〇一二") == 2012
    assert parse_chinese_number("二〇一二") is None
    assert parse_chinese_number("二千零一十二") == 2012
    assert parse_chinese_number("廿五") == 25
