"""The reading pages, requested through Datasette."""

import hashlib
import re
from pathlib import Path

import pytest
from datasette.app import Datasette
from lxml import html

from tests.browse.conftest import close
from tests.browse.make_archive import PICTURE
from tests.sql import read_sql, run_sql


def post_id(path: Path, number: int) -> int:
    found: int = read_sql(path, "select id from posts where number = ?", number)[0][0]
    return found


async def page(datasette: Datasette, address: str, status: int = 200) -> html.HtmlElement:
    answer = await datasette.client.get(address)
    assert answer.status_code == status, address
    assert answer.headers["content-type"].startswith("text/html")
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


async def test_the_home_page_shows_blogs_newest_posts_and_health(datasette: Datasette) -> None:
    shown = await page(datasette, "/read")
    assert [words(card) for card in shown.cssselect(".card h3")] == ["山里人的灶台", "河岸札記"]
    assert words(shown.cssselect("ol.posts .title")[0]) == "回乡过年：一笔细账"
    facts = {words(fact[0]): words(fact[1]) for fact in shown.cssselect("dl.facts > div")}
    assert (facts["文章"], facts["评论"], facts["没取到的内容"]) == ("63", "9", "1")
    assert shown.cssselect("form[role=search] input[name=q]")


async def test_a_post_is_shown_completely(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, f"/read/post/{post_id(archive_path, 553384)}")
    assert words(shown.cssselect("h1")[0]) == "回乡过年：一笔细账"
    assert "2025-01-28 01:46:53 UTC−8" in words(shown.cssselect("article.post header")[0])
    assert "山居" in words(shown.cssselect("article.post header")[0])
    assert "螺丝确实涨了两毛" in words(shown.cssselect(".post .body")[0])
    assert shown.cssselect(".post .body")[0].get("lang") == "zh-Hans"
    original = shown.xpath("//a[.='原文']")[0]
    assert original.get("rel") == "noopener noreferrer nofollow"
    assert len(shown.cssselect("svg.spark[role=img] title")) == 3


async def test_a_post_in_traditional_has_its_language(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, f"/read/post/{post_id(archive_path, 552001)}")
    assert shown.cssselect("h1")[0].get("lang") == "zh-Hant"


async def test_replies_link_to_their_comments(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, f"/read/post/{post_id(archive_path, 553384)}")
    comments = {comment.get("id"): comment for comment in shown.cssselect("article.comment")}
    assert len(comments) == 6
    links = {}
    for comment in comments.values():
        for link in comment.xpath(".//a[starts-with(., '回复')]"):
            links[words(comment.cssselect(".body")[0])] = words(
                comments[link.get("href")[1:]].cssselect(".body")[0]
            )
    assert links == {
        "谢谢。家里的螺丝还够用十年。": "写得好，看得想家。螺丝那段笑出声。",
        "那就好，明年去你家过年。": "谢谢。家里的螺丝还够用十年。",
    }
    assert "原站已删" in words(list(comments.values())[-1])


async def test_images_come_from_the_archive_and_others_are_not_loaded(
    datasette: Datasette, archive_path: Path
) -> None:
    address = f"/read/post/{post_id(archive_path, 553384)}"
    shown = await page(datasette, address)
    (picture,) = shown.cssselect(".post .body img")
    answer = await datasette.client.get(picture.get("src"))
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "拍糊的一张" in words(shown.cssselect(".post .body")[0])
    asked = await page(datasette, f"{address}?remote=1")
    assert [image.get("src")[:5] for image in asked.cssselect(".post .body img")] == ["/read", "https"]


async def test_remote_images_need_a_request_of_the_reader(datasette: Datasette, archive_path: Path) -> None:
    address = f"/read/post/{post_id(archive_path, 553384)}"
    plain = (await datasette.client.get(address)).headers["content-security-policy"]
    asked = (await datasette.client.get(f"{address}?remote=1")).headers["content-security-policy"]
    assert "img-src 'self';" in plain
    assert "img-src 'self' http: https:;" in asked
    for policy in (plain, asked):
        assert "default-src 'none'" in policy
        assert policy.count("script-src 'sha256-") == 1


async def test_links_to_stored_posts_lead_to_their_pages(own_archive: Path) -> None:
    ids: dict[str, int] = dict(read_sql(own_archive, "select number, id from posts"))
    (site,) = read_sql(own_archive, "select url from posts where number = 552001")[0]
    links = {
        "held": f"{site}?PHPSESSID=1",
        "unknown": site.replace("552001", "1"),
        "away": "https://example.com/",
    }
    body = "".join(f'<p><a href="{url}">{name}</a></p>' for name, url in links.items())
    run_sql(own_archive, "update posts set body_html = ? where number = 553384", body)
    served = Datasette([str(own_archive)])
    shown = await page(served, f"/read/post/{ids['553384']}")
    close(served)
    led = {link.text: (link.get("href"), link.get("title")) for link in shown.cssselect(".post .body a")}
    assert led == {
        "held": (f"/read/post/{ids['552001']}", links["held"]),
        "unknown": (links["unknown"], None),
        "away": (links["away"], None),
    }


