"""Saved pages of strangers: `import html` searches them for their URL in little time and memory, and within the limits."""

import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.importing.exports import import_export
from blogarchive.importing.html import import_html
from blogarchive.importing.importer import ImportReport
from blogarchive.sites.base import find_own_urls
from tests.hostile.commands import assert_cheap
from tests.hostile.test_warc_files import change
from tests.importing.archives import rows
from tests.importing.pages import PNG, page, post_url, saved_from
from tests.tool import Tool

_LINK = "<a href='/u/31182/202501/5.html'>"
SAVED = {
    "long base": page(body="<a href=x>y</a>" * 2_000).replace(
        "<head>", f"<head><base href='https://blog.creaders.net/{'a/' * 100_000}'>"
    ),
    "comments": page(body="<!-- x -->甲" * 27_000),
    "comments without end": page(body="<!-- <!-- " * 17_000),
    "sections": page(body="<![CDATA[甲]]>" * 34_000),
    "links to next pages": page(top=saved_from(101), body="<a href='?p=2'>下一页</a> " * 8_000),
    "attributes of a text": page(body="<p" + "".join(f" a{n}=1" for n in range(60_000)) + ">x</p>"),
    "attributes of a name": page().replace(
        "作者", "<b" + "".join(f" a{n}=1" for n in range(60_000)) + ">作者</b>"
    ),
    "attributes of a link": page(body="<a" + "".join(f" a{n}=1" for n in range(60_000)) + " href=x>x</a>"),
    "scripts without end": page(body="<script>wumiiPermaLink = " * 20_000),
    "links with a title": page(body=f"{_LINK}谈泡沫</a>" * 12_000),
    "links in links": page(body=f"{_LINK}<b>" * 12_000),
    "elements in elements": page(body="<div>" * 38_000),
    "declared URLs": page(body="<meta property='og:url' content='https://blog.creaders.net/u/1/'>" * 12_000),
    "an invalid URL of its own": page(body="<meta property='og:url' content='http://['>"),
    "runs of spaces": page(body=("<div>作者：甲" + "\u3000" * 350 + "留言时间x</div>") * 1_500),
    "schemes": page(body="http://" * 50_000),
    "fields": page(body="<input name=a value=1>" * 15_000),
    "images": page(top=saved_from(101), body="".join(f"<img src='p_files/{n}.png'>" for n in range(15_000))),
}
SAMPLE = 4
EXPORTS = Path(__file__).parents[1] / "importing" / "exports"


