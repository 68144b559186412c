"""A comment in another charset is decoded in that charset, and certain mojibake is repaired; all other text stays.

`repairs.tsv` has texts as pages store them, and repaired; `=` is the text itself.
"""

import gc

import pytest
from hypothesis import given, strategies as st

from blogarchive.parsing.charset.decoding import decode, repair_text
from tests.cases import read_cases, wrong

SIMPLIFIED = "清明过后下了一场雨，院子里的丁香开了，我搬了把椅子坐在树下看书。"
TRADITIONAL = "清明過後下了一場雨，院子裡的丁香開了，我搬了把椅子坐在樹下看書。"
LINES = {"gbk": SIMPLIFIED, "utf-8": SIMPLIFIED, "big5": TRADITIONAL}
COMMENTS = {
    "gbk": ("写得真好，谢谢分享", "这是我看过的最好的一篇文章", "请问博主是哪里人？"),
    "utf-8": ("写得真好，谢谢分享", "沙发！", "请问博主是哪里人？", "温哥华的樱花开了"),
    "big5": ("寫得真好，謝謝分享", "這是我看過最好的一篇文章", "請問版主是哪裡人？"),
}
MIXES = [
    (base, other, comment)
    for base in LINES
    for other in COMMENTS
    if other != base
    for comment in COMMENTS[other]
]


@pytest.mark.parametrize(("base", "other", "text"), MIXES)
@pytest.mark.parametrize(("start", "end"), [("<div>作者：老王 ", "</div>"), ('<img alt="', '">')])
@pytest.mark.parametrize("content_type", ["text/html; charset={}", "text/html"])
def test_a_comment_or_an_attribute_in_another_charset_is_decoded(base, other, text, start, end, content_type):
    line = f"<p>{LINES[base]}</p>\n"
    before, after = line * 12 + start, f"{end}\n" + line * 12
    body = before.encode(base) + text.encode(other) + after.encode(base)
    assert decode(body, content_type.format(base)).text == before + text + after


@pytest.mark.parametrize(("base", "other"), [("utf-8", "gbk"), ("gbk", "utf-8")])
def test_a_line_that_changes_its_charset_is_decoded(base, other):
    first, second = "老王说：这是我的院子，你看，", "春天来了，花都开了，我们明天再来看吧"
    line = f"<p>{SIMPLIFIED}</p>\n"
    body = (line * 8 + first).encode(base) + second.encode(other) + ("\n" + line).encode(base)
    assert decode(body, f"text/html; charset={base}").text == line * 8 + first + second + "\n" + line


@pytest.mark.parametrize(
    ("label", "name", "after"),
    [
        ("作者：", "老王", " 留言时间：2014-07-14 08:11:30"),
        ("作者：", "北美老农", " 留言时间：2014-07-14 08:11:30"),
        ("网友：", "这篇写得有点意思，不过我不同意你的结论", "<br>"),
    ],
)
def test_a_name_in_another_charset_does_not_damage_its_label(label, name, after):
    line = f"<p>{SIMPLIFIED}</p>\n"
    text = line * 8 + f"<div>{label}{name}{after}</div>\n" + line * 8
    body = text.replace(name, "@@").encode().replace(b"@@", name.encode("gbk"))
    assert decode(body, "text/html; charset=utf-8").text == text


@pytest.mark.parametrize("header", ["text/html; charset=utf-8", "text/html; charset=gbk", None])
def test_a_page_in_two_charsets_is_decoded(header):
    half = f"<li>{SIMPLIFIED}</li>\n" * 10
    assert decode(half.encode("utf-8") + half.encode("gbk"), header).text == half * 2


@pytest.mark.parametrize(
    "script",
    ["ありがとうございます、カタカナ", "Москва", "┏━┓①②③ㄅㄆㄇ", "魑魅魍魉饕餮", "\ue000\ue001\ue002"],
)
def test_other_scripts_of_gbk_stay_gbk(script):
    text = f"<p>{SIMPLIFIED}</p>" * 10 + f"<b>{script}</b>"
    assert decode(text.encode("gb18030"), "text/html; charset=gbk").text == text


def test_zhuyin_in_big5_stays_big5():
    text = f"<p>{TRADITIONAL}</p>" * 10 + "<b>ㄅㄆㄇㄈ注音文ㄛㄟ</b>"
    assert decode(text.encode("big5"), "text/html; charset=big5").text == text


