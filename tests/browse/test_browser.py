"""The reading pages in a real Chromium: XSS, requests to other hosts, accessibility, layout."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from blogarchive.browse.pages import keys
from blogarchive.parsing.html.sanitize import sanitize_element
from blogarchive.store.database.archive import Archive
from tests.browse import chromium
from tests.browse.make_archive import make
from tests.browse.test_pages import post_id
from tests.browse.xss import EVIL, VECTORS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
_REQUIRED = os.environ.get("BLOGARCHIVE_REQUIRE_BROWSER") == "1"
_SERVE = "import sys, pathlib, blogarchive.browse.serve as s; s.serve(pathlib.Path(sys.argv[1]), port=0)"
# Elements and attributes that the DOM of a page must not have.
_OURS = json.dumps(keys.script())
_DANGEROUS = (
    f"""
[...document.querySelectorAll('*')].filter(e => e.textContent !== {_OURS}).filter(e =>
"""
    """
    ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FRAME', 'PORTAL'].includes(e.tagName)
    || [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'srcdoc'
        || (a.name === 'style' && /url|expression|position|behavior|@/i.test(a.value))
        || (['href', 'src', 'action', 'formaction', 'xlink:href'].includes(a.name)
            && /^[\\s\\x00-\\x20]*(javascript|vbscript|data)/i.test(a.value)))
).map(e => e.outerHTML.slice(0, 200))
"""
)


@pytest.fixture(scope="session")
def running_browser() -> Iterator[chromium.Browser]:
    """Return a Chromium; skip if there is none, unless BLOGARCHIVE_REQUIRE_BROWSER is set."""
    if chromium.executable() is None and not _REQUIRED:
        pytest.skip("no Chromium on the PATH")
    with chromium.browser() as browser:
        yield browser


@pytest.fixture
def tab(running_browser: chromium.Browser) -> chromium.Page:
    return running_browser.page()


def served(path: Path) -> Iterator[str]:
    """Yield the URL of a server of that archive, stopped by Ctrl-C as a person does."""
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(path)], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        process.stderr.close()
        assert (process.wait(20), rest) == (0, "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    path = make(Path(tmp_path_factory.mktemp("site")) / "archive.db")
    for address in served(path):
        yield address, path


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Make a blog with every XSS vector as body, raw and sanitized, as title, name, tagline, category and comment."""
    path = make(Path(tmp_path_factory.mktemp("hostile")) / "archive.db")
    seen = "2025-02-01T09:00:00+00:00"
    with Archive.open(path) as archive, archive.atomic():
        archive.execute("update authors set nickname = ?, blog_title = ?, tagline = ?, url = ?",
                        (VECTORS[10], VECTORS[0], VECTORS[12], "javascript:alert(1)"))  # fmt: skip
        archive.execute("update categories set name = ? || id", (VECTORS[15],))
        for number, vector in enumerate(VECTORS):
            vector = vector.replace("\0", "\ufffd") if number % 2 else vector
            body = vector if number % 2 else sanitized(vector)
            post = archive.insert(
                "insert into posts (author_id, number, url, title, posted_at, body_html, body_text, content_hash,"
                " first_seen_at, last_seen_at, gone_at, gone_reason) values (1, ?, ?, ?, ?, ?, ?, 'x', ?, ?, ?, ?)",
                (number, f"{EVIL}/{number}", vector, "2026-01-01", body, vector, seen, seen, vector, vector),
            )
            archive.insert(
                "insert into post_revisions (post_id, content_hash, title, body_text, captured_at)"
                " values (?, 'y', ?, ?, ?)",
                (post, vector[::-1], vector[::-1], seen),
            )
            archive.insert(
                "insert into post_media (post_id, url, position) values (?, ?, 0)",
                (post, f"{EVIL}/track.gif"),
            )
            archive.insert(
                "insert into comments (post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
                " fingerprint, first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    post,
                    vector,
                    f"javascript:alert({number})",
                    vector,
                    vector,
                    vector,
                    vector,
                    vector,
                    seen,
                    seen,
                ),
            )
    for address in served(path):
        yield address, path


