"""Real pages of blog engines against their values; the pages are not part of the repository."""

import gzip
import importlib.util
import json
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from blogarchive import api
from blogarchive.items import DateText
from blogarchive.parsing.dates.parse import ParsedDate, to_iso
from tests.paths import REAL

_FOLDER = REAL / "engines"
_KNOWN = {"blog.sina.com.cn"}  # has a site of its own, with tests of its own


def _score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", _FOLDER / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _time(shown: DateText | None) -> str | None:
    if shown is None or shown.at is None or shown.precision is None:
        return None
    return to_iso(ParsedDate(shown.at, shown.precision))


def _read(gold: dict[str, Any]) -> dict[str, Any]:
    body = gzip.decompress((_FOLDER / "pages" / gold["file"]).read_bytes())
    page = api.parse_page(body, gold["url"], fetched_at=datetime(2026, 1, 1, tzinfo=UTC))
    told = [problem.field for problem in page.problems]
    listed = [post.url for post in page.listed]
    if not page.posts:
        return {"told": told, "listed": listed, "stored": False}
    post = page.posts[0]
    comments = [(one.author_name, _time(one.posted)) for one in post.comments]
    return {
        "title": post.title, "posted_at": _time(post.posted), "body_text": post.body_text, "comments": comments,
        "comment_count": post.comment_count, "told": told, "listed": listed,
    }  # fmt: skip


@pytest.mark.skipif(not (_FOLDER / "gold.json").exists(), reason="the real pages are not here")
@pytest.mark.slow
def test_real_pages_of_blog_engines_are_read_as_well_as_promised() -> None:
    score = _score()
    gold = json.loads((_FOLDER / "gold.json").read_text("utf-8"))
    rows = [score.judge(one, _read(one)) for one in gold if one["site"] not in _KNOWN]
    share, _, silent = score.totals(rows)
    assert score.short_of(share, silent) == []