def test_a_latin_byte_in_a_utf_8_page_is_damage():
    text = f"<p>{SIMPLIFIED}</p>" * 10
    assert (
        decode(text.encode() + b"<b>caf\xe9</b>", "text/html; charset=utf-8").text
        == text + "<b>caf\ufffd</b>"
    )


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
@pytest.mark.parametrize("right", ["utf-8", "gbk"])
def test_a_page_of_mojibake_is_repaired(right, wrong):
    text = "<p>今天下雨，我在家看书，朋友来了。</p>\n" * 5
    garbled = text.encode(right).decode("latin-1" if wrong == "latin-1" else "windows-1252", "ignore")
    if wrong == "cp1252" and garbled.encode("cp1252").decode(right, "ignore") != text:
        pytest.skip("windows-1252 lost a byte of this")
    assert decode(garbled.encode(), "text/html; charset=utf-8").text == text


def test_a_title_of_mojibake_is_repaired():
    page = f"<title>{{}}</title><p>{SIMPLIFIED}</p>"
    title = "温哥华的樱花"
    for garbled in (
        title.encode().decode("latin-1"),
        title.encode("gbk").decode("latin-1"),
        title.encode().decode("gbk"),
    ):
        assert decode(page.format(garbled).encode()).text == page.format(title)


@pytest.mark.parametrize(
    "text",
    [
        "<p>乱码“锟斤拷”和“Ã”的来历</p>",
        "<p>L’été à Montréal, ça va très bien ; où es-tu ? Æ œ «oui» 25° — naïve</p>",
        "<p>“Il a bu un café…” dit-il</p>",
        "<p>1024×768，卡尔·马克思，½杯</p>",
    ],
)
def test_text_that_only_resembles_mojibake_stays(text):
    assert decode(text.encode(), "text/html; charset=utf-8").text == text


def test_decoding_a_damaged_page_leaves_no_reference_cycle() -> None:
    gc.collect()
    gc.disable()
    try:
        decode(
            "<p>一页</p>".encode("gbk") * 50 + b"\xff\xff<p>" + "二页".encode("gbk"), "text/html; charset=gbk"
        )
        assert [held for held in gc.get_objects() if isinstance(held, UnicodeDecodeError)] == []
    finally:
        gc.enable()


def test_certain_mojibake_is_repaired_and_correct_text_stays():
    cases = read_cases(__file__, "repairs.tsv")
    given = [case | {"expected": case["text"]} if case["expected"] == "=" else case for case in cases]
    assert wrong(given, lambda case: repair_text(case["text"])) == []


SENTENCES = (
    "清明过后下了一场雨，院子里的丁香开了。",
    "請問版主是哪裡人？謝謝分享！",
    "写得真好，谢谢分享",
    "春天来了",
)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(("right", "wrong"), [("utf-8", "latin-1"), ("gbk", "latin-1"), ("gbk", "cp1252")])
def test_a_sentence_of_mojibake_is_repaired(sentence, right, wrong):
    assert repair_text(sentence.encode(right).decode(wrong, "replace")) == sentence


@given(st.text() | st.text("ÄãºÃ£¬äå½¥â€™œÂÃ©浣犲ソ你好\x80\x9d\ufeff \ud842\udfb7<"))
def test_repairing_is_idempotent(text):
    once = repair_text(text)
    assert repair_text(once) == once


HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@given(st.text(HANZI | st.sampled_from("的一是不了在人有我，。！？“”《》 abc\n\t")))
def test_correct_chinese_stays(text):
    assert repair_text(text) == text


WORDS = "été naïve Größe déjà où ça Ångström señor “oui” l’œuvre 25° — … ¿qué? CAFÉ"


@given(st.lists(st.sampled_from(WORDS.split())))
def test_correct_latin_stays(words):
    text = " ".join(words)
    assert repair_text(text) == text


@given(st.text())
def test_repaired_text_can_be_stored(text):
    repair_text(text).encode("utf-8")


@pytest.mark.parametrize("text", ["aÃ" + "ƒ" * 20_000, "aÃ" + "ƒÂ" * 10_000, "Ã¢â‚¬â„¢" * 5_000])
def test_text_that_is_misread_many_times_neither_raises_nor_takes_a_pass_for_each_character(text):
    once = repair_text(text)
    assert repair_text(once) == once
