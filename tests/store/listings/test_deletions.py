"""A post is marked as gone by two witnesses, and never by fewer."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.items import CrawledPage, NoticeKind, PageKind, Target
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from tests.store.fake_blog import SITE, Clock, FakeBlog, a_blog, crawl, rows, texts

N = 500003


def gone(archive: Archive) -> list[tuple[object, ...]]:
    return archive.rows("select number, gone_reason from posts where gone_at is not null order by number")


@pytest.fixture
def blog(archive: Archive, clock: Clock) -> FakeBlog:
    found = a_blog(8)
    crawl(archive, found, clock)
    return found


@pytest.mark.parametrize(
    ("status", "notice", "reason"),
    [
        (404, None, "404"),
        (410, None, "410"),
        (200, NoticeKind.GONE, "deleted"),
        (404, NoticeKind.GONE, "404"),
        (200, NoticeKind.HIDDEN, "hidden"),
        (403, NoticeKind.HIDDEN, "hidden"),
    ],
)
def test_a_deleted_post_is_marked_with_its_reason_and_its_text_stays(
    archive: Archive, clock: Clock, blog: FakeBlog, status: int, notice: NoticeKind | None, reason: str
) -> None:
    entry = blog.entries[N]
    entry.listed, entry.status, entry.notice = False, status, notice
    saved = crawl(archive, blog, clock, full=True).saved
    assert gone(archive) == [(str(N), reason)]
    assert sum(one.changes.posts_gone for one in saved) == 1
    assert texts(archive, f"select body_text from posts where number = {N}") == [entry.text]
    assert rows(archive, "open_failures") == []


def test_a_listing_of_another_month_is_no_witness(archive: Archive, clock: Clock, blog: FakeBlog) -> None:
    entry = blog.entries[N]
    blog.broken = dict.fromkeys(
        (blog.post_url(N), blog.url(f"m/{entry.month}"), blog.url(f"c/{entry.category}")), 404
    )
    other = next(one for one in blog.entries.values() if one.month != entry.month)
    blog.broken[blog.post_url(other.number)] = 404  # its month is read again, as the second witness
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []


def test_a_post_that_returns_is_unmarked(archive: Archive, clock: Clock, blog: FakeBlog) -> None:
    entry = blog.entries[N]
    entry.listed, entry.status = False, 404
    crawl(archive, blog, clock, full=True)
    assert gone(archive) != []
    entry.listed, entry.status = True, 200
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []
    assert rows(archive, "post_revisions") == []


def test_a_deleted_post_that_a_listing_shows_again_is_read_in_that_run(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    entry = blog.entries[N]
    entry.listed, entry.status = False, 404
    crawl(archive, blog, clock, full=True)
    clock.now += timedelta(days=2)
    entry.listed, entry.status = True, 200
    month = blog.url(f"m/{entry.month}")
    shown = Target(url=month, site=SITE, kind=PageKind.MONTH, uid=blog.uid, chain=month)
    save_page.save_page(archive, blog.crawled(shown, clock()), None)
    assert blog.post_url(N) in crawl(archive, blog, clock, command="update").urls


def test_the_page_of_a_deleted_post_that_is_tried_again_is_no_failure(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    blog.entries[N].listed, blog.entries[N].status = False, 404
    crawl(archive, blog, clock, full=True)
    clock.now += timedelta(days=40)
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == [(str(N), "404")]
    assert rows(archive, "open_failures") == []
    assert blog.url(f"m/{blog.entries[N].month}") not in crawl(archive, blog, clock, command="update").urls


def test_a_post_that_returns_in_the_second_in_which_it_was_marked_is_unmarked(archive: Archive) -> None:
    clock, blog = Clock(step=timedelta(milliseconds=1)), a_blog(6)
    crawl(archive, blog, clock)
    clock.now += timedelta(seconds=1)
    entry = blog.entries[N]
    entry.listed, entry.status = False, 404
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == [(str(N), "404")]
    members = f"select count(*) from posts p join post_categories x on x.post_id = p.id where number = {N}"
    assert archive.scalar(f"{members} and x.gone_at is null") == 0
    entry.listed, entry.status = True, 200
    urls = crawl(archive, blog, clock, command="update").urls
    assert texts(archive, "select distinct substr(last_seen_at, 1, 19) from posts") == [f"{clock.now:%FT%T}"]
    assert blog.post_url(N) in urls
    assert gone(archive) == []
    assert archive.scalar(f"{members} and x.gone_at is null") == 1


def test_a_gone_page_marks_nothing_while_a_listing_shows_the_post(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    blog.entries[N].status = 404
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []
    assert texts(archive, "select kind from open_failures") == ["http"]


def test_a_listing_without_the_post_marks_nothing_while_its_page_exists(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    blog.entries[N].listed = False
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []


@pytest.mark.parametrize("status", [500, 503, 403, 429])
def test_an_outage_marks_nothing(archive: Archive, clock: Clock, blog: FakeBlog, status: int) -> None:
    for entry in blog.entries.values():
        entry.status = status
    crawl(archive, blog, clock, full=True)
    for entry in blog.entries.values():
        entry.listed = False
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []


def test_a_block_page_with_status_200_marks_nothing(archive: Archive, clock: Clock, blog: FakeBlog) -> None:
    entry = blog.entries[N]
    entry.listed, entry.notice = False, NoticeKind.BLOCKED
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []


def test_an_incomplete_listing_is_no_witness(archive: Archive, clock: Clock) -> None:
    blog = a_blog(20, per_page=2)
    crawl(archive, blog, clock)
    number = 500001  # its month is listed on two pages with or without it
    entry = blog.entries[number]
    entry.listed, entry.status = False, 404
    for url in texts(archive, "select url from frontier where page_no = 2"):
        blog.broken[str(url)] = 500
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []
    blog.broken.clear()
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == [(str(number), "404")]


def test_a_month_missing_from_the_archive_is_a_witness_against_its_only_post(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(6)
    crawl(archive, blog, clock)
    blog.entries[N].listed, blog.entries[N].status = False, 404
    crawl(archive, blog, clock, command="update")
    assert gone(archive) == [(str(N), "404")]


def test_many_months_missing_at_once_are_a_failure_and_no_witness(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6)
    crawl(archive, blog, clock)
    proved = archive.rows("select month, proved_first_on, proved_last_on from archive_months order by month")
    home = blog.crawled(blog.home, clock())
    cut = replace(home.parsed, months=home.parsed.months[:1])
    assert len(home.parsed.months) > 3
    save_page.save_page(archive, replace(home, parsed=cut), None)
    assert archive.column("select field from open_failures") == ["months_vanished"]
    assert (
        archive.rows("select month, proved_first_on, proved_last_on from archive_months order by month")
        == proved
    )
    assert not archive.exists("select 1 from posts where missing_from_listing_at is not null")


def test_an_update_with_one_witness_requeues_the_other(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    entry = blog.entries[N]
    entry.listed, entry.status, entry.notice = False, 404, NoticeKind.GONE
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock()), None)
    assert gone(archive) == []
    urls = crawl(archive, blog, clock, command="update").urls
    assert blog.url(f"m/{entry.month}") in urls
    assert gone(archive) == [(str(N), "404")]
    assert rows(archive, "open_failures") == []


def test_a_home_page_of_newest_posts_is_no_witness_against_older_posts(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(6, months=False, per_page=100)
    crawl(archive, blog, clock)
    oldest = min(blog.entries, key=lambda number: blog.entries[number].when)
    blog.entries[oldest].listed = False
    blog.entries[oldest].status = 404
    crawl(archive, blog, clock, full=True)
    assert gone(archive) == []


def test_a_listing_older_than_the_deletion_is_fetched_again(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    entry = blog.entries[N]
    month = Target(
        url=blog.url(f"m/{entry.month}"),
        site=SITE,
        kind=PageKind.MONTH,
        uid=blog.uid,
        chain=blog.url(f"m/{entry.month}"),
    )
    save_page.save_page(archive, blog.crawled(month, clock()), None)  # after the own page of the post
    entry.listed, entry.status, entry.notice = False, 404, NoticeKind.GONE
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock()), None)
    assert month.url in crawl(archive, blog, clock, command="update").urls
    assert gone(archive) == [(str(N), "404")]


def test_a_listing_that_still_shows_a_deleted_post_is_fetched_once(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    entry = blog.entries[N]
    entry.status, entry.notice = 404, NoticeKind.GONE
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock()), None)
    assert blog.url(f"m/{entry.month}") in crawl(archive, blog, clock, command="update").urls
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock()), None)
    assert blog.url(f"m/{entry.month}") not in crawl(archive, blog, clock, command="update").urls


_OPEN = "select field from open_failures"


def _unconfirmed(crawled: CrawledPage) -> CrawledPage:
    return replace(crawled, parsed=replace(crawled.parsed, problems=(UNCONFIRMED_TITLE,)))


def test_a_listing_confirms_a_title_before_or_after_the_page_of_the_post(tmp_path: Path) -> None:
    blog, clock = a_blog(posts=2, comments=0, latest=0, titles=0), Clock()
    number = max(blog.entries)
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        page = _unconfirmed(blog.crawled(blog.post_target(number), clock()))
        save_page.save_page(archive, page, run_id=None)
        assert texts(archive, _OPEN) == ["title"]
        save_page.save_page(archive, blog.crawled(blog.home, clock()), run_id=None)
        assert texts(archive, _OPEN) == []
        page = _unconfirmed(blog.crawled(blog.post_target(number), clock()))
        save_page.save_page(archive, page, run_id=None)
        assert texts(archive, _OPEN) == []


def test_a_title_that_a_listing_showed_first_is_no_problem(tmp_path: Path) -> None:
    blog, clock = a_blog(posts=2, comments=0, latest=0, titles=0), Clock()
    number = max(blog.entries)
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        crawl(archive, blog, clock)
        page = _unconfirmed(blog.crawled(blog.post_target(number), clock()))
        save_page.save_page(archive, page, run_id=None)
        assert texts(archive, _OPEN) == []
