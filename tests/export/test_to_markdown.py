import re
import sys

import pytest
from hypothesis import given, strategies as st
from lxml import html
from markdown_it import MarkdownIt

from blogarchive.export.markdown import _loaded_when_used, escape_markdown, to_markdown

READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def seen(source: str) -> str:
    """Return the visible text without white space."""
    return re.sub(r"\s+", "", html.fromstring(f"<div>{source}</div>").text_content())


WORDS = st.text(st.sampled_from("字书，。：（）《》 \n*_`#-+=~[]()<>!|\\$%{}&;:1.ab^@"), max_size=14)
PLAIN = st.builds(lambda words: words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), WORDS)
INLINE = st.recursive(
    PLAIN | st.just("<br>"),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["b", "strong", "i", "em", "s", "span", "font"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)
BLOCK = st.builds(
    lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
    st.sampled_from(["p", "div", "blockquote", "h3"]),
    st.lists(INLINE, max_size=3),
)


@given(st.lists(BLOCK | PLAIN, max_size=4).map("".join))
def test_a_reader_of_the_markdown_sees_the_same_characters(source: str) -> None:
    assert seen(READER.render(to_markdown(source))) == seen(source)


@pytest.mark.parametrize(
    ("source", "rendered"),
    [
        ("<p>红<b>中文：</b>后</p>", "<p>红<strong>中文</strong>：后</p>"),
        ("<p>读<b>《书》</b>好</p>", "<p>读《<strong>书</strong>》好</p>"),
        ("<p><strong>整段。</strong></p>", "<p><strong>整段</strong>。</p>"),
        ("<p>一<br><br>二</p>", "<p>一</p><p>二</p>"),
        ("<p>#\n# </p>", "<p>#\n#</p>"),
        ("<pre>a\n```\n  b</pre>", "<pre><code>a\n```\n  b\n</code></pre>"),
    ],
)
def test_chinese_emphasis_and_old_paragraphs_are_preserved(source: str, rendered: str) -> None:
    assert READER.render(to_markdown(source)).replace("</p>\n", "</p>").strip() == rendered


def test_a_grid_stays_a_table_and_a_layout_becomes_paragraphs() -> None:
    grid = (
        "<table><tbody><tr><td>年</td><td>涨|跌</td></tr><tr><td>2008</td><td>-38%</td></tr></tbody></table>"
    )
    rows = html.fromstring(READER.render(to_markdown(grid))).xpath("//tr")
    assert [[cell.text for cell in row] for row in rows] == [["年", "涨|跌"], ["2008", "-38%"]]
    layout = f"<table><tbody><tr><td><p>一</p><p>二</p>{grid}</td></tr></tbody></table>"
    assert seen(READER.render(to_markdown(layout))) == seen(layout)


def test_centred_blocks_are_paragraphs() -> None:
    assert to_markdown("<center>甲</center><center>乙</center>丙") == "甲\n\n乙\n\n丙"


def test_extremely_deep_nesting_is_converted() -> None:
    assert to_markdown("<font>" * 2000 + "字" + "</font>" * 2000) == "字"
    assert to_markdown("<div>" * 2000 + "字" + "</div>" * 2000) == "字"


@given(WORDS)
def test_an_escaped_name_shows_as_it_is(words: str) -> None:
    assert seen(READER.render(f"**x** {escape_markdown(words)}"))[1:] == re.sub(r"\s+", "", words)


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{'<span>字</span>' * 50_000}</p>",
        f"{'<b>' * 101}{'<i>字</i>' * 5_000}{'</b>' * 101}",
        f"<p>字{' ' * 500_000}字</p>",
        f"<p><b>字{'!' * 200_000}</b></p>",
    ],
    ids=["spans", "deep elements", "spaces", "punctuation"],
)
def test_a_large_body_keeps_its_text(body: str) -> None:
    """Each of these took minutes when a step looked at all of its neighbours."""
    assert seen(READER.render(to_markdown(body))) == seen(body)


def test_spaces_of_preformatted_text_are_kept() -> None:
    assert to_markdown("<p>一  二</p><pre>a    b</pre><p>三  四</p>") == "一 二\n\n```\na    b\n```\n\n三 四"


def test_a_stand_in_loads_its_module_when_it_is_used() -> None:
    sys.modules.pop("colorsys", None)
    with _loaded_when_used("colorsys"):
        import colorsys
    assert "colorsys" not in sys.modules
    assert colorsys.rgb_to_hsv(0, 0, 1) == (2 / 3, 1, 1)
    assert "colorsys" in sys.modules
