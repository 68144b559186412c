"""Names that visitors of Chinese blogs sign with, in the markup of several engines: numbers, labels, each other's names."""

# ruff: noqa: E501 - the markup of a theme is easier to compare on its own lines

import pytest

from blogarchive import api
from tests.sites.engines.test_comment_rows import READ_AT, URL, read

AT = "2025-05-0{n} 09:0{n}"
NAMED = '<li id="li-comment-{n}"><div class="zh-meta"><span class="zh-comment-author">{name}</span><time>{at}</time></div><div class="zh-content"><p>{text}</p></div><a href="?to={n}">回复</a></li>'
BUTTON = '<li id="comment-{n}"><div class="comment-author vcard"><span class="reply"><a href="#respond">[回复]</a></span><strong><a href="http://x{n}.example.org/" class="url">{name}</a></strong>：<span>发表于 {at}</span></div><p>{text}</p></li>'
RANKED = '<li id="comment-{n}"><div class="comment-author"><strong><a href="http://x{n}.example.org/">{name}</a></strong> <span class="rank">（潜水）</span><span>发表于{at}</span></div><p>{text}</p></li>'
CITED = '<li id="comment-{n}"><cite><strong>{name}</strong> &#8212; {at}</cite><br />{text}<br /></li>'


def names(markup: str, *comments: tuple[str, str]) -> list[str]:
    rows = "".join(
        markup.format(n=n, name=name, text=text, at=AT.format(n=n))
        for n, (name, text) in enumerate(comments, start=2)
    )
    page = read(f'<h3>{len(comments)} 条评论</h3><ol class="commentlist">{rows}</ol>')
    assert not page.problems
    return [one.author_name for one in page.posts[0].comments]


@pytest.mark.parametrize("name", ["2333", "16", "1", "10086", "w", "..."])
@pytest.mark.parametrize("others", [[], [("青禾", "桥在哪里？")]])
def test_a_visitor_may_sign_with_a_number_a_letter_or_dots(name: str, others: list[tuple[str, str]]) -> None:
    assert names(NAMED, (name, "水真大。"), *others) == [name, *(other for other, _ in others)]


@pytest.mark.parametrize("name", ["沙发", "7", "admin"])
@pytest.mark.parametrize("markup", [BUTTON, RANKED])
def test_neither_a_button_nor_a_rank_beside_a_name_is_the_name(markup: str, name: str) -> None:
    assert names(markup, (name, "水真大。"), ("老木", "坡上看得见。")) == [name, "老木"]


def test_a_text_may_begin_with_the_name_of_its_author() -> None:
    assert names(CITED, ("河边人", "河边人路过。"), ("老木", "欢迎。")) == ["河边人", "老木"]


def test_a_name_that_an_answer_links_is_no_button() -> None:
    item = '<li id="c{n}"><main><div class="top"><a class="user-name" href="{url}">{name}</a> {to} <time>{at}</time> <a class="reply-btn" href="?c={n}">回复</a></div><div class="text">{text}</div></main></li>'
    first = item.format(
        n=2, url="http://x.example.org/", name="青禾", to="", at=AT.format(n=2), text="桥在哪里？"
    )
    to = '@<a class="user-name" href="/notes/bridge/index.html#c2">青禾</a>'
    second = item.format(
        n=3, url="http://y.example.org/", name="老木", to=to, at=AT.format(n=3), text="坡下。"
    )
    found = read(f'<ul class="comments" id="comments">{first}{second}</ul>').posts[0].comments
    assert [one.author_name for one in found] == ["青禾", "老木"]


def test_the_link_to_the_answered_one_is_no_text_even_if_the_name_has_spaces() -> None:
    to = '<b><a href="#c9">@青 禾</a></b>'
    page = read(
        f'<ol class="comments"><li id="comment-2"><b class="fn">老木</b><time>{AT.format(n=2)}</time>'
        f'<div class="comment-content">{to}<div><p>坡下。</p></div></div></li></ol>'
    )
    assert [one.body_text for one in page.posts[0].comments] == ["坡下。"]


