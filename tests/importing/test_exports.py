"""`import blogger`, `wordpress`, `movabletype`, `blogbus`: the posts of a platform's export file."""

import json
import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from blogarchive.errors import UsageError
from blogarchive.importing.exports import import_export, split_elements
from blogarchive.importing.importer import ImportReport
from blogarchive.items import Page, PageKind, Target
from blogarchive.sites.base import crawled_site_names, parse_page
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.reparse import reparse_pages
from blogarchive.store.pages.pages import stored_pages
from blogarchive.workers.batch_reparse import parse_stored_pages
from tests.importing.archives import rows
from tests.paths import REAL
from tests.tool import Tool, contents

CASES = Path(__file__).parent / "exports"
PLATFORMS = {
    "blogger": "blogger",
    "takeout": "blogger",
    "wordpress": "wordpress",
    "movabletype": "movabletype",
    "blogbus": "blogbus",
}
GIF = b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")
SAVED_AT = 1_600_000_000
FETCHED_AT = datetime(2020, 1, 1, tzinfo=UTC)


def import_bytes(folder: Path, platform: str, body: bytes, **options: object) -> ImportReport:
    file = folder / "export"
    file.write_bytes(body)
    os.utime(file, (SAVED_AT, SAVED_AT))
    return import_export(folder / "archive.db", file, platform, **options)  # type: ignore[arg-type]


def read_case(case: str) -> bytes:
    return next((CASES / case).glob("export.*")).read_bytes()


def import_case(folder: Path, case: str, **options: object) -> ImportReport:
    return import_bytes(folder, PLATFORMS[case], read_case(case), **options)


def reparse(archive: Path) -> list[object]:
    with Archive.open(archive) as opened:
        errors: list[tuple[str, str]] = []
        changed = list(reparse_pages(opened, parse_stored_pages(stored_pages(opened), errors, 1)))
    assert errors == []
    return changed


