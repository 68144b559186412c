"""`export wacz`: a package that ReplayWeb.page opens."""

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex
from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator

from blogarchive.errors import UsageError
from blogarchive.export.wacz import export_wacz
from blogarchive.export.warc import SAFE_URL, url_key
from blogarchive.store.read.exports import Filters
from tests.export.conftest import HOST, Made, png

POST = f"{HOST}/u/31182/202501/101.html"
IMAGE = f"{HOST}/u/31182/upload_file/1.png"


@pytest.fixture
def pages(made: Made) -> Path:
    author = made.blog()
    made.page(f"{HOST}/u/31182/", b"<html>home</html>", kind="home")
    made.page(POST, b"<html>earlier</html>", fetched_at="2025-01-29T09:00:00+00:00")
    page = made.page(POST, "<html>泡沫</html>".encode("gb18030"))
    post = made.post(author, 101, "泡沫", "<p>正文谈泡沫</p>", page_id=page)
    made.picture(post, IMAGE, png(1))
    made.blog("44", nickname="北窗", url=f"{HOST}/u/44/")
    made.page(f"{HOST}/u/44/", b"<html>other</html>", uid="44", kind="home")
    return made.done()


def package(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def index_lines(files: dict[str, bytes]) -> list[tuple[str, str, dict[str, str]]]:
    lines = gzip.decompress(files["indexes/index.cdx.gz"]).decode().splitlines()
    return [(key, at, json.loads(facts)) for key, at, facts in (line.split(" ", 2) for line in lines)]


def test_each_line_of_the_index_leads_to_its_record(pages: Path, tmp_path: Path) -> None:
    files = package(export_wacz(pages, tmp_path / "out").out)
    warc = files["archive/pages.warc.gz"]
    lines = index_lines(files)
    assert [facts["url"] for _, _, facts in lines] == [
        f"{HOST}/u/31182/", POST, POST, IMAGE, f"{HOST}/u/44/",
    ]  # fmt: skip
    assert lines == sorted(lines, key=lambda line: line[:2])
    for key, at, facts in lines:
        start = int(facts["offset"])
        record = next(
            ArchiveIterator(io.BytesIO(warc[start : start + int(facts["length"])]), check_digests="raise")
        )
        assert record.rec_headers.get_header("WARC-Target-URI") == facts["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == facts["digest"]
        assert (key, at) == (url_key(facts["url"]), at)
        assert facts["mime"] == ("image/png" if facts["url"] == IMAGE else "text/html")
        assert record.content_stream().read()


def test_pages_are_listed_with_titles_and_texts(pages: Path, tmp_path: Path) -> None:
    files = package(export_wacz(pages, tmp_path / "out.wacz").out)
    head, *listed = (json.loads(line) for line in files["pages/pages.jsonl"].splitlines())
    assert (head["format"], head["hasText"]) == ("json-pages-1.0", True)
    assert [(page["url"], page["ts"], page["title"], page["text"]) for page in listed] == [
        (f"{HOST}/u/31182/", "2025-02-01T09:00:00Z", "林木的角落", ""),
        (f"{HOST}/u/44/", "2025-02-01T09:00:00Z", "林木的角落", ""),
        (POST, "2025-02-01T09:00:00Z", "泡沫", "正文谈泡沫"),
    ]
    assert len({page["id"] for page in listed}) == 3


def test_every_file_has_its_size_and_digest(pages: Path, tmp_path: Path) -> None:
    path = export_wacz(pages, tmp_path / "out.wacz").out
    files = package(path)
    described = json.loads(files["datapackage.json"])
    assert (described["profile"], described["wacz_version"]) == ("data-package", "1.1.1")
    assert described["mainPageUrl"] == f"{HOST}/u/31182/"
    assert described["created"] == "2025-02-01T09:00:00Z"
    assert {one["path"]: (one["bytes"], one["hash"]) for one in described["resources"]} == {
        name: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in files.items()
        if not name.startswith("datapackage")
    }
    digest = json.loads(files["datapackage-digest.json"])["hash"]
    assert digest == f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
    with zipfile.ZipFile(path) as opened:  # a viewer reads parts of these files from the package
        for name in ("archive/pages.warc.gz", "indexes/index.cdx.gz"):
            assert opened.getinfo(name).compress_type == zipfile.ZIP_STORED
        # Without a field here, ReplayWeb.page takes the local header for one without a field too.
        assert all(entry.extra for entry in opened.infolist())


def test_a_large_index_is_read_block_by_block(made: Made, tmp_path: Path) -> None:
    for number in range(2500):
        made.page(f"{HOST}/{2499 - number:05}", b"<p>x</p>")
    files = package(export_wacz(made.done(), tmp_path / "out.wacz").out)
    heads = [line.partition(" {") for line in files["indexes/index.idx"].decode().splitlines()[1:]]
    assert [head for head, _, _ in heads] == [
        f"net,creaders,blog)/{number:05} 20250201090000" for number in (0, 1024, 2048)
    ]
    places = [json.loads(f"{{{place}") for _, _, place in heads]
    index = files["indexes/index.cdx.gz"]
    blocks = [index[one["offset"] : one["offset"] + one["length"]] for one in places]
    assert [gzip.decompress(block).count(b"\n") for block in blocks] == [1024, 1024, 452]
    lines = gzip.decompress(b"".join(blocks)).splitlines()
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://blog.creaders.net/u/1/", "net,creaders,blog)/u/1/"),
        ("http://www.Example.com", "com,example)/"),
        ("http://example.com:8080/A?b=2&a=1#top", "com,example:8080)/a?a=1&b=2"),
        ("https://example.com/泡沫", "com,example)/%e6%b3%a1%e6%b2%ab"),
        ("not a url", ")not%20a%20url"),
    ],
)
def test_the_key_of_a_url_is_that_of_the_viewer(url: str, key: str) -> None:
    assert url_key(url) == key


