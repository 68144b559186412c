"""A page is split into the lines that a reader sees, each with its elements."""

import pytest
from hypothesis import given, strategies as st

from blogarchive.parsing.document import parse_document


def texts(html: str) -> list[str]:
    return [line.text for line in parse_document(html).lines]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>一</p><p>二</p>", ["一", "二"]),
        ("一<br>二<BR/>三", ["一", "二", "三"]),
        ("<div>一<div>二</div>三</div>", ["一", "二", "三"]),
        ("<b>一</b><i>二</i> <span>三</span>", ["一二 三"]),
        ("<table><tr><td>一</td><td>二</td></tr></table>", ["一", "二"]),
        ("<ul><li>一<li>二</ul>", ["一", "二"]),
        ("<dl><dt>一<dd>二<dt>三<dd>四</dl>", ["一", "二", "三", "四"]),
        ("<p>  一 \n\t 二  </p>", ["一 二"]),
        ("<p>\u3000\u3000一</p>", ["\u3000\u3000一"]),
        ("<p>&nbsp;一&nbsp;</p>", ["一"]),
        ("<pre>  一\n    二</pre>", ["  一\n    二"]),
        ("<p></p><p> </p><p>&nbsp;</p>", []),
        ("<hr>一<hr>", ["一"]),
        ("一<wbr>二<p>三", ["一二", "三"]),
        ("<div>一。</p>二。</div>", ["一。", "二。"]),
        ("<p>一<table><tr><td>二</table>三</p>四", ["一", "二", "三", "四"]),
        ("<p>一<p>二</p>三</P >四<b>五</b></p>六", ["一", "二", "三", "四五", "六"]),
        ("<p>一<center>二</center>三</p>四", ["一", "二", "三", "四"]),
        (
            "<!doctype html><title>题</title><header><h1>一</h1></header>二<main>三<p>四</main>",
            ["一", "二", "三", "四"],
        ),
        ("<!doctype html><meta charset=utf-8><nav>一</nav><aside>二</aside>", ["一", "二"]),
        ("<p><embed src=a>一</p><p>二</p>", ["一", "二"]),
        ("<div><b class='row top'>一</b> <a class=row>二</a><a class=row>三</a></div>", ["一", "二", "三"]),
        ("<div><a class=row>一</a>、<a class=row>二</a><a>三</a><a>四</a></div>", ["一、二三四"]),
        ("<p><time datetime=2025-01-02T03:04:05.6Z>3天前</time></p>", ["2025-01-02T03:04:05Z"]),
        ("<p><time datetime='2025-01-02 03:04'></time></p>", ["2025-01-02 03:04"]),
        ("<p><i title='2025-01-02 03:04:05'>刚刚</i></p>", ["2025-01-02 03:04:05"]),
        ("<p><time datetime=2025-01-02T03:04:05>1月2日</time><i title='4:05'>3天前</i></p>", ["1月2日3天前"]),
        ("<P>一<FONT>二</P>三", ["一二", "三"]),
        ("<h1>一</h1>二<article>三</article>", ["一", "二", "三"]),
        ("一&#151;二&#xFFFF;&#1;三", ["一—二三"]),
    ],
)
def test_only_blocks_and_breaks_separate_lines(html: str, lines: list[str]) -> None:
    assert texts(html) == lines


@pytest.mark.parametrize(
    "html",
    [
        "<script>document.write('见')</script>",
        "<style>p {}</style>",
        "<div style='color:red; DISPLAY : none'>不见</div>",
        "<div hidden><p>不见</p></div>",
        "<p style='visibility:hidden'>不见</p>",
        "<textarea>不见</textarea><select><option>不见</select>",
        "<noscript>不见</noscript><template>不见</template>",
        "<!-- 不见 --><title>不见</title><iframe>不见</iframe>",
    ],
)
def test_hidden_content_is_no_line(html: str) -> None:
    assert [text for text in texts(f"<p>前</p>{html}<p>后</p>") if text] == ["前", "后"]


def test_a_line_returns_its_links_and_their_positions() -> None:
    line = parse_document(
        "<p>看<a href=/a>甲</a>和<a href=/b><b>乙</b></a><a href=/c><img src=x></a></p>"
    ).lines[0]
    assert [(text, anchor.get("href")) for text, anchor in line.links] == [
        ("甲", "/a"),
        ("乙", "/b"),
        ("", "/c"),
    ]
    spans = line.link_spans()
    assert [[line.text[slice(*span)] for span in spans.get(anchor, [])] for _, anchor in line.links] == [
        ["甲"],
        ["乙"],
        [],
    ]
    first = line.link_at(0, 2)
    assert first is not None
    assert first.get("href") == "/a"
    assert line.link_at(0, 1) is None


