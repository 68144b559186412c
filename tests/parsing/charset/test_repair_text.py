"""`repair_text` removes control characters and repairs certain mojibake; all other text stays byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blogarchive.parsing.charset.decoding import repair_text

UNCHANGED = (
    "café naïve “café…” l’été—“à” SÃO PAULO Ça va",
    "Ã",
    "Â",
    "â",
    "é",
    "ä½",
    "«Ã»",
    "IRMÃ»",
    "“Il a bu un café…” dit-il",
    "à «tout»",
    "é » ",
    "10°C ±5",
    "© ® ™",
    "½ ¾ ¼",
    "ÀÁÂÃÄÅÆÇÈÉÊË",
    "éèêëàâîïôûùç",
    "¿Qué? ¡Sí!",
    "·····",
    "×××××",
    "££££",
    "»»»»",
    "÷÷÷÷",
    "ÿÿÿÿ",
    "¶¶¶¶",
    "—————",
    "……",
    "１２３ＡＢＣ",
    "①②③",
    "ﾊﾝｶｸ",
    "ﬁ",
    "x²+y²",
    "𠮷野家",
    "镕喆䶮㙍",
    "👍👨\u200d👩\u200d👧",
    "한국어",
    "日本語テスト",
    "кот",
    "İstanbul",
    "锟斤拷",
    "烫烫烫烫",
    "鍵盤鐘錶",
    "鐵鍋鏡",
    "瀏覽",
    "涓涓细流",
    "浜松",
    "浣熊很可爱",
    "濂",
    "浣犲",
    "a\tb\nc\r\nd",
    "a\u200bb",
    "\u3000\u3000缩进",
    "a\xa0b",
    "50×60",
    "§3",
)
REPAIRED = {
    "a\x00b": "ab",
    "\x07标题\x08\x1f": "标题",
    "a\x7fb\x0bc\x0cd": "abcd",
    "a\x9db": "ab",
    "\ufeff标题": "标题",
    "a\ud800b": "a\ufffdb",
    "\ud842\udfb7": "𠮷",
    "cafÃ©": "café",
    "dÃ©jÃ\xa0 vu": "déjà vu",
    "itâ€™s": "it’s",
    "â€œä½\xa0å¥½â€\x9d": "“你好”",
    "ä½ å¥½": "你好",
    "标题 ä½\xa0å¥½": "标题 你好",
    "ä¸­æ–‡": "中文",
    "æ\x9c±é\x95\x95åŸº": "朱镕基",
    "作者：ÄãºÃ": "作者：你好",
    "ÄãºÃ£¬ÊÀ½ç": "你好，世界",
    "ÖÐÎÄ": "中文",
    "ºÇºÇ": "呵呵",
    "§A¦n¡A¥@¬É": "你好，世界",
    "浣犲ソ": "你好",
    "标题浣犲ソ": "标题你好",
    "ÐŸÑ€Ð¸Ð²ÐµÑ‚": "Привет",
    "ðŸ˜€": "😀",
    "Â©2010": "©2010",
}


@pytest.mark.parametrize("text", UNCHANGED)
def test_correct_text_stays(text):
    assert repair_text(text) == text


@pytest.mark.parametrize(("garbled", "repaired"), REPAIRED.items())
def test_certain_mojibake_is_repaired(garbled, repaired):
    assert repair_text(garbled) == repaired


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


@settings(max_examples=150)
@given(st.text() | st.text("ÄãºÃ£¬äå½¥â€™œÂÃ©浣犲ソ你好\x80\x9d\ufeff \ud842\udfb7<"))
def test_repairing_is_idempotent(text):
    assert repair_text(repair_text(text)) == repair_text(text)


HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@settings(max_examples=100)
@given(st.text(HANZI | st.sampled_from("的一是不了在人有我，。！？“”《》 abc\n\t")))
def test_correct_chinese_stays(text):
    assert repair_text(text) == text


WORDS = "été naïve Größe déjà où ça Ångström señor “oui” l’œuvre 25° — … ¿qué? CAFÉ"


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS.split())))
def test_correct_latin_stays(words):
    text = " ".join(words)
    assert repair_text(text) == text


@settings(max_examples=100)
@given(st.text())
def test_repaired_text_can_be_stored(text):
    repair_text(text).encode("utf-8")