@given(url=from_regex(SAFE_URL, fullmatch=True))
def test_a_url_that_is_not_made_safe_is_safe(url: str) -> None:
    try:
        expected = url_key(safe_url_string(url))
    except ValueError:  # no port has such a number
        return
    assert url_key(url) == expected


def test_the_same_archive_makes_the_same_bytes(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    one, two = (export_wacz(pages, tmp_path / name).out for name in "12")
    assert one.name == "pages.wacz"
    assert one.read_bytes() == two.read_bytes()


def test_pages_are_filtered_by_author_only(pages: Path, tmp_path: Path) -> None:
    done = export_wacz(pages, tmp_path / "o.wacz", filters=Filters(authors=("44",)))
    files = package(done.out)
    assert [facts["url"] for _, _, facts in index_lines(files)] == [f"{HOST}/u/44/"]
    assert len(files["pages/pages.jsonl"].splitlines()) == 2
    assert (done.pages, done.pictures) == (1, 0)
    with pytest.raises(UsageError, match="--author"):
        export_wacz(pages, tmp_path / "o.wacz", filters=Filters(categories=("经济",)))


def test_an_empty_archive_is_a_valid_package(made: Made, tmp_path: Path) -> None:
    files = package(export_wacz(made.done(), tmp_path / "o.wacz").out)
    assert json.loads(files["datapackage.json"])["title"] == "blogarchive"
    assert index_lines(files) == []


def test_the_validator_of_webrecorder_finds_no_error(pages: Path, tmp_path: Path) -> None:
    validator = shutil.which("wacz")
    if validator is None:
        pytest.skip("py-wacz is not installed: uv tool install wacz")
    path = export_wacz(pages, tmp_path / "out.wacz").out
    done = subprocess.run([validator, "validate", "-f", path], capture_output=True, text=True, check=False)
    assert "Validation succeeded" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
