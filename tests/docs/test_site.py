"""The documentation site: built without warnings, whole links, no other host, a search that finds Chinese words."""

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from tests.browse import chromium
from tests.browse.test_browser import tab  # noqa: F401
from tests.docs.site import pages

_SEARCH = "[...document.querySelectorAll('*')].map(e => e.shadowRoot).find(Boolean)"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *message: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def trees(site: Path) -> dict[Path, html.HtmlElement]:
    return {path: html.parse(str(path)).getroot() for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_document_has_a_page_in_its_language(site: Path) -> None:
    assert {page.url() for page in pages().values()} <= {
        path.relative_to(site).as_posix() for path in site.rglob("*.html")
    }


def test_every_link_leads_to_a_page_and_a_heading(trees: dict[Path, html.HtmlElement]) -> None:
    anchors = {path: {*tree.xpath("//@id"), "", "__top"} for path, tree in trees.items()}
    broken = []
    for path, tree in trees.items():
        for link in tree.xpath("//a/@href | //img/@src"):
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not parts.scheme and (
                not target.is_file() or unquote(parts.fragment) not in anchors.get(target, {""})
            ):
                broken.append(f"{path.name}: {link}")
    assert broken == []


def test_no_page_loads_anything_from_another_host(trees: dict[Path, html.HtmlElement]) -> None:
    loaded = {
        url for tree in trees.values() for url in tree.xpath("//script/@src | //link/@href | //img/@src")
    }
    assert {url for url in loaded if urlsplit(url).netloc} == set()


@pytest.mark.parametrize("home", ["index.html", "zh/index.html"])
def test_the_navigation_names_every_page_of_the_language(home: str, site: Path) -> None:
    links = {
        (site / home).parent.joinpath(link).resolve()
        for link in html.parse(str(site / home)).xpath("//nav//a[contains(@class, 'md-nav__link')]/@href")
        if not link.startswith("#")
    }
    in_lists = ("sites/", "decisions/")
    wanted = {
        (site / page.url()).resolve()
        for page in pages().values()
        if Path(page.url()).parent == Path(home).parent and not page.path.startswith(in_lists)
    }
    assert wanted - links == set(), "add the page to docs/website/*.yml"


def test_a_page_in_two_languages_leads_to_the_other_one(
    trees: dict[Path, html.HtmlElement], site: Path
) -> None:
    english = trees[site / "save-my-blog.html"]
    chinese = trees[site / "zh" / "save-my-blog.html"]
    assert english.xpath("//a[@hreflang='zh']/@href") == ["zh/save-my-blog.html"]
    assert chinese.xpath("//a[@hreflang='en']/@href") == ["../save-my-blog.html"]


def test_a_line_break_between_chinese_characters_is_no_space(site: Path) -> None:
    tree = html.parse(str(site / "zh" / "cron.html"))
    texts = [
        " ".join(paragraph.text_content().split()) for paragraph in tree.xpath("//article//p | //article//li")
    ]
    assert not [text for text in texts if re.search(r"[一-鿿] [一-鿿]", text)]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "query"), [("zh/index.html", "备份"), ("zh/research.html", "评论"), ("index.html", "comments")]
)
def test_the_search_finds_words_and_loads_nothing_from_another_host(
    page: str,
    query: str,
    tab: chromium.Page,  # noqa: F811
    address: str,
    site: Path,
) -> None:
    tab.go(f"{address}/{page}")
    tab.value("document.querySelector('.md-search__button').click()")
    wait(tab, f"{_SEARCH}?.querySelector('input')")
    tab.value(f"{_SEARCH}.querySelector('input').focus()")
    tab.press("", query)
    wait(tab, f"{_SEARCH}.querySelector('a[href]')")
    found = tab.value(f"[...{_SEARCH}.querySelectorAll('a[href]')].map(a => a.href)")
    texts = [(site / urlsplit(link).path.lstrip("/")).read_text("utf-8") for link in found]
    assert len(texts) > 3
    assert all(query in text for text in texts)
    assert [url for url in tab.requests if not url.startswith(address)] == []
    assert tab.messages == []


def wait(tab: chromium.Page, expression: str) -> None:  # noqa: F811
    """Wait until the expression is true in the page; raises TimeoutError."""
    for _ in range(100):
        if tab.value(f"Boolean({expression})"):
            return
        tab.settle(0.1)
    raise TimeoutError(expression)
