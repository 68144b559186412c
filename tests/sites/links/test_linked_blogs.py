"""A parsed page names the other blogs that it links to, each once, and never more than the limit."""

from datetime import UTC, datetime

import pytest

from blogarchive.items import BlogLink, Page, PageKind, ParsedPage, Target
from blogarchive.sites import base as sites
from blogarchive.sites.links import MAX_BLOGS, TOO_MANY_BLOGS

POST_URL = "http://blog.creaders.net/u/31182/202501/505877.html"
HOME_URL = "http://blog.creaders.net/u/31182/"


def parse(
    html: str, url: str = HOME_URL, site: str = "creaders", kind: PageKind = PageKind.HOME
) -> ParsedPage:
    body = f"<html><head><title>页</title></head><body>{html}</body></html>".encode()
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = Page(url=url, fetched_at=datetime(2025, 2, 1, tzinfo=UTC), status=200, headers=headers, body=body)
    return sites.parse_page(page, Target(url=url, site=site, kind=kind))


def uids(html: str, url: str = HOME_URL, site: str = "creaders") -> list[str]:
    return [blog.uid for blog in parse(html, url, site).blogs]


def test_a_blog_is_named_by_any_of_its_pages_and_by_an_image() -> None:
    found = parse(
        "<p><a href='/u/1001/202501/7.html'>文</a></p><p><a href='/u/1002/36034.html'>类</a></p>"
        "<p><a href='http://blog2.creaders.net/u/1003/'><img src='/face.gif'></a></p><p><a href='/u/31182/'>己</a></p>"
    ).blogs
    assert found == (
        BlogLink(site="creaders", uid="1001", url="http://blog.creaders.net/u/1001/"),
        BlogLink(site="creaders", uid="1002", url="http://blog.creaders.net/u/1002/"),
        BlogLink(site="creaders", uid="1003", url="http://blog2.creaders.net/u/1003/"),
    )


@pytest.mark.parametrize(
    "href",
    [
        "/u/1001/",
        "/u/1001",
        "/u/0001001/",
        "//blog.creaders.net/u/1001/index.php",
        "HTTP://BLOG.CREADERS.NET:80/u/1001/",
        "http://x:y@blog.creaders.net/u/1001/",
        "/x/../u/1001/?PHPSESSID=abc",
        "\\u\\1001\\",
        " /u/10\n01/ ",
    ],
)
def test_every_spelling_of_a_blog_is_one_blog(href: str) -> None:
    assert uids(f"<p><a href='/u/1001/'>甲</a></p><p><a href='{href}'>乙</a></p>") == ["1001"]


@pytest.mark.parametrize(
    "href",
    [
        "http://blog.other.example/u/1001/",
        "http://blog.creaders.net.other.example/u/1001/",
        "http://blog.creaders.net:8080/u/1001/",
        "http://blog.creaders.net@other.example/u/1001/",
        "/u/１００１/",
        "/u/²/",
        "/u/0/",
        "/u/10010010010010010010/",
        "/u/1001x/",
        "/about/",
        "/search.php?u=/u/1001/",
        "mailto:/u/1001/",
        "http://[broken/u/1001/",
    ],
)
def test_other_hosts_and_invented_spellings_are_no_blogs(href: str) -> None:
    assert uids(f"<p><a href='{href}'>甲</a></p>") == []


def test_a_link_that_a_reader_does_not_see_names_no_blog() -> None:
    hidden = "<div style='display:none'><a href='/u/1001/'>甲</a></div><!-- <a href='/u/1002/'>乙</a> -->"
    assert uids(f"{hidden}<p>/u/1003/ http://blog.creaders.net/u/1004/</p>") == []


def test_names_count_on_pages_of_a_blog_with_a_name() -> None:
    assert uids("<p><a href='/laowang/'>甲</a></p>", "http://blog.creaders.net/zhangsan/") == ["laowang"]


def test_a_host_of_the_page_counts_beside_those_of_the_site() -> None:
    html = "<p><a href='/u/1001/'>甲</a></p><p><a href='http://127.0.0.1:81/u/1002/'>乙</a></p>"
    found = parse(html, "http://127.0.0.1:8080/u/31182/").blogs
    assert [blog.url for blog in found] == ["http://127.0.0.1:8080/u/1001/"]


@pytest.mark.parametrize(
    ("site", "url", "links", "blogs"),
    [
        (
            "wenxuecity",
            "http://blog.wenxuecity.com/myblog/77/all.html",
            ("/myblog/88/202501/9.html", "../0088/all.html", "http://a.example/myblog/99/", "mailto:/myblog/66/"),
            {"88": "http://blog.wenxuecity.com/myblog/88/all.html"},
        ),
        (
            "pixnet",
            "https://zhu.pixnet.net/blog",
            ("https://Mei.pixnet.net/blog/post/1-x", "https://www.pixnet.net/", "/blog/post/2", "https://mei.pixnet.net/"),
            {"mei": "https://mei.pixnet.net/blog"},
        ),
        (
            "sina",
            "http://blog.sina.com.cn/u/1000000001",
            ("http://blog.sina.com.cn/s/blog_3b9aca020100abcd.html", "/u/1000000002", "/u/01000000002"),
            {"1000000002": "http://blog.sina.com.cn/u/1000000002"},
        ),
    ],
    ids=["wenxuecity", "pixnet", "sina"],
)  # fmt: skip
def test_sites_of_known_markup_name_blogs_too(
    site: str, url: str, links: tuple[str, ...], blogs: dict[str, str]
) -> None:
    html = "".join(f"<p><a href='{link}'>甲</a></p>" for link in links)
    assert {blog.uid: blog.url for blog in parse(html, url, site).blogs} == blogs


@pytest.mark.parametrize("site", ["creaders", "wenxuecity"])
def test_a_page_with_an_invalid_url_names_no_blog(site: str) -> None:
    links = "<p><a href='/u/1001/'>甲</a></p><p><a href='/myblog/88/all.html'>乙</a></p>"
    assert parse(links, "http://[broken/u/1/", site).blogs == ()


@pytest.mark.parametrize("site", ["creaders", "wenxuecity"])
def test_a_page_with_links_to_invented_blogs_names_a_limited_number_and_says_so(site: str) -> None:
    path = {"creaders": "/u/{}/", "wenxuecity": "/myblog/{}/all.html"}[site]
    url = {"creaders": HOME_URL, "wenxuecity": "http://blog.wenxuecity.com/myblog/77/all.html"}[site]
    html = "".join(
        f"<a href='{path.format(100_000 + number)}'>{number}</a> " for number in range(MAX_BLOGS + 500)
    )
    parsed = parse(html, url, site)
    assert len(parsed.blogs) == MAX_BLOGS
    assert TOO_MANY_BLOGS in parsed.problems
    assert "2,000 blogs" in TOO_MANY_BLOGS.detail
    too_large = parse(html * 46, url, site)
    assert (too_large.blogs, too_large.problems[0].field) == ((), "page")
