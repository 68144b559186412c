"""The traps of the demo's blogs are in their pages; that pages show the data of the blogs, parsers prove."""

import re
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import urljoin

import pytest

from tests.demo import DemoHost, DemoPost, make_blog, sample_blog
from tests.demo.blogs.forgeries import VICTIM
from tests.demo.blogs.truth import Excerpts, Habits
from tests.demo.hostile import hostile_blog
from tests.demo.markup.by_name import MARKUPS
from tests.demo.reader import get, lines_of, links_of, text_of

Serve = Callable[..., DemoHost]
NAMES = sorted(MARKUPS)


def folded(text: str) -> list[str]:
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return [line for line in lines if line]


def test_nobody_of_the_forged_name_comments() -> None:
    for blog in (sample_blog(), make_blog("27282", posts=60)):
        texts = [comment.text for post in blog.posts for comment in post.comments]
        assert any(VICTIM in text for text in texts)
        assert all(comment.author_name != VICTIM for post in blog.posts for comment in post.comments)


@pytest.mark.parametrize(
    ("habit", "shown"), [(Excerpts.NONE, False), (Excerpts.BEGINNING, False), (Excerpts.WHOLE, True)]
)
def test_the_home_page_shows_titles_beginnings_or_whole_posts(
    serve: Serve, habit: Excerpts, shown: bool
) -> None:
    blog = make_blog("31182", posts=12, awkward=False, habits=Habits(excerpts=habit))
    lines = lines_of(text_of(get(serve([blog]).blog_url("31182"))))
    post = blog.newest_first()[0]
    assert ("\n".join(folded(post.body_text)) in "\n".join(lines)) is shown


def test_the_calendar_leads_on_for_ever(serve: Serve) -> None:
    blog = sample_blog()
    url, months = serve([blog]).blog_url(blog.uid), []
    for _ in range(15):
        page = text_of(get(url))
        months.append(re.search(r"&lt;&lt;</a> (\d{4}-\d\d) ", page)[1])
        url = urljoin(url, next(href for words, href in links_of(page) if words == "<<"))
    assert months == sorted(months, reverse=True)
    assert len(set(months)) == 15


def test_session_ids_change_with_every_page(serve: Serve) -> None:
    blog = sample_blog()
    host = serve([blog])
    first, second = (get(host.blog_url(blog.uid)).body for _ in range(2))
    assert first != second
    assert re.sub(rb"PHPSESSID=\w+", b"", first) == re.sub(rb"PHPSESSID=\w+", b"", second)


def test_pages_hold_the_bytes_that_browsers_have_to_guess(serve: Serve) -> None:
    blog = sample_blog()
    post = blog.post(500870)
    tables = get(serve([blog], markup="tables").post_url(blog.uid, post.number))
    assert b"charset=gb2312" in tables.body
    assert "镕".encode("gbk") in tables.body
    assert "𠮷".encode("gb18030") in tables.body
    assert "二十一".encode("gbk") + b"\x80" in tables.body
    lists = get(serve([blog], markup="lists").post_url(blog.uid, post.number))
    assert b"charset=gb2312" in lists.body
    assert "二十一€".encode() in lists.body
    lines = get(serve([blog], markup="lines").post_url(blog.uid, post.number))
    assert "喆".encode("big5hkscs") in lines.body
    assert b"&#134071;" in lines.body


def test_times_of_comments_run_from_the_newest_to_the_oldest() -> None:
    def ordered(post: DemoPost) -> bool:
        return all(a.posted_at >= b.posted_at >= post.posted_at for a, b in pairwise(post.comments))

    for blog in (sample_blog(), make_blog("27282", posts=60), make_blog("5", posts=60, traditional=True)):
        assert all(map(ordered, blog.posts))
        assert any(a == b for post in blog.posts for a, b in pairwise(post.comments))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_blog_cannot_break_the_page_around_its_text(serve: Serve, name: str) -> None:
    blog = hostile_blog()
    host = serve([blog], markup=name)
    for post in blog.posts:
        page = text_of(get(host.post_url(blog.uid, post.number)))
        if post.posted_at.day != 30:  # the post of that day is the one whose body is raw HTML
            assert "<script" not in page
        assert any(line.startswith(" ".join(post.title.split())) for line in lines_of(page))
