"""Tests of resuming: after any interruption the same command continues and ends with the same rows."""

import random
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import hold_lock
from blogarchive.store.ingest import save_page
from tests.store.fake_blog import Clock, Entry, FakeBlog, a_blog, crawl, rows
from tests.tool import FORKSERVER

TABLES = (
    "authors",
    "posts",
    "comments",
    "categories",
    "post_categories",
    "archive_months",
    "frontier",
    "post_media",
    "_sidebar_titles",
    "post_revisions",
    "comment_revisions",
    "failures",
)


def content(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows that must not depend on interruptions, with references replaced by natural keys."""
    found = {table: rows(archive, table, times=False) for table in TABLES if table not in _BY_NAME}
    found |= {table: sorted(archive.rows(query), key=repr) for table, query in _BY_NAME.items()}
    found["pages"] = sorted(archive.rows("select url, sha256 from pages"))
    return found


_BY_NAME = {
    "posts": "select number, url, title, title_is_cut, posted_at, body_html, body_text, content_hash, views, likes,"
    " comment_count, listed_title, gone_reason, comments_complete_at is null from posts",
    "comments": "select p.number, fingerprint, c.body_text, c.likes, c.position, c.gone_at is null"
    " from comments c join posts p on p.id = c.post_id",
    "post_categories": "select p.number, c.name from post_categories x join posts p on p.id = x.post_id"
    " join categories c on c.id = x.category_id",
}


def make_rich_blog(posts: int = 12) -> FakeBlog:
    return a_blog(posts, comments=9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    with Archive.open(tmp_path_factory.mktemp("whole") / "a.db", create=True) as archive:
        crawl(archive, make_rich_blog(), Clock())
        return content(archive)


@pytest.mark.parametrize("every", [1, 3, 20])
def test_a_run_interrupted_many_times_repeats_no_request(
    path: Path, clock: Clock, every: int, whole: dict[str, list[tuple[object, ...]]]
) -> None:
    requested: list[str] = []
    for _ in range(500):
        with Archive.open(path, create=True) as archive:
            part = crawl(archive, make_rich_blog(), clock, stop_after=every)
            requested += part.urls
            if part.finished:
                assert content(archive) == whole
                break
    assert len(requested) == len(set(requested))


def test_a_finished_run_is_not_resumed(archive: Archive, clock: Clock) -> None:
    blog = make_rich_blog(2)
    crawl(archive, blog, clock)
    assert crawl(archive, blog, clock).urls == [blog.home.url]


def test_an_interrupted_full_run_is_resumed(archive: Archive, clock: Clock) -> None:
    blog = make_rich_blog()
    crawl(archive, blog, clock)
    first = crawl(archive, blog, clock, command="update", full=True, stop_after=20)
    second = crawl(archive, blog, clock, command="update", full=True)
    assert second.run.epoch_at == first.run.epoch_at
    assert not set(first.urls) & set(second.urls)
    assert set(first.urls + second.urls) >= {blog.post_url(number) for number in blog.entries}


class RealClock(Clock):
    def __call__(self) -> datetime:
        self.now = datetime.now(UTC)
        return self.now


def _write(path: Path, cpu_seconds: float | None) -> None:
    """Crawl; the system kills the process after so many seconds of CPU if given, wherever it is."""
    if cpu_seconds is not None:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    clock = RealClock(datetime.now(UTC))
    with hold_lock(path, "backup", now=clock.now), Archive.open(path, create=True) as archive:
        crawl(archive, make_rich_blog(), clock)


def _run(path: Path, cpu_seconds: float | None = None) -> int | None:
    process = FORKSERVER.Process(target=_write, args=(path, cpu_seconds))
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_an_undamaged_archive(
    path: Path, whole: dict[str, list[tuple[object, ...]]]
) -> None:
    chance = random.Random(8)
    codes = []
    for _ in range(8):
        codes.append(_run(path, chance.uniform(0.001, 0.05)))
        with Archive.open(path, create=True) as archive:
            assert archive.rows("pragma integrity_check") == [("ok",)]
            assert archive.rows("pragma foreign_key_check") == []
    assert _run(path) == 0
    assert codes.count(-signal.SIGPROF) >= 2
    with Archive.open(path) as archive:
        assert content(archive) == whole
        assert archive.scalar("select count(*) from pages") == len(whole["pages"])


def test_a_home_page_lists_its_posts_after_another_page_showed_the_same_sidebar(
    path: Path, clock: Clock
) -> None:
    blog = make_rich_blog()
    with Archive.open(path, create=True) as archive:
        crawl(archive, blog, clock)
    newest = Entry(number=500900, title="新的一篇", when="2024-12-24 10:00:00", text="正文。")
    blog.add(newest)
    with Archive.open(path) as archive:
        save_page.save_page(archive, blog.crawled(blog.post_target(500001), clock()), None)
        save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
        places = archive.rows("select place from _sidebar_titles where number = 500900 order by place")
    assert ("home",) in places, places