def _import(kind: str, folder: Path) -> None:
    (folder / "p.html").write_text(SAVED[kind])
    for site in ((), ("--site", "web")):
        db = str(folder / f"{len(site)}.db")
        code, err = assert_cheap("import", "html", str(folder / "p.html"), "--db", db, *site)
        assert (code, "not imported: 1" in err) in ((0, False), (1, True)), err


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*SAVED][:: len(SAVED) // SAMPLE])
def test_a_hostile_saved_page_costs_little(kind: str, tmp_path: Path) -> None:
    _import(kind, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", SAVED)
def test_every_hostile_saved_page_costs_little(kind: str, tmp_path: Path) -> None:
    _import(kind, tmp_path)


def test_scripts_are_searched_in_a_time_that_grows_with_their_number() -> None:
    times = []
    for count in (5_000, 20_000):
        begun = time.process_time()
        assert find_own_urls("<script>wumiiPermaLink = " * count) == ()
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


@pytest.mark.parametrize("digits", [20, 5_000])
def test_a_count_of_comments_beyond_all_numbers_is_no_count(digits: int, tmp_path: Path) -> None:
    text = (EXPORTS / "blogger" / "export.xml").read_text("utf-8")
    changed = text.replace("<thr:total>2<", f"<thr:total>{'9' * digits}<")
    assert changed != text
    (tmp_path / "x.xml").write_text(changed, "utf-8")
    assert import_export(tmp_path / "a.db", tmp_path / "x.xml", "blogger").unplaced == ()
    assert ("春雪 & 炉火", 2) in rows(tmp_path / "a.db", "select title, comment_count from posts")


# Python imports this module at the start of every process; in it the search for the URLs of some pages has no end.
_HANGING = """
from blogarchive.importing import identify
from blogarchive.workers import parser_process

parser_process.TIME_LIMIT = 1.5
whole = identify.read_page_urls

def read_page_urls(text, base=None):
    while "without end" in text:
        pass
    return whole(text, base)

identify.read_page_urls = read_page_urls
"""


def test_a_page_whose_search_hangs_is_named_and_the_others_are_imported(tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    (tmp_path / "sitecustomize.py").write_text(_HANGING)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(page(body="<p>without end</p>" * 10_000))
    (tmp_path / "in" / "b.html").write_text(page(102, top=saved_from(102)))
    ran = subprocess.run(
        tool.command("import", "html", str(tmp_path / "in")),
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "parsing took longer than" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert tool.rows("select number from posts where body_text <> ''") == [("102",)]


def make_mhtml(number: int, coding: str) -> bytes:
    """Return a page as Chrome saves it: the page, a frame that shows another post, and an image."""
    message = EmailMessage()
    message["Snapshot-Content-Location"] = post_url(number)
    message["Date"] = "Sat, 1 Feb 2025 09:00:00 +0000"
    message.make_related()
    image = f"https://blog.creaders.net/upload_file/{number}.png"
    body = f'<p>正文{number}，谈房价与泡沫。</p><img src="{image}">'
    texts = {
        post_url(number): page(number, title=f"第{number}篇", body=body, own_link=False),
        "cid:frame-1@mhtml.blink": page(number + 1, title=f"框{number + 1}", own_link=False),
    }
    for place, text in texts.items():
        part = EmailMessage()
        part.set_content(text, subtype="html", cte=coding)
        part["Content-Location"] = place
        message.attach(part)
    part = EmailMessage()
    part.set_content(PNG, "image", "png")
    part["Content-Location"] = image
    message.attach(part)
    return message.as_bytes()


def _nest(body: bytes, depth: int) -> bytes:
    parts = (b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(depth))
    start = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0\n\n"
    return b"".join((start, *parts, b"--b%d\n" % depth, body))


def _swap_texts(body: bytes) -> bytes:
    boundary = b"--" + re.findall(rb'boundary="([^"]+)"', body)[0]
    head, first, second, *rest = body.split(boundary)
    return boundary.join((head, second, first, *rest))


MHTML: dict[str, Callable[[bytes], bytes]] = {
    "multiparts in multiparts": lambda body: _nest(body, 1_000),
    "messages in messages": lambda body: b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" * 1_000 + body,
    "lines in multiparts": lambda body: _nest(body + b"\n" * 1_000_000, 15),
    "parameters": lambda body: body.replace(b"multipart/related;", b"multipart/related;" + b"a=1;" * 100_000),
    "quotes": lambda body: body.replace(b"multipart/related;", b"multipart/related;" + b'";' * 100_000),
    "encoded words": lambda body: body.replace(b"Content-Location: ", b"Content-Location: " + b"=?utf-8?q?=41?= " * 50_000),
    "comments of a date": lambda body: body.replace(b"Date: Sat", b"Date: " + b"(" * 100_000),
    "headers": lambda body: b"".join(b"H%d: v\n" % n for n in range(100_000)) + body,
    "folded headers": lambda body: body.replace(b"Content-Location:", b"Content-Location:" + b"\n " * 100_000),
    "empty parts": lambda body: body.replace(b"\n--", b"\n--x\n\n" * 50_000 + b"\n--", 1),
    "soft breaks": lambda body: body.replace(b"=\n", b"=" * 100_000 + b"\n", 9),
}  # fmt: skip
_STORED = "select url, number, title, body_text from posts where body_text <> ''"


@pytest.mark.slow
@pytest.mark.parametrize("kind", MHTML)
def test_a_hostile_mhtml_costs_little(kind: str, tmp_path: Path) -> None:
    source, db = tmp_path / "p.mhtml", tmp_path / "a.db"
    source.write_bytes(MHTML[kind](make_mhtml(101, "quoted-printable")))
    assert_cheap("import", "html", str(source), "--db", str(db))
    assert set(rows(db, _STORED)) <= {(post_url(101), "101", "第101篇", "正文101，谈房价与泡沫。")}


@pytest.mark.parametrize("nest", [lambda body: _nest(body, 400), MHTML["messages in messages"]])
def test_parts_that_are_nested_too_deep_are_named(nest: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "p.mht").write_bytes(nest(make_mhtml(101, "base64")))
    done = import_html(tmp_path / "a.db", tmp_path / "p.mht")
    assert [one.why for one in done.unplaced] == ["its parts are nested too deep"]


def test_a_frame_before_its_page_is_not_stored_as_the_page(tmp_path: Path) -> None:
    (tmp_path / "p.mht").write_bytes(_swap_texts(make_mhtml(101, "quoted-printable")))
    assert import_html(tmp_path / "a.db", tmp_path / "p.mht").posts == 1
    assert rows(tmp_path / "a.db", _STORED) == [(post_url(101), "101", "第101篇", "正文101，谈房价与泡沫。")]


def test_an_mhtml_whose_headers_name_two_pages_has_no_url(tmp_path: Path) -> None:
    body = make_mhtml(101, "base64")
    forged = body.replace(
        b"Snapshot-Content-Location: " + post_url(101).encode(),
        b"Snapshot-Content-Location: " + post_url(999).encode(),
    )
    assert forged != body
    (tmp_path / "p.mht").write_bytes(forged)
    done = import_html(tmp_path / "a.db", tmp_path / "p.mht")
    assert (done.posts, len(done.unplaced)) == (0, 1)


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "8bit"])
def test_an_mhtml_that_is_cut_in_its_text_is_named_and_one_cut_in_an_image_is_imported(
    coding: str, tmp_path: Path
) -> None:
    body = make_mhtml(101, coding)
    second = body.index(
        b"--" + re.findall(rb'boundary="([^"]+)"', body)[0], body.index(b"Location: cid:") - 300
    )
    for length, posts in ((second - 40, 0), (len(body) - 100, 1)):
        (tmp_path / f"{posts}.mht").write_bytes(body[:length])
        done = import_html(tmp_path / f"{posts}.db", tmp_path / f"{posts}.mht")
        assert (done.posts, [one.why for one in done.unplaced]) == (
            posts,
            ["its text is cut short or damaged"][posts:],
        )


def test_an_mhtml_whose_base64_is_damaged_is_named(tmp_path: Path) -> None:
    body = make_mhtml(101, "base64")
    place = body.index(b"\n\n", body.index(b"base64")) + 60
    (tmp_path / "p.mht").write_bytes(body[:place] + b"\xff\xff" + body[place + 2 :])
    done = import_html(tmp_path / "a.db", tmp_path / "p.mht")
    assert (done.posts, [one.why for one in done.unplaced]) == (0, ["its text is cut short or damaged"])


_NO_YEAR = "Sat, 01 Feb " + "20" * 20 + " 09:00:00 +0000"


def test_an_mhtml_of_a_year_beyond_all_numbers_has_the_time_of_its_file(tmp_path: Path) -> None:
    body = re.sub(rb"Date: .*", f"Date: {_NO_YEAR}".encode(), make_mhtml(101, "base64"))
    (tmp_path / "p.mht").write_bytes(body)
    done = import_html(tmp_path / "a.db", tmp_path / "p.mht")
    assert (done.posts, done.unplaced) == (1, ())


def test_an_export_of_a_year_beyond_all_numbers_has_the_time_of_its_file(tmp_path: Path) -> None:
    text = (EXPORTS / "wordpress" / "export.xml").read_text("utf-8")
    changed = text.replace("<channel>", f"<channel><pubDate>{_NO_YEAR}</pubDate>")
    (tmp_path / "x.xml").write_text(changed, "utf-8")
    assert import_export(tmp_path / "a.db", tmp_path / "x.xml", "wordpress").unplaced == ()


@pytest.mark.parametrize(
    ("platform", "old", "new"),
    [("blogger", b"<updated>", b"<updated:2020-05-01 />"), ("wordpress", b"xmlns:wfw", b"ymlns:1wfw")],
)
def test_an_export_with_a_damaged_name_is_imported(
    platform: str, old: bytes, new: bytes, tmp_path: Path
) -> None:
    bodies = (path.read_bytes() for path in sorted((EXPORTS / platform).iterdir()))
    body = next(body for body in bodies if old in body)
    (tmp_path / "x.xml").write_bytes(body.replace(old, new, 1))
    assert import_export(tmp_path / "a.db", tmp_path / "x.xml", platform).posts


CHANGED_FILES = ["mhtml", "blogger", "wordpress", "movabletype", "blogbus"]
CHANGES = 300


def _import_changed(kind: str, count: int, folder: Path) -> None:
    """Import changed files: none ends in an error of this program, or takes three seconds."""
    if kind == "mhtml":
        bodies = [
            make_mhtml(101 + n, coding) for n, coding in enumerate(("quoted-printable", "base64", "8bit"))
        ]
    else:
        bodies = [path.read_bytes() for path in sorted((EXPORTS / kind).iterdir())]
    chance, source = random.Random(kind), folder / ("p.mhtml" if kind == "mhtml" else "p.xml")
    for place in range(count):
        source.write_bytes(change(chance.choice(bodies), chance))
        db, begun = folder / f"{place}.db", time.process_time()
        report = ImportReport()
        with suppress(UsageError):
            report = import_html(db, source) if kind == "mhtml" else import_export(db, source, kind)
            assert rows(db, "pragma integrity_check") == [("ok",)] * db.exists()
        assert not any("program failed" in one.why or "\n" in one.why for one in report.unplaced), place
        assert time.process_time() - begun < 3, place
        db.unlink(missing_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANGED_FILES)
def test_a_changed_byte_of_a_saved_file_ends_in_no_error_of_this_program(kind: str, tmp_path: Path) -> None:
    _import_changed(kind, CHANGES // 10, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", CHANGED_FILES)
def test_no_changed_byte_of_a_saved_file_ends_in_an_error_of_this_program(kind: str, tmp_path: Path) -> None:
    _import_changed(kind, CHANGES, tmp_path)
