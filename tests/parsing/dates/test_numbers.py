"""Counts as pages show them: `counts.tsv`; `-` is None."""

from hypothesis import given
from hypothesis import strategies as st

from blogarchive.parsing.dates.numbers import (
    MAX_COUNT,
    parse_chinese_number,
    parse_count,
    parse_digit_numerals,
)
from tests.cases import read_cases, wrong


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
