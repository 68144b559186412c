"""Render bodies for a reading page: images from the archive, others only if the reader requests them."""

import sqlite3
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from blogarchive.rendering.bodies import ImageToShow, find_link_urls, render_body
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read import posts as post_page
from blogarchive.store.read.models import Image
from blogarchive.store.read.posts import PostPage

_MAX_LINKS = 500  # of a page; further links lead to the site


def render_for_page(
    body_html: str | None,
    url: str,
    images: Sequence[Image],
    home: str,
    *,
    remote: bool,
    posts: Mapping[str, int],
    not_stored: str,
) -> Markup:
    """Return `body_html` as sanitized HTML; if `remote`, images that are not stored are loaded from their URLs.

    `posts` are the ids of stored posts by the URLs of links; `not_stored` takes the place of other images.
    """
    stored = {
        image.url: ImageToShow(url=f"{home}/media/{image.sha256}", width=image.width, height=image.height)
        for image in images
        if image.sha256
    }

    def source(image_url: str) -> ImageToShow | None:
        if image_url in stored:
            return stored[image_url]
        is_loaded = remote and image_url.startswith(("https://", "http://"))
        return ImageToShow(url=image_url) if is_loaded else None

    def post(link_url: str) -> str | None:
        return f"{home}/post/{posts[link_url]}" if link_url in posts else None

    return Markup(render_body(body_html or "", url, source, post, not_stored=not_stored))  # noqa: S704 - render_body sanitizes


def find_linked_posts(connection: sqlite3.Connection, found: PostPage) -> dict[str, int]:
    """Return the ids of the stored posts that a post and its comments link to, by the URLs of the links."""
    url, site = found.post.url, found.blog.site
    texts = (found.post.body_html, *(comment.body_html for comment in found.post.comments))
    urls = dict.fromkeys(link for text in texts if text for link in find_link_urls(text, url))
    named = {link: resolve_post_link(site, link, url) for link in list(urls)[:_MAX_LINKS]}
    ids = {
        link: post_page.find_post_id(connection, site, parsed.uid, parsed.number)
        for link, parsed in named.items()
        if parsed is not None and parsed.number is not None
    }
    return {link: post_id for link, post_id in ids.items() if post_id is not None}
