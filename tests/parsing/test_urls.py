"""URLs as people type them, and the hosts that images may come from.

`image_hosts.tsv` has the host of a post, an image and the hosts that `--media-hosts` names.
"""

from ipaddress import ip_address
from urllib.parse import urljoin

import pytest
from hypothesis import given, strategies as st

from blogarchive.errors import UsageError
from blogarchive.parsing.html import absolute_url
from blogarchive.parsing.images import refusal_reason
from blogarchive.parsing.urls import is_public, matches_host, parse_hosts, repair_url
from blogarchive.sites.base import site_by_name
from tests.cases import Case, read_cases, wrong

URL = "https://blog.creaders.net/u/1/"


@pytest.mark.parametrize(
    "typed",
    [
        URL,
        f" 《{URL}》\n",
        f"<{URL}>",
        f"“{URL}”",
        f"「{URL}」",
        f"({URL})",
        f"{URL}。",
        "blog.creaders.net/u/1/",
        "https：//blog.creaders.net/u/1/",
        "https:/blog.creaders.net/u/1/",
        "https:///blog.creaders.net/u/1/",
        "https//blog.creaders.net/u/1/",
        "HTTPS://blog.creaders.net/u/1/",
        "\ufeff" + URL,
    ],
)
def test_what_people_type_around_a_url_or_leave_out_is_repaired(typed: str) -> None:
    assert repair_url(typed) == URL


@pytest.mark.parametrize("text", ["", "nonsense", "u/1/", "ftp://blog.creaders.net/", "http://[::1]:80/u/1/"])
def test_other_text_is_unchanged(text: str) -> None:
    assert repair_url(text) == text


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("none.html", "none.html"),
        ("blog.example.org/none.html", "https://blog.example.org/none.html"),
        ("www.example.org/feed.xml", "https://www.example.org/feed.xml"),
    ],
)
def test_the_name_of_a_file_alone_is_no_host(typed: str, url: str) -> None:
    assert repair_url(typed) == url


def test_a_port_and_a_plain_scheme_stay() -> None:
    assert repair_url("127.0.0.1:8080/u/1/") == "https://127.0.0.1:8080/u/1/"
    assert repair_url("http://blog.creaders.net") == "http://blog.creaders.net"


LISTED = site_by_name("creaders").image_hosts


def answer(case: Case) -> str:
    post, named = f"{case['post']}/u/31182/202501/506012.html", tuple(case["named"].split())
    reason = refusal_reason(case["url"], post_url=post, listed=LISTED, asked=named)
    return "allowed" if reason is None else "refused"


def test_images_come_from_the_posts_host_the_sites_hosts_and_named_hosts() -> None:
    assert wrong(read_cases(__file__, "image_hosts.tsv"), answer) == []


PUBLIC = "8.8.8.8 2606:4700:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"
PRIVATE = """0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.9.1 169.254.169.254 172.16.0.1 192.168.0.1 198.18.0.1
    224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1
    2002:7f00:1:: 2001::80ff:fffe fc00::1 fe80::1 fec0::1 ff02::1"""


def test_only_internet_addresses_are_public() -> None:
    assert [address for address in PUBLIC.split() if not is_public(ip_address(address))] == []
    assert [address for address in PRIVATE.split() if is_public(ip_address(address))] == []


@given(st.ip_addresses(v=4))
def test_an_embedded_address_decides_whether_it_is_public(address: object) -> None:
    plain = is_public(ip_address(str(address)))
    assert is_public(ip_address(f"::ffff:{address}")) is plain
    assert is_public(ip_address(f"64:ff9b::{address}")) is plain


def test_hosts_may_be_separated_by_commas_and_options() -> None:
    assert parse_hosts(["Img.example, *.a.example.", "img.example", ""]) == ("img.example", "*.a.example")
    assert parse_hosts(["*"]) == ("*",)
    assert matches_host("x.a.example", ("*.a.example",))
    assert not matches_host("xa.example", ("*.a.example",))


@pytest.mark.parametrize(
    "words", ["http://img.example/", "img.example:80", "a b", "*a.example", "a.*.example", "u@x"]
)
def test_an_invalid_host_is_a_usage_error(words: str) -> None:
    with pytest.raises(UsageError, match="media-hosts"):
        parse_hosts([words])


@pytest.mark.parametrize(
    "base", ["http://a.test/u/1/", "https://a.test:81/u/list.php?page=3#end", "http://a.test"]
)
@pytest.mark.parametrize(
    "link", ["?page=2", "/u/2/", "b.html", "../c", "//b.test/1", "http://b.test/x?y=1", "#top", "/u/?p=1#c"]
)
def test_a_link_leads_where_the_standard_says(link: str, base: str) -> None:
    assert absolute_url(link, base) == urljoin(base, link)