@pytest.mark.parametrize("heading", ["桥的更新", "桥<sup>有更新！</sup>"])
def test_a_word_in_the_heading_does_not_make_the_date_that_of_a_change(heading: str) -> None:
    text = "<p>" + "河水涨到了桥墩的第三道线，卖菜的人都往坡上挪。" * 6 + "</p>"
    post = f"<h1>{heading}</h1><div class='line'><time>2025-05-01</time></div><div class='post-content'>{text}</div>"
    head = '<meta charset="utf-8"><title>桥的更新 | 北坡</title>'
    page = api.parse_page(
        f"<html><head>{head}</head><body>{post}</body></html>".encode(), URL, fetched_at=READ_AT
    )
    assert not [one for one in page.problems if one.field == "posted_at"]


@pytest.mark.parametrize(
    "month",
    ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
)
def test_comments_of_each_month_in_chinese_have_their_day(month: str) -> None:
    item = f'<li id="c2"><cite>老木</cite> <a href="#c2">{month} 12th, 2018</a><p>坡下。</p></li>'
    page = read(f'<div id="comments"><h3>1 条评论</h3><ol>{item}</ol></div>', when=f"{month} 11, 2018")
    assert [one.posted and one.posted.at for one in (page.posts[0], *page.posts[0].comments)].count(None) == 0
    assert not page.problems


def test_the_word_behind_a_date_with_spaces_is_no_name() -> None:
    item = "<table class='reply'><tr><td>mailper</td><td>2025 年 5 月 2 日</td></tr><tr><td colspan='2'>坡下。</td></tr></table>"
    page = read(f'<div id="comments"><h3>1 条评论</h3>{item}</div>')
    assert [one.author_name for one in page.posts[0].comments] == ["mailper"]


def test_the_way_home_below_a_title_is_not_of_the_text() -> None:
    path = "<div class='now'><a href='/'>首页</a><span>&gt;</span><a href='/notes/'>河边</a><span>&gt;</span>桥</div>"
    text = "<p>" + "河水涨到了桥墩的第三道线，卖菜的人都往坡上挪。" * 6 + "</p>"
    post = f"<div class='abox'><h2><span>2025-05-01</span>桥</h2>{path}{text}</div>"
    head = '<meta charset="utf-8"><title>桥_北坡</title>'
    page = api.parse_page(
        f"<html><head>{head}</head><body>{post}</body></html>".encode(), URL, fetched_at=READ_AT
    )
    assert (page.posts[0].body_text or "").startswith("河水")


def test_a_number_of_the_comment_beside_a_link_to_answer_is_no_name() -> None:
    markup = (
        '<li id="comment-{n}"><div class="author">{n} <a href="#to-{n}">回复</a></div><b>{name}</b> <i>{at}</i>'
        "<p>{text}</p></li>"
    )
    assert names(markup, ("青禾", "水真大。"), ("老木", "坡上看得见。")) == ["青禾", "老木"]


def test_comments_without_times_are_stored_beside_links_to_answer_them_and_told() -> None:
    item = '<li class="comment" id="comment-{n}"><cite class="fn">{name}</cite> <a href="#to-{n}">回复</a><p>{text}</p></li>'
    rows = "".join(
        item.format(n=n, name=name, text=text)
        for n, (name, text) in enumerate((("青禾", "水真大。"), ("老木", "坡上看得见。")), start=2)
    )
    page = read(f'<div id="comments"><h3>2 条评论</h3><ol>{rows}</ol></div>')
    assert [(one.author_name, one.posted) for one in page.posts[0].comments] == [
        ("青禾", None),
        ("老木", None),
    ]
    assert [(one.field, one.kind) for one in page.problems] == [("comments", "unreadable")]