def sanitized(markup: str) -> str:
    """Return `markup` as it would be stored."""
    readable = re.sub(r"[\x00-\x08]", "\ufffd", markup)
    return sanitize_element(html.fragment_fromstring(readable, create_parent="div"), EVIL)


def ours(tab: chromium.Page, address: str) -> bool:
    """Return whether all requests of the tab went to `address`."""
    return all(url.startswith(address) for url in tab.requests)


def test_no_xss_vector_runs_or_sends_a_request(tab: chromium.Page, hostile_site: tuple[str, Path]) -> None:
    address, path = hostile_site
    with sqlite3.connect(path) as connection:
        ids = [row[0] for row in connection.execute("select id from posts where url glob 'http://evil*'")]
    connection.close()
    assert len(ids) == len(VECTORS)
    pages = [f"/read/post/{identity}" for identity in ids] + [f"/read/post/{ids[0]}/edits"]
    pages += ["/read", "/read/author/1", "/read/search?q=alert", "/read/search?q=alert&in=comments"]
    for page in pages:
        tab.go(address + page)
        assert tab.value(_DANGEROUS) == [], page
    tab.settle()
    assert tab.dialogs == 0
    assert ours(tab, address), [url for url in tab.requests if not url.startswith(address)]
    assert tab.messages == []


def test_stored_bodies_run_no_script_even_without_a_policy(tab: chromium.Page) -> None:
    frame = tab.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    for vector in VECTORS:
        tab.call(
            "Page.setDocumentContent", frameId=frame, html=f"<!doctype html><body>{sanitized(vector)}</body>"
        )
        assert tab.value(_DANGEROUS) == [], vector
    tab.settle()
    assert tab.dialogs == 0


def test_no_xss_vector_runs_from_the_search_terms(tab: chromium.Page, hostile_site: tuple[str, Path]) -> None:
    address, _ = hostile_site
    for vector in VECTORS[:14]:
        quoted = urllib.request.quote(vector.replace("\0", ""))
        tab.go(f"{address}/read/search?q={quoted}&author={quoted}&since={quoted}")
        assert tab.value(_DANGEROUS) == []
        tab.go(f"{address}/archive/posts?_search={quoted}&_category={quoted}")
    tab.settle()
    assert tab.dialogs == 0
    assert ours(tab, address)


def test_no_xss_vector_runs_in_datasettes_tables(tab: chromium.Page, hostile_site: tuple[str, Path]) -> None:
    address, _ = hostile_site
    for page in (
        "posts?_size=200",
        "comments?_size=200",
        "authors",
        "posts_view?_size=200",
        "post_revisions",
    ):
        tab.go(f"{address}/archive/{page}")
        tab.settle()
    assert tab.dialogs == 0
    assert ours(tab, address)


def test_remote_images_load_only_if_the_reader_requests_them(
    tab: chromium.Page, site: tuple[str, Path]
) -> None:
    address, path = site
    page = f"{address}/read/post/{post_id(path, 553384)}"
    tab.go(page)
    assert ours(tab, address)
    image = "document.querySelector('.post .body img')"
    assert tab.value(f"{image}.decode().then(() => {image}.naturalWidth)") == 480  # it loads lazily
    tab.go(tab.value("document.querySelector('.remote a').href"))
    tab.settle()
    assert [url for url in tab.requests if not url.startswith(address)] == [
        "https://blog.example.invalid/u/27282/upload_file/20250126120130.jpg"
    ]


def test_a_post_is_found_and_read_by_keyboard_alone(tab: chromium.Page, site: tuple[str, Path]) -> None:
    address, _ = site
    tab.language("zh-CN")
    tab.go(f"{address}/read/author/2")
    tab.press("Tab")
    assert tab.value("document.activeElement.textContent") == "跳到正文"
    assert tab.value("document.activeElement.getBoundingClientRect().left >= 0")
    for _ in range(5):
        tab.press("Tab")
    assert tab.value("document.activeElement.name") == "q"
    assert tab.value("getComputedStyle(document.activeElement).outlineStyle") != "none"
    tab.press("", "囤货")
    tab.follow()
    assert "/read/search?q=" in tab.value("location.href")
    for _ in range(20):
        tab.press("Tab")
        if tab.value("document.activeElement.className") == "title":
            break
    tab.follow()
    assert tab.value("document.querySelector('h1').textContent") == "回乡过年：一笔细账"


