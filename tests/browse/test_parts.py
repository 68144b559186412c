"""Parts of the reading pages: differences, reply targets, times, languages, plots."""

import re
from functools import partial
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from blogarchive.browse.app.pages import exit_words
from blogarchive.browse.pages.post_choices import format_time
from blogarchive.browse.pages.post_page import diff_texts, find_reply_targets
from blogarchive.browse.plots import (
    Bar,
    draw_bars,
    draw_calendar,
    draw_line,
    draw_sparkline,
    round_ticks,
    short_number,
)
from blogarchive.errors import BlogArchiveError
from blogarchive.messages.details import change_words, failure_words
from blogarchive.rendering.bodies import render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.store.ingest.changes import ChangeKind
from blogarchive.store.ledger.failures import FailureKind
from blogarchive.store.read.models import Comment

SEEN = "2025-02-01T09:00:00+00:00"

_texts = st.text("川普一。！\n”a", max_size=40)


@given(_texts, _texts)
def test_a_diff_has_both_texts_completely(old: str, new: str) -> None:
    found = diff_texts(old, new)
    assert "".join(change.text for change in found if change.kind != "new") == old
    assert "".join(change.text for change in found if change.kind != "old") == new


def test_a_diff_of_long_texts_without_a_common_sentence_is_not_compared_by_characters() -> None:
    kinds = [change.kind for change in diff_texts("甲" * 5000, "乙" * 5000 + "甲")]
    assert kinds == ["old", "new"]


def said(identity: int, name: str, reply_to: str | None = None) -> Comment:
    return Comment(
        id=identity,
        author_name=name,
        author_url=None,
        reply_to=reply_to,
        body_html="",
        body_text="",
        posted_at=None,
        posted_at_text=None,
        likes=None,
        gone_at=None,
        version_at=SEEN,
        first_seen_at=SEEN,
        last_seen_at=SEEN,
        revisions=(),
    )


def test_a_reply_belongs_to_the_last_earlier_comment_of_that_name() -> None:
    comments = [
        said(1, "甲"),
        said(2, "乙", "甲"),
        said(3, "甲", "丙"),
        said(4, "甲", "甲"),
        said(5, "乙", "甲"),
    ]
    assert find_reply_targets(comments) == {2: 1, 4: 3, 5: 4}


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2025-01-28T01:46:53-08:00", "2025-01-28 01:46:53 UTC−8"),
        ("2025-02-01T09:00:00+00:00", "2025-02-01 09:00:00 UTC"),
        ("2005-06-01T09:30+05:30", "2005-06-01 09:30 UTC+5:30"),
        ("2014-07", "2014-07"),
        (None, ""),
        ("<T>", "<T>"),
    ],
)
def test_a_time_is_shown_with_its_zone_and_its_precision(at: str | None, shown: str) -> None:
    assert format_time(at) == shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这几年的茶馆", "zh-Hans"),
        ("這幾年的茶館", "zh-Hant"),
        ("这几年的茶館，还有书", "zh-Hans"),
        ("", "zh-Hans"),
        ("Only English here", "en"),
        ("これは日本語の文章です", "ja"),
        ("한국어 문장", "ko"),
    ],
)
def test_the_language_is_detected_by_its_characters(text: str, found: str) -> None:
    assert detect_language(text) == found


@pytest.mark.parametrize("image", ["<img>", '<img src=" ">', '<img src="http://[">'])
def test_an_image_without_a_url_is_a_note_without_a_link(image: str) -> None:
    rendered = render_body(image, "https://blog.creaders.net/u/31182/202501/506012.html", lambda url: None)
    assert "［图片未存：?］" in rendered
    assert "href" not in rendered


