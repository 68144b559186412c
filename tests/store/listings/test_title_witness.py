"""A title without a witness on its page is an open failure until a listing shows the same title."""

from dataclasses import replace
from pathlib import Path

from blogarchive.items import CrawledPage
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from tests.store.fake_blog import Clock, a_blog, crawl, texts

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
