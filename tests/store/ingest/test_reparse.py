"""Tests of reparsing: equal results change nothing, and different ones replace the rows in place."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from blogarchive.items import CrawledPage, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import ReparseResult, reparse_pages
from blogarchive.store.pages import pages
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
    "_page_chains",
    "_sidebar_titles",
)


class ParsedPages:
    """Store the parsed page of every served page by its bytes, as a pure parser would return it again."""

    def __init__(self, blog: FakeBlog) -> None:
        self.crawled_pages: dict[tuple[str, bytes], CrawledPage] = {}
        answer = blog.crawled

        def record(target, now):  # type: ignore[no-untyped-def]
            crawled = answer(target, now)
            self.crawled_pages[crawled.page.url, crawled.page.body] = crawled
            return crawled

        blog.crawled = record  # type: ignore[method-assign]

    def again(
        self,
        archive: Archive,
        change: Callable[[CrawledPage], CrawledPage] = lambda crawled: crawled,
        *,
        write: bool = True,
    ) -> list[ReparseResult]:
        found = [
            (page.id, change(replace(self.crawled_pages[page.page.url, page.page.body], page=page.page)))
            for page in pages.stored_pages(archive)
        ]
        with nullcontext() if write else archive.dry_run():
            return list(reparse_pages(archive, found))


def blog_with_history(archive: Archive, clock: Clock) -> tuple[FakeBlog, ParsedPages]:
    """Return a blog after several runs with edits, a reverted edit, counters, comment pages and deletions."""
    blog = a_blog(12, comments=6)
    seen = ParsedPages(blog)
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


def test_reparsing_with_the_same_parser_changes_nothing(archive: Archive, clock: Clock) -> None:
    _, seen = blog_with_history(archive, clock)
    assert archive.scalar("select count(*) from posts where gone_at is not null") == 1
    assert archive.scalar("select count(*) from comments where gone_at is not null") == 1
    assert archive.scalar("select count(*) from post_revisions") == 4
    before = {table: rows(archive, table) for table in TABLES}
    for _ in range(2):
        assert seen.again(archive) == []
        for table in TABLES:
            assert rows(archive, table) == before[table], table


def parse_better(crawled: CrawledPage) -> CrawledPage:
    """Return the page as a better parser would: with other likes, and bodies without an extra word."""

    def mended(post: Post) -> Post:
        if post.body_html is None:
            return post
        html = post.body_html.replace("正文", "本文")
        return replace(
            post, body_html=html, body_text=(post.body_text or "").replace("正文", "本文"), likes=42
        )

    return replace(crawled, parsed=replace(crawled.parsed, posts=tuple(map(mended, crawled.parsed.posts))))


def test_a_better_parser_corrects_every_version_in_place(archive: Archive, clock: Clock) -> None:
    _, seen = blog_with_history(archive, clock)
    captured = texts(archive, "select captured_at from post_versions order by 1")
    assert seen.again(archive, parse_better) != []
    assert texts(archive, "select captured_at from post_versions order by 1") == captured
    assert not [text for text in texts(archive, "select body_text from post_versions") if "正文" in str(text)]
    assert set(texts(archive, "select likes from posts where content_hash is not null")) == {42}
    after = {table: rows(archive, table) for table in TABLES}
    assert seen.again(archive, parse_better) == []
    for table in TABLES:
        assert rows(archive, table) == after[table], table


def test_differences_can_be_listed_without_writing(archive: Archive, clock: Clock) -> None:
    _, seen = blog_with_history(archive, clock)
    before = {table: rows(archive, table) for table in TABLES}
    results = seen.again(archive, parse_better, write=False)
    assert {table: rows(archive, table) for table in TABLES} == before
    fields = {difference.field for page in results for difference in page.differences}
    assert {"body_text", "likes"} <= fields
    assert results == seen.again(archive, parse_better)


def test_a_page_that_could_not_be_parsed_can_be_reparsed_later(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    good = blog.crawled(blog.post_target(N), clock()).parsed
    unknown = replace(good, kind=type(good.kind)("unknown"), posts=())
    blog.broken[blog.post_url(N)] = unknown
    seen = ParsedPages(blog)
    crawl(archive, blog, clock)
    assert texts(archive, f"select content_hash from posts where number = {N}") == [None]
    assert [page.page.url for page in pages.stored_pages(archive, failed_only=True)] == [blog.post_url(N)]
    seen.again(
        archive, lambda crawled: replace(crawled, parsed=good) if crawled.parsed is unknown else crawled
    )
    assert texts(archive, f"select body_text from posts where number = {N}") == [blog.entries[N].text]
    assert rows(archive, "open_failures") == []


def test_only_pages_of_an_older_parser_are_stale(archive: Archive, clock: Clock) -> None:
    crawl(archive, a_blog(2), clock)
    assert list(pages.stored_pages(archive, stale_only=True)) == []
    archive.execute("update pages set reader_version = 0 where kind = 'post'")
    assert len(list(pages.stored_pages(archive, stale_only=True))) == 2


def test_views_counted_on_every_comments_page_stay_the_last_shown_after_a_reparse(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(4, comments=6)
    answer = blog.crawled

    def counting(target, now):  # type: ignore[no-untyped-def]
        for entry in blog.entries.values():
            entry.views += 1
        return answer(target, now)

    blog.crawled = counting  # type: ignore[method-assign]
    seen = ParsedPages(blog)
    for _ in range(2):
        crawl(archive, blog, clock, command="update", full=True)
        clock.now += timedelta(days=1)
        newest = "select views from post_stats s where s.post_id = p.id order by captured_at desc limit 1"
        assert archive.scalar(f"select count(*) from posts p where views is not ({newest})") == 0
        assert seen.again(archive, write=False) == []
