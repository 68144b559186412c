"""The reading pages are in the language of the browser, or in the one that the reader chose."""

import pytest
from datasette.app import Datasette
from lxml import html

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
