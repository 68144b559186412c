"""Kinds, ids and canonical forms of the URLs of blog.creaders.net, in all forms of fifteen years."""

import base64

import pytest
from hypothesis import example, given, strategies as st

from blogarchive.items import PageKind
from blogarchive.sites.creaders.site import SITE
from blogarchive.sites.creaders.urls import build_home_url, parse_did, parse_url

HOST = "https://blog.creaders.net"


@pytest.mark.parametrize(
    ("path", "kind", "uid", "number"),
    [
        ("/u/31182/202501/506012.html", PageKind.POST, "31182", "506012"),
        ("/u/31182/", PageKind.HOME, "31182", None),
        ("/u/31182", PageKind.HOME, "31182", None),
        ("/u/27282/36918.html", PageKind.CATEGORY, "27282", None),
        ("/Bei_Chuang-2/", PageKind.HOME, "Bei_Chuang-2", None),
        ("/bei_chuang/user_blog_diary.php?did=52919", PageKind.POST, None, "52919"),
        ("/user_blog_diary.php?did=NTM3Mzc=", PageKind.POST, None, "53737"),
        ("/user_blog_diary.php?did=NTM3Mzc%3D", PageKind.POST, None, "53737"),
        ("/u/31182/202501/", PageKind.UNKNOWN, "31182", None),
        ("/u/31182/?page=2", PageKind.UNKNOWN, "31182", None),
        ("/u/31182/202501/506012.html?cpage=2", PageKind.UNKNOWN, "31182", None),
        ("/uindex.php", PageKind.UNKNOWN, None, None),
        ("/images/", PageKind.UNKNOWN, None, None),
    ],
)
def test_each_form_of_url_has_its_kind_and_ids(
    path: str, kind: PageKind, uid: str | None, number: str | None
) -> None:
    found = parse_url(HOST + path)
    assert (found.kind, found.uid, found.number) == (kind, uid, number)


@pytest.mark.parametrize(
    ("path", "month"),
    [
        ("/u/31182/202501/506012.html", "2025-01"),
        ("/u/31182/202513/506012.html", None),
        ("/u/31182/000001/506012.html", None),
        ("/u/31182/202501/", None),
        ("/user_blog_diary.php?did=52919", None),
    ],
)
def test_a_posts_url_names_its_month(path: str, month: str | None) -> None:
    assert parse_url(HOST + path).month == month


def test_a_number_alone_names_a_post() -> None:
    url = SITE.build_post_url(f"{HOST}/u/31182/", "52919")
    assert (parse_url(url).kind, parse_url(url).number) == (PageKind.POST, "52919")


@pytest.mark.parametrize(
    "spelt",
    [
        "HTTPS://Blog.Creaders.NET:443/u/31182/202501/506012.html",
        "https://blog.creaders.net/u/31182/202501/506012.html#comments",
        "https://blog.creaders.net/u//31182/./202501/../202501/506012.html",
        "https://blog.creaders.net/u/31182/202501/506012.html?language=big5",
        "https://blog.creaders.net/u/31182/202501/506012.html?PHPSESSID=0a1b&utm_source=x",
        "https://blog.creaders.net/u/31182/202501/506012.html;jsessionid=0a1b",
        "https://blog.creaders.net/u/31182/202501/506012.html?ASPSESSIONIDQQ=AB&fbclid=x",
        "https://blog.creaders.net/u/31182/202501/506012.html?r=0.73451",
        "https://blog.creaders.net/u/31182/202501/506012.html?_=1737000000123&SESSID=9",
    ],
)
def test_one_page_has_one_url(spelt: str) -> None:
    assert parse_url(spelt).url == f"{HOST}/u/31182/202501/506012.html"


@pytest.mark.parametrize("digits", [41, 5000])
@pytest.mark.parametrize("form", ["/u/31182/202501/{}.html", "/user_blog_diary.php?did={}"])
def test_more_than_forty_digits_are_no_id_of_a_post(form: str, digits: int) -> None:
    found = parse_url(HOST + form.format("9" * digits))
    assert (found.kind, found.number) == (PageKind.UNKNOWN, None)


@pytest.mark.parametrize("number", [1, 52919, 421017])
def test_old_numbers_are_parsed_plain_and_in_base64(number: int) -> None:
    wrapped = base64.b64encode(str(number).encode()).decode()
    urls = {
        parse_url(f"{HOST}/user_blog_diary.php?did={did}").url
        for did in (number, wrapped, wrapped.rstrip("="))
    }
    assert urls == {f"{HOST}/user_blog_diary.php?did={number}"}


@pytest.mark.parametrize("did", ["", "abc", "NTM3M!", "-3", "５２９", "1e3"])
def test_a_did_that_is_no_number_names_no_post(did: str) -> None:
    assert parse_did(did) is None
    assert parse_url(f"{HOST}/user_blog_diary.php?did={did}").kind is PageKind.UNKNOWN


def test_the_home_page_is_on_the_host_of_the_page() -> None:
    assert (
        build_home_url("http://127.0.0.1:8000/u/31182/202501/1.html", "31182")
        == "http://127.0.0.1:8000/u/31182/"
    )
    assert build_home_url("http://127.0.0.1:8000/x?y=1", "Bei_Chuang") == "http://127.0.0.1:8000/Bei_Chuang/"


@example("? #")
@example("?0&&&0")
@given(st.text(st.sampled_from("abu/.?&=%;#:0123456789hdtpsPE-_文 "), max_size=40))
def test_a_canonical_url_is_its_own_canonical_url(rest: str) -> None:
    once = parse_url(f"{HOST}/{rest}").url
    assert parse_url(once).url == once