def test_a_link_around_blocks_belongs_to_its_first_block() -> None:
    line = parse_document("<a href=/a><div>甲</div></a>").lines[0]
    assert [text for text, _ in line.links] == ["甲"]


def test_a_line_of_images_only_has_no_text() -> None:
    lines = parse_document("<p>前</p><p><img src=a><img src=b></p>").lines
    assert [(line.text, len(line.media)) for line in lines] == [("前", 0), ("", 2)]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><font>一<td><font>二<tr><td>三<td>四</table>",
        "<TABLE><TR><TD><LI><A href=x>一</A><TD>二<TR><TD><LI><A href=y>三</A><TD>四</TABLE>",
        "<table><tr><td><font><b>一<td>二</td><tr><td><font><i>三<td>四",
    ],
)
def test_cells_are_siblings_despite_unclosed_tags(html: str) -> None:
    document = parse_document(html)
    rows = document.root.xpath("//table/tr")
    cells = [["".join(cell.itertext()) for cell in row.iterchildren("td")] for row in rows]
    assert cells == [["一", "二"], ["三", "四"]]


def test_a_table_in_a_cell_stays_there() -> None:
    document = parse_document("<table><tr><td><font>一<table><tr><td>二<td>三</table><td>四</table>")
    assert document.root.xpath("count(//td//td)") == 2
    assert document.root.xpath("count(/html/body/table/tr/td)") == 2


def test_a_break_written_as_an_end_tag_breaks_the_line() -> None:
    assert [line.text for line in parse_document("<p>一</br>二</BR >三<br/>四</p>").lines] == [
        "一",
        "二",
        "三",
        "四",
    ]


def test_node_at_returns_the_element_of_a_character() -> None:
    line = parse_document("<p>一<b>二</b>三</p>").lines[0]
    assert [line.node_at(position).tag for position in range(3)] == ["p", "b", "p"]


def test_the_common_ancestor_contains_both_lines() -> None:
    document = parse_document("<div><p>一</p><section><p>二</p><p>三</p></section></div>")
    one, two, three = document.lines
    assert document.common_ancestor(two, three).tag == "section"
    assert document.common_ancestor(one, three).tag == "div"
    assert list(document.lines_in(document.common_ancestor(two, three))) == [1, 2]
    assert document.child_containing(document.common_ancestor(one, three), three).tag == "section"


def test_the_window_title_is_no_line() -> None:
    document = parse_document("<title> 题 \n 目 </title><p>文</p>")
    assert (document.title, [line.text for line in document.lines]) == ("题 目", ["文"])


@pytest.mark.parametrize("tag", ["div", "font", "p><b", "blockquote"])
@pytest.mark.parametrize("depth", [100, 2_100, 20_000])
def test_deep_nesting_loses_no_text(tag: str, depth: int) -> None:
    assert "".join(texts(f"<p>前</p>{f'<{tag}>' * depth}中<p>后")) == "前中后"


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b>", "</div>", "<td>", "<br>", "<pre>", "字", " ", "\n", "<!--", "&lt;"]
        )
    )
)
def test_lines_are_in_document_order_and_covered_by_their_spans(pieces: list[str]) -> None:
    document = parse_document("".join(pieces))
    places = [(line.start, line.end) for line in document.lines]
    assert places == sorted(places)
    for line in document.lines:
        assert all(0 <= start <= end <= len(line.text) for start, end, _, _ in line.spans)
        assert line.index in document.lines_in(line.block)


@pytest.mark.parametrize(
    "html",
    [
        "<p>前</p></body></html><p>后</p>",
        "<html><head></head></html><body><p>前</p></HTML >后",
        f"<p>前</p></body></html>{'<font>' * 3000}后",
        "<p>前</p><image src=a>后",
        "<p>前</p><map name=m><area href=x><p>后</p></map>",
    ],
)
def test_text_behind_a_false_end_of_the_page_stays(html: str) -> None:
    assert "".join(line.text for line in parse_document(html).lines) == "前后"


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("display:none", False),
        ("color:red; DISPLAY : None !important", False),
        ("display:/* x */none", False),
        ("visibility:hidden", False),
        ("display:none;display:block", True),
        ("position:absolute; left:-9999px", False),
        ("top: -10000.5px", False),
        ("margin-left:-1000px", True),
        ("left:-20px", True),
        ("-webkit-backface-visibility:hidden", True),
        ("x-display:none", True),
        ("color:red", True),
    ],
)
def test_the_last_declaration_of_a_property_hides_an_element(style: str, shown: bool) -> None:
    lines = parse_document(f"<p>前</p><p style='{style}'>甲</p>").lines
    assert len(lines) == 1 + shown
