"""What stands around the main part of a page of blog.creaders.net, and whose blog it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import Author, ListedPost, Target
from blogarchive.sites.creaders.owner import owner
from blogarchive.sites.creaders.urls import build_home_url
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.post.post_page import PostPage
from blogarchive.sites.grammar.sidebar.blog_header import BlogHeader, read_blog_header
from blogarchive.sites.grammar.sidebar.sidebar import Sidebar, read_sidebar


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What stands around a page's main part, the lines `main`."""

    sidebar: Sidebar
    header: BlogHeader
    main: list[int]


def frame_of(view: PageView, shown: PostPage | None) -> Frame:
    """The frame of a page that shows this post, or none."""
    lines = range(len(view.lines))
    outside = [i for i in lines if shown is None or not shown.start <= i < shown.end]
    sidebar = read_sidebar(view, outside)
    header = read_blog_header(view, [i for i in outside if i not in sidebar.taken])
    main = [i for i in outside if i not in sidebar.taken and i not in header.taken]
    return Frame(sidebar=sidebar, header=header, main=main)


def author_of(view: PageView, target: Target, frame: Frame, listed: Sequence[ListedPost]) -> Author | None:
    """The author as the frame of the page shows it; None where nothing says whose blog it is."""
    header, card = frame.header, frame.sidebar.card
    uid = owner(view.url, target.uid, header.url, frame.sidebar.latest, listed)
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
