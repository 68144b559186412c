"""The exported site in a real browser, opened from the disk."""

import time
from pathlib import Path
from typing import Any

import pytest

from blogarchive.export.html import export_html

pytestmark = pytest.mark.browser


def hits(page: Any, site: Path, words: str) -> list[str]:
    """Return the titles of the hits, newest first."""
    page.go(f"{(site / 'search.html').as_uri()}?q={words}")
    for _ in range(200):
        if page.value("document.getElementById('state').dataset.ended") == "true":
            break
        time.sleep(0.05)
    found: list[str] = page.value("[...document.querySelectorAll('#hits .title')].map(a => a.textContent)")
    return found


@pytest.fixture
def site(archive: Path, tmp_path: Path) -> Path:
    return export_html(archive, tmp_path / "site").out


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("泡沫", ["泡沫与房价"]),
        ("国家", ["繁體的一篇"]),
        ("國家與書", ["繁體的一篇"]),
        ("文", ["改过的一篇"]),
        ("一篇", ["改过的一篇", "已删的一篇", "繁體的一篇"]),
        ("泡沫 谢谢", ["泡沫与房价"]),
        ("泡沫 国家", []),
        ('"第一段谈"', ["泡沫与房价"]),
        (".*", []),
        ("泡沫 OR 国家", ["泡沫与房价", "繁體的一篇"]),
        ("一篇 -国家", ["改过的一篇", "已删的一篇"]),
        ('一篇 -"繁體的一篇"', ["改过的一篇", "已删的一篇"]),
        ("泡沫*", ["泡沫与房价"]),
    ],
)
def test_the_search_finds_chinese_of_any_length_in_either_script(
    page: Any, site: Path, words: str, titles: list[str]
) -> None:
    assert hits(page, site, words) == titles


def test_hits_of_one_year_are_chosen_by_a_list_of_the_years(page: Any, site: Path) -> None:
    everything = len(hits(page, site, "一篇"))
    years: list[str] = page.value(
        "[...document.querySelectorAll('[name=year] option')].slice(1).map(o => o.value)"
    )
    assert years == sorted(years, reverse=True)
    assert 0 < sum(len(hits(page, site, f"一篇&year={year}")) for year in years) <= everything
    assert hits(page, site, "一篇&year=1999") == []


def test_a_word_in_a_comment_leads_to_the_comment(page: Any, site: Path) -> None:
    assert hits(page, site, "写得好") == ["泡沫与房价"]
    page.value("document.querySelector('#hits a').click()")
    page.settle()
    assert page.value("document.querySelector(':target .body').textContent.trim()") == "写得好"


def test_no_request_leaves_the_disk_and_the_policy_blocks_nothing(page: Any, site: Path) -> None:
    for name in ("index.html", "creaders-31182/index.html", "creaders-31182/101.html", "search.html?q=泡沫"):
        page.go(f"{site.as_uri()}/{name}")
        page.settle(0.2)
    assert page.requests
    assert all(url.startswith("file:") for url in page.requests)
    assert page.messages == []
    page.go(f"{site.as_uri()}/creaders-31182/101.html")
    assert page.value("document.images[0].decode().then(() => document.images[0].naturalWidth)") == 1


def test_a_hostile_archive_runs_no_script_and_sends_no_request(
    page: Any, hostile_archive: Path, tmp_path: Path
) -> None:
    site = export_html(hostile_archive, tmp_path / "site").out
    for path in sorted(site.rglob("*.html")):
        page.go(path.as_uri())
    assert len(hits(page, site, "评")) == 24
    assert "</title><script>alert(1)</script>" in hits(page, site, "script alert")
    assert page.dialogs == 0
    assert all(url.startswith("file:") for url in page.requests)


def test_pages_fit_a_phone_and_follow_dark_mode_and_print(page: Any, site: Path) -> None:
    page.size(360, 640, phone=True, dark=True)
    for name in ("index.html", "creaders-31182/index.html", "creaders-31182/101.html", "search.html"):
        page.go(f"{site.as_uri()}/{name}")
        assert page.value("document.documentElement.scrollWidth") <= 360
    dark = page.value("getComputedStyle(document.body).backgroundColor")
    page.size(360, 640, dark=False)
    assert dark != page.value("getComputedStyle(document.body).backgroundColor")
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.value("getComputedStyle(document.querySelector('form')).display") == "none"


def listed(page: Any, wanted: int) -> int:
    """Return the number of listed posts, as soon as it is the expected one or stays the same."""
    for _ in range(100):
        if page.value("document.querySelectorAll('#hits li').length") >= wanted:
            break
        time.sleep(0.05)
    count: int = page.value("document.querySelectorAll('#hits li').length")
    return count


def test_a_long_search_stops_at_fifty_and_continues_on_request(page: Any, made: Any, tmp_path: Path) -> None:
    author = made.blog()
    for number in range(120):
        body = f"<p>第 {number} 篇谈泡沫。{'字' * 9000}</p>"
        made.post(
            author,
            number,
            f"题 {number}",
            body,
            posted_at=f"2025-01-01T{number // 60:02}:{number % 60:02}:00-08:00",
        )
    site = export_html(made.done(), tmp_path / "site").out
    assert len(list((site / "search").glob("0*.js"))) > 2
    page.go(f"{(site / 'search.html').as_uri()}?q=泡沫")
    assert listed(page, 50) == 50
    assert page.value("document.querySelector('#hits a').textContent") == "题 119"
    for expected in (100, 120):
        page.value("document.getElementById('more').click()")
        assert listed(page, expected) == expected
    assert page.value("document.getElementById('more').hidden")
