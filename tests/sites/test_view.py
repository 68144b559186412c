"""A page as its readers see it: where its lines stand, where its links lead."""

from datetime import UTC, datetime

import pytest

from blogarchive.sites.creaders_urls import address
from blogarchive.sites.grammar.view import View, view_of

URL = "https://blog.creaders.net/u/1/202001/5.html"


def _view(html: str) -> View:
    return view_of(html, URL, datetime(2026, 1, 1, tzinfo=UTC), address)


def test_a_path_names_the_tags_from_the_root_down_and_is_the_same_whoever_asks_first() -> None:
    view = _view("<div><p>一<b>二</b></p></div><div><p>三</p></div>")
    first, second = view.lines
    assert view.path(first.node_at(1)) == "html/body/div/p/b"
    assert view.path(first.block) == view.path(second.block) == "html/body/div/p"


def test_a_path_can_be_as_deep_as_a_hostile_page() -> None:
    view = _view("<div>" * 2000 + "一")
    assert view.path(view.lines[0].block).count("div") > 1000


def test_lines_that_link_to_posts_are_known_whether_the_link_is_relative_absolute_or_has_a_session() -> None:
    links = ("/u/1/202001/6.html", "6.html", "http://h/u/1/202001/6.html?PHPSESSID=a1", "/u/1/", "#top")
    view = _view("".join(f"<p><a href='{href}'>题</a></p>" for href in links))
    assert view.posts == {0, 1, 2}


@pytest.mark.parametrize("base", ["about:blank", "javascript:alert(1)", "data:x", "http://[x"])
def test_a_base_that_is_no_address_counts_for_nothing(base: str) -> None:
    view = _view(f"<base target=_blank><base href='{base}'><p><a href='6.html'>题</a></p>")
    assert view.base == URL
    assert view.posts == {0}
