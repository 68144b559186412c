"""WARC files of strangers: flipped bytes, cut files, lies of lengths, bombs. Nothing false is stored."""

import gzip
import random
import re
import zlib
from base64 import b32encode, b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from blogarchive.errors import UsageError
from blogarchive.importing.importer import ImportReport
from blogarchive.importing.warc import import_warc
from tests.hostile.commands import assert_cheap
from tests.importing.archives import rows
from tests.importing.pages import page, post_url
from tests.importing.warc_files import write_arc, write_warc, zstd
from tests.tool import Tool, run_command

NUMBERS = (101, 102, 103)
CODINGS = {
    "a.warc": "identity",
    "b.warc": "chunked",
    "c.warc.gz": "gzip",
    "d.warc.zst": "identity",
    "e.whole": "identity",
}
CHANGES, SAMPLE = 200, 25
_STORED = "select url, number, title, body_text from posts where body_text <> '' order by number"


def whole_file(name: str, folder: Path) -> bytes:
    records = [
        (post_url(number), "text/html; charset=utf-8", page(number, title=f"第{number}篇").encode(), "200 OK")
        for number in NUMBERS
    ]
    body = write_warc(folder / name, records, coding=CODINGS[name]).read_bytes()
    return (
        zstd.compress(body) if name.endswith(".zst") else gzip.compress(body) if name == "e.whole" else body
    )