@pytest.mark.parametrize("case", PLATFORMS)
def test_an_export_is_stored_as_its_golden_file(
    case: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    import_case(tmp_path, case, drafts=True)
    stored = json.loads(json.dumps(contents(tmp_path / "archive.db")), parse_int=str)
    file = CASES / case / "expected.json"
    if request.config.getoption("--rewrite-goldens"):
        file.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{file} was written anew: read the diff, then run the tests without --rewrite-goldens")
    assert stored == json.loads(file.read_text("utf-8"), parse_int=str)


@pytest.mark.parametrize("case", PLATFORMS)
def test_the_same_export_again_changes_nothing(case: str, tmp_path: Path) -> None:
    import_case(tmp_path, case)
    before = contents(tmp_path / "archive.db")
    again = import_case(tmp_path, case)
    assert (again.pages, again.posts, again.comments, again.changed) == (0, 0, 0, 0)
    assert again.same == len(before["pages"])
    assert contents(tmp_path / "archive.db") == before


@pytest.mark.parametrize("case", PLATFORMS)
def test_reparse_of_an_imported_archive_changes_nothing(case: str, tmp_path: Path) -> None:
    import_case(tmp_path, case, drafts=True)
    before = contents(tmp_path / "archive.db")
    assert reparse(tmp_path / "archive.db") == []
    assert contents(tmp_path / "archive.db") == before


def test_drafts_are_counted_and_left_out(tmp_path: Path) -> None:
    assert import_case(tmp_path, "blogger").drafts == 1
    assert rows(tmp_path / "archive.db", "select title from posts where title = '没写完'") == []


def test_an_edit_in_a_later_export_becomes_a_revision(tmp_path: Path) -> None:
    import_case(tmp_path, "blogger")
    later = read_case("blogger").replace("下了一夜雪".encode(), "下了三天雪".encode())
    later = later.replace(b"<updated>2020-05-01T", b"<updated>2020-06-01T", 1)
    assert import_bytes(tmp_path, "blogger", later).changed == 1
    archive = tmp_path / "archive.db"
    assert rows(archive, "select count(*) from posts") == [(2,)]
    assert "三天" in str(rows(archive, "select body_text from posts where number = '9200000000000000111'"))
    assert "一夜" in str(rows(archive, "select body_text from post_revisions"))


def test_posts_that_did_not_change_are_not_stored_again_by_a_later_export(tmp_path: Path) -> None:
    import_case(tmp_path, "blogbus")
    later = read_case("blogbus").replace(b"2009-06-06 16:58:47", b"2010-01-01 00:00:00")
    assert import_bytes(tmp_path, "blogbus", later).pages == 0


def test_url_and_zone_of_the_user_are_stored_with_the_posts(tmp_path: Path) -> None:
    import_case(tmp_path, "movabletype", url="http://blog.xuite.net/rain/blog", zone="Asia/Tokyo")
    archive = tmp_path / "archive.db"
    assert rows(archive, "select uid, url from authors") == [
        ("blog.xuite.net-rain-blog", "http://blog.xuite.net/rain/blog")
    ]
    assert rows(archive, "select posted_at from posts where title = '雨後'") == [
        ("2002-08-08T15:31:05+09:00",)
    ]
    assert reparse(archive) == []


def test_a_zone_named_later_corrects_the_times(tmp_path: Path) -> None:
    import_case(tmp_path, "blogbus")
    import_case(tmp_path, "blogbus", zone="America/New_York")
    posted = rows(tmp_path / "archive.db", "select posted_at from posts where title like '朱%'")
    assert posted == [("2004-02-03T19:11:27-05:00",)]


def test_a_takeout_file_gets_its_urls_from_the_named_blog(tmp_path: Path) -> None:
    import_case(tmp_path, "takeout", url="https://haibian.blogspot.com/")
    assert rows(tmp_path / "archive.db", "select url from posts") == [
        ("https://haibian.blogspot.com/2023/06/blog-post.html",)
    ]


def cut_after(text: str) -> Callable[[bytes], bytes]:
    return lambda body: body[: body.index(text.encode()) + len(text.encode())]


@pytest.mark.parametrize(
    ("case", "last", "posts"),
    [
        ("blogger", "没写完", 1),
        ("wordpress", "老店", 1),
        ("movabletype", "第二篇", 2),
        ("takeout", "沙滩上有", 0),
    ],
)
def test_a_cut_file_imports_its_whole_posts_and_names_the_cut(
    case: str, last: str, posts: int, tmp_path: Path
) -> None:
    done = import_bytes(tmp_path, PLATFORMS[case], cut_after(last)(read_case(case)))
    assert done.posts == posts
    assert done.unplaced
    whole = import_case(tmp_path, case)
    assert whole.unplaced == ()
    assert contents(tmp_path / "archive.db")["posts"]


def test_a_post_of_damaged_xml_is_named_and_costs_no_other_post(tmp_path: Path) -> None:
    body = read_case("wordpress").replace(">龙井".encode(), ">龙井<b><c ".encode(), 1)
    done = import_bytes(tmp_path, "wordpress", body)
    assert (done.posts, [one.name for one in done.unplaced]) == (1, ["龙井"])


def test_a_post_that_is_damaged_after_its_id_is_stored_with_a_failure(tmp_path: Path) -> None:
    body = read_case("blogger").replace(">春雪".encode(), ">春雪<b>".encode(), 1)
    assert import_bytes(tmp_path, "blogger", body).posts == 2
    assert rows(tmp_path / "archive.db", "select kind, field from open_failures") == [("incomplete", "body")]


def test_entries_of_a_plain_feed_are_named_and_not_dropped(tmp_path: Path) -> None:
    item = b"<item><title>One</title><link>http://a.example/1</link></item>"
    feed = b"<rss><channel><title>x</title><link>http://a.example/</link>" + item + b"</channel></rss>"
    done = import_bytes(tmp_path, "wordpress", feed)
    assert [(one.name, "WXR" in one.why) for one in done.unplaced] == [("One", True)]
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id><entry><title>One</title></entry></feed>"
    assert [one.name for one in import_bytes(tmp_path, "blogger", atom).unplaced] == ["One"]


@pytest.mark.parametrize(
    ("date", "posted"),
    [
        ("2003-01-02 10:00:00", "2003-01-02T10:00:00+08:00"),
        ("2003/1/2 10:00", "2003-01-02T10:00:00+08:00"),
        ("13/45/2002 99:99:99", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_post_of_movable_type_with_any_date_is_stored_once(
    date: str, posted: str | None, tmp_path: Path
) -> None:
    body = f"TITLE: t\nDATE: {date}\n-----\nBODY:\nwords\n-----\n--------\n".encode()
    assert import_bytes(tmp_path, "movabletype", body).posts == 1
    assert import_bytes(tmp_path, "movabletype", body).posts == 0
    assert rows(tmp_path / "archive.db", "select posted_at, body_text from posts") == [(posted, "words")]


ENTITIES = (
    '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/hostname">]>'
)


@pytest.mark.parametrize("before", ["", "<!-- <feed> -->", "<?a <feed ?>"])
def test_a_document_type_is_refused(before: str, tmp_path: Path) -> None:
    body = read_case("blogger").replace(b"<feed ", f"{before}{ENTITIES}<feed ".encode(), 1)
    with pytest.raises(UsageError, match="document type"):
        import_bytes(tmp_path, "blogger", body)
    assert not (tmp_path / "archive.db").exists()


@pytest.mark.parametrize("platform", ["blogger", "wordpress", "blogbus"])
def test_entities_in_a_stored_page_are_never_expanded(platform: str) -> None:
    body, target = read_case(platform), Target(url="http://a.example/", site=platform, kind=PageKind.POST)
    page = Page(url=target.url, fetched_at=FETCHED_AT, status=200, headers=(), body=body)
    assert parse_page(page, target).kind is PageKind.POST
    page = replace(page, body=body.replace(b"?>", f"?>{ENTITIES}".encode(), 1))
    assert parse_page(page, target).kind is PageKind.UNKNOWN


def test_entities_in_a_post_stay_text(tmp_path: Path) -> None:
    body = read_case("blogger").replace("春雪".encode(), "春雪&x;&nbsp;".encode(), 1)
    import_bytes(tmp_path, "blogger", body)
    assert rows(tmp_path / "archive.db", "select title from posts where title like '春雪%'") == [
        ("春雪&x;\xa0 & 炉火",)
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        b"<a>" * 50_000,
        b"<a " + b"x" * 500_000 + b"='1'>",
        b"<a y='" + b"&lt;" * 100_000 + b"'/>",
        b"<![CDATA[" * 1000,
        b"&#0;&#xFFFFFF;&;&&&" * 1000,
        b"\x00\x01\xff\xfe" * 1000,
    ],
    ids=["depth", "attribute name", "attribute value", "open CDATA", "references", "bytes"],
)
@pytest.mark.parametrize("case", ["blogger", "wordpress", "blogbus"])
def test_hostile_xml_in_one_post_costs_no_other_post(case: str, hostile: bytes, tmp_path: Path) -> None:
    element = {"blogger": b"entry", "wordpress": b"item", "blogbus": b"Log"}[case]
    body, close = read_case(case), b"</" + element + b">"
    first = body.index(close)
    first = body.index(close, first + 1) if case == "blogger" else first
    import_bytes(tmp_path, PLATFORMS[case], body[:first] + hostile + body[first:])
    if b"CDATA" not in hostile:
        assert rows(tmp_path / "archive.db", "select count(*) from posts") >= [(1,)]


@pytest.mark.parametrize("platform", sorted(set(PLATFORMS.values())))
@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 5000, b"<", b"<a/>", b"<!DOCTYPE a>", "文字\n".encode() * 50]
)
def test_a_page_of_any_bytes_is_parsed_without_an_error(platform: str, body: bytes) -> None:
    page = Page(url="http://a.example/", fetched_at=FETCHED_AT, status=200, headers=(), body=body)
    assert parse_page(page, Target(url=page.url, site=platform, kind=PageKind.POST)).kind is PageKind.UNKNOWN


@pytest.mark.parametrize("platform", sorted(set(PLATFORMS.values())))
def test_a_file_of_another_kind_is_one_line_and_no_archive(platform: str, tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    (tmp_path / "page.html").write_text("<html><body>文字</body></html>")
    ran = tool.run("import", platform, str(tmp_path / "page.html"))
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert not tool.db.exists()


def test_an_import_of_nothing_leaves_no_archive(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text("<feed/>")
    tool = Tool(tmp_path)
    assert tool.run("import", "blogger", str(tmp_path / "export.xml")).code == 1
    assert not tool.db.exists()


def test_the_command_prints_counts_and_drafts_and_exits_by_them(tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    source = CASES / "blogger" / "export.xml"
    ran = tool.run("import", "blogger", str(source))
    assert ran.code == 0
    assert "new: 2 pages, 2 posts" in ran.err
    assert "drafts left out: 1" in ran.err
    report = json.loads(tool.run("import", "blogger", str(source), "--json", "--drafts").out)
    assert (report["posts"], report["same"], report["drafts"]) == (1, 2, 1)
    cut = tmp_path / "cut.xml"
    cut.write_bytes(source.read_bytes()[:-900])
    assert tool.run("import", "blogger", str(cut)).code == 1


def test_the_url_of_a_blog_may_have_a_query(tmp_path: Path) -> None:
    url = "https://chezhan.example/?a=1&b=<2>"
    import_case(tmp_path, "blogbus", url=url)
    assert rows(tmp_path / "archive.db", "select url from authors") == [(url,)]
    posts = rows(tmp_path / "archive.db", "select url from posts where title like '朱%'")
    assert posts == [(f"{url}&post=20040203191127",)]


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    import_case(tmp_path, "movabletype")
    before = contents(tmp_path / "archive.db")["posts"]
    body = b"\xef\xbb\xbf" + read_case("movabletype").replace(b"\n", b"\r\n")
    other = tmp_path / "other"
    other.mkdir()
    import_bytes(other, "movabletype", body)
    assert contents(other / "archive.db")["posts"] == before


@pytest.mark.parametrize(
    ("body", "why"),
    [(b"PK\x03\x04", "unpack"), ("\ufeff<feed>".encode("utf-16-le"), "UTF-16"), (None, "folder")],
)
def test_a_file_that_needs_a_step_before_names_the_step(body: bytes | None, why: str, tmp_path: Path) -> None:
    source = tmp_path
    if body is not None:
        source = tmp_path / "export"
        source.write_bytes(body)
    with pytest.raises(UsageError, match=why):
        import_export(tmp_path / "archive.db", source, "blogger")


@pytest.mark.parametrize(
    "words",
    [
        ("blogger", "--zone", "Asia/Taipei"),
        ("blogbus", "--zone", "Mars/Base"),
        ("blogger", "--site", "creaders"),
        ("blogger", "--url", "shanju"),
        ("html", "--drafts"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(words: tuple[str, ...], tmp_path: Path) -> None:
    kind, *others = words
    ran = Tool(tmp_path / "tool").run("import", kind, str(CASES / "blogger" / "export.xml"), *others)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_update_requests_no_page_of_an_imported_blog(tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    tool.run("import", "blogger", str(CASES / "blogger" / "export.xml"))
    ran = tool.run("update")
    assert ran.code == 0, ran.err
    assert tool.rows("select url from frontier union select url from open_failures") == []


def test_update_fetches_the_images_of_imported_posts_and_nothing_else(tmp_path: Path) -> None:
    requested: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            is_image = self.path.endswith("cha.jpg")
            self.send_response(200 if is_image else 404)
            self.end_headers()
            self.wfile.write(GIF if is_image else b"")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        own = f"http://127.0.0.1:{server.server_port}".encode()
        file = tmp_path / "export.xml"
        file.write_bytes(read_case("wordpress").replace(b"https://chaguan.example", own))
        tool = Tool(tmp_path / "tool", media=True)
        tool.run("import", "wordpress", str(file))
        assert tool.run("update").code == 0
        server.shutdown()
    assert requested == ["/robots.txt", "/wp-content/uploads/2019/04/cha.jpg"]
    assert tool.rows("select status from media") == [("stored",)]


def test_a_format_of_export_files_is_no_site_to_back_up(tmp_path: Path) -> None:
    ran = Tool(tmp_path).run("doctor", "http://127.0.0.1:9/", "--site", "blogger")
    assert ran.code == 2
    assert "blogarchive import blogger FILE" in ran.err
    assert "blogger" not in crawled_site_names()


def test_imported_posts_survive_the_way_through_a_warc(tmp_path: Path) -> None:
    first, second = Tool(tmp_path / "first"), Tool(tmp_path / "second")
    first.run("import", "wordpress", str(CASES / "wordpress" / "export.xml"))
    first.run("export", "warc", str(tmp_path / "all.warc.gz"))
    assert second.run("import", "warc", str(tmp_path / "all.warc.gz")).code == 0
    for table in ("posts", "comments"):
        assert contents(second.db)[table] == contents(first.db)[table] != []


@pytest.mark.parametrize(
    ("name", "platform", "posts", "comments"),
    [
        ("blogger.xml", "blogger", 205, 21),
        ("blogbus_excerpt.xml", "blogbus", 8, 12),
        ("movabletype_xuite.txt", "movabletype", 2, 0),
    ],
)
@pytest.mark.slow
def test_real_exports_are_imported_whole(
    name: str, platform: str, posts: int, comments: int, tmp_path: Path
) -> None:
    if not (REAL / "exports" / name).exists():
        pytest.skip("the real export is not on this machine")
    archive = tmp_path / "archive.db"
    done = import_export(archive, REAL / "exports" / name, platform, drafts=True)
    pages = rows(archive, "select count(*) from posts where url like '%/pages/default/%'")
    assert (done.posts - int(str(pages[0][0])), done.comments, done.unplaced) == (posts, comments, ())
    assert rows(archive, "select * from open_failures") == []
    assert rows(archive, "select count(*) from posts where posted_at is null or body_text is null") == [(0,)]
    assert import_export(archive, REAL / "exports" / name, platform, drafts=True).pages == 0
    assert reparse(archive) == []


FEED = (
    b"<?xml version='1.0'?><!-- <e>no</e> --><feed><x/>"
    b"<e>one<![CDATA[</e><e>]]></e> <e a='1'><!-- </e> -->two</e\n>"
    b"<entry>no</entry><![CDATA[<e>no</e>]]><e>three</e></feed>"
)
ELEMENTS = [b"<e>one<![CDATA[</e><e>]]></e>", b"<e a='1'><!-- </e> -->two</e\n>", b"<e>three</e>"]


def test_elements_in_sections_and_comments_are_none() -> None:
    parts = list(split_elements(FEED, "e"))
    assert [FEED[part] for part, _is_whole in parts] == ELEMENTS
    assert all(is_whole for _part, is_whole in parts)
    assert list(split_elements(b"<feed></feed>", "e")) == []


@pytest.mark.parametrize("end", [b"<e>thr", b"<e>three<![CDATA[", b"<e>three<!-- ", b"<e>three</"])
def test_the_element_in_which_the_file_ends_is_cut(end: bytes) -> None:
    body = FEED[: FEED.index(b"<e>three")] + end
    part, is_whole = list(split_elements(body, "e"))[-1]
    assert (body[part], is_whole) == (end, False)


def test_a_post_above_the_limit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blogarchive.importing.saved_files.MAX_BYTES", 3_000)
    body = read_case("wordpress").replace(">龙井".encode(), b">" + b"x" * 3_000, 1)
    done = import_bytes(tmp_path, "wordpress", body)
    assert (done.posts, ["is larger than" in one.why for one in done.unplaced]) == (1, [True])


def test_an_empty_file_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no export of WordPress"):
        import_bytes(tmp_path, "wordpress", b"")
