"""Parts of the reading pages: differences, reply targets, times, languages, plots."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarchive.browse.pages.diffs import diff_texts
from blogarchive.browse.pages.formatting import format_time
from blogarchive.browse.pages.plots import draw_bars, draw_sparkline
from blogarchive.browse.pages.reply_targets import find_reply_targets
from blogarchive.rendering.languages import detect_language
from blogarchive.store.queries.blog_models import Month
from blogarchive.store.queries.post_models import Comment

SEEN = "2025-02-01T09:00:00+00:00"

_texts = st.text("川普一。！\n”a", max_size=40)


@settings(max_examples=150, deadline=None)
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
        ("", "zh-Hans"),
        ("Only English here", "en"),
        ("これは日本語の文章です", "ja"),
        ("한국어 문장", "ko"),
    ],
)
def test_the_language_is_detected_by_its_characters(text: str, found: str) -> None:
    assert detect_language(text) == found


def a_month(name: str, held: int, *, missing: int = 0) -> Month:
    return Month(month=name, stored=held, missing=missing, listed=None)


def describe(month: Month) -> str:
    return f"{month.month} has {month.stored} & lacks {month.lacking}"


def test_plots_have_an_escaped_description() -> None:
    points = [("2025-01-01T00:00:00+00:00", 1), ("2025-02-01T00:00:00+00:00", 5)]
    assert "<title>&lt;b&gt;</title>" in draw_sparkline(points, "<b>")
    assert draw_sparkline(points[:1], "x") == ""
    assert draw_sparkline([("<script>", 1), ("x", 2)], "x") == ""
    drawn = draw_bars(
        [a_month("2024-11", 2), a_month("2025-02", 1, missing=1), a_month("<script>", 9)], "x", describe
    )
    assert drawn.count("<rect") == 3
    assert "<title>2025-02 has 1 &amp; lacks 1</title>" in drawn
    assert "script" not in drawn
