"""A blog of eight posts; two of its authors' posts quote the end of another page, one quotes counters."""

from dataclasses import dataclass, replace

from tests.demo.blogs.body import para
from tests.demo.blogs.forgeries import quoted_page
from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.demo.markup.by_name import MARKUPS
from tests.lies.host import UID
from tests.tool import Tool

_PAGE_QUOTED, _COUNTERS_QUOTED = (1, 4), 6


def quoting_blog(markup: str, *, posts: int = 8) -> DemoBlog:
    """Return the blog with quotations in the words of a markup."""
    blog = make_blog(UID, posts=posts, awkward=False, comments=3, months=2)
    words = MARKUPS[markup].labels(blog.traditional)
    counters = f"{words.views}{words.paren(88)} {words.paren(7)} {words.comments}{words.paren(9)}"

    def quote(place: int, post: DemoPost) -> DemoPost:
        if place in _PAGE_QUOTED:
            return replace(post, body=(*post.body, *quoted_page(words, post.posted_at)))
        if place == _COUNTERS_QUOTED:
            return replace(post, body=(*post.body[:2], para(counters), *post.body[2:]))
        return post

    return replace(blog, posts=tuple(quote(place, post) for place, post in enumerate(blog.posts)))


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Facts that a lie must not change: texts and times, revisions, and posts and comments with their gone marks."""

    posts: list[tuple[object, ...]]
    revisions: int
    comments: list[tuple[object, ...]]


def stored(tool: Tool) -> Stored:
    """Return what the archive stores."""
    return Stored(
        posts=tool.rows(
            "select number, title, body_html, body_text, posted_at, gone_at from posts order by number"
        ),
        revisions=tool.scalar("select count(*) from post_revisions"),
        comments=tool.rows(
            "select post_id, fingerprint, body_text, gone_at from comments order by post_id, fingerprint"
        ),
    )
