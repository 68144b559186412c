"""No text of a stranger runs a script or loads a file, wherever it is shown: in a real Chromium, page by page."""

import json
import re
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest
from lxml import etree
from markdown_it import MarkdownIt

from blogarchive.browse.pages import post_choices
from blogarchive.export.atom import export_atom
from blogarchive.export.epub import export_epub
from blogarchive.export.html import export_html
from blogarchive.export.markdown import export_markdown
from blogarchive.export.single_post import export_single_post
from blogarchive.rendering.bodies import render_body
from tests.browse import chromium
from tests.browse.app_server import app_server
from tests.browse.hostile_archive import in_groups, make_hostile, sanitized
from tests.browse.served import served
from tests.browse.xss import EVIL
from tests.browse.xss_corpus import draw_vectors

pytestmark = pytest.mark.browser

# Elements and attributes that the DOM of a page must not have.
_DANGEROUS = """
[...document.querySelectorAll('*')].filter(e => e.textContent !== KEYS).filter(e =>
    (e.tagName.toUpperCase() === 'SCRIPT' && !OWN_SCRIPTS)
    || ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FRAME', 'PORTAL'].includes(e.tagName.toUpperCase())
    || [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'srcdoc'
        || (a.name === 'style' && /url|expression|behavior|@/i.test(a.value))
        || (['href', 'src', 'action', 'formaction', 'xlink:href'].includes(a.name)
            && URL.canParse(a.value, location) && /^(javascript|vbscript|data):/.test(new URL(a.value, location).protocol)))
).map(e => e.outerHTML.slice(0, 200))
"""


_STEP = 9
"""Of the posts with one vector each, every ninth is opened; `test_a_stored_body_…` shows all of their bodies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The archive, its vectors, the ids of the posts with many of them and of all, and its address."""

    address: str
    db: Path
    vectors: tuple[str, ...]
    posts: list[int]
    every_post: list[int]


def dangerous(page: chromium.Page, *, own_scripts: bool = False) -> list[str]:
    """Return the elements of the page that could run a script; `own_scripts` are those of a page with a policy."""
    script = _DANGEROUS.replace("OWN_SCRIPTS", str(own_scripts).lower())
    found: list[str] = page.value(script.replace("KEYS", json.dumps(post_choices.script())))
    return found


def show(page: chromium.Page, texts: Iterable[str]) -> None:
    """Show each HTML text in the same frame, without a server and without its headers."""
    frame = page.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    for text in texts:
        page.call("Page.setDocumentContent", frameId=frame, html=text)
        assert dangerous(page) == [], text


def assert_quiet(page: chromium.Page, allowed: str) -> None:
    """Assert that no script ran, and that all requests went to URLs that begin with `allowed`."""
    page.settle()
    assert page.dialogs == 0
    assert [url for url in page.requests if not url.startswith(allowed)] == []


@pytest.fixture
def page(running_browser: chromium.Browser) -> chromium.Page:
    return running_browser.page()


