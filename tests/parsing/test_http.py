"""HTTP headers that the crawl obeys, and URLs as people type and paste them."""

from datetime import UTC, datetime, timedelta

import pytest

from blogarchive.items import Page
from blogarchive.parsing.http import (
    MAX_RETRY_AFTER,
    has_page_end,
    is_truncated,
    last_modified,
    repair_url,
    retry_after,
)

NOW = datetime(2025, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "delay"),
    [
        ("120", timedelta(seconds=120)),
        ("Sat, 01 Feb 2025 09:10:00 GMT", timedelta(minutes=10)),
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
    assert retry_after(page) == delay


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
    assert (has_page_end(body), is_truncated(body)) == (ends, truncated)


URL = "https://blog.creaders.net/u/1/"


@pytest.mark.parametrize(
    "typed",
    [
        URL,
        f" 《{URL}》\n",
        f"<{URL}>",
        f"“{URL}”",
        f"「{URL}」",
        f"({URL})",
        f"{URL}。",
        "blog.creaders.net/u/1/",
        "https：//blog.creaders.net/u/1/",
        "https:/blog.creaders.net/u/1/",
        "https:///blog.creaders.net/u/1/",
        "https//blog.creaders.net/u/1/",
        "HTTPS://blog.creaders.net/u/1/",
        "\ufeff" + URL,
    ],
)
def test_what_people_type_around_a_url_or_leave_out_is_repaired(typed: str) -> None:
    assert repair_url(typed) == URL


@pytest.mark.parametrize("text", ["", "nonsense", "u/1/", "ftp://blog.creaders.net/", "http://[::1]:80/u/1/"])
def test_other_text_is_unchanged(text: str) -> None:
    assert repair_url(text) == text


def test_a_port_and_a_plain_scheme_stay() -> None:
    assert repair_url("127.0.0.1:8080/u/1/") == "https://127.0.0.1:8080/u/1/"
    assert repair_url("http://blog.creaders.net") == "http://blog.creaders.net"


@pytest.mark.parametrize(("seconds", "is_kept"), [(0, False), (1, False), (2, True)])
def test_a_last_modified_of_the_second_of_the_answer_is_no_validator(seconds: int, is_kept: bool) -> None:
    modified, sent = "Sat, 01 Feb 2025 09:10:00 GMT", f"Sat, 01 Feb 2025 09:10:0{seconds} GMT"
    assert last_modified(modified, sent) == (modified if is_kept else None)
    assert (last_modified(modified, None), last_modified(None, sent)) == (modified, None)
