"""Sanitized HTML of a stranger is safe against XSS and has its text, images and links; forms of it are compared."""

import pytest
from hypothesis import given, strategies as st
from lxml import html

from blogarchive.parsing.compared_form import compared_form, linked_urls, text_of_form
from blogarchive.parsing.document import Document, extract_html, parse_document
from blogarchive.parsing.html import link_url
from blogarchive.parsing.sanitize import SHOWN_CLEANER, extract_images, sanitize, sanitize_element

BASE = "http://blog.creaders.net/u/31182/202501/506012.html"


def _sanitized(source: str) -> str:
    return sanitize_element(html.fromstring(f"<div>{source}</div>"), BASE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p onclick='x()'>字</p>", "<p>字</p>"),
        ("<script>x()</script>字<style>p{}</style>", "字"),
        ("<form><input value=1>字</form>", "<div>字</div>"),
        ("<p class=MsoNormal>字<o:p></o:p></p>", "<p>字</p>"),
        ("<font face=宋体 color=red>字</font>", '<font color="red">字</font>'),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<p style='text-align:center;position:fixed'>字</p>", '<p style="text-align:center">字</p>'),
        ("<img src='javascript:x()'>", "<img>"),
        ("<svg><script>x()</script></svg>字", "字"),
        ("<article>甲</article><address>乙</address>丙", "<div>甲</div><div>乙</div>丙"),
        ("<fieldset><legend>甲</legend>乙</fieldset>", "<div><div>甲</div>乙</div>"),
        ("<menu><li>甲</li></menu>", "<ul><li>甲</li></ul>"),
        ("<marquee>甲</marquee>乙", "<div>甲</div>乙"),
        (
            "<table><tr><form><td>甲</td></form></tr></table>",
            "<table><tbody><tr><td>甲</td></tr></tbody></table>",
        ),
    ],
)
def test_unsafe_markup_is_removed_and_its_text_stays(source: str, expected: str) -> None:
    assert _sanitized(source) == expected


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<p style='color:red' lang='zh'>字</p>", '<p lang="zh">字</p>'),
        (
            "<p class='not-stored'>字<span class='x not-stored'>图</span></p>",
            '<p>字<span class="not-stored">图</span></p>',
        ),
        ("<details open ontoggle=x()><summary>甲</summary>乙</details>", "甲乙"),
        (
            "<a href='javascript:x()' style='position:fixed'>字</a>",
            '<a rel="noopener noreferrer nofollow">字</a>',
        ),
        ("<noscript><img src=x onerror=y()></noscript>字", "字"),
    ],
)
def test_a_page_shows_sanitized_html_whatever_is_stored(stored: str, shown: str) -> None:
    assert sanitize(stored) == shown


def test_links_and_images_are_absolute() -> None:
    assert 'href="http://blog.creaders.net/u/1/"' in _sanitized("<a href='/u/1/'>甲</a>")
    assert 'src="http://blog.creaders.net/u/31182/202501/a.jpg"' in _sanitized("<img src=a.jpg>")
    assert 'href="http://pub.creaders.net/x"' in _sanitized("<a href='//pub.creaders.net/x'>甲</a>")


def test_a_player_becomes_a_link_to_its_media() -> None:
    url = "https://www.youtube.com/embed/xyz"
    for player in (
        f"<iframe src='{url}'></iframe>",
        f"<embed src='{url}'>",
        f"<object data='{url}'></object>",
        f"<iframe data-src='{url}'></iframe>",
        f"<iframe data-lazy-src='{url}' src='about:blank'></iframe>",
        f"<iframe data-original='{url}'></iframe>",
    ):
        assert f">{url}</a>" in _sanitized(player)


def test_a_lazy_image_has_the_url_that_a_browser_would_show() -> None:
    body = html.fromstring(
        "<div><img src=blank.gif data-original=/a.jpg><img src='data:image/gif;base64,R0'></div>"
    )
    assert [(image.url, image.position) for image in extract_images(body, BASE)] == [
        ("http://blog.creaders.net/a.jpg", 0)
    ]


