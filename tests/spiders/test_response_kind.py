"""The kind of a response decides the next action."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from blogarchive.items import CrawledPage, Notice, NoticeKind, Page, PageKind, ParsedPage, Target
from blogarchive.store.ingest.validate import ResponseClassifier, ResponseKind, classify_response

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WHOLE = b"<html><body><p>one</p></body></html>"


def page(status: int = 200, body: bytes = WHOLE, **headers: str) -> Page:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page(url="http://127.0.0.1/", fetched_at=NOON, status=status, headers=named, body=body)


def parsed(notice: NoticeKind | None = None) -> ParsedPage:
    shown = Notice(kind=notice, text="…") if notice else None
    return ParsedPage(kind=PageKind.NOTICE if notice else PageKind.POST, encoding="utf-8", notice=shown)


@pytest.mark.parametrize(
    ("status", "notice", "kind"),
    [
        (200, None, ResponseKind.PAGE),
        (203, None, ResponseKind.PAGE),
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
        (400, None, ResponseKind.PAGE),
    ],
)
def test_a_response_is_classified_by_its_status_and_its_notice(
    status: int, notice: NoticeKind | None, kind: ResponseKind
) -> None:
    assert classify_response(page(status), parsed(notice)) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (WHOLE, ResponseKind.PAGE),
        (WHOLE[:-7], ResponseKind.PAGE),  # </body> is there
        (WHOLE[:-15], ResponseKind.CUT),
        (b"<HTML><BODY><p>one", ResponseKind.CUT),
        (b"<p>a fragment that never opened</p>", ResponseKind.PAGE),
        (b"", ResponseKind.CUT),
        (b" \r\n", ResponseKind.CUT),
    ],
)
def test_a_page_that_is_empty_or_opens_and_does_not_close_is_cut(body: bytes, kind: ResponseKind) -> None:
    assert classify_response(page(body=body), parsed()) is kind
    assert classify_response(page(203, body=body), parsed()) is kind


def test_an_error_page_with_an_end_or_a_sitemap_does_not_make_cut_pages_of_a_host_that_closes_none() -> None:
    classifier = ResponseClassifier()
    target = Target(url="http://127.0.0.1/", site="creaders", kind=PageKind.POST)

    def kind_of(status: int, body: bytes, last_body: bytes | None = None) -> ResponseKind:
        crawled = CrawledPage(target=target, page=page(status, body), parsed=parsed())
        return classifier.classify(crawled, "a", last_body)

    unclosed = b"<html><body><p>one"
    assert kind_of(200, unclosed) is ResponseKind.CUT
    assert kind_of(200, unclosed, unclosed) is ResponseKind.PAGE
    assert kind_of(404, WHOLE) is ResponseKind.PAGE
    assert kind_of(200, b"<urlset></urlset>") is ResponseKind.PAGE
    assert kind_of(200, unclosed + b" two") is ResponseKind.PAGE
    assert kind_of(200, WHOLE) is ResponseKind.PAGE
    assert kind_of(200, unclosed) is ResponseKind.CUT


@given(st.integers(min_value=len(b"<html>"), max_value=len(WHOLE) - 15))
def test_every_beginning_of_a_page_is_cut(length: int) -> None:
    assert classify_response(page(body=WHOLE[:length]), parsed()) is ResponseKind.CUT
