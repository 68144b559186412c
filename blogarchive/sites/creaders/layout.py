"""The parts of a page of blog.creaders.net around its main part, and the author that they name."""

from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import Author, ListedPost, Target
from blogarchive.sites.creaders.blog_uid import resolve_uid
from blogarchive.sites.creaders.urls import build_home_url
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.post.post_page import PostPage
from blogarchive.sites.grammar.sidebar.blog_header import BlogHeader, parse_blog_header
from blogarchive.sites.grammar.sidebar.sidebar import Sidebar, parse_sidebar


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLayout:
    """The sidebar, the blog header, and the indexes of all other lines outside a post."""

    sidebar: Sidebar
    header: BlogHeader
    main: list[int]


def parse_layout(view: PageView, post_page: PostPage | None) -> PageLayout:
    """Return the parts of a page around the post it shows, if it shows one."""
    lines = range(len(view.lines))
    outside = [i for i in lines if post_page is None or not post_page.start <= i < post_page.end]
    sidebar = parse_sidebar(view, outside)
    header = parse_blog_header(view, [i for i in outside if i not in sidebar.own_lines])
    main = [i for i in outside if i not in sidebar.own_lines and i not in header.own_lines]
    return PageLayout(sidebar=sidebar, header=header, main=main)


def build_author(
    view: PageView, target: Target, layout: PageLayout, listed: Sequence[ListedPost]
) -> Author | None:
    """Return the author as the page shows it; None if no part of the page names the blog."""
    header, card = layout.header, layout.sidebar.card
    uid = resolve_uid(view.url, target.uid, header.url, layout.sidebar.latest, listed)
    if uid is None:
        return None
    return Author(
        uid=uid,
        url=build_home_url(view.url, uid),
        nickname=card.nickname,
        blog_title=header.title,
        tagline=header.tagline,
        registered=card.registered,
        account_age=card.account_age,
        total_visits=card.total_visits,
    )
