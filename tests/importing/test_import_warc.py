import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blogarchive.errors import UsageError
from blogarchive.export.warc import export_warc
from blogarchive.importing.html import import_html
from blogarchive.importing.identify import find_target
from blogarchive.importing.warc import import_warc
from blogarchive.items import CrawledPage, Page
from blogarchive.sites.base import parse_page
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from tests.importing.archives import dump, rows
from tests.importing.pages import NEWER, PNG, page, post_url, save, saved_from
from tests.importing.warc_files import write_warc
from tests.sql import run_sql

PICTURE = "https://blog.creaders.net/u/31182/upload_file/1.png"


def test_pages_and_images_of_known_blogs_are_imported(tmp_path: Path) -> None:
    body = page(body=f'<p>字<img src="{PICTURE}"></p>').encode()
    warc = write_warc(
        tmp_path / "crawl.warc.gz",
        [
            (PICTURE, "image/png", PNG, "200 OK"),
            (post_url(101), "text/html; charset=utf-8", body, "200 OK"),
            (post_url(102), "text/html", b"<html>404</html>", "404 Not Found"),
            (post_url(103), "text/html", b"<html><body>nothing</body></html>", "200 OK"),
            ("https://elsewhere.example/", "text/html", body, "200 OK"),
        ],
    )
    done = import_warc(tmp_path / "a.db", warc)
    assert (done.pages, done.posts, done.comments, done.pictures) == (1, 1, 2, 1)
    assert [one.name for one in done.unplaced] == [post_url(103)]
    assert rows(tmp_path / "a.db", "select url, fetched_at from pages") == [
        (post_url(101), "2025-02-01T09:00:00+00:00")
    ]
    assert "a=b" not in str(rows(tmp_path / "a.db", "select headers from pages"))


def test_pages_of_hosts_that_no_site_has_are_counted_if_there_are_no_others(tmp_path: Path) -> None:
    records = [("https://elsewhere.example/1", "text/html; charset=utf-8", page().encode(), "200 OK")]
    warc = write_warc(tmp_path / "crawl.warc.gz", records)
    [one] = import_warc(tmp_path / "a.db", warc).unplaced
    assert one.why.startswith("1 page")
    assert "--site web" in one.why
    assert import_warc(tmp_path / "a.db", warc, site="web").unplaced == ()


def test_a_record_whose_url_no_browser_takes_is_listed_and_not_imported(tmp_path: Path) -> None:
    records = [("https://elsewhere.example:99999/1", "text/html; charset=utf-8", page().encode(), "200 OK")]
    warc = write_warc(tmp_path / "crawl.warc.gz", records)
    report = import_warc(tmp_path / "a.db", warc, site="web")
    assert (report.pages, [one.why for one in report.unplaced]) == (0, ["its URL is damaged"])


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2016", "2016-01-01T00:00:00+00:00"),
        ("2016-09", "2016-09-01T00:00:00+00:00"),
        ("2016-09-19T17:20:24.123456Z", "2016-09-19T17:20:24+00:00"),
        ("the day before", "2011-02-03T04:05:06+00:00"),
    ],
)
def test_a_record_with_a_cut_or_missing_date_is_imported(date: str, moment: str, tmp_path: Path) -> None:
    records = [(post_url(101), "text/html; charset=utf-8", page().encode(), "200 OK")]
    warc = write_warc(tmp_path / "crawl.warc.gz", records, date=date)
    file_time = datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp()
    os.utime(warc, (file_time, file_time))
    assert import_warc(tmp_path / "a.db", warc).posts == 1
    assert rows(tmp_path / "a.db", "select fetched_at from pages") == [(moment,)]


@pytest.mark.parametrize("coding", ["identity", "gzip", "chunked"])
@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_truncated_record_is_listed_and_not_imported(tmp_path: Path, name: str, coding: str) -> None:
    records = [
        (post_url(number), "text/html; charset=utf-8", page(number).encode(), "200 OK")
        for number in (101, 102)
    ]
    whole = write_warc(tmp_path / name, records, coding=coding).read_bytes()
    assert import_warc(tmp_path / "whole.db", tmp_path / name).unplaced == ()
    end = len(whole) - 40
    for keep in (end, end - 300):
        (tmp_path / name).write_bytes(whole[:keep])
        archive = tmp_path / f"{keep}.db"
        (one,) = import_warc(archive, tmp_path / name).unplaced
        assert (one.name, one.why) == (post_url(102), "the record is cut short")
        assert rows(archive, "select number from posts where body_text <> ''") == [("101",)]


def test_a_file_that_ends_inside_the_headers_of_a_record_is_listed(tmp_path: Path) -> None:
    records = [(post_url(number), "text/html", page(number).encode(), "200 OK") for number in (101, 102)]
    whole = write_warc(tmp_path / "a.warc", records).read_bytes()
    for keep in (60, 330):
        (tmp_path / "a.warc").write_bytes(whole[: whole.rindex(b"WARC/1.0") + keep])
        done = import_warc(tmp_path / f"{keep}.db", tmp_path / "a.warc")
        assert (done.pages, [one.name for one in done.unplaced]) == (1, ["a.warc"])


