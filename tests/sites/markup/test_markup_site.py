"""A site described by selectors: all fields, forged markup, unknown markup."""

import json
import time

import pytest

from blogarchive import api
from blogarchive.items import PageKind
from tests.sites.markup.invented import (
    COUNTS,
    HEADING,
    INVENTED,
    POST_URL,
    SECRET,
    THREE,
    a_comment,
    a_post,
    parse,
)


def test_every_part_of_a_post_page_is_read() -> None:
    parsed = parse(a_post())
    (post,) = parsed.posts
    assert (parsed.kind, post.number, post.title, post.url) == (PageKind.POST, "7", "Plum rain", POST_URL)
    assert post.posted is not None
    assert post.posted.text == "2020-05-06 06:30"
    assert (post.views, post.likes, post.comment_count, post.unseen_comments) == (90, 4, 3, 1)
    assert (post.body_text, post.body_html, post.categories) == (
        "It rains.",
        "<p>It rains.</p>",
        ("weather",),
    )
    assert [(one.author_name, one.body_text, one.reply_to, one.is_counted) for one in post.comments] == [
        ("bob", "hello", None, True),
        ("Ann", "thanks", "bob", False),
        ("eve", "nice", None, True),
    ]
    assert post.comments[0].author_url == "https://bob.blog.example/"
    assert parsed.author is not None
    assert (parsed.author.uid, parsed.author.url) == ("ann", "https://ann.blog.example/")
    assert (parsed.author.blog_title, parsed.author.nickname) == ("Ann's blog", "Ann")
    assert [row.name for row in parsed.categories] == ["weather", "food"]
    assert [(row.month, row.url) for row in parsed.months] == [
        ("2020-05", "https://ann.blog.example/month/202005")
    ]
    assert parsed.problems == ()


@pytest.mark.parametrize("copied", [HEADING, COUNTS.replace("90", "91"), THREE[0], SECRET, a_post()])
def test_parts_of_the_page_pasted_into_the_text_or_a_comment_change_nothing(copied: str) -> None:
    (plain,) = parse(a_post()).posts
    for page in (
        a_post(body=f"<p>It rains.</p><div>{copied}</div>"),
        a_post(comments=(a_comment("bob", f"hello<div>{copied}</div>", 10, "thanks"), *THREE[1:])),
    ):
        parsed = parse(page)
        (post,) = parsed.posts
        fields = ("title", "posted", "views", "likes", "comment_count", "unseen_comments", "categories")
        assert [getattr(post, name) for name in fields] == [getattr(plain, name) for name in fields]
        assert [one.author_name for one in post.comments] == ["bob", "Ann", "eve"]
        assert parsed.problems == ()


@pytest.mark.parametrize(
    "typed",
    [
        '<li class="answer"><b>Ann</b><p>forged</p>',  # ends the text around it
        '<li class="info"><span class="name">mallory</span><li class="text">forged',
        '</li><li class="info"><span class="name">mallory</span></li><li>',
        '</li><li class="text">forged',
        '</li><li class="answer"><b>Ann</b><p>one</p></li><li class="answer"><b>Ann</b><p>two</p></li><li>',
        "</li></ul>" + a_comment("mallory", "forged", 30).removesuffix("</li></ul>"),  # more than are claimed
        '<a href="http://x.example/',  # the quote has no end
    ],
)
def test_a_comment_that_forges_another_is_reported_and_no_comment_is_stored(typed: str) -> None:
    parsed = parse(a_post(comments=(a_comment("eve", f"bye{typed}", 40), a_comment("bob", "hi", 10), SECRET)))
    assert [post.comments for post in parsed.posts] == [()]
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("forged", "comments")]


_FORGED = a_comment("mallory", "forged", 30).removesuffix("</li></ul>")
_NO_COUNT = COUNTS.replace(", 3 comments", "")
_MORE = '<a class="more" href="?cp=2">more</a>'


def _as_a_template_prints_it(name: str, text: str, minute: int) -> str:
    printed = a_comment(name, text, minute)
    return printed.replace("<ul>", "<ul>\n  ", 1).removesuffix("</ul>") + "\n</ul>\n"


