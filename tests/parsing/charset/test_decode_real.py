"""Pages of real sites decode without a wrong character, if a copy is available."""

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
