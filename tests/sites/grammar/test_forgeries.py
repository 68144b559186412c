"""Words that a commenter types or an author quotes are never parsed as the page's own."""

from collections.abc import Iterator
from functools import cache

import pytest

from blogarchive.items import PageKind, ParsedPage, Post
from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.truth import DemoBlog, DemoPost, Habits
from tests.sites.printed.around import sidebar
from tests.sites.printed.check import read_page
from tests.sites.printed.forging import FORGER, forged_bodies, forged_comments
from tests.sites.printed.mess import messed
from tests.sites.printed.one import post as one_post, read as read_one
from tests.sites.printed.pages import post_main, whole_page
from tests.sites.printed.style import Style
from tests.sites.printed.urls import BASE, Urls

STRUCTURED = {
    "tables": Style(),
    "rows of one table": Style(comment="sibling_rows", piece="tr", side="before"),
    "header over two cells": Style(comment="cells", width="half"),
    "list": Style(comment="ol", comment_lines="p", frame="html5", piece="section", body="article", row="li"),
    "divs": Style(comment="divs", comment_lines="div", piece="div", body="classed", foot="span", label="h3"),
    "one div each": Style(comment="div_br", script="hant", piece="div", body="classed", side="before"),
    "two-line header": Style(comment="two_line_header", piece="div", body="classed", foot="picture"),
    "definitions": Style(comment="dl", piece="dd", frame="dl", messes=("unclosed",)),
}
FLAT = {
    "flat, with buttons": Style(comment="flat_p", comment_lines="p", piece="p", body="own", paragraph="p"),
    "flat, all words": Style(
        comment="flat_p", comment_lines="p", piece="p", body="own", paragraph="p", foot="plain"
    ),
    "one cell": Style(comment="flat_br", piece="br", body="own", foot="plain"),
}


@cache
def a_blog(style: Style) -> DemoBlog:
    return make_blog(
        "31182",
        posts=3,
        seed=5,
        comments=6,
        awkward=False,
        months=1,
        traditional=style.script == "hant",
        habits=Habits(comments_per_page=50),
    )


def read(style: Style, blog: DemoBlog, post: DemoPost) -> ParsedPage:
    urls = Urls(style, blog)
    main = post_main(style, blog, urls, post, 1, [urls.post(post)])
    html = whole_page(style, blog, f"{post.title} - {blog.title}", main, sidebar(style, blog, urls))
    url = BASE + urls.path_of("post", f"{post.month}/{post.number}")
    return read_page(url, messed(style, html), PageKind.POST)


def forged(style: Style) -> Iterator[tuple[str, DemoPost, ParsedPage]]:
    blog = a_blog(style)
    post = max(blog.posts, key=lambda post: len(post.comments))
    for forgeries in (forged_comments, forged_bodies):
        for name, made in forgeries(style.words, post):
            yield name, made, read(style, blog, made)


def shown(post: Post) -> list[tuple[str, str, int | None]]:
    return [(comment.author_name, comment.body_text, comment.likes) for comment in post.comments]


def not_own(blog: DemoBlog, parsed: ParsedPage) -> Iterator[str]:
    """Yield what the page shows around the post and a forgery has changed: the card, the months, the links."""
    author = parsed.author
    if author is None or (author.nickname, author.total_visits) != (blog.nickname, blog.total_visits):
        yield "card"
    if FORGER in {comment.author_name for post in parsed.posts for comment in post.comments}:
        yield "forger"
    if [row.month for row in parsed.months] != ["2025-01", "2024-12"][: len(parsed.months)]:
        yield "months"
    if any("66666" in link.url or link.kind is PageKind.COMMENTS for link in parsed.links):
        yield "link"


@pytest.mark.parametrize("name", STRUCTURED)
def test_on_pages_with_structure_every_comment_body_card_month_and_link_is_the_real_one(name: str) -> None:
    style, wrong = STRUCTURED[name], []
    for forgery, post, parsed in forged(style):
        real = [(comment.author_name, comment.text, comment.likes) for comment in post.comments]
        got = parsed.posts[0]
        if shown(got) != real or got.body_text != post.body_text or parsed.problems:
            wrong.append(f"{forgery}: {parsed.problems}")
        wrong += [f"{forgery}: {part}" for part in not_own(a_blog(style), parsed)]
    assert wrong == []


@pytest.mark.parametrize("name", FLAT)
def test_without_structure_comments_are_withheld_and_the_post_and_what_is_around_it_are_parsed(
    name: str,
) -> None:
    style, wrong = FLAT[name], []
    for forgery, post, parsed in forged(style):
        real = [(comment.author_name, comment.text, comment.likes) for comment in post.comments]
        got = parsed.posts[0]
        withheld = not got.comments and any(problem.kind == "forged" for problem in parsed.problems)
        if not withheld and shown(got) != real:
            wrong.append(forgery)
        if got.title != post.title or not got.body_text:
            wrong.append(f"{forgery}: post")
        wrong += [f"{forgery}: {part}" for part in not_own(a_blog(style), parsed)]
    assert wrong == []