def test_plots_have_an_escaped_description() -> None:
    points = [("2025-01-01T00:00:00+00:00", 1), ("2025-02-01T00:00:00+00:00", 5)]
    for draw in (draw_sparkline, partial(draw_line, unit="<i>", language="en")):
        assert "<title>&lt;b&gt;</title>" in draw(points, title="<b>")
        assert draw(points[:1], title="x") == ""
        assert draw([("<script>", 1), ("x", 2)], title="x") == ""
    drawn = draw_bars(
        {
            "2024-11": Bar(2, "two"),
            "2025-02": Bar(1, "1 & lacks 1", "?month=1&b", lacking=1),
            "<script>": Bar(9, "9"),
        },
        title="<b>",
        unit="<i>",
        language="zh",
    )
    assert len(re.findall('<rect class="(?:stored|lacking)"', drawn)) == 3
    assert "<title>1 &amp; lacks 1</title>" in drawn
    assert 'href="?month=1&amp;b"' in drawn
    assert "<script" not in drawn
    assert "<i>" not in drawn


@pytest.mark.parametrize(
    ("lowest", "highest", "ticks"),
    [
        (0, 0, [0, 1]),
        (0, 3, [0, 1, 2, 3]),
        (0, 9, [0, 5, 10]),
        (0, 41, [0, 20, 40, 60]),
        (1_790_210, 1_851_847, [1_780_000, 1_800_000, 1_820_000, 1_840_000, 1_860_000]),
        (5, 5, [5, 6]),
    ],
)
def test_an_axis_has_round_numbers(lowest: int, highest: int, ticks: list[int]) -> None:
    assert round_ticks(highest, lowest) == ticks


def test_labels_of_a_counter_that_stands_still_fit_beside_the_plot() -> None:
    labels = [short_number(tick, "zh") for tick in round_ticks(1_851_847, 1_851_847)]
    assert labels == ["185万", "185.5万"]


def test_large_numbers_are_short_in_the_words_of_each_language() -> None:
    assert [short_number(number, "zh") for number in (9_999, 1_853_500, 120_000_000)] == [
        "9,999",
        "185.35万",
        "12,000万",
    ]
    assert [short_number(number, "en") for number in (9_999, 1_853_500)] == ["9,999", "1.8535M"]


def test_days_under_a_line_are_named_once() -> None:
    points = [("2025-01-01T00:00:00+00:00", 1), ("2025-01-02T01:00:00+00:00", 5)]
    drawn = draw_line(points, title="x", unit="y", language="en")
    assert len(re.findall(r'text-anchor="(?:start|end)">2025-01-01<', drawn)) == 1


def test_a_calendar_has_every_day_of_its_year_and_links_those_with_posts() -> None:
    days = {"2024-02-29": Bar(2, "two <posts>", "?month=2024-02")}
    drawn = draw_calendar(2024, days, title="2024", weekdays="一 二 三 四 五 六 日")
    assert drawn.count("<rect") == 366
    assert drawn.count("<a ") == 1
    assert "two &lt;posts&gt;" in drawn
    assert draw_calendar(2100, {}, title="", weekdays="M").count("<rect") == 365


def test_every_failure_exit_code_and_change_of_a_site_has_a_sentence_of_its_own() -> None:
    failures = {kind: failure_words(kind, "", "en")[0] for kind in get_args(FailureKind)}
    assert [kind for kind, words in failures.items() if words == kind] == []
    mistake = exit_words(70)
    codes = {error.exit_code for error in _descendants(BlogArchiveError)}
    assert 76 in codes
    assert [code for code in codes if exit_words(code) == mistake] == []
    unknown = change_words("text.unknown")
    assert [kind for kind in ChangeKind if change_words(f"text.{kind}") == unknown] == []


def _descendants(kind: type[BlogArchiveError]) -> set[type[BlogArchiveError]]:
    return {found for child in kind.__subclasses__() for found in {child, *_descendants(child)}}


def test_a_body_that_ends_its_page_twice_is_shown() -> None:
    """Such bytes are in no stored body, but a stranger's archive may have them."""
    shown = render_body("</head><p>字</p></body><body>", "https://blog.test/u/1/", lambda url: None)
    assert shown == "<p>字</p>"
