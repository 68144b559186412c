"""The URLs in a saved page, whatever wrote it."""

import pytest

from blogarchive.importing.saved_files import PageUrls, find_image_sources, read_page_urls
from blogarchive.sites.base import site_by_name

HOME = "http://blog.creaders.net/u/31182/"


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="gbk"?>', "<!-- 注 -->", "\0"])
def test_a_page_is_parsed_as_html_whatever_it_begins_with(head: str) -> None:
    urls = read_page_urls(f"{head}<html><a href=/u/1/> 甲\n乙&nbsp;丙<br><img src=a.jpg></a></html>", HOME)
    assert urls.links == (("http://blog.creaders.net/u/1/", "甲 乙 丙"),)


def test_declared_urls_and_post_numbers_are_found_in_any_case() -> None:
    urls = read_page_urls(
        "<LINK REL='Alternate Canonical' HREF=' http://a.net/1 '><link rel=canonicals href=/no>"
        "<META PROPERTY='OG:URL' CONTENT=http://a.net/2><input NAME=Diary_ID value=' 12 '><input name=idx value=3>"
    )
    assert urls.declared == ("http://a.net/1", "http://a.net/2")
    assert urls.number_fields == (("Diary_ID", "12"), ("idx", "3"))
    site = site_by_name("creaders")
    assert [site.is_number_field(name) for name, _ in urls.number_fields] == [True, False]


def test_relative_links_follow_the_base_of_the_page() -> None:
    text = "<base><base href='http://b.net/x/'><a href=y>甲</a><a href='http://[/'>乙</a><a href=#>丙</a>"
    assert [url for url, _ in read_page_urls(text, HOME).links] == ["http://b.net/x/y", "http://b.net/x/"]


@pytest.mark.parametrize("text", ["", " ", "<!-- 注 -->"])
def test_an_empty_page_has_no_urls(text: str) -> None:
    urls = read_page_urls(text)
    assert urls == PageUrls(saved_from=None, declared=(), links=(), written=(), number_fields=())
    assert find_image_sources(text) == ()
