import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from blogarchive.errors import UsageError
from blogarchive.export.epub import Division, export_epub
from blogarchive.export.jsonl import export_table
from tests.export.conftest import LINKS, Made, led_to, png

XHTML = {"x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def worst_archive(hostile_archive: Path) -> Path:
    """Return the hostile archive with invalid nesting in bodies and images of a wrong type."""
    made = Made(hostile_archive, sqlite3.connect(hostile_archive))
    author = made.blog()
    bodies = (
        "<p><div>甲<span><p>乙</p></span></div></p><li>散项</li><td>散格</td><dd>丁</dd>",
        "<table><tr><td><ul><li>一<table><tr><td>二</td></tr></table></ul></td></tr></table>",
        "<a href='http://x.example/'><p>段</p><a href='http://[bad'>内</a></a><center><font color=red>红</font></center>",
        "<img src='http://x.example/real.png'><img src='http://x.example/fake.png'><img src='http://x.example/a b.png'>",
        "\x0b控制\ufffe字符<ruby>漢<rt>kan</rt></ruby><h2>题<p>段</p></h2><pre>a\n<b>b</b></pre>",
    )
    for number, body in enumerate(bodies):
        post = made.post(author, number, f"第 {number} 篇", body)
        made.picture(post, "http://x.example/real.png", png(2))
        made.picture(post, "http://x.example/fake.png", b"<html>", position=1)
    namesake = made.blog("5")
    made.post(namesake, 1, "同名的另一个博客", "<p>字</p>")
    return made.done()


def chapters(path: Path) -> list[etree._Element]:
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.startswith("book/c0")]
        return [etree.fromstring(book.read(name)) for name in names]


def test_a_book_has_a_chapter_for_each_post_with_comments_and_images(archive: Path, tmp_path: Path) -> None:
    done = export_epub(archive, tmp_path / "blog.epub")
    found = chapters(done.out)
    assert [chapter.findtext(".//x:h1", namespaces=XHTML) for chapter in found] == [
        "已删的一篇", "泡沫与房价", "改过的一篇", "繁體的一篇",
    ]  # fmt: skip
    first = found[1]
    (source,) = first.xpath("//x:img/@src", namespaces=XHTML)
    with zipfile.ZipFile(done.out) as book:
        assert book.read(f"book/{source}").startswith(b"\x89PNG")
    assert len(first.xpath("//x:div[@class='comment']", namespaces=XHTML)) == 2
    assert (done.posts, done.comments, done.pictures, done.missing) == (4, 2, 1, 1)


def test_the_first_entry_is_the_uncompressed_mimetype(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(export_epub(archive, tmp_path / "blog.epub").out) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_archive_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    one, two = (export_epub(archive, tmp_path / f"{name}.epub").out.read_bytes() for name in "12")
    assert one == two


def test_links_between_posts_lead_to_chapters_with_the_original_url_as_title(
    linking_archive: Path, tmp_path: Path
) -> None:
    done = export_epub(linking_archive, tmp_path / "blog.epub")
    linking = next(
        found for found in chapters(done.out) if "第二篇" in etree.tostring(found, encoding="unicode")
    )
    led = {a.text: (a.get("href"), a.get("title")) for a in linking.iterfind(".//x:p/x:a", namespaces=XHTML)}
    assert {name: led[name] for name in LINKS} == led_to("c00002.xhtml", "c00001.xhtml")
    assert (done.posts, done.missing) == (3, 1)


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("epubcheck") and shutil.which("java")), reason="epubcheck is not installed"
)
@pytest.mark.parametrize("which", ["worst_archive", "linking_archive"])
def test_epubcheck_finds_no_error_even_in_the_worst_archive(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = export_epub(request.getfixturevalue(which), tmp_path / "blog.epub").out
    # Debian's epubcheck is a jar, which the kernel may not start directly. One compiler of Java is faster for one book.
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", shutil.which("epubcheck"), path]
    checked: Any = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "WARNING" not in checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("each", "names"),
    [
        ("blog", ["北窗夜话.epub", "林木的角落.epub"]),
        (None, ["北窗夜话.epub", "林木的角落.epub"]),
        ("year", ["北窗夜话 2010.epub", "林木的角落 2024.epub", "林木的角落 2025.epub"]),
    ],
)
def test_each_blog_or_year_is_a_book(
    archive: Path, tmp_path: Path, each: Division | None, names: list[str]
) -> None:
    done = export_epub(archive, tmp_path / "books", each=each)
    books = sorted((tmp_path / "books").iterdir())
    assert [book.name for book in books] == names
    assert (done.posts, sum(len(chapters(book)) for book in books)) == (4, 4)
    identifiers = set()
    for book in books:
        with zipfile.ZipFile(book) as opened:
            package = etree.fromstring(opened.read("book/content.opf"))
        identifiers.add(package.findtext(".//{*}identifier"))
        assert package.findtext(".//{*}title") == book.stem
    assert len(identifiers) == len(names)


def test_a_corrupt_image_is_not_in_the_book(made: Made, tmp_path: Path) -> None:
    post = made.post(made.blog(), "1", "题", "<p>一<img src='http://x.example/a.png' alt='图'></p>")
    made.picture(post, "http://x.example/a.png", png(2)[:-15])
    done = export_epub(made.done(), tmp_path / "blog.epub")
    with zipfile.ZipFile(done.out) as book:
        assert not [name for name in book.namelist() if "images/" in name]
        assert "［图片未存：图］" in book.read("book/c00001.xhtml").decode()
    assert done.pictures == 0


def test_books_of_several_blogs_need_a_folder(worst_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "books.db").write_text("")
    with pytest.raises(UsageError, match=r"books\.db is a file; name a folder"):
        export_epub(worst_archive, tmp_path / "books.db")
    with pytest.raises(UsageError, match=r"books\.db is a file; name a folder"):
        export_table(worst_archive, tmp_path / "books.db")
