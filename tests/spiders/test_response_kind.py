"""What an answer is worth, before anybody asks again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarchive.items import Notice, NoticeKind, Page, PageKind, ParsedPage
from spiders.response_kind import ResponseKind, classify_response, looks_cut, retry_after

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WHOLE = b"<html><body><p>one</p></body></html>"


def page(status: int = 200, body: bytes = WHOLE, **headers: str) -> Page:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page(url="http://127.0.0.1/", fetched_at=NOON, status=status, headers=named, body=body)


def parsed(notice: NoticeKind | None = None) -> ParsedPage:
    shown = Notice(kind=notice, text="…") if notice else None
    return ParsedPage(kind=PageKind.NOTICE if notice else PageKind.POST, encoding="utf-8", notice=shown)


@pytest.mark.parametrize(
    ("status", "notice", "answer"),
    [
        (200, None, ResponseKind.PAGE),
        (200, NoticeKind.GONE, ResponseKind.PAGE),
        (200, NoticeKind.BLOCKED, ResponseKind.REFUSED),
        (304, None, ResponseKind.UNCHANGED),
        (403, None, ResponseKind.REFUSED),
        (403, NoticeKind.HIDDEN, ResponseKind.PAGE),
        (404, None, ResponseKind.PAGE),
        (404, NoticeKind.GONE, ResponseKind.PAGE),
        (410, None, ResponseKind.PAGE),
        (429, None, ResponseKind.REFUSED),
        (503, NoticeKind.HIDDEN, ResponseKind.REFUSED),
        (500, None, ResponseKind.BROKEN),
        (502, None, ResponseKind.BROKEN),
        (405, None, ResponseKind.REFUSED),
        (418, None, ResponseKind.REFUSED),
        (405, NoticeKind.GONE, ResponseKind.REFUSED),
        (400, None, ResponseKind.ERROR),
    ],
)
def test_an_answer_is_judged_by_its_status_and_by_its_words(
    status: int, notice: NoticeKind | None, answer: ResponseKind
) -> None:
    assert classify_response(page(status), parsed(notice)) is answer


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (WHOLE, False),
        (WHOLE[:-7], False),  # </body> is there
        (WHOLE[:-15], True),
        (b"<HTML><BODY><p>one", True),
        (b"<p>a fragment that never opened</p>", False),
        (b"", True),
        (b" \r\n", True),
    ],
)
def test_a_page_that_opens_and_does_not_close_is_cut(body: bytes, cut: bool) -> None:
    assert looks_cut(body) is cut


@given(st.integers(min_value=1, max_value=len(WHOLE) - 15))
def test_no_beginning_of_a_page_passes_for_the_whole(length: int) -> None:
    assert looks_cut(WHOLE[:length]) or length < len(b"<html>")


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2026 20:00:30 +0800", 30.0),
        ("315360000", 30 * 86400.0),
        ("9" * 5000, 30 * 86400.0),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 30 * 86400.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("１２", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(words: str, seconds: float | None) -> None:
    assert retry_after(page(503, retry_after=words)) == seconds


def test_no_retry_after_is_none() -> None:
    assert retry_after(page(503)) is None