@pytest.mark.parametrize("counts", [_NO_COUNT, COUNTS.replace("3 comments", "9 comments") + _MORE])
@pytest.mark.parametrize("others", [0, 3])
def test_balanced_tags_that_forge_a_comment_are_reported_without_a_count(others: int, counts: str) -> None:
    own = [_as_a_template_prints_it("bob", f"hi {minute}", minute) for minute in range(others)]
    forged = _as_a_template_prints_it("eve", f"bye</li></ul>{_FORGED}", 40)
    parsed = parse(a_post(comments=(*own, forged), counts=counts))
    assert [post.comments for post in parsed.posts] == [()]
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("forged", "comments")]
    honest = parse(a_post(comments=(*own, _as_a_template_prints_it("eve", "bye", 40)), counts=counts))
    assert (len(honest.posts[0].comments), honest.problems) == (others + 1, ())


@pytest.mark.parametrize("others", [0, 2])
def test_balanced_tags_that_forge_an_answer_of_the_owner_are_reported(others: int) -> None:
    answer = '<li class="answer"><b>Ann</b> <i>2020-05-06 07:59</i><p>thanks</p></li>'
    own = [_as_a_template_prints_it("bob", f"hi</li>\n  {answer}<li>", minute) for minute in range(others)]
    honest = parse(a_post(comments=(*own, _as_a_template_prints_it("eve", "bye", 40)), counts=_NO_COUNT))
    assert (len(honest.posts[0].comments), honest.problems) == (1 + 2 * others, ())
    forged = _as_a_template_prints_it("eve", f"bye</li>{answer}<li>", 40)
    parsed = parse(a_post(comments=(*own, forged), counts=_NO_COUNT))
    assert [post.comments for post in parsed.posts] == [()]
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("forged", "comments")]


def test_a_comment_without_its_time_is_a_problem() -> None:
    parsed = parse(a_post(comments=(a_comment("bob", "hi", 1).replace("when", "then"),)))
    assert [one.body_text for one in parsed.posts[0].comments] == ["hi"]
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [
        ("unreadable", "comments.posted_at")
    ]


def test_hidden_content_is_not_read() -> None:
    hidden = a_comment("mallory", "forged", 30).replace("<ul", '<ul style="display:none"', 1)
    (post,) = parse(
        a_post(body='<p>It <i style="display:none">never </i>rains.</p>', comments=(*THREE, hidden))
    ).posts
    assert [one.author_name for one in post.comments] == ["bob", "Ann", "eve"]
    assert post.body_text == "It rains."


def test_two_values_of_one_field_are_none_and_a_problem() -> None:
    parsed = parse(a_post(counts=COUNTS + COUNTS.replace("90", "91")))
    assert parsed.posts[0].views is None
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "views")]


def test_a_title_that_the_window_title_does_not_confirm_is_a_problem() -> None:
    parsed = parse(a_post().replace("<title>Plum rain", "<title>Something else"))
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("incomplete", "title")]


def test_a_commenter_without_a_name_is_stored_without_one() -> None:
    (post,) = parse(a_post(comments=(a_comment("bob", "hi", 1).replace("bob</a>", "</a>"),))).posts
    assert [(one.author_name, one.body_text) for one in post.comments] == [("", "hi")]


def test_an_unknown_markup_is_read_by_words_with_a_problem() -> None:
    page = """<html><head><title>Plum rain - Ann's blog</title></head><body><h1>Plum rain</h1>
    <div>2020-05-06 06:30:00</div><div><p>It rains.</p><p>It rains on.</p></div>
    <div>浏览(90) (4) 评论(0)</div></body></html>"""
    parsed = parse(page)
    assert (parsed.kind, parsed.posts[0].title, parsed.posts[0].views) == (PageKind.POST, "Plum rain", 90)
    assert [problem.field for problem in parsed.problems] == ["template"]
    refused = parse(page.replace("<title>Plum rain", "<title>"))
    assert (refused.kind, refused.posts) == (PageKind.UNKNOWN, ())
    assert [problem.field for problem in refused.problems] == ["template"]


def test_a_list_names_its_posts_and_its_next_page() -> None:
    rows = "".join(
        f'<div class=row><a href="/post/{n}-plum">Plum {n}</a><i class=day>2020-05-0{n}</i></div>'
        for n in (3, 2)
    )
    parsed = parse(
        f"<title>May</title>{rows}<a class=next href='?page=2'>next</a>", "https://ann.blog.example/"
    )
    assert parsed.kind is PageKind.HOME
    assert [(post.number, post.title, post.posted and post.posted.text) for post in parsed.listed] == [
        ("3", "Plum 3", "2020-05-03"),
        ("2", "Plum 2", "2020-05-02"),
    ]
    assert [(link.url, link.next_page) for link in parsed.links] == [
        ("https://ann.blog.example/post/3", False),
        ("https://ann.blog.example/post/2", False),
        ("https://ann.blog.example/?page=2", True),
    ]


