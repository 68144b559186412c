"""Real pages of known sites against their values; the pages are not part of the repository.

The folder of the real pages has `gold.json` and the pages that it names, in a folder a site.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blogarchive.items import CrawledPage, DateText, Page, Post, Target
from blogarchive.sites.base import site_by_name, site_names
from blogarchive.sites.normalize import normalize_page
from tests.paths import REAL

_GOLD = REAL / "gold.json"
_TITLE_NOT_IN_WINDOW = ("sina/post_2007.html",)
_COMPARED_END = 20  # characters; the values leave out some links before the end
_CASES: dict[str, dict[str, Any]] = json.loads(_GOLD.read_text("utf-8")) if _GOLD.exists() else {}


@pytest.mark.skipif(not _CASES, reason="the real pages are not here")
@pytest.mark.parametrize("name", [name for name in _CASES if name.partition("/")[0] in site_names()])
def test_every_field_of_a_real_page_has_its_value(name: str) -> None:
    gold = _CASES[name]
    crawled = _parse(name, gold["url"])
    post = crawled.parsed.posts[0]
    assert _squeeze(post.title) == _squeeze(gold["title"])
    assert _time(post.posted).startswith(gold["posted_at"])
    assert (post.views, post.comment_count) == (gold["views"], gold["comment_count"])
    body = _squeeze(post.body_text)
    assert body.startswith(_squeeze(gold["body_begins"]))
    assert body.endswith(_squeeze(gold["body_ends"])[-_COMPARED_END:])
    assert len(body) == gold["body_chars_without_space"]
    wanted = [(_squeeze(author), posted) for author, posted in gold["comments"]]
    assert wanted in (_shown(post, answers=True), _shown(post, answers=False))
    known = [("incomplete", "title")] if name in _TITLE_NOT_IN_WINDOW else []
    assert [(problem.kind, problem.field) for problem in crawled.parsed.problems] == known


def _parse(name: str, url: str) -> CrawledPage:
    site = site_by_name(name.partition("/")[0])
    found = site.parse_url(url)
    target = Target(url=found.url, site=site.name, kind=found.kind, uid=found.uid, number=found.number)
    page = Page(
        url=url,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=200,
        headers=(),
        body=(REAL / name).read_bytes(),
    )
    return normalize_page(CrawledPage(target=target, page=page, parsed=site.parse_page(page, target)))


def _shown(post: Post, *, answers: bool) -> list[tuple[str, str]]:
    """Return author and minute of each comment, with the owner's answers if the values have them too."""
    found = [one for one in post.comments if answers or one.is_counted]
    return [(_squeeze(one.author_name), _time(one.posted)[:16]) for one in found]


def _squeeze(text: str | None) -> str:
    return "".join((text or "").split())


def _time(shown: DateText | None) -> str:
    return "" if shown is None or shown.at is None else shown.at.strftime("%Y-%m-%d %H:%M:%S")
