"""Finding the way: the first page, links between lists and posts, searches for a post and within a time."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from datasette.app import Datasette
from lxml import html

from blogarchive.cli.search_serve import search
from tests.browse.make_archive import HOST
from tests.browse.test_pages import page, post_id, words


async def address_of(datasette: Datasette, address: str) -> str:
    """Return the address that `address` redirects to."""
    answer = await datasette.client.get(address)
    assert answer.status_code == 302, address
    found: str = answer.headers["location"]
    return found


def titles(shown: html.HtmlElement) -> list[str]:
    return [words(link) for link in shown.cssselect("ol.posts .title")]


async def test_the_first_page_of_serve_is_that_of_the_archive(own_server: Datasette) -> None:
    assert await address_of(own_server, "/") == "/read"
    assert (await own_server.client.get("/.json")).json()["archive"]["path"] == "/archive"


async def test_the_bar_names_the_blog_of_a_page(datasette: Datasette, archive_path: Path) -> None:
    for address in (f"/read/post/{post_id(archive_path, 553384)}", "/read/author/1"):
        (link,) = (await page(datasette, address)).cssselect("header.bar a.blog")
        assert (words(link), link.get("href")) == ("山里人的灶台", "/read/author/1")
    assert not (await page(datasette, "/read/search?q=川普")).cssselect("header.bar a.blog")


async def test_the_author_link_of_a_post_opens_the_year_of_the_post(
    datasette: Datasette, archive_path: Path
) -> None:
    shown = await page(datasette, f"/read/post/{post_id(archive_path, 551100)}")
    link = shown.xpath("//article//a[.='山里人']")[0].get("href")
    assert link == "/read/author/1?year=2024#posts"
    assert titles(await page(datasette, link)) == ["镇上的新规矩", "后山的野猫"]


async def test_each_bar_and_each_month_of_the_list_opens_its_month(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/author/1")
    bars = [link.get("href") for link in shown.cssselect("svg.plot-svg a")]
    months = [f"/read/author/1{link.get('href')}" for link in shown.cssselect("dl.months dd a")]
    assert "/read/author/1?month=2024-11#posts" in bars
    assert sorted(bars) == sorted(months)
    assert titles(await page(datasette, "/read/author/1?month=2024-11")) == ["后山的野猫"]


async def test_a_category_is_narrowed_by_year_and_month(datasette: Datasette) -> None:
    whole = await page(datasette, "/read/author/1?category=2")
    years = whole.xpath("//nav[@aria-label='年份']/a[small]")
    year = max(years, key=lambda link: words(link).split()[1])
    shown = await page(datasette, f"/read/author/1{year.get('href')}")
    assert words(year).split()[1] == str(len(titles(shown)))
    months = shown.xpath("//nav[@aria-label='月份']/a")
    in_month = await page(datasette, f"/read/author/1{months[0].get('href')}")
    assert words(months[0]).split()[1] == str(len(titles(in_month)))
    selected = in_month.cssselect("nav.tags a[aria-current]")
    assert [words(link) for link in selected][:2] == [words(year), words(months[0])]
    assert words(selected[2]).startswith("时事")


@pytest.mark.parametrize("period", ["month=2024-13", "month=2024-00", "year=12", "year=２０２４", "month=x'"])
async def test_a_wrong_period_shows_the_newest_year(datasette: Datasette, period: str) -> None:
    assert titles(await page(datasette, f"/read/author/1?{period}"))[0] == "回乡过年：一笔细账"


async def test_a_reader_from_a_category_walks_through_the_category(datasette: Datasette) -> None:
    listed = await page(datasette, "/read/author/1?category=3")
    expected, address = titles(listed), listed.cssselect("ol.posts .title")[0].get("href")
    seen = []
    while address:
        shown = await page(datasette, address)
        seen.append(words(shown.cssselect("h1")[0]))
        tops, bottoms = shown.cssselect("nav.turn")
        assert [link.get("href") for link in tops] == [link.get("href") for link in bottoms]
        (category,) = tops.cssselect("a.list")
        assert category.get("href") == "/read/author/1?category=3#posts"
        older = tops.cssselect("a[rel=prev]")
        address = older[0].get("href") if older else ""
    assert seen == expected
    assert len(seen) > 10


async def test_a_reader_from_a_search_walks_through_its_hits_and_back(datasette: Datasette) -> None:
    for query in ("q=-没有这个词&page=3", "q=茶馆&order=best", "q=的&in=comments"):
        listed = await page(datasette, f"/read/search?{query}")
        hits = [link.get("href") for link in listed.cssselect("ol.hits .title")]
        shown = await page(datasette, hits[0])
        for expected in hits[1:]:
            (after,) = shown.cssselect("nav.turn")[0].cssselect("a[rel=next]")
            assert after.get("href") == expected
            shown = await page(datasette, expected)
        back = shown.cssselect("nav.turn a.list")[0].get("href")
        again = await page(datasette, back)
        assert [link.get("href") for link in again.cssselect("ol.hits .title")] == hits


async def test_a_place_beyond_the_hits_shows_the_post_alone(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/post/1?q=茶馆&hit=9999")
    assert not shown.cssselect("nav.turn a[rel]")
    assert (await page(datasette, "/read/post/1?q=茶馆&hit=99999999999")).cssselect("nav.turn a[rel]")


async def test_a_search_for_a_url_or_a_number_goes_to_the_post(
    datasette: Datasette, archive_path: Path
) -> None:
    post = f"/read/post/{post_id(archive_path, 553384)}"
    for words_ in (
        "553384",
        f"{HOST}/u/27282/202501/553384.html",
        "https://blog.creaders.net/u/27282/202501/553384.html?PHPSESSID=0a",
        "http://blog.creaders.net/user_blog_diary.php?did=553384",
    ):
        assert await address_of(datasette, f"/read/search?q={words_}".replace("?P", "%3FP")) == post
    shown = await page(datasette, "/read/search?q=https://blog.creaders.net/u/1/202501/1.html")
    assert "没有找到" in words(shown.cssselect("ol.hits")[0])


@pytest.mark.parametrize("wrong", ["2024-13", "2024-02-30", "去年", "24", "2024-5"])
async def test_a_wrong_date_is_rejected_in_one_line(datasette: Datasette, wrong: str) -> None:
    shown = await page(datasette, f"/read/search?q=茶馆&since={wrong}")
    (alert,) = shown.cssselect("[role=alert]")
    assert wrong in words(alert)
    (field,) = shown.cssselect("[aria-invalid]")
    assert (field.get("name"), field.get("aria-describedby")) == ("since", alert.get("id"))
    assert not shown.cssselect("ol.hits")


async def test_hits_are_counted_by_blog_and_year(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/search?q=茶馆")
    total = len(shown.cssselect("ol.hits > li"))
    for label in ("按博客计", "按年计"):
        links = shown.xpath(f"//nav[@aria-label='{label}']/a")
        assert sum(int(words(link).split()[-1]) for link in links) == total
        for link in links:
            narrowed = await page(datasette, f"/read/search{link.get('href')}")
            assert len(narrowed.cssselect("ol.hits > li")) == int(words(link).split()[-1])
            assert words(narrowed.cssselect("nav.tags a[aria-current]")[0]) == words(link)


async def test_an_excerpt_shows_a_sentence_for_each_word(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/search?q=川普 冬笋 手机")
    (excerpt,) = shown.cssselect("ol.hits .beginning")
    assert {words(mark) for mark in excerpt.cssselect("mark")} >= {"川普", "冬笋", "手机"}
    assert "…" in words(excerpt)


def run(archive: Path, *words: str) -> Result:
    return CliRunner().invoke(search, [*words, "--db", str(archive)], catch_exceptions=False)


def test_a_hit_is_shown_in_the_sentences_of_its_words_with_its_url(archive_path: Path) -> None:
    result = run(archive_path, "川普", "新政")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2025-01-28  山里人  回乡过年：一笔细账",
        "    “川普上台之后，镇上卖五金的老陈就开始囤货。”…川普的新政离这个村子很远，可是螺丝确实涨了两毛。",
        "    https://blog.example.invalid/u/27282/202501/553384.html",
    ]


def test_a_word_with_a_minus_is_excluded_and_no_option(archive_path: Path) -> None:
    assert "拆掉的茶館" in run(archive_path, "茶馆").stdout
    assert "拆掉的茶館" not in run(archive_path, "茶馆", "-拆掉").stdout
    assert run(archive_path, "茶馆", "--no-such-option").exit_code == 2


def test_json_is_one_document_of_all_hits(archive_path: Path) -> None:
    hits = json.loads(run(archive_path, "面", "--comments", "--json").stdout)
    assert [(hit["kind"], hit["author"], hit["marks"]) for hit in hits] == [
        ("comment", "河岸老林", ["麵"]),
        ("comment", "山里人", ["面"]),
    ]


def test_no_hit_is_no_error_and_an_empty_query_is_one(archive_path: Path) -> None:
    nothing = run(archive_path, "没有这个词")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert json.loads(run(archive_path, "没有这个词", "--json").stdout) == []
    assert run(archive_path).exit_code == 2


def test_the_index_can_be_rebuilt(own_archive: Path) -> None:
    result = run(own_archive, "--rebuild")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "72 posts and comments indexed" in result.stderr
    assert run(own_archive, "囤货").stdout


@pytest.mark.parametrize("order", [[], ["--best"]])
def test_the_search_is_filtered_by_author_and_day(archive_path: Path, order: list[str]) -> None:
    result = run(archive_path, "茶馆", "--author", "山里人", "--since", "2021-01-01", *order)
    assert result.stdout.count("https://") == 1
