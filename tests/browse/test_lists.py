"""Lists of gone and edited posts and of failures, this day in other years, a random post, the feed, keys."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import feedparser
import pytest
from datasette.app import Datasette

from blogarchive.browse.pages.post_choices import KEYS
from tests.browse.conftest import close
from tests.browse.make_archive import HOST, make
from tests.browse.test_finding import address_of, titles
from tests.browse.test_pages import page, post_id, words
from tests.sql import read_sql, run_sql


async def test_gone_posts_are_listed_with_the_day_and_the_reason(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/gone")
    assert titles(shown) == ["镇上的新规矩"]
    assert "2025-02-10 起不见" in words(shown.cssselect("ol.posts .gone")[0])


async def test_edited_posts_are_listed_with_their_edits(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, "/read/edited")
    assert titles(shown) == ["回乡过年：一笔细账"]
    (link,) = shown.xpath("//ol//a[contains(@href, '/edits')]")
    assert link.get("href") == f"/read/post/{post_id(archive_path, 553384)}/edits"
    assert "改过 2 次" in words(shown)


async def test_open_failures_are_explained_in_words_and_lead_to_their_post(
    datasette: Datasette, archive_path: Path
) -> None:
    shown = await page(datasette, "/read/failures")
    (failure,) = shown.cssselect("ol.posts > li")
    assert words(failure).startswith("页面上标的数目，比找到的多。")
    assert "下次 2025-03-02 再试" in words(failure)
    links = [link.get("href") for link in failure.cssselect("a")]
    assert links == [f"{HOST}/u/27282/202501/553384.html", f"/read/post/{post_id(archive_path, 553384)}"]


async def test_the_home_page_leads_to_each_list(datasette: Datasette) -> None:
    shown = await page(datasette, "/read")
    addresses = {link.get("href") for link in shown.cssselect("main a")}
    for name in ("gone", "edited", "failures", "day", "random", "feed.atom"):
        assert f"/read/{name}" in addresses


@pytest.mark.parametrize("day", ["01-28", "02-29", "02-30", "12-31"])
async def test_posts_of_a_day_are_those_of_every_year(
    datasette: Datasette, archive_path: Path, day: str
) -> None:
    shown = await page(datasette, f"/read/day?day={day}")
    expected = read_sql(
        archive_path, "select title from posts where substr(posted_at, 6, 5) = ? order by posted_at desc", day
    )
    assert titles(shown) == [title for (title,) in expected]
    assert len(shown.cssselect("nav.turn a")) == 2


async def test_a_wrong_day_shows_today(datasette: Datasette) -> None:
    today = words((await page(datasette, "/read/day")).cssselect("h1")[0])
    assert words((await page(datasette, "/read/day?day=13-01")).cssselect("h1")[0]) == today


async def test_a_random_post_has_a_text_and_is_not_cached(datasette: Datasette) -> None:
    seen = {await address_of(datasette, "/read/random") for _ in range(20)}
    assert len(seen) > 3
    answer = await datasette.client.get("/read/random")
    assert answer.headers["cache-control"] == "no-store"
    for address in seen:
        assert (await page(datasette, address)).cssselect(".post .body")


async def test_an_empty_archive_has_its_lists_too(tmp_path: Path) -> None:
    from blogarchive.store.database.archive import Archive

    Archive.open(tmp_path / "empty.db", create=True).close()
    served = Datasette([str(tmp_path / "empty.db")])
    for name in ("", "/gone", "/edited", "/failures", "/day", "/help", "/search?q=12345"):
        await page(served, f"/read{name}")
    assert (await served.client.get("/read/random")).status_code == 404
    assert feedparser.parse((await served.client.get("/read/feed.atom")).content).entries == []
    close(served)


async def test_a_feed_reader_finds_the_newest_posts(datasette: Datasette, archive_path: Path) -> None:
    answer = await datasette.client.get("/read/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    first = feed.entries[0]
    assert (first.title, first.author) == ("回乡过年：一笔细账", "山里人")
    assert first.link == f"http://localhost/read/post/{post_id(archive_path, 553384)}"
    assert "螺丝确实涨了两毛" in first.content[0].value
    assert len({entry.id for entry in feed.entries}) == len(feed.entries) == 19
    found = (await page(datasette, "/read")).cssselect("link[rel=alternate]")[0]
    assert found.get("href") == "/read/feed.atom"


async def test_the_policy_allows_the_script_of_the_keys_alone(datasette: Datasette) -> None:
    answer = await datasette.client.get("/read")
    (script,) = (await page(datasette, "/read")).cssselect("script")
    digest = b64encode(sha256(script.text.encode()).digest()).decode()
    policies = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policies["script-src"] == f"'sha256-{digest}'"
    assert script.attrib == {}


async def test_keys_are_listed_and_can_be_turned_off(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/help")
    assert [words(key) for key in shown.cssselect("kbd")] == list(KEYS)
    off = await datasette.client.get("/read/help?keys=off")
    assert "blogarchive_keys=off" in off.headers["set-cookie"]
    silent = await datasette.client.get("/read", cookies={"blogarchive_keys": "off"})
    assert "<script" not in silent.text
    assert "script-src" not in silent.headers["content-security-policy"]


async def test_no_element_has_an_access_key_and_each_key_exists(
    datasette: Datasette, archive_path: Path
) -> None:
    post = f"/read/post/{post_id(archive_path, 551100)}"
    used = set()
    for address in ("/read", post, "/read/author/1", "/read/help"):
        shown = await page(datasette, address)
        assert not shown.xpath("//*[@accesskey]")
        used |= set(shown.xpath("//@data-key"))
    assert used == set(KEYS)


@pytest.mark.parametrize("value", ["'²⁰²⁵'", "x'ff00fe'"], ids=["digits", "bytes"])
async def test_a_time_that_is_none_leaves_pages_readable(tmp_path: Path, value: str) -> None:
    path = make(tmp_path / "archive.db")
    run_sql(path, f"update posts set posted_at = {value} where id = (select max(id) from posts)")
    run_sql(path, f"update comments set posted_at = {value} where id % 2")
    (last,) = read_sql(path, "select max(id) from posts")[0]
    datasette = Datasette([str(path)])
    for address in ("/read", "/read/author/1", f"/read/post/{last}", "/read/search?q=一"):
        assert words(await page(datasette, address))
    close(datasette)
