"""A page of any engine is read without a description of its host."""

from datetime import UTC, datetime

import pytest

from blogarchive import api
from tests.sites.engines.markups import COMMENTS, DAY, FLAT, NESTED, PAGES, TITLE

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(text: str, url: str = "https://notes.example.org/1.html") -> api.ParsedPage:
    return api.parse_page(text.encode(), url, fetched_at=NOW)


@pytest.mark.parametrize("engine", PAGES)
def test_title_day_text_and_comments_are_those_of_the_page(engine: str) -> None:
    page = read(PAGES[engine])
    post = page.posts[0]
    assert post.title == TITLE
    assert post.posted is not None
    assert post.posted.at is not None
    assert f"{post.posted.at:%Y-%m-%d}" == DAY
    assert (post.body_text or "").startswith("雨下了一夜")
    assert (post.body_text or "").endswith("茶的来历很长。")
    assert 'href="https://example.org/tea"' in (post.body_html or "")
    assert [image.url for image in post.images] == ["https://notes.example.org/pictures/shop.png"]
    shown = COMMENTS if engine in NESTED + FLAT else []
    got = [
        (one.author_name, one.posted and one.posted.at and one.posted.at.isoformat()[:16], one.body_text)
        for one in post.comments
    ]
    assert got == [(name, at, text) for name, at, _, text in shown]
    if engine in NESTED:
        assert [one.reply_to for one in post.comments] == [to for _, _, to, _ in COMMENTS]
    assert page.problems == ()
