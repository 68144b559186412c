"""Unusual files on a disk: names in other charsets, unreadable files, truncated pages, pages of other blogs."""

import gzip
import os
import random
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.export.html import export_html
from blogarchive.export.single_post import export_single_post
from blogarchive.export.warc import export_warc
from blogarchive.importing.html import import_html
from blogarchive.importing.warc import import_warc
from tests.importing.archives import rows
from tests.importing.pages import HOME, PNG, page, post_url, save, saved_from


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


def name_in_gbk(folder: Path, name: str) -> Path:
    return folder / os.fsdecode(name.encode("gbk"))


def test_file_names_in_gbk_are_shown_and_their_images_found(archive: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    body = '<p>有图有字，有字有图，这是一篇文章。<img src="网页_files/甲.png"></p>'
    save(name_in_gbk(source, "网页.html"), page(top=saved_from(101), body=body))
    name_in_gbk(source, "网页_files").mkdir()
    name_in_gbk(name_in_gbk(source, "网页_files"), "甲.png").write_bytes(PNG)
    save(name_in_gbk(source, "坏\n的.html"), "<html>")
    done = import_html(archive, source)
    assert (done.posts, done.pictures, [one.name for one in done.unplaced]) == (1, 1, ["坏\\x0a的.html"])
    assert rows(archive, "select headers from pages") == [('[["X-Imported-From", "网页.html"]]',)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_listed_and_affects_no_other(archive: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html", "c/d.html"):
        save(tmp_path / "in" / name, page(top=saved_from(101)))
    for name in ("b.html", "c"):
        (tmp_path / "in" / name).chmod(0)
    done = import_html(archive, tmp_path / "in")
    assert (done.posts, {one.name: one.why for one in done.unplaced}) == (
        1,
        dict.fromkeys(("b.html", "c"), "it cannot be read (Permission denied)"),
    )
    (tmp_path / "in" / "c").chmod(0o700)


def test_loops_of_links_and_pipes_are_skipped(archive: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    save(
        source / "a.html",
        page(top=saved_from(101), body='<p>图在此处，字也在此处。<img src="a_files/b"></p>'),
    )
    (source / "loop").symlink_to(".")
    (source / "self.html").symlink_to("self.html")
    (source / "a_files").mkdir()
    (source / "a_files" / "b").symlink_to("b")
    os.mkfifo(source / "pipe.html")
    done = import_html(archive, source)
    assert (done.posts, done.unplaced) == (1, ())


def test_links_to_files_elsewhere_and_names_that_differ_in_case_store_nothing_of_others(
    archive: Path, tmp_path: Path
) -> None:
    outside, source = tmp_path / "outside", tmp_path / "in"
    outside.mkdir()
    source.mkdir()
    (outside / "page.html").write_text(page(109, top=saved_from(109)))
    (outside / "1.png").write_bytes(PNG)
    (source / "etc").symlink_to("/etc")
    (source / "there").symlink_to(outside)
    (source / "b.html").symlink_to(outside / "page.html")
    (source / "a_files").symlink_to(outside)
    (source / "a.html").write_text(page(101, top=saved_from(101), body='<p>x</p><img src="a_files/1.png">'))
    (source / "A.HTML").write_text(
        page(102, top=saved_from(102), body='<p>y</p><img src="../outside/1.png">')
    )
    done = import_html(archive, source)
    assert (done.pages, done.pictures, done.unplaced) == (2, 0, ())
    assert rows(archive, "select number from posts where body_text <> '' order by 1") == [("101",), ("102",)]


@pytest.mark.parametrize("src", ["%00.jpg", "a" * 5000, "http://[", "a_files/", "//[::"])
def test_an_invalid_file_name_affects_that_image_only(archive: Path, tmp_path: Path, src: str) -> None:
    save(
        tmp_path / "a.html", page(top=saved_from(101), body=f'<p>图在此处，字也在此处。<img src="{src}"></p>')
    )
    done = import_html(archive, tmp_path / "a.html")
    assert (done.posts, done.pictures, done.unplaced) == (1, 0, ())


def test_a_truncated_post_is_not_stored(archive: Path, tmp_path: Path) -> None:
    text = page(top=saved_from(101))
    save(tmp_path / "in" / "half.html", text[: text.index("也谈")])
    done = import_html(archive, tmp_path / "in")
    assert (done.posts, [one.why for one in done.unplaced]) == (0, ["it ends before the end of the post"])
    save(tmp_path / "in" / "half.html", text[: text.index("我的名片")])
    assert import_html(archive, tmp_path / "in").posts == 1, "the post is whole, and so are its comments"


@pytest.mark.parametrize(
    ("url", "top", "why"),
    [
        ("https://blog.creaders.net/u/999/202501/7.html", "", "it is of the blog 31182, and its URL of"),
        (post_url(7), saved_from(101), "it says that it is"),
    ],
)
def test_a_given_url_that_contradicts_the_page_is_rejected(
    archive: Path, tmp_path: Path, url: str, top: str, why: str
) -> None:
    save(tmp_path / "a.html", page(top=top))
    (told,) = import_html(archive, tmp_path / "a.html", url=url).unplaced
    assert told.why.startswith(why)
    assert not archive.exists()


@pytest.mark.parametrize("head", ["", f'<base href="{HOME}202501/">'])
def test_relative_links_identify_a_post_as_absolute_ones_do(archive: Path, tmp_path: Path, head: str) -> None:
    text = page().replace(f'href="{HOME}202501/', 'href="' if head else 'href="/u/31182/202501/')
    save(tmp_path / "a.html", text.replace("<head>", f"<head>{head}"))
    assert import_html(archive, tmp_path / "a.html").unplaced == ()
    assert rows(archive, "select url from posts where number = 101") == [(post_url(101),)]


def test_a_warc_in_a_single_gzip_member_is_read_completely(archive: Path, tmp_path: Path) -> None:
    for number in (101, 102, 103):
        body = f"<p>{random.Random(number).randbytes(30_000).hex()}</p>"  # more than the buffer
        text = page(number, title=f"第{number}篇", top=saved_from(number), body=body)
        save(tmp_path / "in" / f"{number}.html", text)
    import_html(archive, tmp_path / "in")
    plain = export_warc(archive, tmp_path / "plain.warc").out.read_bytes()
    packed = tmp_path / "packed.warc.gz"
    packed.write_bytes(gzip.compress(plain))
    done = import_warc(tmp_path / "b.db", packed)
    assert (done.posts, done.unplaced) == (3, ())
    packed.write_bytes(gzip.compress(plain)[:-900])
    done = import_warc(tmp_path / "c.db", packed)
    assert done.posts == 2
    assert "cut short" in done.unplaced[-1].why
    packed.write_bytes(gzip.compress(b"no warc at all"))
    with pytest.raises(UsageError, match=r"is no WARC file \(it has no record\)"):
        import_warc(tmp_path / "d.db", packed)


def test_pages_of_an_export_are_refused_and_change_nothing_of_their_blog(
    archive: Path, tmp_path: Path
) -> None:
    save(tmp_path / "in" / "a.html", page(101, top=saved_from(101)))
    import_html(archive, tmp_path / "in")
    before = rows(archive, "select blog_title, url from authors"), rows(archive, "select title from posts")
    site = export_html(archive, tmp_path / "site").out
    export_single_post(archive, site / "one.html", number="101")
    done = import_html(archive, site, url=HOME)
    assert (done.pages, done.changed) == (0, 0)
    assert {one.why.partition(",")[0] for one in done.unplaced} == {"blogarchive wrote this page"}
    assert (
        rows(archive, "select blog_title, url from authors"),
        rows(archive, "select title from posts"),
    ) == before
