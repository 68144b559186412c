"""A "complete page" has the paths of the browser's files instead of the URLs of images."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blogarchive.importing.html import import_html
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import Outcome
from blogarchive.workers.batch_reparse import parse_stored_page
from tests.importing.archives import rows
from tests.importing.pages import NEWER, OLDER, PNG, page, post_url, save, saved_from

SITE = "https://pub.creaders.net/upfile/20250128"
HELD = f'<p>图一：<img src="{SITE}/a.png">图二：<img src="{SITE}/show.php?id=7&amp;s=2">完。</p>'
SAVED = '<p>图一：<img src="./{0}/a.png">图二：<img src="./{0}/show.png">完。</p>'
SHOWN = "select url from post_media order by position"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive with the post as the site shows it."""
    save(tmp_path / "held" / "a.html", page(top=saved_from(101), body=HELD), at=NEWER)
    import_html(tmp_path / "archive.db", tmp_path / "held")
    return tmp_path / "archive.db"


def saved(tmp_path: Path, body: str, *, folder: str = "泡沫_files", charset: str = "utf-8") -> Path:
    text = page(top=saved_from(101), body=body.format(folder), charset=charset, views=1000)
    save(tmp_path / "in" / "泡沫.html", text, charset=charset, at=OLDER)
    files = tmp_path / "in" / "泡沫_files"
    files.mkdir()
    (files / "a.png").write_bytes(PNG)
    (files / "show.png").write_bytes(PNG + b"2")
    return tmp_path / "in"


def reads_again_the_same(archive: Path) -> bool:
    with Archive.open(archive) as held:
        outcomes = [
            save_page.resave_page(held, *parse_stored_page(one)).outcome for one in pages.stored_pages(held)
        ]
    return set(outcomes) == {Outcome.SAME}


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("folder", ["泡沫_files", "%E6%B3%A1%E6%B2%AB_files"])
def test_a_stored_post_is_not_edited_by_it_and_its_images_are_stored(
    archive: Path, tmp_path: Path, folder: str, charset: str
) -> None:
    before = rows(archive, "select title, body_html, content_hash from posts order by number")
    done = import_html(archive, saved(tmp_path, SAVED, folder=folder, charset=charset))
    assert (done.pages, done.changed, done.pictures, done.unplaced) == (1, 0, 2, ())
    assert rows(archive, "select title, body_html, content_hash from posts order by number") == before
    assert rows(archive, "select count(*) from post_revisions") == [(0,)]
    addresses = [f"{SITE}/a.png", f"{SITE}/show.php?id=7&s=2"]
    assert [url for (url,) in rows(archive, SHOWN)] == addresses
    assert [
        url for (url,) in rows(archive, "select url from media where sha256 is not null order by url")
    ] == (addresses)
    assert reads_again_the_same(archive)
    assert import_html(archive, tmp_path / "in").same == 1


def test_another_text_is_an_edit_with_the_images_of_its_files(archive: Path, tmp_path: Path) -> None:
    folder = saved(tmp_path, SAVED.replace("完", "未完，待续"))
    done = import_html(archive, folder)
    assert (done.changed, done.pictures) == (1, 2)
    (html,) = rows(archive, "select body_html from post_revisions")[0]
    assert "_files/a.png" in str(html)
    assert reads_again_the_same(archive)


def test_images_in_comments_make_no_edit(tmp_path: Path) -> None:
    face = '写得好。<img src="{}">'
    text = page(top=saved_from(101)).replace("写得好。", face.format(f"{SITE}/smile.png"))
    save(tmp_path / "held" / "a.html", text, at=NEWER)
    text = page(top=saved_from(101)).replace("写得好。", face.format("泡沫_files/smile.png"))
    save(tmp_path / "in" / "泡沫.html", text)
    for folder in ("held", "in"):
        import_html(tmp_path / "archive.db", tmp_path / folder)
    assert rows(tmp_path / "archive.db", "select count(*) from comment_revisions") == [(0,)]


def test_the_page_stays_unchanged_if_the_image_urls_are_unknown(tmp_path: Path) -> None:
    folder = saved(tmp_path, SAVED)
    assert import_html(tmp_path / "archive.db", folder).pictures == 2
    ((size,),) = rows(tmp_path / "archive.db", "select body_size from pages")
    assert size == (folder / "泡沫.html").stat().st_size
    assert rows(tmp_path / "archive.db", SHOWN)[0] == (post_url(101).replace("101.html", "泡沫_files/a.png"),)


@pytest.mark.parametrize("later", [True, False], ids=["saved before", "saved after"])
def test_a_post_first_stored_from_it_gets_image_urls_later_without_a_revision(
    tmp_path: Path, later: bool
) -> None:
    archive = tmp_path / "archive.db"
    import_html(archive, saved(tmp_path, SAVED))
    whole = page(top=saved_from(101), body=HELD)
    save(tmp_path / "held" / "a.html", whole, at=NEWER if later else OLDER - timedelta(days=30))
    done = import_html(archive, tmp_path / "held")
    assert (done.pages, done.changed) == (1, 0)
    assert rows(archive, "select count(*) from post_revisions") == [(0,)]
    shown = rows(
        archive,
        "select m.url, f.body from post_media p join media m on m.id = p.media_id"
        " join media_files f on f.sha256 = m.sha256 order by position",
    )
    assert shown == [(f"{SITE}/a.png", PNG), (f"{SITE}/show.php?id=7&s=2", PNG + b"2")]
    assert SITE in str(rows(archive, "select body_html from posts order by number desc"))
    assert reads_again_the_same(archive)


def test_a_fetched_page_restores_image_urls_too(tmp_path: Path) -> None:
    archive = tmp_path / "archive.db"
    import_html(archive, saved(tmp_path, SAVED))
    with Archive.open(archive) as held:
        (stored,) = pages.stored_pages(held)
        fetched = replace(stored.page, body=page(body=HELD, views=2000).encode(), fetched_at=NEWER)
        crawled = parse_stored_page(replace(stored, page=fetched))[1]
        assert save_page.save_page(held, crawled, None).changes.posts_changed == 0
    assert rows(archive, "select count(*) from post_revisions") == [(0,)]
    assert [url for (url,) in rows(archive, SHOWN)] == [f"{SITE}/a.png", f"{SITE}/show.php?id=7&s=2"]
    assert reads_again_the_same(archive)


def test_a_different_text_fetched_later_is_an_edit(tmp_path: Path) -> None:
    archive = tmp_path / "archive.db"
    import_html(archive, saved(tmp_path, SAVED))
    save(tmp_path / "held" / "a.html", page(top=saved_from(101), body=HELD.replace("完", "又及")), at=NEWER)
    assert import_html(archive, tmp_path / "held").changed == 1
    assert rows(archive, "select count(*) from post_revisions") == [(1,)]


def test_images_in_comments_get_their_urls_later_too(tmp_path: Path) -> None:
    archive, face = tmp_path / "archive.db", '写得好。<img src="{}">'
    for folder, address in (("in", "泡沫_files/smile.png"), ("held", f"{SITE}/smile.png")):
        text = page(top=saved_from(101)).replace("写得好。", face.format(address))
        save(tmp_path / folder / "泡沫.html", text, at=OLDER if folder == "in" else NEWER)
        import_html(archive, tmp_path / folder)
    assert rows(archive, "select count(*) from comment_revisions") == [(0,)]
    assert rows(archive, f"select count(*) from comments where body_html like '%{SITE}/smile.png%'") == [(1,)]
    assert reads_again_the_same(archive)