def test_a_record_that_its_crawler_truncated_is_listed_and_not_imported(tmp_path: Path) -> None:
    records = [(post_url(101), "text/html; charset=utf-8", page().encode(), "200 OK")]
    done = import_warc(tmp_path / "a.db", write_warc(tmp_path / "a.warc.gz", records, truncated="length"))
    assert (done.pages, [one.why for one in done.unplaced]) == (0, ["the record is cut short"])


def test_a_truncated_image_is_not_stored(tmp_path: Path) -> None:
    body = page(body=f'<p>字<img src="{PICTURE}"></p>').encode()
    records = [
        (post_url(101), "text/html; charset=utf-8", body, "200 OK"),
        (PICTURE, "image/png", PNG + os.urandom(5000), "200 OK"),
    ]
    warc = write_warc(tmp_path / "a.warc", records, coding="identity")
    warc.write_bytes(warc.read_bytes()[:-1000])
    done = import_warc(tmp_path / "a.db", warc)
    assert (done.posts, done.pictures) == (1, 0)
    assert [(one.name, one.why) for one in done.unplaced] == [("a.warc", "the file is cut short")]


def test_a_reimported_export_has_its_notices_and_errors_and_rejects_nothing(tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    import_html(tmp_path / "a.db", tmp_path / "in")
    notice = "<html><body><p>该日志不存在或已被删除</p></body></html>"
    worse = page().replace(page()[page().index("<table>") :], "</body></html>")
    with Archive.open(tmp_path / "a.db") as held:
        for number, status, text in (
            (101, 200, notice),
            (102, 404, notice),
            (103, 500, "oops"),
            (101, 200, worse),
        ):
            fetch(held, number, status, text)
    same = "select url, fetched_at, status, sha256, kind, site, uid, target from pages order by url, fetched_at, sha256"
    assert len(rows(tmp_path / "a.db", same)) == 5
    warc = export_warc(tmp_path / "a.db", tmp_path / "out.warc.gz").out
    assert import_warc(tmp_path / "b.db", warc).unplaced == ()
    assert rows(tmp_path / "b.db", same) == rows(tmp_path / "a.db", same)
    assert rows(tmp_path / "b.db", "select number, body_text from posts where body_text <> ''") == [
        ("101", "第一段谈泡沫，谈房价，也谈镕与喆两个字。")
    ]
    before = dump(tmp_path / "b.db")
    assert import_warc(tmp_path / "b.db", warc).same == 5
    assert dump(tmp_path / "b.db") == before


def fetch(held: Archive, number: int, status: int, text: str) -> None:
    """Return the page that a crawl makes of the response for a post."""
    target = find_target(post_url(number), None)
    assert target is not None
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    got = Page(url=target.url, fetched_at=NEWER, status=status, headers=headers, body=text.encode())
    save_page.save_page(
        held, normalize_page(CrawledPage(target=target, page=got, parsed=parse_page(got, target))), None
    )


def test_an_exported_archive_is_restored_and_a_second_import_changes_nothing(tmp_path: Path) -> None:
    for number in (101, 102):
        save(
            tmp_path / "in" / f"{number}.html",
            page(number, title=f"第 {number} 篇文章", top=saved_from(number)),
        )
    import_html(tmp_path / "a.db", tmp_path / "in")
    warc = export_warc(tmp_path / "a.db", tmp_path / "out.warc.gz").out
    import_warc(tmp_path / "b.db", warc)
    before = dump(tmp_path / "b.db")
    assert import_warc(tmp_path / "b.db", warc).same == 2
    assert dump(tmp_path / "b.db") == before
    same = "select number, title, body_html, posted_at, first_seen_at from posts order by number"
    assert rows(tmp_path / "a.db", same) == rows(tmp_path / "b.db", same)


def test_targets_and_counters_of_pages_are_restored_too(tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    import_html(tmp_path / "a.db", tmp_path / "in")
    run_sql(
        tmp_path / "a.db",
        "update pages set counted = ?, target = json_set(target, '$.kind', 'comments',"
        " '$.post_number', 101, '$.page_no', 2)",
        '{"bases": {}, "position": 5}',
    )
    import_warc(tmp_path / "b.db", export_warc(tmp_path / "a.db", tmp_path / "out.warc.gz").out)
    told = (
        "select json_extract(target, '$.post_number'), json_extract(target, '$.page_no'), counted from pages"
    )
    assert rows(tmp_path / "b.db", told) == [("101", 2, '{"bases": {}, "position": 5}')]


def test_a_file_that_is_no_warc_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_text("this is a letter\r\n\r\n")
    with pytest.raises(UsageError, match="no WARC"):
        import_warc(tmp_path / "a.db", tmp_path / "x.warc")
    with pytest.raises(UsageError, match="no file"):
        import_warc(tmp_path / "a.db", tmp_path / "absent.warc")


@pytest.mark.parametrize("text", ["", "\n\n", saved_from(101), "<!DOCTYPE html>\n<html>\n<body>\n"])
def test_a_saved_page_given_as_warc_is_reported_in_one_line_and_creates_no_archive(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "x.html").write_text(text and text + page())
    with pytest.raises(UsageError, match="no WARC") as told:
        import_warc(tmp_path / "a.db", tmp_path / "x.html")
    assert "\n" not in str(told.value)
    assert capfd.readouterr().err == ""
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]
