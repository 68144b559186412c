"""The table of discovered blogs is bounded for each blog whose pages name others, whatever its pages show."""

from dataclasses import replace
from pathlib import Path

from blogarchive.items import BlogLink
from blogarchive.sites.links import MAX_BLOGS
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery import MAX_FOUND_BY, report_new
from blogarchive.store.ingest.save_page import save_page
from blogarchive.store.ledger.failures import open_failures
from blogarchive.store.read.status import has_discovered_due
from tests.store.fake_blog import Clock, FakeBlog, a_blog

INVENTED = range(100_000, 100_000 + MAX_FOUND_BY + MAX_BLOGS)


def save(archive: Archive, blog: FakeBlog, number: int, uids: range, clock: Clock) -> None:
    """Save the page of a post that links to these blogs."""
    crawled = blog.crawled(blog.post_target(number), clock.now)
    blogs = tuple(BlogLink(site="creaders", uid=str(uid), url=f"http://blog.test/u/{uid}/") for uid in uids)
    save_page(archive, replace(crawled, parsed=replace(crawled.parsed, blogs=blogs)), None)


def count(archive: Archive) -> int:
    return archive.scalar("select count(*) from discovered_blogs")


def test_pages_with_invented_links_fill_the_table_up_to_a_limit_that_a_failure_names(
    path: Path, clock: Clock
) -> None:
    with Archive.open(path, create=True) as archive:
        blog, other = a_blog(8), replace(a_blog(1), uid="27282")
        slices = [INVENTED[first : first + MAX_BLOGS] for first in range(0, len(INVENTED), MAX_BLOGS)]
        for number, uids in zip(sorted(blog.entries), slices, strict=False):
            save(archive, blog, number, uids, clock)
        assert count(archive) == MAX_FOUND_BY
        (failure,) = open_failures(archive)
        assert (failure.kind, failure.field) == ("incomplete", "blogs")
        assert "more than 10,000 other blogs" in failure.detail
        save(archive, other, next(iter(other.entries)), INVENTED[-5:], clock)
        assert count(archive) == MAX_FOUND_BY + 5


def test_a_failure_ends_once_another_blog_has_named_the_rest(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        blog, other = a_blog(1), replace(a_blog(1), uid="27282")
        number = next(iter(blog.entries))
        save(archive, blog, number, INVENTED[: MAX_FOUND_BY + 1], clock)
        assert len(open_failures(archive)) == 1
        save(archive, other, number, INVENTED[MAX_FOUND_BY : MAX_FOUND_BY + 1], clock)
        save(archive, blog, number, INVENTED[: MAX_FOUND_BY + 1], clock)
        assert not open_failures(archive)


def test_a_blog_of_the_archive_is_not_discovered(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        blog, other = a_blog(1), replace(a_blog(1), uid="27282")
        save(archive, other, next(iter(other.entries)), range(0), clock)
        save(archive, blog, next(iter(blog.entries)), range(27282, 27284), clock)
        assert archive.column("select uid from discovered_blogs") == ["27283"]


def test_a_fleet_backs_up_found_blogs_only_after_discover_has_reported_them(path: Path, clock: Clock) -> None:
    with Archive.open(path, create=True) as archive:
        blog = a_blog(1)
        save(archive, blog, next(iter(blog.entries)), INVENTED[:3], clock)
        assert not has_discovered_due(archive)
        assert report_new(archive, now=clock.now) == {"links": 3}
        assert report_new(archive, now=clock.now) == {}
        assert has_discovered_due(archive)
