"""Pages as real sites served them, where a copy is at hand, decode without a wrong character."""

import re

import pytest

from blogarchive.parsing.charset.decoding import decode
from tests.paths import REAL

PAGES = REAL
NAMES = {
    "163": "gb18030",
    "sohu": "gb18030",
    "yesky": "utf-8",
    "pixnet": "utf-8",
    "wenxuecity_2006": "gb18030",
}


def read(name, part):
    path = PAGES / name / part
    if not path.exists():
        pytest.skip("no copies of real pages here")
    return path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_real_page_has_no_wrong_character(name):
    decoded = decode(read(name, "page.html"))
    assert decoded.encoding == NAMES[name]
    assert decoded.replaced == 0
    assert not re.search("[\ue000-\uf8ff]", decoded.text)


@pytest.mark.parametrize("name", ["yesky", "wenxuecity_2006"])
def test_a_real_page_holds_its_gold_text(name):
    text = decode(read(name, "page.html")).text
    seen = re.sub(r"\s|&nbsp;", "", re.sub(r"<[^>]*>", "", text))
    gold = read(name, "gold_text.txt").decode("utf-8")
    lines = [re.sub(r"\s", "", line) for line in gold.splitlines()]
    found = [line in seen for line in lines if len(line) > 8]
    assert found
    assert sum(found) >= 0.9 * len(found)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("lie", ["utf-8", "gbk", "big5", "iso-8859-1", None])
@pytest.mark.parametrize("name", NAMES)
def test_a_real_page_is_the_same_in_either_charset_under_any_label(name, codec, lie):
    text = decode(read(name, "page.html")).text
    assert decode(text.encode(codec), f"text/html; charset={lie}" if lie else None).text == text
