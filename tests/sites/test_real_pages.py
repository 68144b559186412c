"""Real pages of known sites and of blog engines against their values; the pages are not part of the repository.

The folder of the real pages has `gold.json` and the pages that it names, in a folder a site.
"""

import gzip
import importlib.util
import json
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from blogarchive import api
from blogarchive.items import CrawledPage, DateText, Page, Post, Target
from blogarchive.sites.base import site_by_name, site_names
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.pages.context import date_text_iso
from tests.paths import REAL

_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
_GOLD = REAL / "gold.json"
_TITLE_NOT_IN_WINDOW = ("sina/post_2007.html",)
_COMPARED_END = 20  # characters; the values leave out some links before the end
_CASES: dict[str, dict[str, Any]] = json.loads(_GOLD.read_text("utf-8")) if _GOLD.exists() else {}
_ENGINES = REAL / "engines"
_KNOWN = {"blog.sina.com.cn"}  # has a site of its own, with tests of its own


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
    page = Page(url=url, fetched_at=_FETCHED, status=200, headers=(), body=(REAL / name).read_bytes())
    return normalize_page(CrawledPage(target=target, page=page, parsed=site.parse_page(page, target)))


def _shown(post: Post, *, answers: bool) -> list[tuple[str, str]]:
    """Return author and minute of each comment, with the owner's answers if the values have them too."""
    found = [one for one in post.comments if answers or one.is_counted]
    return [(_squeeze(one.author_name), _time(one.posted)[:16]) for one in found]


def _squeeze(text: str | None) -> str:
    return "".join((text or "").split())


def _time(shown: DateText | None) -> str:
    return "" if shown is None or shown.at is None else shown.at.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.skipif(not (_ENGINES / "gold.json").exists(), reason="the real pages are not here")
@pytest.mark.slow
def test_real_pages_of_blog_engines_are_read_as_well_as_promised() -> None:
    score = _score()
    gold = json.loads((_ENGINES / "gold.json").read_text("utf-8"))
    rows = [score.judge(one, _read(one)) for one in gold if one["site"] not in _KNOWN]
    share, _, silent = score.totals(rows)
    assert score.short_of(share, silent) == []


def _score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", _ENGINES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read(gold: dict[str, Any]) -> dict[str, Any]:
    body = gzip.decompress((_ENGINES / "pages" / gold["file"]).read_bytes())
    page = api.parse_page(body, gold["url"], fetched_at=_FETCHED)
    told = [problem.field for problem in page.problems]
    listed = [post.url for post in page.listed]
    if not page.posts:
        return {"told": told, "listed": listed, "stored": False}
    post = page.posts[0]
    comments = [(one.author_name, date_text_iso(one.posted)) for one in post.comments]
    return {
        "title": post.title, "posted_at": date_text_iso(post.posted), "body_text": post.body_text, "comments": comments,
        "comment_count": post.comment_count, "told": told, "listed": listed,
    }  # fmt: skip
