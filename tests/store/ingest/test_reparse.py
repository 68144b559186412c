"""Reading stored pages again: nothing changes where nothing reads differently, and what does, changes in place."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from blogarchive.items import CrawledPage, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import ReparseResult, reparse_pages
from blogarchive.store.pages import page_rows
from tests.store.fake_blog import Clock, FakeBlog, a_blog, comment, crawl, rows, texts

N = 500000
TABLES = (
    "authors",
    "author_stats",
    "author_names",
    "posts",
    "post_revisions",
    "post_stats",
    "post_media",
    "comments",
    "comment_revisions",
    "categories",
    "post_categories",
    "archive_months",
    "frontier",
    "pages",
    "failures",
    "sweeps",
    "sidebar_titles",
)


class Seen:
    """Remembers the reading of every page that was served, by its bytes, as a pure reader would give it again."""

    def __init__(self, blog: FakeBlog) -> None:
        self.crawled_pages: dict[tuple[str, bytes], CrawledPage] = {}
        answer = blog.crawled

        def remembering(target, now):  # type: ignore[no-untyped-def]
            crawled = answer(target, now)
            self.crawled_pages[crawled.page.url, crawled.page.body] = crawled
            return crawled

        blog.crawled = remembering  # type: ignore[method-assign]

    def again(
        self,
        archive: Archive,
        change: Callable[[CrawledPage], CrawledPage] = lambda crawled: crawled,
        *,
        write: bool = True,
    ) -> list[ReparseResult]:
        found = [
            (page.id, change(replace(self.crawled_pages[page.page.url, page.page.body], page=page.page)))
            for page in page_rows.stored_pages(archive)
        ]
        with nullcontext() if write else archive.dry_run():
            return list(reparse_pages(archive, found, write=write))


def a_past(archive: Archive, clock: Clock) -> tuple[FakeBlog, Seen]:
    """A blog after some runs: edits, counters, comments over pages, deletions, an edit that was taken back."""
    blog = a_blog(12, comments=6)
    seen = Seen(blog)
    crawl(archive, blog, clock)
    first = blog.entries[N].text
    for step in range(4):
        clock.now += timedelta(days=3)
        blog.entries[N].text = first if step % 2 else f"第{step}次改过。" * 40
        blog.entries[N + 1].views += 5
        blog.entries[N + 2].comments.insert(
            0, comment(f"新{step}", f"2024-09-0{step + 1} 10:00:00", f"新评论{step}")
        )
        blog.entries[N + 3].comments[1] = replace(
            blog.entries[N + 3].comments[1], body_text=f"改{step}", body_html=f"改{step}"
        )
        if step == 2:
            blog.entries[N + 4].listed, blog.entries[N + 4].status = False, 404
            del blog.entries[N + 5].comments[5]
        crawl(archive, blog, clock, command="update", full=True)
    return blog, seen


def test_reading_again_changes_nothing_at_all(archive: Archive, clock: Clock) -> None:
    _, seen = a_past(archive, clock)
    assert archive.scalar("select count(*) from posts where gone_at is not null") == 1
    assert archive.scalar("select count(*) from comments where gone_at is not null") == 1
    assert archive.scalar("select count(*) from post_revisions") == 4
    before = {table: rows(archive, table) for table in TABLES}
    for _ in range(2):
        assert seen.again(archive) == []
        for table in TABLES:
            assert rows(archive, table) == before[table], table


def better(crawled: CrawledPage) -> CrawledPage:
    """A reader that finds more: likes were read wrong, and bodies with a word too many."""

    def mended(post: Post) -> Post:
        if post.body_html is None:
            return post
        html = post.body_html.replace("正文", "本文")
        return replace(
            post, body_html=html, body_text=(post.body_text or "").replace("正文", "本文"), likes=42
        )

    return replace(crawled, parsed=replace(crawled.parsed, posts=tuple(map(mended, crawled.parsed.posts))))


def test_a_better_reader_mends_every_version_in_place(archive: Archive, clock: Clock) -> None:
    _, seen = a_past(archive, clock)
    captured = texts(archive, "select captured_at from post_versions order by 1")
    assert seen.again(archive, better) != []
    assert texts(archive, "select captured_at from post_versions order by 1") == captured
    assert not [text for text in texts(archive, "select body_text from post_versions") if "正文" in str(text)]
    assert set(texts(archive, "select likes from posts where content_hash is not null")) == {42}
    after = {table: rows(archive, table) for table in TABLES}
    assert seen.again(archive, better) == []
    for table in TABLES:
        assert rows(archive, table) == after[table], table


def test_what_would_change_can_be_seen_before(archive: Archive, clock: Clock) -> None:
    _, seen = a_past(archive, clock)
    before = {table: rows(archive, table) for table in TABLES}
    told = seen.again(archive, better, write=False)
    assert {table: rows(archive, table) for table in TABLES} == before
    fields = {difference.field for page in told for difference in page.differences}
    assert {"body_text", "likes"} <= fields
    assert told == seen.again(archive, better)


def test_the_page_of_a_first_reading_that_failed_can_be_read_later(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    good = blog.crawled(blog.post_target(N), clock()).parsed
    unknown = replace(good, kind=type(good.kind)("unknown"), posts=())
    blog.broken[blog.post_url(N)] = unknown
    seen = Seen(blog)
    crawl(archive, blog, clock)
    assert texts(archive, f"select content_hash from posts where number = {N}") == [None]
    assert [page.page.url for page in page_rows.stored_pages(archive, failed_only=True)] == [blog.post_url(N)]
    seen.again(
        archive, lambda crawled: replace(crawled, parsed=good) if crawled.parsed is unknown else crawled
    )
    assert texts(archive, f"select body_text from posts where number = {N}") == [blog.entries[N].text]
    assert rows(archive, "open_failures") == []


def test_only_pages_read_by_an_older_reader_are_stale(archive: Archive, clock: Clock) -> None:
    crawl(archive, a_blog(2), clock)
    assert list(page_rows.stored_pages(archive, stale_only=True)) == []
    archive.execute("update pages set reader_version = 0 where kind = 'post'")
    assert len(list(page_rows.stored_pages(archive, stale_only=True))) == 2


def test_views_that_every_page_of_comments_counts_are_those_last_shown_and_read_the_same_again(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(4, comments=6)
    answer = blog.crawled

    def counting(target, now):  # type: ignore[no-untyped-def]
        for entry in blog.entries.values():
            entry.views += 1
        return answer(target, now)

    blog.crawled = counting  # type: ignore[method-assign]
    seen = Seen(blog)
    for _ in range(2):
        crawl(archive, blog, clock, command="update", full=True)
        clock.now += timedelta(days=1)
        newest = "select views from post_stats s where s.post_id = p.id order by captured_at desc limit 1"
        assert archive.scalar(f"select count(*) from posts p where views is not ({newest})") == 0
        assert seen.again(archive, write=False) == []
