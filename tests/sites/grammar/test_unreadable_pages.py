"""A part of a page that makes no sense is None and a problem; nothing is guessed."""

import pytest

from blogarchive.items import PageKind, ParsedPage
from tests.demo.blogs.generated import make_blog
from tests.sites.printed import one
from tests.sites.printed.check import read_page
from tests.sites.printed.pages import print_blog
from tests.sites.printed.style import Style

BLOG = make_blog("31182", posts=4, seed=4, months=2, awkward=False)
POST = BLOG.posts[0]
URL = f"http://127.0.0.1:8000{BLOG.post_path(POST)}"
PAGE = print_blog(Style(), BLOG)[URL]


def read(shown: str, instead: str) -> ParsedPage:
    assert shown in PAGE
    return read_page(URL, PAGE.replace(shown, instead), PageKind.POST)


def problem_kinds(parsed: ParsedPage) -> set[tuple[str, str]]:
    return {(problem.kind, problem.field) for problem in parsed.problems}


@pytest.mark.parametrize("junk", ["--", "", "很多", "12a", "1,2,3"])
def test_counters_that_are_no_numbers_are_a_problem(junk: str) -> None:
    parsed = read(f"浏览（{POST.views}）", f"浏览（{junk}）")
    post = parsed.posts[0]
    assert (post.views, post.likes, post.comment_count) == (None, POST.likes, len(POST.comments))
    assert problem_kinds(parsed) == {("unreadable", "views")}
    assert post.body_text == POST.body_text


def test_values_of_the_card_that_make_no_sense_are_problems() -> None:
    visits = read(f"{BLOG.total_visits:,}", "无数")
    assert visits.author is not None
    assert (visits.author.total_visits, visits.author.nickname) == (None, BLOG.nickname)
    assert problem_kinds(visits) == {("unreadable", "total_visits")}
    age = read(f"，{BLOG.account_age}岁", "，900岁")
    assert age.author is not None
    assert (age.author.account_age, age.author.nickname) == (None, BLOG.nickname)
    assert problem_kinds(age) == {("unreadable", "account_age")}


def test_an_invalid_month_is_a_problem_and_the_others_stay() -> None:
    first = BLOG.newest_first()[0].posted_at.date()
    rows = read_page(URL, PAGE, PageKind.POST).months
    broken = read(f"- {first}<", "- 2025-01-32<")
    assert broken.months == rows[1:]
    assert problem_kinds(broken) == {("unreadable", "archive_months")}


def test_a_comment_count_that_is_no_number_keeps_the_comments() -> None:
    post = next(post for post in BLOG.posts if post.comments)
    url = f"http://127.0.0.1:8000{BLOG.post_path(post)}"
    page = print_blog(Style(), BLOG)[url].replace(f"评论（{len(post.comments)}）", "评论（？）")
    parsed = read_page(url, page, PageKind.POST)
    assert parsed.posts[0].comment_count is None
    assert len(parsed.posts[0].comments) == len(post.comments)
    assert problem_kinds(parsed) == {("unreadable", "comment_count")}


def test_a_post_without_any_text_is_parsed() -> None:
    page = PAGE.replace(PAGE[PAGE.index("记第4日。") - 5 : PAGE.index("浏览（")], "")
    parsed = read_page(URL, page, PageKind.POST)
    assert (parsed.kind, parsed.posts[0].title) == (PageKind.POST, POST.title)


@pytest.mark.parametrize("near", ["", " 2025-01-02 10:00:00", " 2025-01-02"])
def test_links_beside_a_text_that_cannot_be_read_are_no_list_that_replaces_it(near: str) -> None:
    links = "".join(f"<li><a href='/u/31182/202501/{i}.html'>旧文{i}</a>{near}</li>" for i in range(501, 509))
    shown = (
        f"<html><body>{one.TOP}<p>一篇的正文。</p><p>上一篇：<a href='/u/31182/202501/500.html'>旧文</a></p>"
    )
    found = one.read(f"{shown}<ul>{links}</ul></body></html>")
    assert (found.kind, found.posts) == (PageKind.UNKNOWN, ())


def test_fewer_comments_than_claimed_are_stored_and_a_problem() -> None:
    post = next(post for post in BLOG.posts if len(post.comments) > 1)
    url = f"http://127.0.0.1:8000{BLOG.post_path(post)}"
    claimed = len(post.comments)
    page = print_blog(Style(), BLOG)[url].replace(f"评论（{claimed}）", f"评论（{claimed + 2}）")
    parsed = read_page(url, page, PageKind.POST)
    assert len(parsed.posts[0].comments) == claimed
    assert problem_kinds(parsed) == {("incomplete", "comments")}


def commented(broken: str, claimed: str) -> ParsedPage:
    """Parse a post with four comments; the second has this markup in its text."""
    comments = "".join(
        f"<li><div>作者：<a href='/u/{day}/'>{name}</a> 留言时间：2025-01-0{day} 10:00:00</div><div>{text}</div>"
        "<div class=small><button>回复</button> | <span>3</span></div></li>"
        for day, name, text in ((4, "甲", "好"), (3, "乙", broken), (2, "丙", "同意"), (1, "丁", "不"))
    )
    page = (
        "<title>题目一</title><h1>题目一</h1><p>2024-01-01 10:00:00</p><div class=diary_content><p>正文。</p></div>"
        f"<div>浏览(5) (2) 评论({claimed})</div><h3>文章评论</h3><ul>{comments}</ul><div>我的名片</div>"
    )
    return read_page(URL, page, PageKind.POST)


@pytest.mark.parametrize(
    "broken", ["<div>开", "<table><tr><td>开", "</div>开", "</div></li>开", "</ul>开", "<li>开"]
)
def test_a_comment_with_unbalanced_tags_does_not_change_the_others(broken: str) -> None:
    parsed = commented(broken, "4")
    shown = [(comment.body_text, comment.likes) for comment in parsed.posts[0].comments]
    assert shown == [("好", 3), ("开", 3), ("同意", 3), ("不", 3)]
    assert problem_kinds(parsed) == set()


def test_a_comment_that_hides_the_others_is_a_problem_without_a_claimed_number() -> None:
    parsed = commented("<!-- 开", "？")
    assert ("incomplete", "comments") in problem_kinds(parsed)
