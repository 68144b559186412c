"""The reading pages in a real Chromium: XSS, requests to other hosts, accessibility, layout."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browse import chromium
from tests.browse.make_archive import make
from tests.browse.served import served
from tests.browse.test_pages import post_id

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"


@pytest.fixture
def tab(running_browser: chromium.Browser) -> chromium.Page:
    return running_browser.page()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    path = make(Path(tmp_path_factory.mktemp("site")) / "archive.db")
    for address in served(path):
        yield address, path


def ours(tab: chromium.Page, address: str) -> bool:
    """Return whether all requests of the tab went to `address`."""
    return all(url.startswith(address) for url in tab.requests)


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
    tables = ("posts/48", "comments_by", "most_discussed", "people")
    tab.size(width, 700, phone=width < 700)
    for page in (*pages_of(path), *(f"/{path.stem}/{name}" for name in tables)):
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
    if not AXE.exists() and os.environ.get("BLOGARCHIVE_REQUIRE_BROWSER") != "1":
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
        "/read/blogs?name=x",
        "/read/gone",
        "/read/edited",
        "/read/failures",
        "/read/day?day=01-28",
        "/read/help",
        "/read/post/9999",
    ]
