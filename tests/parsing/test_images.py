"""The type and the size of an image come from its bytes, and no pixel is decoded."""

import struct
from base64 import b64decode

import pytest
from hypothesis import given, strategies as st

from blogarchive.parsing.images import (
    SVG,
    ImageFailure,
    ImageFile,
    check_image,
    detect_image_type,
    is_intact,
    read_dimensions,
)
from tests.demo.blogs import images
from tests.export.conftest import png


def _box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + name + body


WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x06\xc0\x02\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
BMP = b"BM" + bytes(12) + struct.pack("<IiiHHIIiiII", 40, 5, 7, 1, 24, 0, 0, 0, 0, 0, 0)
AVIF = _box(b"ftyp", b"avif\0\0\0\0mif1") + _box(
    b"meta",
    bytes(4),
    _box(b"pitm", bytes(4), b"\0\1"),
    _box(b"iinf", bytes(4), b"\0\1", _box(b"infe", b"\2\0\0\0\0\1\0\0av01x\0")),
    _box(
        b"iprp",
        _box(b"ipco", _box(b"ispe", bytes(4), struct.pack(">II", 11, 22))),
        _box(b"ipma", bytes(4), struct.pack(">I", 1), b"\0\1\1\1"),
    ),
)
IMAGES = [images.jpeg(1), images.png(1), images.gif(), WEBP, BMP, AVIF]


@pytest.mark.parametrize(
    ("body", "kind", "size"),
    [
        (images.jpeg(7), "image/jpeg", (16, 16)),
        (images.png(7, 30, 20), "image/png", (30, 20)),
        (images.gif(), "image/gif", (10, 10)),
        (WEBP, "image/webp", (7, 12)),
        (BMP, "image/bmp", (5, 7)),
        (AVIF, "image/avif", (11, 22)),
        (images.bomb(), "image/png", (20_000, 20_000)),
        (images.svg(), SVG, (None, None)),
        (
            b'\xef\xbb\xbf<!-- a --><!DOCTYPE svg [<!ENTITY x "y">]>\n<svg:svg xmlns:svg="x">',
            SVG,
            (None, None),
        ),
    ],
)
def test_type_and_size_come_from_the_bytes(
    body: bytes, kind: str, size: tuple[int | None, int | None]
) -> None:
    found = check_image(200, body)
    assert isinstance(found, ImageFile)
    assert (found.content_type, found.width, found.height) == (kind, *size)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><svg></svg></body></html>",
        b"<!DOCTYPE html>\n<svg>",
        "BMW 宝马".encode(),
        b"GIF of a cat",
        b"RIFF....WAVE",
        b"<?xml version='1.0'?><rss>",
        b"<!-- " * 5000,
        b"\0\0\0\x18ftypmp42",
        "<p>图片已删除</p>".encode("gbk"),
    ],
)
def test_other_files_are_described_and_not_stored(body: bytes) -> None:
    found = check_image(200, body)
    assert isinstance(found, ImageFailure)
    assert not found.permanent, "the failure may be temporary"


@given(st.sampled_from(IMAGES), st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=6)), max_size=6))
def test_a_broken_header_never_raises(body: bytes, damages: list[tuple[int, bytes]]) -> None:
    damaged = bytearray(body)
    for position, instead in damages:
        damaged[position : position + len(instead) // 2] = instead
    kind = detect_image_type(bytes(damaged))
    width, height = read_dimensions(bytes(damaged), kind or "")
    assert (width is None) == (height is None)
    assert width is None or width > 0


@given(st.text(alphabet=st.characters(exclude_characters="<", exclude_categories=("Cs",))))
def test_text_is_no_image(text: str) -> None:
    assert detect_image_type(text.encode("utf-8")) is None or text.startswith(
        ("GIF87a", "GIF89a", "II*\0", "MM\0*")
    )


@pytest.mark.parametrize(
    ("status", "permanent", "retry_now"),
    [
        (404, True, False),
        (410, True, False),
        (403, False, False),
        (429, False, True),
        (503, False, True),
        (500, False, True),
        (304, True, False),
    ],
)
def test_a_status_decides_whether_to_retry(status: int, permanent: bool, retry_now: bool) -> None:
    found = check_image(status, images.png(1))
    assert isinstance(found, ImageFailure)
    assert (found.permanent, found.retry_now) == (permanent, retry_now)
    assert str(status) in found.detail


GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////"
    "////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
WHOLE_IMAGES = {"image/png": png(5), "image/gif": GIF, "image/jpeg": JPEG}


@pytest.mark.parametrize("kind", WHOLE_IMAGES)
def test_a_whole_image_is_intact_and_no_part_of_it_is(kind: str) -> None:
    body = WHOLE_IMAGES[kind]
    assert is_intact(body, kind)
    assert not any(is_intact(body[:length], kind) for length in range(len(body)))


def test_a_changed_byte_of_a_png_is_found() -> None:
    body = bytearray(png(5))
    body[-20] ^= 1
    assert not is_intact(bytes(body), "image/png")


def test_other_types_are_not_intact() -> None:
    assert not is_intact(b"<svg/>", "image/svg+xml")
