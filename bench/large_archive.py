"""An archive of many blogs in minutes: its rows by plain SQL, in the shape that the store gives them.

A post has 300 characters, five comments, one or two categories, a frontier row, a page and sometimes an image. The
largest of the blogs has a tenth of all posts, most have few. Texts are invented, with the word frequencies of a
language.
"""

import random
import zlib
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench.archives import written_fast
from bench.bench_search import vocabulary
from blogarchive.store.database.archive import Archive
from blogarchive.store.posts.posts import content_hash
from blogarchive.store.rows import text_checksum

AUTHORS = 300
COMMENTS = 5
CATEGORIES = 12
SEEN = "2025-02-01T09:00:00+00:00"
_WORDS_A_POST = 150
_SLICE = 5_000
_SITE = "creaders"
_TWICE = {"first_seen_at": SEEN, "last_seen_at": SEEN}

_Row = dict[str, Any]


class _Words:
    """Draws invented text; the n-th word is 1/n as frequent as the first."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = vocabulary(chance)
        self._weights = list(accumulate(1 / (place + 10) for place in range(len(self._words))))

    def text(self, words: int) -> str:
        drawn = self._chance.choices(self._words, cum_weights=self._weights, k=words)
        return "。".join("".join(drawn[start : start + 8]) for start in range(0, words, 8))


def fill(path: Path, posts: int, *, authors: int = AUTHORS, length: int = _WORDS_A_POST) -> Archive:
    """Return a new archive with `posts` posts of `authors` blogs, of `length` words each; the caller closes it."""
    archive = Archive.open(path, create=True)
    chance = random.Random(1)
    words = _Words(chance)
    names = [f"读者{words.text(1)}" for _ in range(20_000)]
    weights = list(accumulate(1 / (place + 3) for place in range(authors)))
    with written_fast(archive):
        with archive.atomic():
            _write_blogs(archive, authors, words)
        for start in range(1, posts + 1, _SLICE):
            numbers = range(start, min(start + _SLICE, posts + 1))
            blogs = chance.choices(range(1, authors + 1), cum_weights=weights, k=len(numbers))
            with archive.atomic():
                _write_posts(archive, dict(zip(numbers, blogs, strict=True)), words, length)
                _write_comments(archive, numbers, words, chance.choices(names, k=COMMENTS * len(numbers)))
        with archive.atomic():
            _write_run(archive)
    return archive


def add_posts(path: Path, count: int, *, length: int = _WORDS_A_POST) -> None:
    """Add posts with comments to the first blog, as an update stores them: they are the newest ones, of one month."""
    with Archive.open(path) as archive, archive.atomic():
        last = archive.scalar("select max(id) from posts")
        words, numbers = _Words(random.Random(last)), range(last + 1, last + 1 + count)
        _write_posts(archive, dict.fromkeys(numbers, 1), words, length)
        _write_comments(archive, numbers, words, ["读者"] * COMMENTS * count)
        for table, key in (("posts", "id"), ("comments", "post_id")):
            archive.execute(
                f"update {table} set posted_at = '2026-01' || substr(posted_at, 8) where {key} > ?", (last,)
            )


def _write_run(archive: Archive) -> None:
    archive.insert_row("runs", {"command": "backup", "started_at": SEEN, "epoch_at": SEEN, "version": "1",
                                "finished_at": SEEN, "outcome": "done", "exit_code": 0})  # fmt: skip
    archive.execute("insert into run_blogs select 1, id from authors")


def _write_blogs(archive: Archive, authors: int, words: _Words) -> None:
    ids = range(1, authors + 1)
    archive.insert_rows("authors", [_author_row(n, words) for n in ids])
    archive.insert_rows("categories", [_category_row(n, k) for n in ids for k in range(CATEGORIES)])
    archive.insert_rows("frontier", [_frontier_row(_home(n), "home", n, None) for n in ids])


def _write_posts(archive: Archive, blogs: dict[int, int], words: _Words, length: int) -> None:
    texts = {number: (words.text(4), words.text(length)) for number in blogs}
    archive.insert_rows("pages", [_page_row(n, blogs[n], texts[n][1]) for n in blogs])
    archive.insert_rows("posts", [_post_row(n, blogs[n], *texts[n]) for n in blogs])
    archive.insert_rows("post_stats", [_stats_row(n) for n in blogs])
    archive.insert_rows(
        "frontier", [_frontier_row(_url(n, blogs[n]), "post", blogs[n], str(n)) for n in blogs]
    )
    archive.insert_rows(
        "post_categories",
        [
            {"post_id": n, "category_id": CATEGORIES * (blogs[n] - 1) + kind + 1, "page_id": n}
            for n in blogs
            for kind in {n % CATEGORIES, n // 3 % CATEGORIES}
        ],
    )
    archive.insert_rows("post_revisions", [_revision_row(n, texts[n][0]) for n in blogs if n % 50 == 0])


def _write_comments(archive: Archive, posts: range, words: _Words, names: list[str]) -> None:
    rows = []
    for place, name in enumerate(names):
        post, position = posts.start + place // COMMENTS, place % COMMENTS
        rows.append(_comment_row(post, position, name, words.text(10)))
    archive.insert_rows("comments", rows)


def _author_row(n: int, words: _Words) -> _Row:
    named = {"nickname": f"作者{words.text(1)}", "blog_title": words.text(3), "url": _home(n)}
    return {"id": n, "site": _SITE, "uid": _uid(n), **named, **_TWICE}


def _category_row(n: int, k: int) -> _Row:
    named = {"name": f"分类{(k + n) % 40}", "url": f"{_home(n)}{k}.html"}
    return {"id": CATEGORIES * (n - 1) + k + 1, "author_id": n, **named, **_TWICE}


def _frontier_row(url: str, kind: str, blog: int, number: str | None) -> _Row:
    key = f"{_SITE}/{_uid(blog)}/{number}" if number else url
    return {
        "key": key, "url": url, "site": _SITE, "kind": kind, "uid": _uid(blog), "number": number, "state": "done",
        "found_at": SEEN, "fetched_at": SEEN, "due_at": "2099-01-01T00:00:00+00:00",
    }  # fmt: skip


def _page_row(n: int, blog: int, text: str) -> _Row:
    body = f"<html><table><tr><td>{n}</td></tr></table><p>{text}</p></html>".encode()
    return {
        "id": n, "url": _url(n, blog), "fetched_at": SEEN, "status": 200, "encoding": "utf-8",
        "body": zlib.compress(body, 1), "body_size": len(body), "sha256": sha256(body).hexdigest(), "kind": "post",
        "site": _SITE, "uid": _uid(blog), "reader_version": 1,
    }  # fmt: skip


def _post_row(n: int, blog: int, title: str, text: str) -> _Row:
    html = f"<p>{text}</p>"
    gone = n % 100 == 0
    return {
        "id": n, "author_id": blog, "number": str(n), "url": _url(n, blog), "title": title, "body_html": html,
        "body_text": text, "text_checksum": text_checksum(html, text), "content_hash": content_hash(title, html),
        "posted_at": _time(n),
        "posted_at_text": _time(n)[:19].replace("T", " "), "views": n % 5000, "likes": n % 40,
        "comment_count": COMMENTS, "page_id": n, "own_page_seen_at": SEEN, "gone_at": SEEN if gone else None,
        "gone_reason": "404" if gone else None, **_TWICE,
    }  # fmt: skip


def _stats_row(n: int) -> _Row:
    counters = {"views": n % 5000, "likes": n % 40, "comment_count": COMMENTS}
    return {"post_id": n, "captured_at": SEEN, **counters, "page_id": n}


def _revision_row(n: int, title: str) -> _Row:
    texts = {
        "title": title,
        "body_html": "<p>前</p>",
        "body_text": "前",
        "text_checksum": text_checksum("<p>前</p>", "前"),
    }
    return {
        "post_id": n,
        "content_hash": content_hash(title, "<p>前</p>"),
        **texts,
        "captured_at": SEEN,
        "page_id": n,
    }


def _comment_row(post: int, k: int, name: str, text: str) -> _Row:
    return {
        "post_id": post, "author_name": name, "body_html": f"<p>{text}</p>", "body_text": text,
        "text_checksum": text_checksum(f"<p>{text}</p>", text), "posted_at": _time(post, hour=k + 10), "likes": k,
        "fingerprint": f"{k}|{name}", "position": k,
        "page_id": post, **_TWICE,
    }  # fmt: skip


def _uid(blog: int) -> str:
    return str(10_000 + blog)


def _home(blog: int) -> str:
    return f"http://blog.test/u/{_uid(blog)}/"


def _url(number: int, blog: int) -> str:
    return f"{_home(blog)}201501/{number}.html"


def _time(number: int, *, hour: int = 9) -> str:
    return (
        f"{2008 + number % 17}-{1 + number % 12:02}-{1 + number % 28:02}T{hour:02}:{number % 60:02}:00-08:00"
    )
