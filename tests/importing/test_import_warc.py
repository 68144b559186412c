import gzip
import os
import sqlite3
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from blogarchive.errors import UsageError
from blogarchive.export.warc import export_warc
from blogarchive.importing.html import import_html
from blogarchive.importing.warc import import_warc
from tests.importing.pages import PNG, page, post_url, save, saved_from
from tests.importing.test_import_html import dump, rows

PICTURE = "https://blog.creaders.net/u/31182/upload_file/1.png"


def write_warc(
    path: Path, records: list[tuple[str, str, bytes, str]], *, date: str = "2025-02-01T09:00:00Z"
) -> Path:
    """Records as a crawler writes them: URL, content type, body, status."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, kind, body, status in records:
            http = StatusAndHeaders(
                status,
                [("Content-Type", kind), ("Set-Cookie", "a=b"), ("Content-Encoding", "gzip")],
                protocol="HTTP/1.1",
            )
            packed = gzip.compress(body)
            headers = {"WARC-Date": date}
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    BytesIO(packed),
                    len(packed),
                    http_headers=http,
                    warc_headers_dict=headers,
                )
            )
    return path


def test_pages_and_pictures_of_known_blogs_are_brought_in(tmp_path: Path) -> None:
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


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2016", "2016-01-01T00:00:00+00:00"),
        ("2016-09", "2016-09-01T00:00:00+00:00"),
        ("2016-09-19T17:20:24.123456Z", "2016-09-19T17:20:24+00:00"),
        ("the day before", "2011-02-03T04:05:06+00:00"),
    ],
)
def test_a_record_whose_date_is_cut_short_or_none_is_brought_all_the_same(
    date: str, moment: str, tmp_path: Path
) -> None:
    records = [(post_url(101), "text/html; charset=utf-8", page().encode(), "200 OK")]
    warc = write_warc(tmp_path / "crawl.warc.gz", records, date=date)
    file_time = datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp()
    os.utime(warc, (file_time, file_time))
    assert import_warc(tmp_path / "a.db", warc).posts == 1
    assert rows(tmp_path / "a.db", "select fetched_at from pages") == [(moment,)]


def test_an_exported_archive_comes_back_and_twice_changes_nothing(tmp_path: Path) -> None:
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


def test_what_a_page_alone_does_not_tell_comes_back_too(tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.html", page(top=saved_from(101)))
    import_html(tmp_path / "a.db", tmp_path / "in")
    with sqlite3.connect(tmp_path / "a.db") as archive:
        archive.execute(
            "update pages set counted = ?, target = json_set(target, '$.kind', 'comments',"
            " '$.post_number', 101, '$.page_no', 2)",
            ('{"bases": {}, "position": 5}',),
        )
    archive.close()
    import_warc(tmp_path / "b.db", export_warc(tmp_path / "a.db", tmp_path / "out.warc.gz").out)
    told = (
        "select json_extract(target, '$.post_number'), json_extract(target, '$.page_no'), counted from pages"
    )
    assert rows(tmp_path / "b.db", told) == [(101, 2, '{"bases": {}, "position": 5}')]


def test_what_is_no_warc_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_text("this is a letter\r\n\r\n")
    with pytest.raises(UsageError, match="no WARC"):
        import_warc(tmp_path / "a.db", tmp_path / "x.warc")
    with pytest.raises(UsageError, match="no file"):
        import_warc(tmp_path / "a.db", tmp_path / "absent.warc")
