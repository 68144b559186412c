"""A page is decoded to the text that its reader should see, even if the declared charset is wrong."""

import json
import re

import pytest
from hypothesis import example, given, settings, strategies as st
from webencodings.labels import LABELS

from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.charset.detect import looks_chinese
from blogarchive.parsing.charset.whatwg import charset_for_label
from tests.paths import FIXTURES, REAL

SIMPLIFIED_LINES = (
    "清明过后下了一场雨，院子里的丁香开了，我搬了把椅子坐在树下看书。",
    "朱镕基、陶喆，还有隔壁的老喆：字库里没有的名字，网页上都得有。",
    "作者:老槐树 留言时间:2014-07-14 08:11:30",
    "顶!写得真好，请问第二部什么时候出？",
    "价格：￥1,280元，约合人民币八百，去年是1200。",
    "他说：“你来了？”我说：‘嗯。’——就这么一句……",
)
TRADITIONAL = (
    "清明過後下了一場雨，院子裡的丁香開了，我搬了把椅子坐在樹下看書。",
    "請問版主是哪裡人？我們在臺北的夜市見過面，還一起吃過蚵仔煎。",
    "發表於 2014-07-14 08:11 | 瀏覽人次：1,851",
    "媽媽說：「不要吃太多糖。」他們三個人就一起去看電影了。",
)
CODEC = {"gb18030": "gb18030", "utf-8": "utf-8", "big5": "big5"}
WRONG_LABELS = ("iso-8859-1", "windows-1252", "utf-8", "gb2312", "gbk", "big5")


def page(lines, head=""):
    paragraphs = "".join(f"<p>{line}</p>\n" for line in lines)
    return f"<html><head>{head}<title>{lines[0][:12]}</title></head>\n<body>\n{paragraphs}</body></html>\n"


def lines_for(encoding):
    return TRADITIONAL if encoding == "big5" else SIMPLIFIED_LINES


def same(label, encoding):
    return {"gb2312": "gb18030", "gbk": "gb18030"}.get(label, label) == encoding


@pytest.mark.parametrize("encoding", CODEC)
def test_an_undeclared_page_is_decoded(encoding):
    text = page(lines_for(encoding))
    decoded = decode(text.encode(CODEC[encoding]))
    assert decoded.text == text
    assert decoded.encoding == encoding


@pytest.mark.parametrize("wrong_label", WRONG_LABELS)
@pytest.mark.parametrize("encoding", CODEC)
@pytest.mark.parametrize(
    ("header", "meta"),
    [
        ("{wrong}", ""),
        ("{wrong}", '<meta http-equiv="Content-Type" content="text/html; charset={true}">'),
        ("{true}", "<meta charset='{wrong}'>"),
    ],
)
def test_a_false_declaration_is_overruled_by_the_text_alone_or_with_a_true_one(
    encoding, wrong_label, header, meta
):
    labels = {"wrong": wrong_label, "true": encoding}
    text = page(lines_for(encoding), meta.format(**labels))
    body, content_type = text.encode(CODEC[encoding]), f"text/html; charset={header.format(**labels)}"
    assert decode(body, content_type).text == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (word, codec)
        for codec in ("utf-8", "gbk")
        for word in ("你好,世界", "谢谢大家", "沙发", "我爱北京", "标题", "春天来了", "不同意。", "中文")
    ]
    + [(word, "big5") for word in ("你好,世界", "謝謝大家", "我愛臺灣", "標題", "春天來了", "中文", "評論")],
)
def test_a_few_undeclared_characters_are_decoded(text, codec):
    assert decode(text.encode(codec)).text == text


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset=big5">',
        "<META CONTENT='text/html;CHARSET=Big5' HTTP-EQUIV=content-type />",
        "<meta charset=big5>",
        '<meta\ncharset\n=\n"Big5-HKSCS"\n>',
        '<meta/charset="x-x-big5"/>',
        '<meta name="description" content="charset=gbk"><meta charset="big5">',
        "<!-- <meta charset=gbk> --><meta charset=big5>",
        '<meta http-equiv="Content-Type" content="text/html; charset=big5><title>',
        f"<script>{'x' * 5000}</script><meta charset=big5>",
    ],
)
def test_every_spelling_of_a_meta_is_found(head):
    short = f"{head}<b>⊿Τ</b>"  # two characters are no evidence for a charset
    assert decode(
        short.encode("gbk").replace("⊿Τ".encode("gbk"), "沒有".encode("big5"))
    ).text == short.replace("⊿Τ", "沒有")


