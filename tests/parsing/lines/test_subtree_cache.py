"""Content that repeats on many pages is parsed once, and every page is parsed as without a cache."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from blogarchive.parsing.document import Document, extract_html, parse_document
from blogarchive.parsing.subtree_cache import SubtreeCache, common_runs

MONTHS = "\n".join(
    f"<table width=100%><tr><td>· <a href='/m?ym={month}'>{month}-01 - {month}-28</a></td></tr></table>"
    for month in range(2001, 2021)
)
TITLES = (
    "<h3>最新发布</h3>\n<ul>" + "".join(f"<li><a href='/p/{n}'>第{n}篇</a></li>" for n in range(60)) + "</ul>"
)
ROWS = "".join(f"<tr><td>{n} <b>行</b></td><td><img src=/{n}.gif></td></tr>\n" for n in range(40))
TEXTS = "".join(f"<p>第{n}段<br>一行 &amp; 又一行</p>" for n in range(40))
OTHERS = (
    "<div>" + "<span>一</span> 二<div style='display:none'>藏</div><pre> 三\n 四</pre>" * 30 + "</div>",
    "<dl>" + "<dt>一</dt><dd>二</dd>" * 60 + "</dl>",
    "<dt>一</dt>" + "<dd>二</dd>\n" * 99 + "<dt>三</dt><dd><dl><dt>四</dt><dd>五</dd></dl></dd>",
    "<div>" + "<!-- 注 --><a href=x><div>块</div></a>" * 40 + "</div>",
)
SESSION = "0123abcd"
SESSION_LINKS = "".join(
    f"<p>· <a href='/p/{n}.html?PHPSESSID={SESSION}' title='PHPSESSID={SESSION}'>第{n}篇</a></p>\n"
    for n in range(40)
)
SIDEBARS = (MONTHS, TITLES, SESSION_LINKS, f"<table>{ROWS}</table>", TEXTS, *OTHERS)
# Markup around it that authors and templates leave unclosed, close twice, or hide.
AROUND = (
    "<p>文",
    "</p>",
    "字",
    "<br>",
    "<div>",
    "</div>",
    "<table><tr><td>",
    "<td>格",
    "<tr>",
    "</td></tr></table>",
    "</table>",
    "<font color=red>",
    "</font>",
    "<a href='/a'>",
    f"<a href='/a?sid=1&amp;PHPSESSID={SESSION}'>",
    f"PHPSESSID={SESSION}",
    "</a>",
    "<pre>\n ",
    "</pre>",
    "<ul><li>",
    "</ul>",
    "<dl><dd>",
    "<dd>",
    "<dt>词",
    "</dd>",
    "<h3>",
    "<textarea>",
    "</textarea>",
    "<!-- ",
    " -->",
    "<script>'",
    "</script>",
    "<div style='display:none'>",
    "<div hidden>",
    "<select><option>",
    "</select>",
    "<img alt='",
    "'>",
    '"',
    "<title>",
    "</title>",
    "<b><i>",
    "</html>",
    "</body>",
    "<embed src=x>",
    "<noscript>",
    "<svg>",
    "<center>",
    "<form>",
    "<p>",
)


def shape(document: Document) -> tuple[Any, ...]:
    """Return all public content of a document; elements are given as positions in the tree."""
    order: dict[Any, int | None] = {node: position for position, node in enumerate(document.root.iter())}
    order[None] = None
    lines = [
        (
            line.index,
            line.text,
            order[line.block],
            line.start,
            line.end,
            [(start, end, order[node], order[anchor]) for start, end, node, anchor in line.spans],
            [(order[node], order[anchor]) for node, anchor in line.media],
        )
        for line in document.lines
    ]
    return (
        etree.tostring(document.root),
        lines,
        document.title,
        {order[node] for node in document.hidden},
        [document.positions(node) for node in document.root.iter()],
        document.starts,
    )


def test_a_run_shared_by_two_pages_is_parsed_once() -> None:
    cache = SubtreeCache()
    for page in ("一", "二"):
        parse_document(f"<body><p>{page}</p><div>{MONTHS}</div>", cache)
    text = f"<body><p>三</p><div>{MONTHS}</div>"
    shorter, found = cache.insert_placeholders(text)
    assert [subtree.text for subtree in found] == [f"<div>{MONTHS}</div>"]
    assert len(shorter) < len(text) / 5


def test_a_run_with_different_session_ids_is_parsed_once() -> None:
    cache = SubtreeCache()
    for session in ("11111111", "22222222aa"):
        parse_document(f"<body><p>{session}</p>{SESSION_LINKS.replace(SESSION, session)}", cache)
    text = f"<body><p>三</p>{SESSION_LINKS.replace(SESSION, '3c3c3c3c')}"
    assert len(cache.insert_placeholders(text)[0]) < len(text) / 5
    assert shape(parse_document(text, cache)) == shape(parse_document(text))


@pytest.mark.parametrize(
    "shown",
    [
        f"<p>PHPSESSID={SESSION}</p>",
        f"<!-- PHPSESSID={SESSION} -->",
        "<p>blogarchive-session-mask</p>",
        f"<a href=/q?PHPSESSID={SESSION}ff>又一篇</a>",
        f"<a href=/q?PHPSESSID={SESSION[:6]}>又一篇</a>",
        f"<a PHPSESSID={SESSION}=1>又一篇</a>",
    ],
)
def test_a_session_id_in_the_text_stays(shown: str) -> None:
    cache = SubtreeCache()
    for session in ("11111111", "22222222", "33333333", "33333333ff", "", "44444444"):
        text = f"<body><p>{session}</p><div>{SESSION_LINKS}{shown}</div>".replace(SESSION, session)
        assert shape(parse_document(text, cache)) == shape(parse_document(text))


@pytest.mark.parametrize("sidebar", SIDEBARS)
def test_a_page_is_parsed_alike_with_and_without_a_cache(sidebar: str) -> None:
    cache = SubtreeCache()
    for page in range(4):
        for text in (
            f"<html><head><title>第{page}页</title></head><body><div>{sidebar}</div><p>{page}</p>",
            f"<table><tr><td>{page}<td>{sidebar}尾{page}</table>",
        ):
            assert shape(parse_document(text, cache)) == shape(parse_document(text))


@given(data=st.data())
@settings(max_examples=300)
def test_malformed_pages_around_a_cached_sidebar_are_parsed_alike(data: st.DataObject) -> None:
    cache = SubtreeCache()
    sidebar = data.draw(st.sampled_from(SIDEBARS))
    for page, session in (("一", SESSION), ("二", "76543210")):
        parse_document(f"<body>{page}{sidebar}".replace(SESSION, session), cache)
    pieces = st.lists(st.sampled_from((*AROUND, *SIDEBARS)), max_size=12).map("".join)
    text = data.draw(pieces) + sidebar + data.draw(pieces)
    text = text.replace(SESSION, data.draw(st.sampled_from((SESSION, "1f1f1f1f", "abc", ""))))
    assert shape(parse_document(text, cache)) == shape(parse_document(text))
    assert shape(parse_document(text, cache)) == shape(parse_document(text))


def test_a_body_shared_by_two_posts_is_extracted_alike() -> None:
    cache = SubtreeCache()
    for page in range(3):
        text = f"<body><h1>题{page}</h1><div>{TEXTS}</div><p>浏览({page})</p>"
        cuts = [
            etree.tostring(extract_html(document, document.lines[1], document.lines[-2]))
            for document in (parse_document(text, cache), parse_document(text))
        ]
        assert cuts[0] == cuts[1]


def test_a_changed_sidebar_is_cached_again() -> None:
    cache = SubtreeCache()
    for page in range(80):
        parse_document(f"<body><p>{page}</p><div>{MONTHS}</div>", cache)
    for page in range(3):
        parse_document(f"<body><p>{page}</p><div>{MONTHS.replace('2020', '2021')}</div>", cache)
    _, found = cache.insert_placeholders(f"<body><p>末</p><div>{MONTHS.replace('2020', '2021')}</div>")
    assert found


def test_pages_without_common_runs_are_rarely_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(
        "blogarchive.parsing.subtree_cache.common_runs",
        lambda one, other, least: compared.append(one) or (),
    )
    cache = SubtreeCache()
    for page in range(300):
        cache.insert_placeholders(f"<p>{page}</p>" * 200)
    assert 5 < len(compared) < 15


def test_the_number_of_cached_runs_is_limited() -> None:
    cache = SubtreeCache()
    for blog in range(40):
        for page in range(2):
            parse_document(f"<body><p>{page}</p><div>{MONTHS.replace('2020', str(1900 + blog))}</div>", cache)
    last = f"<body><p>末</p><div>{MONTHS.replace('2020', '1900')}</div>"
    assert not cache.insert_placeholders(last)[1]


@pytest.mark.parametrize("name", ["blogarchive-placeholder", "Blogarchive-Placeholder"])
@pytest.mark.parametrize("number", ["0", "7", "", "-1", "²"])
def test_a_page_with_placeholders_of_its_own_is_parsed_alike(name: str, number: str) -> None:
    cache = SubtreeCache()
    for page in range(3):
        text = f"<body><table {name}='{number}'></table><p>{page}</p><div>{MONTHS}</div>"
        assert shape(parse_document(text, cache)) == shape(parse_document(text))


def test_a_run_that_cannot_be_restored_is_not_tried_repeatedly() -> None:
    cache = SubtreeCache()
    for page in range(2):
        parse_document(f"<body><p>{page}</p><div>{MONTHS}</div>", cache)
    tried = 0
    for page in range(100):
        text = f"<body><p>{page}</p><pre><div>{MONTHS}</div></pre>"
        tried += bool(cache.insert_placeholders(text)[1])
        parse_document(text, cache)
    assert tried < 5


@pytest.mark.parametrize(
    "page",
    [
        "<b>" * 60_000 + "</i>" * 60_000,
        "<p>" * 100_000,
        "<b><i></i>" * 40_000,
        "".join(f"<p>{n}</p>" for n in range(40_000)),
        "".join(f"<div><p>{n}</p>" for n in range(150)) + "<p>文</p>" * 40_000,
        "<a href='" * 50_000,
        "<table width=" * 30_000,
    ],
    ids=("stray ends", "open", "open with others", "many", "deep and many", "quotes", "attributes"),
)
def test_hostile_pages_are_compared_quickly(page: str) -> None:
    assert list(common_runs(page, page.replace("1", "2").replace("文", "字"), 1000)) == []