@pytest.mark.parametrize(
    "content_type", ["image/svg+xml", "text/html", "application/xhtml+xml", "", "Image/SVG+xml"]
)
async def test_media_that_a_browser_may_run_is_a_download_only(own_archive: Path, content_type: str) -> None:
    body = b"<svg/>"
    digest = hashlib.sha256(body).hexdigest()
    run_sql(own_archive, "insert into media_files values (?, ?, ?, ?)", digest, content_type, len(body), body)
    served = Datasette([str(own_archive)])
    answer = await served.client.get(f"/read/media/{digest}")
    close(served)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_edits_mark_the_changed_characters(datasette: Datasette, archive_path: Path) -> None:
    identity = post_id(archive_path, 553384)
    assert "改过 2 次" in words(await page(datasette, f"/read/post/{identity}"))
    shown = await page(datasette, f"/read/post/{identity}/edits")
    newest, first = shown.cssselect(".diff")
    # A text, and the images and links that the newest version alone has.
    assert [words(part) for part in newest.cssselect("del, ins")][:2] == ["一", "两"]
    assert [words(part) for part in first.cssselect("del, ins")] == [
        "（待续）",
        "写到这里手机没电了，明年再写。",
    ]


async def test_a_gone_post_and_a_missing_one_are_marked(datasette: Datasette, archive_path: Path) -> None:
    gone = await page(datasette, f"/read/post/{post_id(archive_path, 551100)}")
    assert "原站已看不到这篇" in words(gone)
    assert "第二天就撕了" in words(gone)
    missing = await page(datasette, f"/read/post/{post_id(archive_path, 551500)}")
    assert "正文还没有存下" in words(missing)


