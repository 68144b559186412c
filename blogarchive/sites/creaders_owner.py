"""Whose blog a page of blog.creaders.net is, and which of the posts that it links to are that blog's."""

from collections.abc import Sequence
from dataclasses import replace

from blogarchive.items import ListedPost, PageKind
from blogarchive.sites.creaders_urls import address
from blogarchive.sites.grammar.sidebar import Sidebar
from blogarchive.sites.grammar.view import View


def owner(reached: str, asked: str | None, shown: str | None, latest: Sequence[ListedPost]) -> str | None:
    """The uid: by the page's address, by what was asked for, by the page's own URL line, by the newest posts.

    `reached` and `shown` are URLs, `asked` a uid. A number wins over the name that an old address calls the blog by,
    and the address that was reached over the one that was asked for: a closed blog may send its reader to another, or
    show another in its place. The URL line alone tells little, an author may have typed it; with the posts it does.
    """
    own = address(shown).uid if shown else None
    linked = next((uid for post in latest if post.url and (uid := address(post.url).uid)), None)
    if own is not None and own == linked and own.isdigit():
        return own
    told = [uid for uid in (address(reached).uid, asked, own, linked) if uid]
    return next(filter(str.isdigit, told), told[0] if told else None)


def links_to_others(view: View, uid: str | None) -> bool:
    """Whether the page links to a post of another blog than that of `uid`, a number."""
    if uid is None or not uid.isdigit():
        return False
    found = {
        target.uid
        for index in view.posts
        for _, _, target in view.links[index]
        if target is not None and target.kind is PageKind.POST
    }
    return not found <= {uid, None}


def own_posts(posts: Sequence[ListedPost], uid: str | None) -> tuple[ListedPost, ...]:
    """The posts that are not another blog's by their URLs."""
    return tuple([post for post in posts if not post.url or address(post.url).uid in (uid, None)])


def own_sidebar(sidebar: Sidebar, uid: str | None) -> Sidebar:
    """The sidebar without posts of other blogs."""
    categories = tuple([replace(row, posts=own_posts(row.posts, uid)) for row in sidebar.categories])
    return replace(sidebar, latest=own_posts(sidebar.latest, uid), categories=categories)
