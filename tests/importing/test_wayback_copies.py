"""What a user may rely on who imports pages that he saved from the Wayback Machine."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.importing.html import import_html
from blogarchive.parsing.saved_copy import restore_page
from blogarchive.sites.base import site_for_url
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import reparse_pages
from blogarchive.store.pages.pages import stored_pages
from blogarchive.workers.batch_reparse import parse_stored_pages
from tests.importing.archives import rows
from tests.importing.pages import HOME, page, post_url, save, single_file

TIME = "20250520103000"
COPY = f"https://web.archive.org/web/{TIME}"
TOOLBAR = f"""<!-- BEGIN WAYBACK TOOLBAR INSERT -->
<div id="wm-ipp-base"><form action="/web/submit"><input type="text" name="url" id="wmtbURL" value="{post_url(101)}" />
<input type="hidden" name="date" value="{TIME}" /></form><div>作者：馆员 留言时间：2025-05-20 10:30:00</div>
<a href="https://web.archive.org/web/20110101000000/{post_url(101)}">JAN</a><b title="10:30:00 May 20, 2025">20</b>
<a href="https://web.archive.org/web/20230101000000/{post_url(101)}">2023</a></div>
<!-- END WAYBACK TOOLBAR INSERT -->"""
BELOW = """
<!--
     FILE ARCHIVED ON 10:30:00 May 20, 2025 AND RETRIEVED FROM THE
     INTERNET ARCHIVE ON 08:00:00 Nov 02, 2026.
-->"""
TEXT = '<p>山里的早晨。<a href="http://a.net/1">甲</a>，<a href="https://b.net/2">乙</a>。</p>'


def copy_of(text: str, *, toolbar: str = TOOLBAR, above: str = "") -> str:
    """Return the copy of a page: each URL in a tag after the copy's, a toolbar, and a comment below."""
    text = re.sub(r'(href|src)="(?=http)', lambda tag: f"{tag[0]}{COPY}{'im_' * (tag[1] == 'src')}/", text)
    return text.replace("<html>", f"{above}<html>").replace("<body>", f"<body>{toolbar}") + BELOW


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "blog.db"


def test_a_copy_is_stored_as_the_page_that_the_site_served(archive: Path, tmp_path: Path) -> None:
    served = page(own_link=False, body=TEXT)
    import_html(tmp_path / "served.db", save(tmp_path / "1.html", served), url=post_url(101))
    assert import_html(archive, save(tmp_path / "2.html", copy_of(served))).unplaced == ()
    for query in (
        "select url, title, body_html, body_text, views, comment_count from posts where body_html is not null",
        "select author_name, posted_at, body_text from comments order by posted_at",
        "select url, nickname, blog_title from authors",
    ):
        assert rows(archive, query) == rows(tmp_path / "served.db", query) != []
    assert rows(archive, "select fetched_at from pages") == [("2025-05-20T10:30:00+00:00",)]
    with Archive.open(archive) as opened:
        assert list(reparse_pages(opened, parse_stored_pages(stored_pages(opened), [], 1))) == []


@pytest.mark.parametrize("way", ["a browser", "MHTML", "SingleFile"])
def test_the_url_and_the_time_of_a_copy_are_those_that_its_own_url_states(
    archive: Path, tmp_path: Path, way: str
) -> None:
    stated, file = f"{COPY}/{post_url(101)}", tmp_path / "1.html"
    text = copy_of(page(own_link=False, body=TEXT), toolbar="")
    if way == "a browser":
        save(file, text.replace("<html>", f"<!-- saved from url=({len(stated):04}){stated} -->\n<html>"))
    elif way == "SingleFile":
        written = single_file("Sun Mar 02 2025 08:00:00 GMT+0800").replace(post_url(101), stated)
        save(file, written.replace("山里的早晨。", f'<a href="{COPY}/http://a.net/1">甲</a>'))
    else:
        message = EmailMessage()
        message["Snapshot-Content-Location"] = stated
        message["Date"] = "Sun, 02 Mar 2025 08:00:00 +0800"
        message.add_related(text, "html", headers=[f"Content-Location: {stated}"])
        file = tmp_path / "1.mhtml"
        file.write_bytes(message.as_bytes())
    assert import_html(archive, file).unplaced == ()
    assert rows(archive, "select fetched_at from pages") == [("2025-05-20T10:30:00+00:00",)]
    [(url, html)] = rows(archive, "select url, body_html from posts where body_html is not null")
    assert url == post_url(101)
    assert re.findall(r'href="([^"]*)', str(html))[:1] == ["http://a.net/1"]


def test_a_page_that_links_to_the_wayback_machine_keeps_its_links() -> None:
    older = "https://web.archive.org/web/20080101000000/http://a.net/1"
    link = f'<p>旧站的<a href="{older}">存档</a>还在：{older}</p><p>{BELOW.strip()[6:-3]}</p>'
    assert restore_page(page(body=link).encode()) is None
    copied = restore_page((page(body=link * 3) + BELOW).encode())
    assert copied is not None
    assert (copied.date, link in copied.body.decode()) == ("Tue, 20 May 2025 10:30:00 +0000", True)


def test_nothing_of_a_restored_copy_is_left_to_restore() -> None:
    restored = restore_page(copy_of(page(body=TEXT)).encode())
    assert restored is not None
    assert restored.body.decode().strip() == page(body=TEXT)
    assert restore_page(restored.body) is None


def test_a_cut_copy_is_refused_as_any_cut_page(archive: Path, tmp_path: Path) -> None:
    served = page(own_link=False, body=TEXT)
    cut = copy_of(served[: served.index("浏览(")])
    done = import_html(archive, save(tmp_path / "1.html", cut))
    assert [one.why for one in done.unplaced] == ["it ends before the end of the post"]


def test_a_copy_without_the_comment_below_it_is_found_by_the_url_that_the_browser_wrote(
    archive: Path, tmp_path: Path
) -> None:
    stated = f"{COPY}id_/{post_url(101)}"
    text = f"<!-- saved from url=({len(stated):04}){stated} -->\n{page(own_link=False, body=TEXT)}"
    assert import_html(archive, save(tmp_path / "1.html", text)).unplaced == ()
    assert rows(archive, "select fetched_at from pages") == [("2025-05-20T10:30:00+00:00",)]


def test_a_copy_without_the_end_of_its_toolbar_keeps_its_text() -> None:
    cut = TOOLBAR.partition("<!-- END")[0]
    copied = restore_page(copy_of(page(body=TEXT), toolbar=cut).encode())
    assert copied is not None
    assert (copied.url, TEXT in copied.body.decode()) == (post_url(101), True)


@pytest.mark.parametrize("time", ["20259920103000", "2025"])
def test_a_copy_with_an_impossible_time_has_the_time_of_its_file(
    archive: Path, tmp_path: Path, time: str
) -> None:
    stated = f"https://web.archive.org/web/{time}/{post_url(101)}"
    text = f"<!-- saved from url=(0070){stated} -->\n{page(body=TEXT)}"
    assert import_html(archive, save(tmp_path / "1.html", text)).unplaced == ()
    assert rows(archive, "select fetched_at from pages") == [("2024-06-01T08:00:00+00:00",)]
    assert rows(archive, "select url from authors") == [(HOME,)]


def test_the_address_of_a_copy_is_refused_with_the_way_to_import_it() -> None:
    with pytest.raises(UsageError, match="blogarchive import html FOLDER"):
        site_for_url(f"{COPY}/{post_url(101)}")