@pytest.fixture(scope="module", params=[12, pytest.param(1600, marks=pytest.mark.attack)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve an archive with so many vectors of each kind: a sample, and in `make attack` nearly all of them."""
    path = Path(tmp_path_factory.mktemp("hostile")) / "archive.db"
    vectors = draw_vectors(request.param)
    posts = make_hostile(path, vectors)
    for address in served(path):
        yield Site(
            address=address,
            db=path,
            vectors=vectors,
            posts=posts[: len(in_groups(vectors))],
            every_post=posts,
        )


def test_there_are_at_least_150_vectors(site: Site) -> None:
    assert len(set(site.vectors)) >= 150


def linked(page: chromium.Page, start: str, pattern: str) -> list[str]:
    """Open `start` and return the links of the page that match."""
    page.go(start)
    found: list[str] = page.value("[...document.links].map(a => a.pathname + a.search)")
    return [path for path in dict.fromkeys(found) if re.search(pattern, path)]


def test_no_hostile_text_runs_or_loads_anything_in_the_reading_pages(page: chromium.Page, site: Site) -> None:
    paths = [f"/read/post/{post}" for post in dict.fromkeys([*site.posts, *site.every_post[::_STEP]])]
    paths += [f"/read/post/{post}/edits" for post in site.posts[::4]]
    paths += [
        "/read",
        "/read/author/1",
        "/read/author/1/plots",
        "/read/blogs",
        "/read/gone",
        "/read/gone?page=2",
    ]
    paths += ["/read/edited", "/read/failures", "/read/failures?page=2", "/read/day?day=01-01", "/read/help"]
    paths += linked(page, f"{site.address}/read/author/1", r"author/1\?")[:40]
    paths += [f"/read/author/1?page={number}" for number in range(2, len(site.vectors) // 60 + 2)]
    paths += ["/read/search?q=alert", "/read/search?q=alert&page=2", "/read/search?q=alert&in=comments"]
    for path in paths:
        page.go(site.address + path)
        assert dangerous(page) == [], path
    assert_quiet(page, site.address)
    assert page.messages == []


def test_a_stored_body_runs_no_script_even_without_a_policy(page: chromium.Page, site: Site) -> None:
    """Each vector alone: one that is never closed would hide those behind it. First as a page shows a stranger's body."""
    rendered = (render_body(vector, EVIL, lambda url: None, not_stored="x") for vector in site.vectors)
    show(page, (f"<!doctype html><body>{body}" for body in rendered))
    assert_quiet(page, "about:")
    show(page, (f"<!doctype html><body>{sanitized(vector)}" for vector in site.vectors))
    page.settle()
    assert page.dialogs == 0


def test_no_search_terms_run_a_script(page: chromium.Page, site: Site) -> None:
    for vector in site.vectors[:: len(site.vectors) // 12]:
        quoted = urllib.request.quote(vector.replace("\0", ""))
        page.go(f"{site.address}/read/search?q={quoted}&author={quoted}&since={quoted}")
        assert dangerous(page) == []
        page.go(f"{site.address}/archive/posts?_search={quoted}&_category={quoted}")
        literal = urllib.request.quote("'" + vector.replace("'", "''").replace("\0", "") + "'")
        page.go(f"{site.address}/archive?sql=select+{literal}")
    assert_quiet(page, site.address)


def test_no_hostile_text_runs_or_loads_anything_in_datasettes_pages(page: chromium.Page, site: Site) -> None:
    tables = (
        "posts",
        "comments",
        "authors",
        "categories",
        "posts_view",
        "post_revisions",
        "failures",
        "post_media",
    )
    paths = [
        "/",
        "/archive",
        "/archive?sql=select+*+from+comments+limit+300",
        f"/archive/posts/{site.posts[0]}",
    ]
    paths += [f"/archive/{table}?_size=300&_facet_size=max" for table in tables]
    paths += [f"/archive/comments?_size=300&id__gt={start}" for start in range(300, len(site.vectors), 300)]
    paths += ["/archive/categories?_facet=name", "/archive/gone"]
    for path in paths:
        page.go(site.address + path)
        assert dangerous(page, own_scripts=True) == [], path
    assert_quiet(page, site.address)
    assert page.messages == []


def test_no_hostile_text_runs_or_loads_anything_in_the_pages_of_app(
    page: chromium.Page, site: Site, tmp_path: Path
) -> None:
    copy(site.db, tmp_path / "archive.db")
    with app_server(tmp_path / "archive.db") as server:
        page.go(server.address)
        for path in (
            "/app",
            "/app/blog?name=27282",
            "/read",
            f"/read/post/{site.posts[0]}",
            "/archive/posts",
        ):
            page.go(f"http://{server.host}{path}")
            assert dangerous(page, own_scripts=True) == [], path
        assert_quiet(page, f"http://{server.host}")


def test_no_hostile_text_runs_or_loads_anything_in_an_exported_website(
    page: chromium.Page, site: Site, tmp_path: Path
) -> None:
    out = export_html(site.db, tmp_path / "site").out
    pages = sorted(out.rglob("*.html"))
    opened = [path for path in pages if not path.stem.isdigit() or int(path.stem) < len(site.posts)]
    for path in opened:
        page.go(path.as_uri())
        assert dangerous(page, own_scripts=True) == [], path
    page.go(f"{(out / 'search.html').as_uri()}?q=alert")
    assert_quiet(page, "file:")


def test_no_hostile_text_runs_or_loads_anything_in_an_exported_post(
    page: chromium.Page, site: Site, tmp_path: Path
) -> None:
    for number in range(0, len(site.posts), 3):
        out = export_single_post(site.db, tmp_path, number=str(number)).out
        page.go(out.as_uri())
        assert dangerous(page) == [], number
    assert_quiet(page, "file:")


def test_no_hostile_text_runs_or_loads_anything_in_a_book(
    page: chromium.Page, site: Site, tmp_path: Path
) -> None:
    with zipfile.ZipFile(export_epub(site.db, tmp_path / "blog.epub").out) as book:
        book.extractall(tmp_path / "book")
    chapters = sorted((tmp_path / "book").rglob("*.xhtml"))
    rich = [path for path in chapters if path.read_text("utf-8").count("alert") > 8]
    assert len(rich) >= len(site.posts)
    for path in (*rich, *chapters[-2:]):
        page.go(path.as_uri())
        assert dangerous(page) == [], path
    assert_quiet(page, "file:")


def test_no_hostile_text_runs_a_script_in_a_feed(page: chromium.Page, site: Site, tmp_path: Path) -> None:
    feed = etree.parse(export_atom(site.db, tmp_path / "feed.xml").out)
    contents = [text or "" for text in feed.xpath("//*[@type='html']/text()")]
    assert len(contents) >= 150
    show(page, contents)
    page.settle()
    assert page.dialogs == 0


def test_no_hostile_text_runs_a_script_in_rendered_markdown(
    page: chromium.Page, site: Site, tmp_path: Path
) -> None:
    out = export_markdown(site.db, tmp_path / "md").out
    render = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table"]).render
    texts = [path.read_text("utf-8").split("\n---\n", 1)[-1] for path in sorted(out.rglob("*.md"))]
    assert len(texts) >= len(site.vectors)
    show(page, map(render, texts))
    page.settle()
    assert page.dialogs == 0
