"""The view of a page: positions of lines, targets of links."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.creaders.urls import parse_url
from blogarchive.sites.grammar.page import PageView, build_page_view

URL = "https://blog.creaders.net/u/1/202001/5.html"


def _view(html: str, url: str = URL, cache: SubtreeCache | None = None) -> PageView:
    return build_page_view(html, url, datetime(2026, 1, 1, tzinfo=UTC), parse_url, cache=cache)


def test_a_tag_path_has_the_tags_from_the_root_down() -> None:
    view = _view("<div><p>一<b>二</b></p></div><div><p>三</p></div>")
    first, second = view.lines
    assert view.tag_path(first.node_at(1)) == "html/body/div/p/b"
    assert view.tag_path(first.block) == view.tag_path(second.block) == "html/body/div/p"


def test_a_tag_path_may_be_very_deep() -> None:
    view = _view("<div>" * 2000 + "一")
    assert view.tag_path(view.lines[0].block).count("div") > 1000


def test_links_to_posts_may_be_relative_absolute_or_have_a_session() -> None:
    links = ("/u/1/202001/6.html", "6.html", "http://h/u/1/202001/6.html?PHPSESSID=a1", "/u/1/", "#top")
    view = _view("".join(f"<p><a href='{href}'>题</a></p>" for href in links))
    assert view.post_lines == {0, 1, 2}


@pytest.mark.parametrize("base", ["about:blank", "javascript:alert(1)", "data:x", "http://[x"])
def test_a_base_that_is_no_url_is_ignored(base: str) -> None:
    view = _view(f"<base target=_blank><base href='{base}'><p><a href='6.html'>题</a></p>")
    assert view.base == URL
    assert view.post_lines == {0}


def test_cached_links_are_resolved_from_each_page() -> None:
    hrefs = (
        "6.html",
        "?page=2",
        "../",
        "/u/1/",
        "//other.net/u/2/",
        "#top",
        "",
        "http://[x",
        "/" + "long/" * 100,
    )
    links = "".join(f"<li><a href='{href}'>题</a></li>" for href in hrefs)
    links += "<li><a title='http://a.net/' href='javascript:'>窗</a></li>" * 20
    cache = SubtreeCache()
    for url in (URL, "https://blog.creaders.net/u/1/202002/7.html", "http://other.net/u/3/"):
        html = f"<p>{url}</p><ul>{links}</ul>"
        known, alone = _view(html, url, cache), _view(html, url)
        shown = [[(text, leads) for text, _, leads in line] for line in known.links]
        assert shown == [[(text, leads) for text, _, leads in line] for line in alone.links]
    assert known.document.cache


def _as_written(url: str) -> ParsedUrl:
    return ParsedUrl(url=url, kind=PageKind.UNKNOWN)


@pytest.mark.parametrize("rules", [parse_url, _as_written], ids=["drops", "keeps"])
def test_links_with_a_session_id_per_page_follow_the_rules_of_the_site(
    rules: Callable[[str], ParsedUrl],
) -> None:
    cache = SubtreeCache()
    for session in ("0123abcd", "4567ef01", "89ab2345"):
        rows = "".join(f"<p><a href='/u/1/202001/{n}.html?sid={session}'>第{n}篇</a></p>" for n in range(40))
        now = datetime(2026, 1, 1, tzinfo=UTC)
        known, alone = (
            build_page_view(f"<b>{session}</b>{rows}", URL, now, rules, cache=use) for use in (cache, None)
        )
        assert [[row[::2] for row in line] for line in known.links] == [
            [row[::2] for row in line] for line in alone.links
        ]
