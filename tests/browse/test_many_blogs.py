"""An archive of a whole host: the list of its blogs is paged and searched, and no other page lists all of them."""

import sqlite3
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copy

import feedparser
import pytest_asyncio
from datasette.app import Datasette

from blogarchive.store.read.blogs import BLOGS_PER_PAGE
from tests.browse.conftest import close
from tests.browse.served import served
from tests.browse.test_pages import page, words

_BLOGS = 130
_INSERT = """insert into authors (site, uid, url, nickname, blog_title, first_seen_at, last_seen_at)
             values ('creaders', ?, 'http://blog.test/u/' || ?1 || '/', ?, ?, '2025-01-01T00:00:00+00:00',
                     '2025-01-01T00:00:00+00:00')"""


@pytest_asyncio.fixture
async def host(own_archive: Path) -> AsyncIterator[Datasette]:
    """Return a server of the archive with 130 more blogs; 91001 and 91002 have the same nickname."""
    with sqlite3.connect(own_archive) as connection:
        connection.executemany(
            _INSERT, [(str(91000 + n), f"邻居{max(n, 2)}", f"第{n}家的門簾") for n in range(1, _BLOGS + 1)]
        )
    connection.close()
    served = Datasette([str(own_archive)])
    await served.invoke_startup()
    yield served
    close(served)


async def test_the_home_page_shows_the_newest_blogs_and_leads_to_all(host: Datasette) -> None:
    shown = await page(host, "/read")
    assert len(shown.cssselect(".card")) == BLOGS_PER_PAGE
    assert words(shown.cssselect(".card h3")[0]) == "山里人的灶台"
    (link,) = shown.cssselect("main a[href='/read/blogs']")
    assert str(_BLOGS + 2) in words(link)


async def test_the_pages_of_blogs_show_each_blog_once(host: Datasette) -> None:
    seen: list[str] = []
    address: str | None = "/read/blogs"
    while address:
        shown = await page(host, address)
        seen += [link.get("href") for link in shown.cssselect(".card h3 a")]
        following = shown.cssselect("nav.turn a[rel=next]")
        address = f"/read/blogs{following[0].get('href')}" if following else None
    assert len(seen) == len(set(seen)) == _BLOGS + 2


async def test_a_blog_is_found_by_any_name_in_either_script(host: Datasette) -> None:
    for given, found in {"门帘 第7家": 1, "邻居2": 12, "91077": 1, "河岸札记": 1, "nobody": 0}.items():
        shown = await page(host, f"/read/blogs?name={given}")
        assert len(shown.cssselect(".card h3")) == found, given
        assert shown.cssselect("input[name=name]")[0].get("value") == given


async def test_turning_the_pages_keeps_the_name(host: Datasette) -> None:
    shown = await page(host, "/read/blogs?name=邻居")
    (following, _again) = shown.cssselect("nav.turn a[rel=next]")
    last = await page(host, f"/read/blogs{following.get('href')}&page=3")
    assert shown.cssselect("input[name=name]")[0].get("value") == "邻居"
    assert len(last.cssselect(".card h3")) == BLOGS_PER_PAGE


async def test_a_search_takes_the_name_of_the_author_as_text(host: Datasette) -> None:
    shown = await page(host, "/read/search?q=茶馆&author=河岸老林")
    assert not shown.cssselect("select")
    assert shown.cssselect("input[name=author]")[0].get("value") == "河岸老林"
    assert shown.cssselect("ol.hits > li .title")


async def test_the_title_of_a_feed_names_three_blogs_and_the_number(host: Datasette) -> None:
    feed = feedparser.parse((await host.client.get("/read/feed.atom")).content)
    title = feed.feed.title
    assert title.startswith("山里人的灶台、")
    assert title.endswith(f"等 {_BLOGS + 2} 个博客")


def test_several_archives_are_served_side_by_side(archive_path: Path, tmp_path: Path) -> None:
    second = Path(copy(archive_path, tmp_path / "second.db"))
    for address in served(archive_path, str(second)):
        for path in ("/", "/read/author/1", "/read/in/second", "/read/in/second/feed.atom", "/second/posts"):
            with urllib.request.urlopen(address + path) as response:
                assert response.status == 200, path
