"""The decoders follow the Encoding Standard byte for byte."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from webencodings.labels import LABELS

from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.charset.whatwg import charset_for_label
from tests.paths import FIXTURES

GOLDEN = FIXTURES / "decode" / "whatwg.json"
ROWS = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['label']}-{row['bytes']}" for row in ROWS])
def test_a_decoder_returns_the_text_of_a_browser(row):
    charset = charset_for_label(row["label"])
    assert charset is not None
    assert charset.decode_lenient(bytes.fromhex(row["bytes"])) == row["text"]


def test_every_label_of_the_standard_is_known():
    browsers_gave_up = {label for label, name in LABELS.items() if name == "replacement"}
    unknown = [label for label in LABELS if charset_for_label(label.upper()) is None]
    assert set(unknown) <= browsers_gave_up


@pytest.mark.parametrize("label", ["utf-7", "none", "", "unknown-8bit", "binary"])
def test_an_unknown_label_returns_none(label):
    assert charset_for_label(label) is None


HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
CHINESE = st.text(HANZI | st.sampled_from("的一是不了在人有我，。！？“”<p> abc\n"), max_size=60)


def encodable(codec):
    def holds(text):
        return text.encode(codec, "ignore").decode(codec) == text

    return holds


@settings(max_examples=60)
@given(CHINESE)
def test_chinese_text_survives_gb18030_declared_as_gb2312(text):
    assert decode(text.encode("gb18030"), "text/html; charset=gb2312").text == text


@settings(max_examples=60)
@given(CHINESE.filter(encodable("big5")))
def test_chinese_text_survives_big5(text):
    assert decode(text.encode("big5"), "text/html; charset=big5").text == text


@settings(max_examples=60)
@given(CHINESE | st.text("abcd éßñ日本語かなкот€😀𠮷\t"))
def test_any_text_survives_utf_8(text):
    assert decode(text.encode(), "text/html; charset=utf-8").text == text


# Bytes that decoders often mishandle between whole characters.
BAD_BYTES = [bytes([byte]) for byte in b"\x80\xff\xa1\x81\x8e01< "] + [b"\xe4\xb8", b"\xf0\x9f", b"\xc6\xa1"]
BAD_BYTES += ["春天".encode(charset) for charset in ("utf-8", "gbk", "big5")]
RANDOM_BYTES = st.binary(max_size=400) | st.lists(st.sampled_from(BAD_BYTES), max_size=30).map(b"".join)


@settings(max_examples=200)
@given(RANDOM_BYTES, st.sampled_from(sorted({*LABELS, "hz", "nonsense"})))
@example(b"\xa1\x800", "utf-8")  # code page 936: the euro sign before a digit begins no four-byte character
def test_random_bytes_never_raise_and_return_storable_text(body, label):
    decode(body, f"text/html; charset={label}").text.encode("utf-8")
    decode(body).text.encode("utf-8")
