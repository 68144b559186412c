"""URLs as people type and paste them."""

import pytest

from blogarchive.parsing.http import repair_url

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


def test_a_port_and_a_plain_scheme_stay() -> None:
    assert repair_url("127.0.0.1:8080/u/1/") == "https://127.0.0.1:8080/u/1/"
    assert repair_url("http://blog.creaders.net") == "http://blog.creaders.net"