@pytest.mark.parametrize(
    "content_type",
    [
        'text/html; Charset="GB2312"',
        "text/html;charset=x-gbk;foo=bar",
        "text/html; charset = gbk",
        "Content-Type: text/html; charset='gb_2312-80'",
        "text/html; charset=unknown-8bit; charset=chinese",
        "text/html; charset=gbk, text/html; charset=utf-8",
        "text/html; charset=cp936",
    ],
)
def test_every_spelling_of_a_header_is_parsed(content_type):
    rare = "喆𠮷"  # no evidence for a charset
    assert decode(rare.encode("gb18030"), content_type).text == rare


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "text/html; charset=", "text/html; charset=nonsense"]
)
def test_a_header_without_a_charset_is_ignored(content_type):
    assert decode(SIMPLIFIED_LINES[0].encode("gbk"), content_type).text == SIMPLIFIED_LINES[0]


def test_an_xml_declaration_is_used():
    text = '<?xml version="1.0" encoding="GB2312"?><rss><title>喆</title></rss>'
    assert decode(text.encode("gbk"), "text/xml").text == text


def test_the_header_wins_over_meta_if_both_decode():
    assert decode(b"<meta charset=big5><p>\xb5\xc4</p>", "text/html; charset=gbk").text.endswith("<p>的</p>")


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"\x80100", "text/html; charset=gbk", "€100"),
        ("价格".encode("gbk") + b"\x80" + "一百，不贵".encode("gbk"), None, "价格€一百，不贵"),
        ("𠮷野家的牛肉饭".encode("gb18030"), "text/html; charset=gb2312", "𠮷野家的牛肉饭"),
        ("真开心😀".encode("gb18030"), "text/html; charset=gb2312", "真开心😀"),
        (b"\xa6\xd9\xfe\x59\xa8\xbc", "text/html; charset=gb18030", "︐龴ḿ"),
        (b"\xaa\xa1\xaa\xa2", "text/html; charset=gbk", "\ue000\ue001"),
        ("嘅啲咗嚟，佢哋喺度".encode("big5hkscs"), "text/html; charset=big5-hkscs", "嘅啲咗嚟，佢哋喺度"),
        ("這個賣".encode("big5") + b"\xa3\xe1" + "一百".encode("big5"), None, "這個賣€一百"),
        (b"\xa1\x45\xa1\x4e\xa1\xc2", "text/html; charset=big5", "‧﹑¯"),
        ("カタカナとかな".encode("cp932"), "text/html; charset=Shift_JIS", "カタカナとかな"),
        ("漢字とかな".encode("euc-jp"), "text/html; charset=euc-jp", "漢字とかな"),
        ("안녕하세요, 한국어".encode("cp949"), "text/html; charset=euc-kr", "안녕하세요, 한국어"),
        ("Привет, как дела?".encode("koi8-r"), "text/html; charset=koi8-r", "Привет, как дела?"),
        ("Привет".encode("cp1251"), "text/html; charset=windows-1251", "Привет"),
        ("日本語".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "日本語"),
        (b"<p>\xa4\xa2\xa4\xea</p>", "text/html; charset=gbk", "<p>あり</p>"),
        ("Москва, 2014".encode("gbk"), "text/html; charset=gb2312", "Москва, 2014"),
    ],
)
def test_a_valid_declaration_is_used(body, content_type, text):
    assert decode(body, content_type).text == text