@pytest.mark.parametrize(
    "image",
    [
        "<img data-actualsrc=/a.jpg src='data:image/gif;base64,R0/a'>",
        "<img nitro-lazy-src=/a.jpg>",
        "<img src=/img/loading.gif srcset='/a.jpg 800w, /s.jpg 300w'>",
        "<img zoomfile=/a.jpg src=static/none.gif>",
        "<picture><source data-srcset='/a.jpg 2x'><img src='data:image/svg+xml,%3C'></picture>",
        f"<picture>{'<source>' * 30}<img src='data:image/gif;base64,R0' data-cfsrc='/a.jpg'></picture>",
    ],
)
def test_an_image_of_any_loader_beside_a_blank_has_its_url(image: str) -> None:
    assert 'src="http://blog.creaders.net/a.jpg"' in _sanitized(image)
    (found,) = extract_images(html.fromstring(f"<div>{image}</div>"), BASE)
    assert found.url == "http://blog.creaders.net/a.jpg"


def test_an_image_with_a_url_of_its_own_keeps_it_beside_those_of_other_sizes() -> None:
    assert 'src="http://blog.creaders.net/a.jpg"' in _sanitized(
        "<img src=/a.jpg srcset='/s.jpg 2x' data-large-file=/l.jpg>"
    )


@pytest.mark.parametrize(
    "src", ["", " ", "#", "#top", "?", "//", "http://", "about:blank", "data:image/gif;base64,R0"]
)
def test_an_image_without_a_usable_url_is_not_fetched(src: str) -> None:
    body = html.fromstring(f"<div>字<img src='{src}'><img data-src='{src}' src='a.jpg'></div>")
    assert [image.url.rpartition("/")[2] for image in extract_images(body, BASE)] == ["a.jpg"]
    assert "src" not in _sanitized(f"字<img src='{src}'>")


@pytest.mark.parametrize(
    ("anchor", "url"),
    [
        ("<a href='/u/1/'>", "http://blog.creaders.net/u/1/"),
        ("<a href='#top'>", None),
        ("<a>", None),
        ("<a href='javascript:void(0)' title='http://a.net/x'>", "http://a.net/x"),
        ("<a href='javascript:void(0)' onclick=\"window.open('http://a.net/x')\">", "http://a.net/x"),
        ("<a href=\"javascript:go('/u/1/')\">", "http://blog.creaders.net/u/1/"),
        ("<a href='javascript:void(0)'>", None),
        ("<a href='http://a.net:99999/'>", None),
        ("<a href='http://[/'>", None),
        ("<a href='http:\\\\a.net\\x?\\y'>", "http://a.net/x?\\y"),
        ("<a href='\\x\\y'>", "http://blog.creaders.net/x/y"),
        ("<a href=' /u/\n1/ '>", "http://blog.creaders.net/u/1/"),
    ],
)
def test_a_link_has_the_url_that_a_browser_would_open(anchor: str, url: str | None) -> None:
    assert link_url(html.fromstring(f"{anchor}字</a>"), BASE) == url


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<a href=x>", "<img src=y onerror=z>", "字", "&lt;", "<script>", "'", '"', "="]
        )
    )
)
def test_sanitizing_twice_changes_nothing_and_nothing_runs(pieces: list[str]) -> None:
    once = _sanitized("".join(pieces) or "字")
    assert "<script" not in once
    assert not html.fromstring(f"<div>{once}</div>").xpath("//@onerror | //@onclick")
    assert _sanitized(once) == once


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8))
def test_plain_text_is_sanitized_the_same_with_or_without_a_script(text: str) -> None:
    alone, beside = html.Element("div"), html.Element("div")
    alone.text = beside.text = text
    beside.append(html.Element("script"))
    assert sanitize_element(alone, BASE) == sanitize_element(beside, BASE)


def test_preformatted_text_is_escaped_once() -> None:
    assert _sanitized("<xmp>a < b & c</xmp>") == "<pre>a &lt; b &amp; c</pre>"
    assert _sanitized("<listing>a &lt; b</listing>") == "<pre>a &lt; b</pre>"


def test_a_lazy_attribute_is_a_url_only_if_it_looks_like_one() -> None:
    body = html.fromstring("<div><img data-lazyload=true src=a.jpg><img data-src=b.jpg src=blank.gif></div>")
    assert [image.url.rpartition("/")[2] for image in extract_images(body, BASE)] == ["a.jpg", "b.jpg"]


ROW = "<tr><td>甲</td></tr>"


