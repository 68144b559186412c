"""Content-Encoding is decoded as browsers do it, within limits."""

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest

from blogarchive.parsing.content_encoding import (
    MAX_PARTS,
    ContentDamaged,
    ContentTooLarge,
    ContentTruncated,
    TooManyParts,
    UnknownEncoding,
    decode_content_encoding,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "泡沫与房价。".encode() * 20_000
LIMIT = 2**20
COMPRESS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("name", COMPRESS)
def test_each_encoding_of_the_web_is_decoded(name: str) -> None:
    assert decode_content_encoding(COMPRESS[name](TEXT), [name], LIMIT) == TEXT


def test_raw_deflate_data_of_old_servers_is_decoded() -> None:
    assert decode_content_encoding(zlib.compress(TEXT)[2:-4] + b"", ["deflate"], LIMIT) == TEXT


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_parts_that_follow_each_other_are_joined(name: str) -> None:
    parts = COMPRESS[name](TEXT[:99]) + COMPRESS[name](b"") + COMPRESS[name](TEXT[99:])
    assert decode_content_encoding(parts, [name], LIMIT) == TEXT


def test_encodings_are_undone_in_the_order_of_the_header_five_at_most() -> None:
    twice = gzip.compress(brotli.compress(TEXT))
    assert decode_content_encoding(twice, ["br", "gzip"], LIMIT) == TEXT
    with pytest.raises(TooManyParts, match="compressed 6 times"):
        decode_content_encoding(TEXT, ["gzip"] * 6, LIMIT)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_parts_that_hold_nothing_are_refused_at_a_limit(name: str) -> None:
    many = COMPRESS[name](b"<html>") + COMPRESS[name](b"") * MAX_PARTS
    with pytest.raises(TooManyParts, match="10,000 parts"):
        decode_content_encoding(many, [name], LIMIT)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_refused_without_its_memory(name: str) -> None:
    bomb = COMPRESS[name](b" " * (40 * LIMIT))
    tracemalloc.start()
    with pytest.raises(ContentTooLarge, match="larger than 1 MB"):
        decode_content_encoding(bomb, [name], LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * LIMIT


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_the_beginning_of_truncated_content_is_available(name: str) -> None:
    whole = COMPRESS[name](bytes(range(256)) * 4000)
    with pytest.raises(ContentTruncated) as caught:
        decode_content_encoding(whole[:-9], [name], LIMIT)
    assert (bytes(range(256)) * 4000).startswith(caught.value.decoded)


def test_a_page_whose_checksum_alone_is_wrong_is_available() -> None:
    with pytest.raises(ContentDamaged) as caught:
        decode_content_encoding(gzip.compress(TEXT)[:-8] + bytes(8), ["gzip"], LIMIT)
    assert caught.value.decoded == TEXT


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(UnknownEncoding, match="compress"):
        decode_content_encoding(TEXT, ["compress"], LIMIT)