def change(body: bytes, chance: random.Random) -> bytes:
    """Return a file with flipped, missing, added, copied or overwritten bytes, or cut."""
    changed, place, other = bytearray(body), chance.randrange(len(body)), chance.randrange(len(body))
    match chance.randrange(6):
        case 0:
            for _ in range(chance.choice((1, 3, 20))):
                changed[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        case 1:
            del changed[place:]
        case 2:
            changed[place:place] = chance.randbytes(chance.choice((1, 8, 500)))
        case 3:
            del changed[place : place + chance.choice((1, 8, 500))]
        case 4:
            changed[place : place + 300] = changed[other : other + 300]
        case _:
            changed[place : place + 8] = chance.choice(
                (b"\xff" * 8, bytes(8), b"99999999", b"-1      ", b"\r\n" * 4)
            )
    return bytes(changed)


def import_changed(name: str, count: int, folder: Path) -> None:
    body, chance = whole_file(name, folder), random.Random(name)
    (folder / "whole").write_bytes(body)
    assert import_warc(folder / "true.db", folder / "whole").posts == len(NUMBERS)
    true = set(rows(folder / "true.db", _STORED))
    for place in range(count):
        source, db = folder / "changed", folder / f"{place}.db"
        source.write_bytes(change(body, chance))
        report = ImportReport()
        with suppress(UsageError):
            report = import_warc(db, source)
            assert set(rows(db, _STORED)) <= true, place
        assert not any("program failed" in one.why or "\n" in one.why for one in report.unplaced), place


@pytest.mark.slow
@pytest.mark.parametrize("name", CODINGS)
def test_a_changed_byte_stores_nothing_false(name: str, tmp_path: Path) -> None:
    import_changed(name, SAMPLE, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("name", CODINGS)
def test_no_changed_byte_stores_anything_false(name: str, tmp_path: Path) -> None:
    import_changed(name, CHANGES, tmp_path)


def test_a_content_that_differs_from_its_digest_is_named_and_not_stored(tmp_path: Path) -> None:
    body = whole_file("a.warc", tmp_path).replace("第102篇".encode(), "第109篇".encode())
    (tmp_path / "x.warc").write_bytes(body)
    done = import_warc(tmp_path / "a.db", tmp_path / "x.warc")
    assert [(one.name, one.why) for one in done.unplaced] == [
        (post_url(102), "its content differs from its checksum")
    ]
    assert rows(tmp_path / "a.db", "select number from posts where body_text <> ''") == [("101",), ("103",)]


_DIGEST = re.compile(rb"(?<=Payload-Digest: )sha1:\w+")


def test_a_damaged_digest_is_no_digest_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(_DIGEST.sub(b"sha1:QJ5BQ2PW, 69", whole_file("a.warc", tmp_path), 1))
    done = import_warc(tmp_path / "a.db", tmp_path / "x.warc")
    assert [one.why for one in done.unplaced] == ["its content differs from its checksum"]
    assert done.posts == 2


def test_an_unknown_kind_of_digest_is_named_once_and_its_pages_are_imported(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(_DIGEST.sub(b"xxh\x1b128:abcd", whole_file("a.warc", tmp_path)))
    ran = run_command("import", "warc", "x.warc", "--db", "a.db", folder=tmp_path)
    assert ran.err.count("x.warc: checksums of the unknown kind 'xxh\\x1b128' are not checked\n") == 1
    assert rows(tmp_path / "a.db", "select count(body_text) from posts") == [(len(NUMBERS),)]


@pytest.mark.parametrize("url", ["http://[blog.creaders.net/u/1/1.html", "https:///u/1/1.html"])
def test_a_page_whose_url_is_damaged_is_named_and_keeps_no_other_from_its_import(
    url: str, tmp_path: Path
) -> None:
    records = [(one, "text/html", page(101).encode(), "200 OK") for one in (url, post_url(101))]
    done = import_warc(tmp_path / "a.db", write_warc(tmp_path / "x.warc", records))
    assert ([(one.name, one.why) for one in done.unplaced], done.posts) == ([(url, "its URL is damaged")], 1)


@pytest.mark.parametrize(
    "write",
    [bytes.hex, lambda found: b32encode(found).decode().rstrip("="), lambda found: b64encode(found).decode()],
    ids=["hexadecimal", "base32 without padding", "base64"],
)
def test_a_digest_may_have_each_form_that_crawlers_write(
    write: Callable[[bytes], str], tmp_path: Path
) -> None:
    digest = f"sha256:{write(sha256(page(101, title='第101篇').encode()).digest())}".encode()
    (tmp_path / "x.warc").write_bytes(_DIGEST.sub(digest, whole_file("a.warc", tmp_path), 1))
    assert import_warc(tmp_path / "a.db", tmp_path / "x.warc").posts == len(NUMBERS)


_HEAD = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s\r\n"
    b"WARC-Date: 2025-01-01T00:00:00Z\r\nContent-Length: %s\r\n\r\n"
)
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
_URL = post_url(101).encode()
_BLOCK = b"a" * 1_000_000


def _pack(start: bytes, block: bytes = _BLOCK, count: int = 1_000) -> bytes:
    """Return a member of gzip with `start` and as many blocks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(start), *(packer.compress(block) for _ in range(count))]
    return b"".join(parts) + packer.flush()


def _record(length: object, body: bytes = b"x") -> bytes:
    return _HEAD % (_URL, str(length).encode()) + _HTTP + body


def _arc(length: object) -> bytes:
    return b"filedesc://a.arc 0.0.0.0 20090201120000 text/plain %s\n1 0 x\n\n" % str(length).encode()


BOMBS: dict[str, Callable[[], bytes]] = {
    "a header of 1 GB": partial(_pack, b"WARC/1.0\r\nX: "),
    "headers without end": partial(_pack, b"WARC/1.0\r\n", b"X: y\r\n" * 100_000, 300),
    "a line of 1 GB": partial(_pack, b""),
    "a header of 1 GB of the response": partial(
        _pack, _HEAD % (_URL, b"1000000100") + b"HTTP/1.1 200 OK\r\nX: "
    ),
    "headers of the response without end": partial(
        _pack, _HEAD % (_URL, b"1000000100") + b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100_000, 300
    ),
    "blank lines": partial(_pack, b"", b"\r\n" * 500_000, 600),
    "zeros": partial(_pack, b"", bytes(1_000_000)),
    "a body of 200 MB": partial(_pack, _record(200_000_100), count=200),
    "a frame of 900 MB": lambda: zstd.compress(b"WARC/1.0\r\nX: " + b"a" * 900_000_000),
    "a dictionary of 2 GB": lambda: b"\x5d\x2a\x4d\x18" + (2**31).to_bytes(4, "little") + b"x" * 100,
    "empty members": lambda: gzip.compress(b"") * 50_000,
    "members in members": lambda: gzip.compress(gzip.compress(_record(60))),
    "60,000 small records": lambda: _pack(b"", _record(len(_HTTP) + 9, b"<p>x</p>\n") + b"\r\n\r\n", 60_000),
    "large pages": lambda: _pack(b"", _record(len(_HTTP) + 160_000, b"<p>x</p>" * 20_000) + b"\r\n\r\n", 300),
    "a negative length": lambda: _record(-5),
    "a length in words": lambda: _record("many"),
    "a length of 5,000 digits": lambda: _record("9" * 5_000),
    "a long URL": lambda: _record(60).replace(_URL, _URL + b"?" + b"x" * 1_900_000),
    "an ARC of a large length": lambda: _arc("9" * 20),
    "an ARC of a negative length": lambda: _arc(-7),
}


def import_bomb(kind: str, folder: Path) -> None:
    source = folder / "x.warc.gz"
    source.write_bytes(BOMBS[kind]())
    code, err = assert_cheap("import", "warc", str(source), "--db", str(folder / "a.db"))
    assert code in (0, 1, 2), err
    assert code or "not imported: 0" in err


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*BOMBS][::4])
def test_a_bomb_costs_little(kind: str, tmp_path: Path) -> None:
    import_bomb(kind, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", BOMBS)
def test_every_bomb_costs_little(kind: str, tmp_path: Path) -> None:
    import_bomb(kind, tmp_path)


def test_pages_far_larger_than_their_file_are_read_in_part(tmp_path: Path) -> None:
    source = tmp_path / "x.warc.gz"
    source.write_bytes(BOMBS["large pages"]())
    done = import_warc(tmp_path / "a.db", source)
    assert len(done.unplaced) < 100
    assert "unpack it first" in done.unplaced[-1].why


@cache
def _package() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as package:
        package.writestr("archive/data.warc.gz", gzip.compress(_record(60)))
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    [_package(), _package()[:40], _package() * 2, b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + b"\xff" * 60],
    ids=("whole", "cut", "twice", "an end alone", "a damaged header"),  # bytes of a package contain the time
)
def test_a_wacz_is_one_line_that_says_what_to_do_whatever_its_entries_say(
    body: bytes, tmp_path: Path
) -> None:
    (tmp_path / "x.wacz").write_bytes(body)
    tool = Tool(tmp_path / "tool")
    ran = tool.run("import", "warc", str(tmp_path / "x.wacz"))
    assert (ran.code, len(ran.err.splitlines()), "unpack it first" in ran.err) == (2, 1, True)
    assert not tool.db.exists()


def test_an_arc_file_has_no_digests_and_is_imported(tmp_path: Path) -> None:
    source = write_arc(tmp_path / "a.arc", [(post_url(number), page(number).encode()) for number in NUMBERS])
    assert import_warc(tmp_path / "a.db", source).posts == len(NUMBERS)
