import zlib
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from blogarchive.errors import UsageError
from blogarchive.export.warc import export_warc
from blogarchive.store.read.exports import Filters
from tests.export.conftest import Made

URL = "https://blog.creaders.net/u/31182/202501/101.html"


@pytest.fixture
def pages(made: Made) -> Path:
    author = made.blog()
    post = made.post(author, 101, "题", "<p>文</p>")
    made.picture(post, "https://blog.creaders.net/u/31182/upload_file/1.png", b"\x89PNG\r\n\x1a\n....")
    made.page(
        URL,
        "<html>泡沫</html>".encode("gb18030"),
        headers='[["Content-Type", "text/html; charset=gb2312"], ["Content-Encoding", "gzip"],'
        ' ["X-Evil", "a\\r\\nSet-Cookie: b"]]',
    )
    made.page(URL, "<html>改过</html>".encode("gb18030"), fetched_at="2025-03-01T09:00:00+00:00")
    made.page("https://blog.creaders.net/u/44/", b"<html>other</html>", uid="44", status=299)
    made.blog("44")
    return made.done()


def read_all(path: Path) -> list[tuple[str, str | None, str | None, bytes]]:
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            url, at = (record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
            found.append((record.rec_type, url, at, record.content_stream().read()))
    return found


def test_pages_are_exported_byte_for_byte_with_their_times(pages: Path, tmp_path: Path) -> None:
    done = export_warc(pages, tmp_path / "out.warc.gz")
    records = read_all(done.out)
    assert [(kind, url, at) for kind, url, at, _ in records] == [
        ("warcinfo", None, "2025-02-01T09:00:00Z"),
        ("response", URL, "2025-02-01T09:00:00Z"),
        ("response", "https://blog.creaders.net/u/44/", "2025-02-01T09:00:00Z"),
        ("response", URL, "2025-03-01T09:00:00Z"),
        ("resource", "https://blog.creaders.net/u/31182/upload_file/1.png", "1970-01-01T00:00:00Z"),
    ]
    assert records[1][3].decode("gb18030") == "<html>泡沫</html>"
    assert (done.pages, done.pictures) == (3, 1)


def test_a_page_that_compression_does_not_shorten_is_exported_too(made: Made, tmp_path: Path) -> None:
    made.blog()
    body = b"<html><body>xxxx</body></html>"
    assert len(zlib.compress(body)) == len(body)
    made.page(URL, body)
    assert read_all(export_warc(made.done(), tmp_path / "out.warc.gz").out)[1][3] == body


def test_headers_match_the_body_and_allow_no_injection(pages: Path, tmp_path: Path) -> None:
    with export_warc(pages, tmp_path / "out.warc").out.open("rb") as file:
        record = next(record for record in ArchiveIterator(file) if record.rec_type == "response")
        names = [name for name, _ in record.http_headers.headers]
        assert names == ["Content-Type", "X-Evil", "Content-Length"]
        assert record.http_headers.get_header("X-Evil") == "a Set-Cookie: b"


def test_a_validator_of_warc_files_finds_no_error(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export_warc(pages, tmp_path / "out.warc.gz").out

    class Asked:
        inputs = (str(path),)
        verbose = True

    checker = Checker(Asked())
    checker.process_all()
    assert checker.exit_value == 0
    assert "fail" not in capsys.readouterr().out


def test_the_same_archive_makes_the_same_bytes(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    one, two = (export_warc(pages, tmp_path / name).out.read_bytes() for name in "12")
    assert one == two


def test_pages_are_filtered_by_author_only(pages: Path, tmp_path: Path) -> None:
    done = export_warc(pages, tmp_path / "o.warc.gz", filters=Filters(authors=("44",)))
    assert [url for kind, url, _, _ in read_all(done.out) if kind == "response"] == [
        "https://blog.creaders.net/u/44/"
    ]
    with pytest.raises(UsageError, match="--author"):
        export_warc(pages, tmp_path / "o.warc.gz", filters=Filters(categories=("经济",)))