@pytest.mark.parametrize(
    "table",
    [
        f"<table>零{ROW}一{ROW}二</table>",
        "<table><tr>零<td>甲</td>中<td>丙</td></tr><tr>丁</tr></table>",
        f"<table>{ROW}<p>一段</p>{ROW}</table>",
        f"<table>{ROW}<b>粗</b>字<br>又{ROW}</table>",
        f"<table><tbody>{ROW}<font color=red>红{ROW}尾</font>后{ROW}</tbody></table>",
        f"<table><form>表<input type=hidden>{ROW}</form>单{ROW}</table>",
        f"<table>{ROW}<center><font>双{ROW}</font>重</center>{ROW}</table>",
        f"<table>{ROW}<div>外<table>{ROW}里{ROW}</table></div>{ROW}</table>",
        f"<table>{ROW}&nbsp;{ROW}<!-- 注 -->一<!-- 注 -->二</table>",
    ],
)
def test_text_between_table_rows_is_kept(table: str) -> None:
    document = parse_document(f"<div>前{table}后</div>")
    expected = sanitize_element(extract_html(document, document.lines[0], document.lines[-1]), BASE)
    again = parse_document(f"<div>{expected}</div>")
    assert words(again) == words(document)
    assert _sanitized(expected) == expected


def words(document: Document) -> list[str]:
    return sorted("".join("".join(line.text for line in document.lines).split()))


PIECES = "& &amp; &amp &ampx &nosuch; &a &#38; &#x26; &#38 &#x; &lt; &lt &copy=1 &copy; &notit; x ; = <b> </b>".split()  # noqa: SIM905


@given(st.lists(st.sampled_from([*PIECES, " ", "<p title='", "'>"]), max_size=9))
def test_a_character_reference_of_any_form_is_shown_as_a_browser_reads_it(pieces: list[str]) -> None:
    source = "".join(pieces)
    assert sanitize(source) == SHOWN_CLEANER.clean(source)


def test_a_text_of_very_many_dots_and_blanks_is_that_of_its_parts() -> None:
    """Each of these characters would cost as much as all before it."""
    part = (
        "<p>·\xa0&nbsp;°·&middot;<a href='http://x.example/·?a=1&b=2'>«·»&lt;·</a> 中<script>·</script></p>"
    )
    assert sanitize(3_000 * part) == 3_000 * sanitize(part)


HOSTS = ("blog.old.net", "blog.new.net")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>甲乙</p><p>丙</p>", "<div>\n    甲\n    乙<br><br>\n　　丙</div>"),
        ("a b", "<p>a\n   b</p>"),
        ("<b>甲</b>", "<span>甲</span>"),
        ('<a href="http://blog.old.net/u/1/">甲</a>', '<a href="https://blog.new.net/u/1/" rel="x">甲</a>'),
        ('<a href="http://other.net/?a=1&amp;b=2">甲</a>', '<a href="https://other.net/?a=1&amp;b=2">甲</a>'),
        (
            '甲<img src="http://img.old.net/a/1.jpg" alt="x">',
            '<p>甲</p>\n<img src="https://img.new.net/a/1.jpg">',
        ),
        (
            '<img src="http://blog.old.net/1.jpg">',
            '<a href="http://blog.old.net/big/1.JPG"><img src="http://blog.old.net/1.jpg"></a>',
        ),
        ("1 &lt; 2", '1 <i title="a > b">&#60;</i> 2'),
    ],
)
def test_a_redesign_or_a_move_shows_the_same_version(one: str, other: str) -> None:
    assert compared_form(one, HOSTS) == compared_form(other, HOSTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲乙", "甲丙"),
        ("ab", "a b"),
        ("<pre>甲\n  乙</pre>", "<pre>甲\n 乙</pre>"),
        ('<a href="http://other.net/1">甲</a>', '<a href="http://another.net/1">甲</a>'),
        ('<a href="http://blog.old.net/1">甲</a>', '<a href="http://blog.new.net/2">甲</a>'),
        ('<img src="http://blog.old.net/1.jpg">', '<img src="http://blog.old.net/2.jpg">'),
    ],
)
def test_another_text_link_or_image_is_another_version(one: str, other: str) -> None:
    assert compared_form(one, HOSTS) != compared_form(other, HOSTS)


def test_a_form_yields_its_text_and_html_its_urls() -> None:
    html = '<p>甲 <a href="http://a.net/?x=1&amp;y=2">乙</a></p><pre>c  d</pre><img src="http://a.net/1.jpg">'
    assert text_of_form(compared_form(html)) == "甲乙c  d"
    assert linked_urls(html) == ["http://a.net/?x=1&y=2", "http://a.net/1.jpg"]