@pytest.mark.parametrize(
    "text", ["café", "naïve", "Größe", "déjà vu, crème brûlée", "“It’s fine” — €5", "© 2010", "£20"]
)
@pytest.mark.parametrize(
    "content_type", [None, "text/html; charset=ISO-8859-1", "text/html; charset=windows-1252"]
)
def test_latin_text_stays_latin(text, content_type):
    assert decode(text.encode("cp1252"), content_type).text == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-2", "Az eső elől a ház elé álltunk, a tűz mellett ültünk, énekeltünk és ittunk egy pohár bort."),
        ("windows-1250", "Včera jsem byl v lese a našel jsem houby. Dědeček měl radost, žáci také."),
        ("iso-8859-9", "Öğleden sonra parka gittik, çocuklar çok eğlendi. Küçük kuşlar uçtu, gün çok güzeldi."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lines", [1, 30])
def test_a_long_page_keeps_the_letters_of_the_charset_it_declares(charset, text, lines):
    text = page([text] * lines, f'<meta charset="{charset}">')
    assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize("text", ["pīnyīn: zhōngguó", "x² + y²", "Tōkyō, Tōkyō", "½ cup"])
def test_undeclared_utf_8_letters_and_symbols_stay_utf_8(text):
    assert decode(text.encode()).text == text


@pytest.mark.parametrize("text", ["今天天气很好，去公园", "<html><body>中文 abc</body></html>", "𠮷"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_decoded_by_its_mark_and_by_its_header(text, codec):
    mark = b"\xff\xfe" if codec.endswith("le") else b"\xfe\xff"
    assert decode(mark + text.encode(codec), "text/html; charset=gbk").text == text
    assert (
        decode(
            text.encode(codec), f"text/html; charset={codec.replace('-le', 'le').replace('-be', 'be')}"
        ).text
        == text
    )


def test_a_readable_page_is_not_utf_16_despite_its_declaration():
    text = "<html><meta charset=utf-16><body>hello, 世界你好</body></html>"
    assert decode(text.encode(), "text/html; charset=utf-16").text == text


def test_a_page_in_gbk_is_not_utf_16_if_its_header_declares_it():
    # Two ASCII characters of a tag are one Chinese character of UTF-16.
    head = "<!doctype html><html><head><meta charset=gbk><title>世界你好</title>"
    text = f"{head}{'<a href=/list>首页文章相册</a>' * 40}<body>我们又见面了"
    assert decode(text.encode("gbk"), "text/html; charset=utf-16").text == text


def test_a_byte_order_mark_is_removed_and_overrules_declarations():
    decoded = decode(b"\xef\xbb\xbf" + page(SIMPLIFIED_LINES).encode(), "text/html; charset=gb2312")
    assert decoded.text == page(SIMPLIFIED_LINES)
    assert (decoded.encoding, decoded.method) == ("utf-8", "bom")


def test_a_gbk_page_behind_a_utf_8_mark_is_decoded():
    assert decode(b"\xef\xbb\xbf" + page(SIMPLIFIED_LINES).encode("gbk")).text == page(SIMPLIFIED_LINES)


def test_hz_is_decoded_declared_and_undeclared():
    text = "<p>今天天气很好，我们去公园</p>"
    assert decode(text.encode("hz"), "text/html; charset=hz-gb-2312").text == text
    assert decode(text.encode("hz")).text == text
    assert decode(b"~{VPND\nabc", "text/html; charset=hz-gb-2312").text == "中文\nabc"
    assert decode(b"a ~{ b ~} c").text == "a ~{ b ~} c"


def test_undeclared_japanese_and_korean_are_detected():
    for text, codec in (
        ("今日は天気がいいので、公園に行きました。", "shift_jis"),
        ("今日は天気がいいので、公園に行きました。", "euc-jp"),
        ("오늘은 날씨가 좋아서 공원에 갔습니다.", "cp949"),
        ("Сегодня хорошая погода, мы пошли в парк.", "windows-1251"),
    ):
        assert decode(text.encode(codec)).text == text


def test_character_references_stay():
    assert decode("<p>&#20320;&#x597D; 中文</p>".encode("gbk")).text == "<p>&#20320;&#x597D; 中文</p>"


def test_empty_and_ascii_pages_are_decoded():
    assert decode(b"").text == ""
    assert decode(b"", "text/html; charset=gbk").text == ""
    assert decode(b"hello", "text/html; charset=gb2312") == ("hello", "gb18030", "declared", 0)


PAGES = REAL
NAMES = {
    "163": "gb18030",
    "sohu": "gb18030",
    "yesky": "utf-8",
    "pixnet": "utf-8",
    "wenxuecity_2006": "gb18030",
}


def read_page(name, part):
    path = PAGES / name / part
    if not path.exists():
        pytest.skip("no copies of real pages here")
    return path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_real_page_decodes_without_a_wrong_character(name):
    decoded = decode(read_page(name, "page.html"))
    assert decoded.encoding == NAMES[name]
    assert decoded.replaced == 0
    assert not re.search("[\ue000-\uf8ff]", decoded.text)


@pytest.mark.parametrize("name", ["yesky", "wenxuecity_2006"])
def test_a_real_page_contains_its_gold_text(name):
    text = decode(read_page(name, "page.html")).text
    seen = re.sub(r"\s|&nbsp;", "", re.sub(r"<[^>]*>", "", text))
    gold = read_page(name, "gold_text.txt").decode("utf-8")
    lines = [re.sub(r"\s", "", line) for line in gold.splitlines()]
    found = [line in seen for line in lines if len(line) > 8]
    assert found
    assert sum(found) >= 0.9 * len(found)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("wrong_label", ["utf-8", "gbk", "big5", "iso-8859-1", None])
@pytest.mark.parametrize("name", NAMES)
def test_a_real_page_decodes_alike_in_any_charset_under_any_label(name, codec, wrong_label):
    text = decode(read_page(name, "page.html")).text
    assert (
        decode(text.encode(codec), f"text/html; charset={wrong_label}" if wrong_label else None).text == text
    )


def test_a_decoder_returns_the_text_of_a_browser():
    for row in json.loads((FIXTURES / "decode" / "whatwg.json").read_text(encoding="utf-8")):
        charset = charset_for_label(row["label"])
        assert charset is not None
        assert charset.decode_lenient(bytes.fromhex(row["bytes"])) == row["text"], row


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


@given(CHINESE)
def test_chinese_text_survives_gb18030_declared_as_gb2312(text):
    assert decode(text.encode("gb18030"), "text/html; charset=gb2312").text == text


@given(CHINESE.filter(encodable("big5")))
def test_chinese_text_survives_big5(text):
    assert decode(text.encode("big5"), "text/html; charset=big5").text == text


@given(CHINESE | st.text("abcd éßñ日本語かなкот€😀𠮷\t"))
def test_any_text_survives_utf_8(text):
    assert decode(text.encode(), "text/html; charset=utf-8").text == text


# Bytes that decoders often mishandle between whole characters.
BAD_BYTES = [bytes([byte]) for byte in b"\x80\xff\xa1\x81\x8e01< "] + [b"\xe4\xb8", b"\xf0\x9f", b"\xc6\xa1"]
BAD_BYTES += ["春天".encode(charset) for charset in ("utf-8", "gbk", "big5")]
RANDOM_BYTES = st.binary(max_size=400) | st.lists(st.sampled_from(BAD_BYTES), max_size=30).map(b"".join)


@settings(max_examples=150)
@given(RANDOM_BYTES, st.sampled_from(sorted({*LABELS, "hz", "nonsense"})))
@example(b"\xa1\x800", "utf-8")  # code page 936: the euro sign before a digit begins no four-byte character
def test_random_bytes_never_raise_and_return_storable_text(body, label):
    decode(body, f"text/html; charset={label}").text.encode("utf-8")
    decode(body).text.encode("utf-8")


@pytest.mark.parametrize("third", range(3))
def test_chinese_in_any_third_of_a_page_is_found(third):
    thirds = ["var tracker = 1;" * 25] * 3
    thirds[third] = "清明过后下了一场雨，院子里的丁香" * 25
    assert looks_chinese(f"©{''.join(thirds)}")
    assert not looks_chinese(f"©{'var tracker = 1;' * 75}")


@pytest.mark.parametrize(
    ("begin", "encoding"), [("雨" * 29 + "é", "gb18030"), ("雨" * 30, "utf-8")], ids=["59 bytes", "60 bytes"]
)
def test_sixty_continuation_bytes_at_the_beginning_decide_for_utf_8(begin, encoding):
    rest = "\n".join(SIMPLIFIED_LINES) * 5
    decoded = decode(f"<p>{begin}</p>\n".encode() + rest.encode("gb18030"), "text/html; charset=gb2312")
    method = "guessed" if encoding == "utf-8" else "declared"
    assert decoded == (f"<p>{begin}</p>\n{rest}", encoding, method, 0)


def test_the_first_lines_of_an_undeclared_page_decide_its_charset():
    first, rest = page(SIMPLIFIED_LINES * 3), page(TRADITIONAL * 100)
    assert decode(first.encode("gbk") + rest.encode("big5")).encoding == "gb18030"


def test_few_characters_that_may_be_utf_8_do_not_disprove_a_declared_windows_1252() -> None:
    text = "<p>5 Â° dehors : Ã‰"
    decoded = decode(text.encode("windows-1252"), "text/html; charset=windows-1252")
    assert (decoded.text, decoded.encoding) == (text, "windows-1252")
