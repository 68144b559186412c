"""A range of lines is extracted with the elements around them and nothing else of the page."""

import pytest
from lxml import etree

from blogarchive.parsing.document import Document, extract_html, extract_text, find_container, parse_document
from blogarchive.parsing.sanitize import sanitize_element


def extracted_html(document: Document, first: int, last: int) -> str:
    made = extract_html(document, document.lines[first], document.lines[last])
    return etree.tostring(made, encoding="unicode", method="html")


def test_lines_are_extracted_between_breaks() -> None:
    document = parse_document("<td>题<br>一<br><b>二</b><br>数</td>")
    assert extracted_html(document, 1, 2) == "<div>一<br><b>二</b></div>"


def test_the_container_of_exactly_these_lines_is_left_out() -> None:
    document = parse_document("<div>题</div><div class=x><p>一</p><p>二</p></div><div>数</div>")
    assert extracted_html(document, 1, 2) == "<div><p>一</p><p>二</p></div>"
    holder = find_container(document, document.lines[1], document.lines[2])
    assert holder is not None
    assert holder.get("class") == "x"


def test_elements_that_contain_some_of_the_lines_stay_around_them() -> None:
    document = parse_document("<div><font color=red>题<br>一<br>二</font>数</div>")
    assert extracted_html(document, 1, 1) == '<div><font color="red">一</font></div>'
    assert find_container(document, document.lines[1], document.lines[1]) is None


def test_only_images_between_the_lines_are_extracted() -> None:
    document = parse_document("<td>题<br><img src=a>一<br><img src=b><br>二<br><img src=c></td>")
    inner = [line for line in document.lines if line.text in ("一", "二")]
    assert extracted_html(document, inner[0].index, inner[1].index).count("<img") == 2


def test_scripts_are_not_extracted() -> None:
    document = parse_document("<div><p>一</p><script>x()</script><p>二</p></div><p>数</p>")
    assert "script" not in extracted_html(document, 0, 1)


def test_hidden_content_is_not_extracted() -> None:
    document = parse_document(
        "<div><p>一</p><p style='display:none'>藏<b>藏</b></p><!-- 藏 --><p>二</p></div><p>数</p>"
    )
    assert "藏" not in extracted_html(document, 0, 1)


@pytest.mark.parametrize("tag", ["font<b", 'font="宋体"', "b&nbsp;", "o:p<h1", "b {a}=1 \"=2 '=3 a<b=4"])
def test_text_behind_an_unclosed_tag_stays(tag: str) -> None:
    part = parse_document(f"<td>题<br><{tag}>一</td>")
    assert "一" in extracted_html(part, 1, 1)
    whole = parse_document(f"<p>题</p><div><{tag}>一</div>")
    assert "一" in extracted_html(whole, 1, 1)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        (
            "<table><tr><td>年</td><td>书</td></tr><tr><td>2009</td><td>茶经</td></tr></table>",
            "年 书\n2009 茶经",
        ),
        ("<table><tr><td>一<br>二</td><td>三</td></tr></table>", "一\n二 三"),
        ("<pre>  一\n    二</pre><p>三</p>", "  一\n    二\n三"),
        ("<p>一</p><p><img src=a></p><p>&nbsp;</p><p>二</p>", "一\n二"),
        ("<ul><li>一<li>二</ul><blockquote>三</blockquote>", "一\n二\n三"),
        ("", ""),
    ],
)
def test_text_is_the_visible_text(html: str, text: str) -> None:
    assert extract_text(parse_document(html).lines) == text


def test_deep_nesting_is_extracted_without_recursion() -> None:
    document = parse_document(f"<p>题</p>{'<div>' * 1_900}一")
    assert "一" in extracted_html(document, 1, 1)


@pytest.mark.parametrize(
    "player",
    [
        "<object><param name=Movie value=http://h/a.swf><embed src=http://h/b.swf></object>",
        "<object><embed src=http://h/a.swf></embed></object>",
        "<object data=http://h/a.swf></object>",
        "<video controls><source src=http://h/a.swf></video>",
        "<embed src=http://h/a.swf>",
    ],
)
def test_a_player_becomes_a_link_to_its_media(player: str) -> None:
    document = parse_document(f"<p>题</p><div><p>一</p>{player}<p>二</p></div>")
    made = extract_html(document, document.lines[1], document.lines[-1])
    assert '<a href="http://h/a.swf"' in sanitize_element(made, "http://h/")
