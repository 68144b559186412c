"""A bad byte damages its own character and no other text of the page."""

import pytest
from hypothesis import given, strategies as st

from blogarchive.parsing.charset.decoding import decode

PAGES = {
    "gb18030": (
        "<html><head><meta charset=gb2312><title>院子里的丁香</title></head>\n"
        "<p>清明过后下了一场雨，院子里的丁香开了。</p>\n"
        "<p>我搬了把椅子坐在树下看书，邻居老王走过来说：今年的花开得早。</p>\n<p>顶!写得真好</p>\n"
    ),
    "utf-8": (
        "<html><head><meta charset=utf-8><title>院子里的丁香</title></head>\n"
        "<p>清明过后下了一场雨，院子里的丁香开了。</p>\n"
        "<p>我搬了把椅子坐在树下看书，邻居老王走过来说：今年的花开得早。</p>\n<p>顶!写得真好</p>\n"
    ),
    "big5": (
        "<html><head><meta charset=big5><title>院子裡的丁香</title></head>\n"
        "<p>清明過後下了一場雨，院子裡的丁香開了。</p>\n"
        "<p>我搬了把椅子坐在樹下看書，鄰居老王走過來說：今年的花開得早。</p>\n<p>推!寫得真好</p>\n"
    ),
}
CODECS = sorted(PAGES)


def outside(text, position):
    """Return the lines before and after the one with the character at `position`."""
    start, end = text.rfind("\n", 0, position) + 1, text.find("\n", position)
    return text[:start], text[end:]


@given(st.sampled_from(CODECS), st.data())
def test_a_bad_byte_leaves_every_other_line_unchanged(codec, data):
    text = PAGES[codec]
    position = data.draw(st.sampled_from([i for i, c in enumerate(text) if c > "\x7f"]))
    before, character = text[:position].encode(codec), text[position].encode(codec)
    at = len(before) + data.draw(st.integers(0, len(character) - 1))
    bad = data.draw(st.sampled_from([b"", b"\xff", b"\x00", b"?"]))
    body = text.encode(codec)
    decoded = decode(body[:at] + bad + body[at + 1 :])
    first, last = outside(text, position)
    assert decoded.text.startswith(first)
    assert decoded.text.endswith(last)
    assert decoded.encoding == codec


@given(st.sampled_from(CODECS), st.data())
def test_a_stray_byte_becomes_one_replacement_character(codec, data):
    text = PAGES[codec]
    places = [i for i, c in enumerate(text) if c == "<" and text[i - 1] > "\x7f"]
    position = data.draw(st.sampled_from(places))
    body = text[:position].encode(codec) + b"\xff" + text[position:].encode(codec)
    assert decode(body).text == text[:position] + "\ufffd" + text[position:]


@given(st.sampled_from(CODECS), st.data())
def test_a_truncated_body_is_decoded_up_to_its_end(codec, data):
    text = PAGES[codec]
    body = text.encode(codec)
    cut = data.draw(st.integers(0, len(body)))
    whole = body[:cut].decode(codec, "ignore")
    decoded = decode(body[:cut], f"text/html; charset={codec}")
    assert decoded.text.removesuffix("\ufffd") == whole
    assert decoded.replaced == (0 if whole.encode(codec) == body[:cut] else 1)


@pytest.mark.parametrize("codec", CODECS)
def test_a_truncated_title_loses_one_character(codec):
    half = "院".encode(codec)[:-1]
    good = PAGES[codec]
    body = (
        good.encode(codec)
        + b"<b>"
        + "丁香".encode(codec)
        + half
        + b"</b><i>"
        + "花開".encode(codec)
        + b"</i>"
    )
    assert decode(body).text == good + "<b>丁香\ufffd</b><i>花開</i>"


@pytest.mark.parametrize(("codec", "character"), [("gb18030", "过"), ("gb18030", "搬"), ("big5", "樹")])
def test_a_lost_first_byte_does_not_shift_the_line(codec, character):
    before, after = PAGES[codec].split(character, 1)
    trail = character.encode(codec)[1:]
    assert trail >= b"\x80", "a trail byte in ASCII shows as that letter, as in a browser"
    body = before.encode(codec) + b"\xff" + trail + after.encode(codec)
    assert decode(body).text == f"{before}\ufffd{after}"


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_a_truncated_character_does_not_make_a_short_page_latin(codec):
    text = "<p>昨晚梦见外婆坐在灶台前添柴，火光映着她的脸。</p><b>{}</b>"
    body = text.format("@").encode(codec).replace(b"@", "添".encode(codec)[:-1])
    assert decode(body, "text/html; charset=iso-8859-1").text == text.format("\ufffd")


def test_a_replacement_character_in_the_page_stays():
    decoded = decode("你好\ufffd世界".encode(), "text/html; charset=utf-8")
    assert decoded.text == "你好\ufffd世界"
    assert decoded.text.count("\ufffd") == 1


def test_half_a_four_byte_character_becomes_one_replacement_character():
    assert decode("你好".encode("gbk") + b"\x95\x32\x82", "text/html; charset=gb18030").text == "你好\ufffd"


@pytest.mark.parametrize("between", ["</p>\n<p>", " "])
@pytest.mark.parametrize(("damaged_bytes", "is_repaired"), [(25_000, True), (31_500, False)])
def test_text_in_another_charset_is_repaired_below_so_many_damaged_bytes_only(
    damaged_bytes, is_repaired, between
):
    """The repair of each byte takes time: the rest of a long damaged page is as browsers show it."""
    damaged = "今天下雨我在家看书朋友来了".encode("gbk") + b"\xff\xff"
    parts = [damaged] * (damaged_bytes // len(damaged)) + ["院子里的丁香开了".encode()]
    body = b"<p>" + between.encode().join(parts) + b"</p>"
    assert decode(body, "text/html; charset=gbk").text.endswith("院子里的丁香开了</p>") is is_repaired


def test_up_to_three_damaged_characters_of_a_utf_8_line_lose_no_other_one():
    cut = b"".join(character.encode()[:-1] for character in "下了一")
    body = "清明过后".encode() + cut + "场雨，院子里的丁香开了".encode()
    assert decode(body, "text/html; charset=utf-8").text == "清明过后\ufffd\ufffd\ufffd场雨，院子里的丁香开了"


def test_a_name_in_gbk_inside_a_line_of_utf_8_is_decoded():
    parts = ["这是我看过的最好的一篇文章作者", "北京老王", "写道院子里的丁香开了"]
    body = b"".join(part.encode("gbk" if part == "北京老王" else "utf-8") for part in parts)
    assert decode(body, "text/html; charset=utf-8").text == "".join(parts)
