"""Answers that the count of a page leaves out, and comments that it counts without showing them."""

from dataclasses import replace
from pathlib import Path

import pytest

from blogarchive.items import Comment, CrawledPage, Link, PageKind, ParsedPage, Post, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.read.status import read_status
from tests.store.fake_blog import SITE, Clock, FakeBlog, a_blog, comment, texts

_OPEN = "select detail from open_failures"


def _answer(text: str) -> Comment:
    return replace(comment("owner", "2025-01-05 10:00:00", text), is_counted=False, reply_to="a")


def _page(
    blog: FakeBlog,
    clock: Clock,
    *,
    page_no: int,
    count: int,
    further: bool,
    unseen: int,
    shown: tuple[Comment, ...],
) -> CrawledPage:
    """Return a page of the post's comments; the first one is the post's own."""
    number = max(blog.entries)
    crawled = blog.crawled(blog.post_target(number), clock())
    (post,) = crawled.parsed.posts
    links = (
        (Link(url=blog.url(f"c{page_no + 1}"), kind=PageKind.COMMENTS, next_page=True, number=post.number),)
        if further
        else ()
    )
    if page_no > 1:
        url = blog.url(f"c{page_no}")
        target = Target(
            url=url, site=SITE, kind=PageKind.COMMENTS, uid=blog.uid, post_number=post.number, page_no=page_no
        )
        crawled = replace(crawled, target=target, page=replace(crawled.page, url=url))
    kind = PageKind.POST if page_no == 1 else PageKind.COMMENTS
    changed: Post = replace(post, comment_count=count, comments=shown, unseen_comments=unseen)
    parsed: ParsedPage = replace(crawled.parsed, kind=kind, posts=(changed,), links=links)
    return replace(crawled, parsed=parsed)


_A, _B, _C = (comment(name, "2025-01-05 09:00:00", name) for name in "abc")


@pytest.mark.parametrize(("count", "complaints"), [(3, 0), (4, 1)])
def test_answers_and_unseen_comments_agree_with_the_count_of_one_page(
    tmp_path: Path, count: int, complaints: int
) -> None:
    blog, clock = a_blog(posts=1, comments=0), Clock()
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        shown = (_A, _answer("one"), _B, _answer("two"))
        page = _page(blog, clock, page_no=1, count=count, further=False, unseen=1, shown=shown)
        save_page.save_page(archive, page, run_id=None)
        assert len(texts(archive, _OPEN)) == complaints
        assert texts(archive, "select count(*) from comments") == [4]
        (status,) = read_status(archive).blogs
        assert (status.comments_held, status.posts_lacking_comments) == (2, complaints)


@pytest.mark.parametrize(("count", "complaints"), [(5, 0), (6, 1)])
def test_answers_and_unseen_comments_agree_with_the_count_of_several_pages(
    tmp_path: Path, count: int, complaints: int
) -> None:
    blog, clock = a_blog(posts=1, comments=0), Clock()
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        first = _page(
            blog, clock, page_no=1, count=count, further=True, unseen=1, shown=(_A, _answer("one"), _B)
        )
        save_page.save_page(archive, first, run_id=None)
        last = _page(blog, clock, page_no=2, count=count, further=False, unseen=1, shown=(_C, _answer("two")))
        save_page.save_page(archive, last, run_id=None)
        assert len(texts(archive, _OPEN)) == complaints
        assert sorted(map(str, texts(archive, "select body_text from comments"))) == [
            "a",
            "b",
            "c",
            "one",
            "two",
        ]
