"""Bodies as a reading page shows them: pictures from the archive, others only where the reader asks."""

import sqlite3
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from blogarchive.rendering.bodies import find_link_urls, render_body
from blogarchive.sites.post_links import resolve_post_link
from blogarchive.store.queries import post_page
from blogarchive.store.queries.post_models import Image
from blogarchive.store.queries.post_page import PostPage

_MOST_LINKS = 500  # of a page; further ones lead to the site


def shown(
    body_html: str | None,
    url: str,
    pictures: Sequence[Image],
    home: str,
    *,
    remote: bool,
    posts: Mapping[str, int],
) -> Markup:
    """`body_html` as safe HTML; with `remote`, pictures that are not held come from where they were.

    `posts` are the ids of held posts by the URLs that links call them.
    """
    held = {picture.url: f"{home}/media/{picture.sha256}" for picture in pictures if picture.sha256}

    def source(picture_url: str) -> str | None:
        if picture_url in held:
            return held[picture_url]
        return picture_url if remote and picture_url.startswith(("https://", "http://")) else None

    def post(link_url: str) -> str | None:
        return f"{home}/post/{posts[link_url]}" if link_url in posts else None

    return Markup(render_body(body_html or "", url, source, post))  # noqa: S704 - render_body gives safe HTML


def linked_posts(connection: sqlite3.Connection, found: PostPage) -> dict[str, int]:
    """The posts in the archive that a post's text and its comments link to: their ids by the links' URLs."""
    url, site = found.post.url, found.blog.site
    texts = (found.post.body_html, *(comment.body_html for comment in found.post.comments))
    urls = dict.fromkeys(link for text in texts if text for link in find_link_urls(text, url))
    named = {link: resolve_post_link(site, link, url) for link in list(urls)[:_MOST_LINKS]}
    ids = {
        link: post_page.find_post_id(connection, site, address.uid, address.number)
        for link, address in named.items()
        if address is not None and address.number is not None
    }
    return {link: held for link, held in ids.items() if held is not None}