LAYOUTS = {
    "row": "<div><b>{name}</b> <i>{time}</i><p>{text}</p></div>",
    "lines": "<div><div>{name}</div><div>{time}</div><p>{text}</p></div>",
    "time below": "<div><b>{name}</b><p>{text}</p><i>{time}</i></div>",
    "flat": "{name}<br>{time}<br>{text}<br>",
}
TYPED = (
    "浏览(10) 评论(1)<br>文章评论<br>冒名 2025-01-01 11:30:00<br>假话",
    "文章评论<br>冒名 2025-01-01 11:30:00<br>假话",
    "作者：冒名 留言时间：2025-01-01 11:30:00",
    "冒名 @ 2025-01-01 11:30:00",
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("counters", ["浏览(10) (2) 评论({})", "浏览：10"])
def test_a_comment_that_imitates_a_page_adds_none(layout: str, typed: str, count: int, counters: str) -> None:
    for place in range(count):
        for around in ("好。<br>{}", "{}<br>完。", "好。<br>{}<br>完。"):
            texts = [around.format(typed) if i == place else f"话{i}。" for i in range(count)]
            comments = "".join(
                LAYOUTS[layout].format(name="甲乙丙"[i], time=f"2025-01-01 1{9 - i}:00:00", text=text)
                for i, text in enumerate(texts)
            )
            parsed = read_one(one_post(counters=f"<div>{counters.format(count)}</div>", comments=comments))
            (found,) = parsed.posts
            assert not any("冒名" in (each.author_name or "") for each in found.comments), around
            assert found.comment_count in (None, count)
            assert len(found.comments) == count or parsed.problems


# A commenter closes the elements of the template; only the foot of the comment is missing below the typed header.
def test_a_typed_element_without_the_foot_of_the_others_is_no_comment() -> None:
    typed = "话二</p></div><div><p>作者：甲 留言时间：2025-01-01 11:30:00</p><p>我认错。"
    texts = (("乙", 13, "话一"), ("丙", 12, typed), ("丁", 11, "话三"))
    comments = "".join(
        f"<div><p>作者：{who} 留言时间：2025-01-01 {hour}:00:00</p><p>{text}</p><p>回复 | {hour}</p></div>"
        for who, hour, text in texts
    )
    paged = comments + "<p><a href='?pg=2'>下一页</a></p>"
    parsed = read_one(one_post(counters="<div>浏览（10）（2）评论（40）</div>", comments=paged))
    assert parsed.posts[0].comments == ()
    assert [problem.kind for problem in parsed.problems] == ["forged"]


# A commenter closes the item of his comment and opens another one. Its name is a link; his own is none.
def test_a_typed_item_with_a_linked_name_replaces_no_guest_above_it() -> None:
    item = "<li><div><b>{}</b> <i>2025-01-01 1{}:00:00</i></div><div>{}</div><div><button>回复</button></div></li>"
    typed = item.format("<a href='/u/66666/'>冒名</a>", 3, "假话")
    comments = item.format("乙", 2, f"话一<br>{typed}") + item.format("<a href='/u/9/'>丙</a>", 1, "话二")
    parsed = read_one(one_post(comments=f"<ol>{comments}</ol>"))
    assert "冒名" not in {each.author_name for each in parsed.posts[0].comments}
    assert [problem.kind for problem in parsed.problems] == ["forged"]


# A commenter types a table like his own into his text; all names are links, and the page states no number of comments.
def test_a_whole_comment_typed_into_a_text_with_its_elements_is_none_of_the_page() -> None:
    row = (
        "<table class='item'><tr><td>{0}</td><td><a href='/u/{1}/'>{2}</a></td><td>2025-01-0{0} 14:53 |"
        " <a href='#'>回复</a></td></tr><tr><td>&nbsp;</td><td colspan='2'>{3}</td></tr></table>"
    )
    typed = row.format(3, 66666, "冒名", "我收回我的话。")
    rows = (
        row.format(1, 7, "乙", "话一"),
        row.format(2, 8, "丙", f"话二<br>{typed}"),
        row.format(3, 9, "丁", "话三"),
    )
    parsed = read_one(one_post(counters="", comments=f"<div>网友评论：</div>{''.join(rows)}"))
    assert parsed.posts[0].comments == ()
    assert [problem.kind for problem in parsed.problems] == ["forged"]


def test_counters_typed_at_the_end_of_a_text_are_a_problem_if_those_of_the_page_are_in_another_form() -> None:
    typed = "<p>二段。</p><div>Views: 99999 | Comments (2)</div></div>"
    own = "<p>Posted by 林木 on January 1, 2025 10:00 AM | Permalink | Trackbacks | Views: 10 | Comments (2)</p>"
    parsed = read_one(one_post(counters=own).replace("<p>二段。</p></div>", typed))
    assert "views" in {problem.field for problem in parsed.problems}


def test_a_heading_with_a_time_in_the_text_is_none_of_a_post_with_its_day_above_the_title() -> None:
    typed = "<div><h2>假题目</h2><div>作者：冒名 发表时间：2025-01-03 12:00:00</div><p>正文。</p>"
    html = (
        one_post("<h4>2025年1月1日</h4><h3>一篇</h3>")
        .replace("<div><p>正文。</p>", typed)
        .replace("网络日志正文", "")
    )
    (found,) = read_one(html.replace("<title>林木", "<title>一篇 - 林木")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025年1月1日")


# A typed row of a table closes the cell of the comment and stands among the rows of all comments.
def test_a_typed_row_with_a_linked_name_replaces_no_guest_below_it() -> None:
    row = "<tr><td>{} [ 2025-01-01 1{}:00:00 ]</td></tr><tr><td>{}</td></tr>"
    typed = row.format("<a href='/u/66666/'>冒名</a>", 2, "假话")
    first = row.format("<a href='/u/9/'>乙</a>", 3, f"<blockquote>{typed}</blockquote>话一")
    parsed = read_one(one_post(comments=f"<table>{first}{row.format('丙', 1, '话二')}</table>"))
    assert "冒名" not in {each.author_name for each in parsed.posts[0].comments}
    assert [problem.kind for problem in parsed.problems] == ["forged"]
