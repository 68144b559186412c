"""`repair_text` removes control characters and repairs certain mojibake; all other text stays byte for byte.

`repairs.tsv` has texts as they are stored by pages, and repaired; `=` is the text itself.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogarchive.parsing.charset.decoding import repair_text
from tests.cases import read_cases, wrong


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
    assert repair_text(repair_text(text)) == repair_text(text)


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
