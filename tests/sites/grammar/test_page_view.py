"""The view of a page: positions of lines, targets of links."""

from datetime import UTC, datetime

import pytest

from blogarchive.sites.creaders.urls import parse_url
from blogarchive.sites.grammar.page import PageView, build_page_view

URL = "https://blog.creaders.net/u/1/202001/5.html"


def _view(html: str, url: str = URL) -> PageView:
    return build_page_view(html, url, datetime(2026, 1, 1, tzinfo=UTC), parse_url)


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
