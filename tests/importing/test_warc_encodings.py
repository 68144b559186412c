"""WARC and ARC files of other crawlers: compressions, dates, chunks and damage."""

import gzip
import os
import struct
import sys
import tracemalloc
from pathlib import Path

import pytest

from blogarchive.cli.group import run
from blogarchive.importing.saved_files import CannotIdentify
from blogarchive.importing.warc import decode_content, import_warc
from tests.importing.archives import rows
from tests.importing.pages import page, post_url
from tests.importing.warc_files import coded, write_arc, write_warc

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HTML = "text/html; charset=utf-8"
TEXT = "select number, title from posts where body_text <> ''"
LIMIT = 2**20


def records(*numbers: int) -> list[tuple[str, str, bytes, str]]:
    return [(post_url(number), HTML, page(number).encode(), "200 OK") for number in numbers]


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "chunked"])
def test_a_page_in_any_encoding_of_the_web_is_imported(coding: str, tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "a.warc", records(101), coding=coding, chunk=1)
    done = import_warc(tmp_path / "a.db", warc)
    assert (done.posts, done.unplaced) == (1, ())
    assert rows(tmp_path / "a.db", TEXT) == [("101", "泡沫与房价")]


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "deflate"])
def test_a_page_that_its_crawler_decoded_without_changing_the_headers_is_imported(coding: str) -> None:
    body = page().encode()
    assert decode_content(body, [("Content-Encoding", coding)], LIMIT) == body
    assert decode_content(body, [("Transfer-Encoding", "chunked")], LIMIT) == body


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "deflate", "chunked"])
def test_truncated_content_is_refused_and_never_shortened(coding: str) -> None:
    name = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
    whole = coded(page().encode(), coding)
    assert decode_content(whole, [(name, coding)], LIMIT) == page().encode()
    for size in range(8, len(whole) - 8, 7):
        with pytest.raises(CannotIdentify, match=r"cut short|damaged"):
            decode_content(whole[:size], [(name, coding)], LIMIT)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "deflate"])
@pytest.mark.slow
def test_a_decompression_bomb_is_refused_at_the_limit(coding: str) -> None:
    bomb = coded(bytes(2**26), coding)
    tracemalloc.start()
    with pytest.raises(CannotIdentify, match="larger than 1 MB"):
        decode_content(bomb, [("Content-Encoding", coding)], LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24


def test_one_byte_chunks_need_little_more_memory_than_their_bytes() -> None:
    packed = coded(b"x" * 100_000, "chunked", chunk=1)
    tracemalloc.start()
    assert decode_content(packed, [("Transfer-Encoding", "chunked")], LIMIT) == b"x" * 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400_000


def test_an_unknown_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "a.warc", records(101), coding="sdch")
    assert [one.why for one in import_warc(tmp_path / "a.db", warc).unplaced] == [
        "its encoding sdch is unknown"
    ]


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-10:00", "1066", "2999-01-01"]
)
def test_a_record_with_a_date_out_of_range_is_refused_with_its_reason(date: str, tmp_path: Path) -> None:
    done = import_warc(tmp_path / "a.db", write_warc(tmp_path / "a.warc", records(101), date=date))
    assert [(one.name, one.why) for one in done.unplaced] == [
        (post_url(101), f"its date {date} is out of range")
    ]
    assert done.pages == 0


@pytest.mark.parametrize("name", ["a.arc", "a.arc.gz"])
def test_an_arc_file_is_imported_with_the_times_of_its_records(name: str, tmp_path: Path) -> None:
    pages = [(post_url(number), page(number).encode()) for number in (101, 102)]
    done = import_warc(tmp_path / "a.db", write_arc(tmp_path / name, pages))
    assert (done.posts, done.unplaced) == (2, ())
    assert rows(tmp_path / "a.db", "select distinct fetched_at from pages") == [
        ("2009-02-01T12:00:00+00:00",)
    ]


@pytest.mark.parametrize("date", ["0", "20091399000000", "99991231235959", "x"])
def test_an_arc_record_with_an_invalid_date_ends_no_import(date: str, tmp_path: Path) -> None:
    arc = write_arc(tmp_path / "a.arc", [(post_url(101), page().encode())], date=date)
    assert run(["import", "warc", str(arc), "--db", str(tmp_path / "a.db"), "-q"]) in (0, 1, 2)


@pytest.mark.parametrize("written", ["none", "plain", "compressed", "trained"])
def test_a_zstd_warc_is_imported(tmp_path: Path, written: str) -> None:
    plain = [
        write_warc(tmp_path / f"{n}.warc", records(n), coding="identity").read_bytes() for n in (101, 102)
    ]
    dictionary = None if written == "none" else zstd.ZstdDict(os.urandom(64) + plain[0][:400], is_raw=True)
    if written == "trained":
        dictionary = zstd.train_dict([record + bytes([n]) for record in plain for n in range(50)], 4000)
    frames = b"".join(zstd.compress(record, zstd_dict=dictionary) for record in plain)
    assert dictionary is None or b"blog.creaders.net" not in frames
    warc = tmp_path / "a.warc.zst"
    content = dictionary.dict_content if dictionary else b""
    first = zstd.compress(content) if written == "compressed" else content
    warc.write_bytes((skippable(first) if dictionary else b"") + frames)
    done = import_warc(tmp_path / "a.db", warc)
    assert (done.posts, done.unplaced) == (2, ())
    warc.write_bytes(warc.read_bytes()[:-4])
    done = import_warc(tmp_path / "b.db", warc)
    assert (done.posts, len(done.unplaced)) == (1, 1)
    assert "ended before" in done.unplaced[0].why


def skippable(content: bytes) -> bytes:
    return b"\x5d\x2a\x4d\x18" + struct.pack("<I", len(content)) + content


@pytest.mark.parametrize("one_member", [False, True])
def test_a_gzip_of_a_single_record_is_never_shortened_without_a_word(
    tmp_path: Path, one_member: bool
) -> None:
    source = write_warc(tmp_path / ("a.warc" if one_member else "a.warc.gz"), records(101), coding="identity")
    whole = gzip.compress(source.read_bytes()) if one_member else source.read_bytes()
    warc = tmp_path / "b.warc.gz"
    for size in [*range(1, 60, 9), *range(60, len(whole), 97), *range(len(whole) - 20, len(whole))]:
        warc.write_bytes(whole[:size])
        code = run(["import", "warc", str(warc), "--db", str(tmp_path / f"{size}.db"), "-q"])
        assert code in (1, 2), f"{size} of {len(whole)} bytes"