async def test_an_author_page_shows_years_categories_and_missing_posts(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/author/1")
    assert "1,851,847" in words(shown)
    assert len(shown.cssselect("svg.plot-svg rect.stored")) > 20
    assert len(shown.cssselect("svg.plot-svg rect.lacking")) == 2
    assert [words(row) for row in shown.cssselect("table tbody th")] == ["2025-01", "2024-12"]
    years = [words(link) for link in shown.xpath("//nav[@aria-label='年份']/a")]
    assert years[0].startswith("2025")
    older = await page(datasette, "/read/author/1?year=2016")
    assert len(older.cssselect("ol.posts > li")) == int(dict(year.split() for year in years)["2016"])
    category = shown.xpath("//nav[@aria-label='分类']/a[starts-with(., '山居')]")[0]
    in_category = await page(datasette, f"/read/author/1{category.get('href')}")
    assert len(in_category.cssselect("ol.posts > li")) == int(words(category).split()[1])


async def test_older_and_newer_posts_follow_each_other(datasette: Datasette, archive_path: Path) -> None:
    address = f"/read/post/{post_id(archive_path, 553384)}"
    seen = []
    while True:
        shown = await page(datasette, address)
        seen.append(words(shown.cssselect("h1")[0]))
        older = shown.cssselect("nav.turn a[rel=prev]")
        if not older:
            break
        address = older[0].get("href")
    assert len(seen) == 50
    assert seen[:3] == ["回乡过年：一笔细账", "一篇只在目录里见过的", "镇上的新规矩"]


async def test_the_search_page_marks_hits_in_their_sentences(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/search?q=茶馆")
    assert words(shown.cssselect("ol.hits .title")[0]) == "拆掉的茶館"
    assert words(shown.cssselect("ol.hits .beginning mark")[0]) == "茶館"
    assert "7 篇文章" in words(shown.cssselect("nav.tabs")[0])
    one = await page(datasette, "/read/search?q=茶馆&author=河岸老林&since=2025")
    assert len(one.cssselect("ol.hits > li")) == 1


async def test_a_hit_in_a_comment_links_to_the_comment(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/search?q=冬笋&in=comments")
    address, anchor = shown.cssselect("ol.hits .title")[0].get("href").split("#")
    post = await page(datasette, address)
    assert "冬笋今年哪里都贵" in words(post.get_element_by_id(anchor))


async def test_long_lists_of_hits_are_paginated(datasette: Datasette) -> None:
    first = await page(datasette, "/read/search?q=-没有这个词")
    assert "第 1 页，共 4 页" in words(first)
    seen = []
    for number in range(1, 5):
        shown = await page(datasette, f"/read/search?q=-没有这个词&page={number}")
        seen += [link.get("href") for link in shown.cssselect("ol.hits .title")]
    assert len(set(seen)) == len(seen) == 63


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%22",
        "q=(((",
        "q=OR",
        "q=*",
        "q=%00",
        "q=a&page=-1",
        "q=a&page=x",
        "q=a&since=x%27",
        "q=%F0%9F",
    ],
)
async def test_no_search_is_an_error(datasette: Datasette, query: str) -> None:
    await page(datasette, f"/read/search?{query}")


@pytest.mark.parametrize(
    "address", ["/read/post/99999", "/read/author/99", f"/read/media/{'0' * 64}", "/read/no/such/page"]
)
async def test_a_missing_page_says_so(datasette: Datasette, address: str) -> None:
    shown = await page(datasette, address, status=404)
    assert "没有" in words(shown.cssselect("h1")[0])


async def test_pages_work_below_a_base_url(archive_path: Path) -> None:
    served = Datasette([str(archive_path)], settings={"base_url": "/blogs/"})
    shown = await page(served, "/read")  # the client adds the base path
    close(served)
    addresses = [link.get("href") for link in shown.xpath("//a")] + [
        form.get("action") for form in shown.xpath("//form")
    ]
    assert all(re.match(r"/blogs/|#|\?|https?:", address) for address in addresses)
    assert shown.cssselect("link[rel=stylesheet]")[0].get("href") == "/blogs/read/style.css"


async def test_no_page_of_the_archive_loads_from_another_host(
    datasette: Datasette, archive_path: Path
) -> None:
    identity = post_id(archive_path, 553384)
    for address in ("", f"/post/{identity}", f"/post/{identity}/edits", "/author/1", "/search?q=茶馆"):
        shown = await page(datasette, f"/read{address}")
        loaded = shown.xpath("//@src | //link/@href")
        assert all(source.startswith("/read/") for source in loaded)
        assert len(shown.xpath("//script")) == 1
        assert not shown.xpath("//script/@src | //iframe | //@style | //*[@*[starts-with(name(), 'on')]]")


async def test_a_reader_who_may_not_see_the_database_sees_no_page(archive_path: Path) -> None:
    served = Datasette([str(archive_path)], metadata={"databases": {"archive": {"allow": {"id": "owner"}}}})
    answer = await served.client.get("/read")
    close(served)
    assert answer.status_code == 403


async def test_images_on_hosts_that_are_not_requested_are_counted_on_the_page_of_the_blog(
    own_archive: Path,
) -> None:
    run_sql(own_archive, "update media set status = 'skipped', host = 'a.example', sha256 = null")
    served = Datasette([str(own_archive)])
    await served.invoke_startup()
    facts = words((await page(served, "/read/author/1")).find(".//dl"))
    assert "未下载的图片" in facts
    assert "a.example" in facts
    close(served)


ENGLISH = {"accept-language": "en-GB,en;q=0.9"}
CHINESE = {"accept-language": "zh-TW,zh;q=0.9,en;q=0.8"}


def heading(text: str) -> tuple[str, str]:
    """Return the language of a page and its heading."""
    shown = html.document_fromstring(text)
    return shown.get("lang") or "", shown.cssselect("h1")[0].text_content()


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, ("zh-Hans", "博客存档")),
        (CHINESE, ("zh-Hans", "博客存档")),
        (ENGLISH, ("en", "Blog archive")),
        ({"accept-language": "fr,en;q=0.5,zh;q=0.4"}, ("en", "Blog archive")),
        ({"accept-language": "fr"}, ("zh-Hans", "博客存档")),
        ({"accept-language": "en;q=0, zh;q=0.1"}, ("zh-Hans", "博客存档")),
        ({"accept-language": "en;q=high, zh;q=0.1"}, ("zh-Hans", "博客存档")),
    ],
)
async def test_a_page_is_in_the_language_of_the_browser(
    datasette: Datasette, headers: dict[str, str], found: tuple[str, str]
) -> None:
    answer = await datasette.client.get("/read", headers=headers)
    assert heading(answer.text) == found
    assert answer.headers["vary"].startswith("accept-language, cookie")


async def test_a_reader_chooses_the_other_language_by_a_link(datasette: Datasette) -> None:
    first = html.document_fromstring(
        (await datasette.client.get("/read/search?q=茶馆", headers=ENGLISH)).text
    )
    link = first.cssselect("a.language")[0]
    assert (link.text, link.get("lang")) == ("中文", "zh-Hans")
    chosen = await datasette.client.get(f"/read/search{link.get('href')}", headers=ENGLISH)
    assert heading(chosen.text) == ("zh-Hans", "搜索")
    assert html.document_fromstring(chosen.text).cssselect("input[name=q]")[-1].get("value") == "茶馆"
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    later = await datasette.client.get("/read", headers={**ENGLISH, "cookie": cookie})
    assert heading(later.text) == ("zh-Hans", "博客存档")
    assert "set-cookie" not in later.headers


async def test_an_unknown_language_changes_nothing(datasette: Datasette) -> None:
    answer = await datasette.client.get(
        "/read?lang=../x", headers={**ENGLISH, "cookie": "blogarchive_lang=<script>"}
    )
    assert heading(answer.text) == ("en", "Blog archive")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/read/author/1", "Posts by month"),
        ("/read/search?q=nothing-like-it", "Try a shorter word"),
        ("/read/post/48", "last seen"),
        ("/read/post/48/edits", "removed text"),
        ("/read/post/999999", "No such post in the archive"),
        ("/read/author/999999", "No such author in the archive"),
    ],
)
async def test_every_page_has_english_words(datasette: Datasette, address: str, words: str) -> None:
    answer = await datasette.client.get(address, headers=ENGLISH)
    assert words in answer.text