def test_keys_lead_on_and_never_disturb_typing(tab: chromium.Page, site: tuple[str, Path]) -> None:
    address, path = site
    newest, older = (f"{address}/read/post/{post_id(path, number)}" for number in (553384, 551500))
    tab.go(newest)
    tab.follow("p")
    assert tab.value("location.href") == older
    tab.follow("n")
    assert tab.value("location.href") == newest
    tab.press("s")
    assert tab.value("document.activeElement.name") == "q"
    tab.press("p")
    tab.settle()
    assert tab.value("[location.href, document.activeElement.value]") == [newest, "p"]
    tab.value("document.activeElement.blur()")
    tab.press("p", modifiers=2)
    tab.settle()
    assert tab.value("location.href") == newest


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_page_is_wider_than_the_screen(tab: chromium.Page, site: tuple[str, Path], width: int) -> None:
    address, path = site
    tab.size(width, 700, phone=width < 700)
    for page in pages_of(path):
        tab.go(address + page)
        assert tab.value("document.documentElement.scrollWidth") <= width, page


def test_text_and_line_height_are_large_enough_for_a_phone(
    tab: chromium.Page, site: tuple[str, Path]
) -> None:
    address, path = site
    tab.size(390, 700, phone=True)
    tab.go(f"{address}/read/post/{post_id(path, 553384)}")
    size, line = (
        tab.value(f"parseFloat(getComputedStyle(document.querySelector('.post .body p')).{name})")
        for name in ("fontSize", "lineHeight")
    )
    assert size >= 16
    assert line >= 1.6 * size


def test_pages_follow_dark_mode_and_print(tab: chromium.Page, site: tuple[str, Path]) -> None:
    address, path = site
    page = f"{address}/read/post/{post_id(path, 553384)}"
    background = "getComputedStyle(document.body).backgroundColor"
    tab.size(1000, 700)
    tab.go(page)
    light = tab.value(background)
    tab.size(1000, 700, dark=True)
    assert tab.value(background) != light
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert tab.value("getComputedStyle(document.querySelector('.bar form')).display") == "none"


def test_pages_are_complete_without_scripts(tab: chromium.Page, site: tuple[str, Path]) -> None:
    address, path = site
    tab.without_scripts()
    for page in pages_of(path):
        tab.go(address + page)
        assert tab.value("document.querySelectorAll('h1').length") == 1


@pytest.mark.parametrize("width", [390, 1000])
@pytest.mark.parametrize("dark", [False, True])
def test_the_accessibility_rules_of_axe_find_no_violation(
    tab: chromium.Page, site: tuple[str, Path], dark: bool, width: int
) -> None:
    if not AXE.exists() and not _REQUIRED:
        pytest.skip("axe-core is not installed: npm install --prefix tests/browse --ignore-scripts")
    address, path = site
    tab.size(width, 800, phone=width < 500, dark=dark)
    for page in pages_of(path):
        tab.go(address + page)
        tab.value(AXE.read_text("utf-8"))
        found = tab.value(
            "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)]))"
        )
        assert found == [], page


def pages_of(path: Path) -> list[str]:
    post = f"/read/post/{post_id(path, 553384)}"
    return [
        "/read",
        post,
        f"{post}/edits",
        "/read/author/1",
        "/read/author/1?category=2&month=2024-12",
        "/read/author/1/plots",
        f"{post}?category=1",
        "/read/search?q=茶馆",
        "/read/search?q=茶馆&since=x",
        "/read/search",
        "/read/gone",
        "/read/edited",
        "/read/failures",
        "/read/day?day=01-28",
        "/read/help",
        "/read/post/9999",
    ]
