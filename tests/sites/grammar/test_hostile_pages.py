"""The parser never raises and never hangs, whatever the bytes."""

import re
import time
from random import Random

import pytest
from hypothesis import given, strategies as st

from blogarchive.items import PageKind
from tests.demo.blogs.generated import make_blog
from tests.sites.printed.check import read_page
from tests.sites.printed.pages import print_blog
from tests.sites.printed.style import Style, drawn_style

URL = "http://127.0.0.1:8000/u/31182/202501/506012.html"
PIECES = (
    "<p>",
    "<td>",
    "</td>",
    "<tr>",
    "<table>",
    "</table>",
    "<div>",
    "</div>",
    "<br>",
    "<a href='/u/1/202501/2.html'>",
    f"<a href='/u/1/202501/{'9' * 20}.html'>",
    f"<a href='/u/1/202501/{'9' * 5000}.html'>",
    f"<a href='/user_blog_diary.php?did={'9' * 5000}'>",
    f"回复 | {'9' * 5000}",
    "</a>",
    "<dd>",
    "<dt>",
    "<dl>",
    "<li>",
    "<h1>",
    "<base href='x:y'>",
    "<embed>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<pre>",
    "<title>",
    "网络日志正文",
    "作者：甲 留言时间：2025-01-28 02:00:00",
    "作者",
    "留言时间：",
    "2025-01-28 01:46:53",
    "浏览(1) (2) 评论(3)",
    "浏览",
    "(1)",
    "评论",
    "文章评论",
    "发表评论",
    "回复 | 1",
    "回复",
    "我的名片",
    "甲 ，3岁",
    "注册日期：",
    "访问总量：x 次",
    "Calendar",
    "最新发布",
    "分类目录",
    "【甲】",
    "存档目录",
    "2025-01-01 - 2025-01-31",
    "下一页",
    "1 2 3",
    "http://127.0.0.1:8000/u/31182/ > 复制",
    "日 一 二 三 四 五 六",
    "\u3000",
    "\u200b",
    "\0",
    "&nbsp;",
    "&#xFFFF;",
    "\ud800",
    "文",
    "，",
    " ",
)
SIGNS = ("", "<", ">", '"', "'", "=", "/", "&", "{", "<b", "<!--", " {a}=1", ' "=2', "\0")
TARGETS = st.sampled_from(
    [PageKind.HOME, PageKind.POST, PageKind.COMMENTS, PageKind.MONTH, PageKind.CATEGORY]
)
PAGES = [
    page
    for seed in range(4)
    for page in list(print_blog(drawn_style(Random(seed)), make_blog("31182", posts=6, seed=seed)).values())[
        :3
    ]
]


@given(st.binary(max_size=400), TARGETS)
def test_any_bytes_are_parsed(body: bytes, kind: PageKind) -> None:
    read_page(URL, body, kind, page_no=2)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), TARGETS)
def test_any_mix_of_labels_and_tags_is_parsed(html: str, kind: PageKind) -> None:
    read_page(URL, html, kind, page_no=2)


@given(st.sampled_from(PAGES), st.data())
def test_a_page_is_parsed_with_parts_removed_or_added(page: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(page)), min_size=2, max_size=2).map(sorted))
    part = data.draw(st.sampled_from(("", *PIECES)))
    read_page(URL, page[: places[0]] + part + page[places[1] :], data.draw(TARGETS))


@given(
    st.sampled_from(PAGES), st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(SIGNS)), max_size=12)
)
def test_a_page_is_parsed_with_broken_tags(page: str, changes: list[tuple[int, str]]) -> None:
    pieces = re.split("([<>=\"'/])", page)
    for place, sign in changes:
        pieces[place % len(pieces)] = sign
    read_page(URL, "".join(pieces), PageKind.POST)


@given(st.sampled_from(PAGES), st.integers(0, 10**9))
def test_a_truncated_page_is_parsed(page: str, place: int) -> None:
    body = page.encode()
    read_page(URL, body[: place % len(body)], PageKind.POST)


FLOODS = {
    "作者": "作者:" * 200_000,
    "浏览": "浏览(((" * 100_000,
    "headers begun": "<p>作者:甲</p>" * 10_000,
    "headers": "<p>浏览(1) 评论(3)</p>" + "<p>作者:甲 留言时间:2025-01-28 02:00:00</p>" * 3_000,
    "footers": "<p>浏览(1) 评论(3)</p><p>作者:甲 留言时间:2025-01-28 02:00:00</p>"
    + "<p>回复 | 3</p>" * 3_000,
    "counters and headers": "<p>浏览(1) 评论(1)</p><p>作者:甲 留言时间:2025-01-28 02:00:00</p>" * 1_000,
    "labels": "<p>我的名片</p><p>最新发布</p><p>分类目录</p>" * 3_000,
    "days": "<table><tr>" + "<td>日</td>" * 10_000,
    "pagers": "<a href='?p=2'>2</a> " * 5_000,
    "spaces": "<p>" + "\u3000" * 300_000 + "x</p>",
    "digits": "1," * 300_000,
    "share words": "<p>" + "分享 " * 60_000 + "</p><p>浏览(1) 评论(2)</p>",
    "brackets": "<p>" + "【" * 100_000 + "】</p>",
    "a base": f"<base href='{'a/' * 50_000}'>" + "<a href='b'>下一页</a>" * 300,
    "comments": "<!--" * 50_000,
    "comments in a text": "<div>" + ("<!--x-->" + "字" * 300) * 8_000 + "</div><p>浏览(1) 评论(0)</p>",
    "line breaks in a text": "<div>" + "字<br>" * 40_000 + "</div><p>浏览(1) 评论(0)</p>",
    "names": "<p>浏览(1) 评论(1)</p><p>作者:" + "回复 " * 90 + "留言时间:2025-01-28 02:00:00</p>",
}


@pytest.mark.parametrize("name", FLOODS)
@pytest.mark.slow
def test_a_flood_of_one_part_is_parsed(name: str) -> None:
    """An algorithm of quadratic time would take minutes; the longest one takes two seconds."""
    begun = time.process_time()
    read_page(URL, f"<h1>题</h1><p>2025-01-28 01:46:53</p>{FLOODS[name]}", PageKind.POST)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("tag", ["div", "font", "span", "b", "blockquote", "table><tr><td"])
def test_no_text_is_lost_after_five_thousand_open_elements(tag: str) -> None:
    style = Style()
    blog = make_blog("31182", posts=2, seed=1, awkward=False)
    url, page = next((url, page) for url, page in print_blog(style, blog).items() if "/20" in url)
    deep = page.replace("记第2日。", f"{f'<{tag}>' * 5_000}记第2日。", 1)
    assert deep != page
    shallow, parsed = (read_page(url, html, PageKind.POST) for html in (page, deep))
    assert parsed.posts[0].title == shallow.posts[0].title
    assert "记第2日。" in (parsed.posts[0].body_text or "")
    assert parsed.author is not None