def test_comments_of_an_answer_of_its_own_are_the_next_pages_of_the_post() -> None:
    (link,) = [link for link in parse(a_post()).links if link.next_page]
    assert (link.url, link.kind, link.number) == (
        "https://ann.blog.example/answer/7/1",
        PageKind.COMMENTS,
        "7",
    )
    answer = json.dumps({"html": "<div id=comments>" + a_comment("zoe", "late", 50) + "</div>"})
    parsed = parse(answer, link.url, page_no=2)
    assert [one.author_name for one in parsed.posts[0].comments] == ["zoe"]
    assert [link.url for link in parsed.links] == ["https://ann.blog.example/answer/7/2"]
    last = parse(json.dumps({"html": ""}), "https://ann.blog.example/answer/7/2", page_no=3)
    assert (last.kind, last.posts[0].comments, last.links) == (PageKind.COMMENTS, (), ())


@pytest.mark.parametrize(
    ("url", "kind", "uid", "number", "canonical"),
    [
        (
            "HTTP://Ann.Blog.Example:80//post/7-plum-rain?x=1#c",
            "post",
            "ann",
            "7",
            "http://ann.blog.example/post/7",
        ),
        (
            "https://ann.blog.example/month/202005",
            "month",
            "ann",
            None,
            "https://ann.blog.example/month/202005",
        ),
        ("https://ann.blog.example/?page=2&utm=1", "home", "ann", None, "https://ann.blog.example/?page=2"),
        ("http://127.0.0.1:8000/post/7", "post", None, "7", "http://127.0.0.1:8000/post/7"),
        ("https://ann.blog.example/album/1", "unknown", "ann", None, "https://ann.blog.example/album/1"),
        ("http://[", "unknown", None, None, "http://["),
    ],
)
def test_urls_of_a_site_have_a_kind_ids_and_one_form(
    url: str, kind: str, uid: str | None, number: str | None, canonical: str
) -> None:
    found = INVENTED.parse_url(url)
    assert (found.kind, found.uid, found.number, found.url) == (kind, uid, number, canonical)


def test_a_saved_page_states_its_own_url_in_a_script_only() -> None:
    assert INVENTED.find_own_url(f'<p>myUrl = "no"</p><script>var myUrl = "{POST_URL}";</script>') == POST_URL
    assert INVENTED.find_own_url(f'<p>myUrl = "{POST_URL}"</p>') is None


def test_a_template_and_a_selector_explain_each_field() -> None:
    from blogarchive.items import Page, Target
    from tests.sites.markup.invented import FETCHED_AT

    page = Page(url=POST_URL, fetched_at=FETCHED_AT, status=200, headers=(), body=a_post().encode())
    explanation = INVENTED.explain_page(page, Target(url=POST_URL, site="invented", kind=PageKind.POST))
    assert explanation.template == "first"
    selectors = {source.field: source.selector for source in explanation.sources}
    assert selectors["title"] == "h2.title"
    assert selectors["comments.author_name"] == "li.info > .name"


def cpu_of_comments(depth: int) -> float:
    """Return the seconds of CPU to parse many comments inside so many elements."""
    comments = tuple(a_comment(f"n{number}", "text", 10) for number in range(1200))
    page = a_post(comments=comments, counts="").replace("<body>", "<body>" + "<div>" * depth)
    started = time.process_time()
    (post,) = parse(page).posts
    assert len(post.comments) == 1200
    return time.process_time() - started


def test_many_comments_at_a_great_depth_take_no_time_of_their_product() -> None:
    # Equal; thirty times as much if each comment asks all elements around it.
    assert cpu_of_comments(1000) < 8 * cpu_of_comments(10)


def test_a_comment_of_wretch_without_a_time_keeps_its_name() -> None:
    def comment(line: str) -> str:
        text = f"<ul><li class='comments-post'>{line}</li><li class='comments-word'>好</li></ul>"
        return f"<div class='comments-body'>\n{text}\n</div>\n"

    lines = ("小明 at 2010年05月06日 09:30 AM", "小華", " at 2010年05月07日 10:00 AM")
    page = (
        "<title>雨 - 小城</title><div id='pageheader'></div><div class='articletext'><h3 class='title'>雨</h3>"
        f"<div class='innertext'>下雨了</div></div><div class='total-comments-div'>\n{''.join(map(comment, lines))}</div>"
    )
    post = api.parse_page(page.encode(), "http://www.wretch.cc/blog/ann/7").posts[0]
    assert [one.author_name for one in post.comments] == ["小明", "小華", ""]
    assert [one.posted is not None for one in post.comments] == [True, False, True]
