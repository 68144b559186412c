"""What a page as served says by its headers and its end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from blogarchive.fetched import MAX_RETRY_AFTER, Page

NOW = datetime(2025, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "delay"),
    [
        ("120", timedelta(seconds=120)),
        ("Sat, 01 Feb 2025 09:10:00 GMT", timedelta(minutes=10)),
        ("Sat, 01 Feb 2025 09:10:00 -0000", timedelta(minutes=10)),  # Python reads it without a zone
        ("Sat, 01 Feb 2020 09:10:01 GMT", timedelta(0)),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 400, MAX_RETRY_AFTER),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(value: str | None, delay: timedelta | None) -> None:
    headers = () if value is None else (("retry-after", value),)
    page = Page(url="https://a/", fetched_at=NOW, status=503, headers=headers, body=b"")
    assert page.retry_after == delay


@pytest.mark.parametrize(
    ("body", "ends", "truncated"),
    [
        (b"<html><body>x</body></html>", True, False),
        (b"<HTML lang=zh><BODY>x</BODY >", True, False),
        (b"<html><body>x", False, True),
        (b"<html><body>x</body>" + b" " * 5000, False, False),  # a site appends scripts after its end
        (b"x", False, False),
        (b"", False, False),
    ],
)
def test_a_page_that_opens_its_html_and_never_closes_it_is_truncated(
    body: bytes, ends: bool, truncated: bool
) -> None:
    page = Page(url="https://a/", fetched_at=NOW, status=200, headers=(), body=body)
    assert (page.has_end_tag, page.is_truncated) == (ends, truncated)


@pytest.mark.parametrize(("seconds", "is_kept"), [(0, False), (1, False), (2, True)])
def test_a_last_modified_of_the_second_of_the_answer_is_no_validator(seconds: int, is_kept: bool) -> None:
    modified, sent = "Sat, 01 Feb 2025 09:10:00 GMT", f"Sat, 01 Feb 2025 09:10:0{seconds} GMT"
    page = Page(
        url="https://a/",
        fetched_at=NOW,
        status=200,
        headers=(("Last-Modified", modified), ("Date", sent)),
        body=b"",
    )
    assert page.last_modified == (modified if is_kept else None)
    assert replace(page, headers=page.headers[:1]).last_modified == modified
    assert replace(page, headers=page.headers[1:]).last_modified is None


@pytest.mark.parametrize(("status", "refused"), [(403, True), (429, True), (404, False), (200, False)])
def test_a_refusal_is_a_status_with_which_a_host_refuses_a_crawler(status: int, refused: bool) -> None:
    assert Page(url="https://a/", fetched_at=NOW, status=status, headers=(), body=b"").is_refusal is refused
