"""The Atom feed of the newest posts."""

import sqlite3

from datasette.utils.asgi import Response
from lxml import etree

from blogarchive.browse.request_context import RequestContext
from blogarchive.browse.responses import feed_response
from blogarchive.rendering.atom import NAMESPACE, NAMESPACES, build_element, build_entry, build_head
from blogarchive.store.read import blogs as author_pages
from blogarchive.store.read import blogs as blog_lists
from blogarchive.store.read.models import BlogName, FullPost, read_post

_NEWEST = 20


async def show_feed(context: RequestContext) -> Response:
    """`/read/feed.atom`: the newest posts of all blogs with their texts."""
    blogs, posts = await context.query(_read)
    feed = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=NAMESPACES)
    feed.extend(build_head(tuple(blogs.values())))
    feed.append(build_element("link", rel="self", href=_absolute(context, "/feed.atom")))
    for post in posts:
        page_url = _absolute(context, f"/post/{post.id}")
        feed.append(build_entry(blogs[post.author_id], post, page_url=page_url))
    return feed_response(etree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _read(connection: sqlite3.Connection) -> tuple[dict[int, BlogName], list[FullPost]]:
    blogs = {blog.id: blog for blog in blog_lists.read_names(connection)}
    newest = author_pages.read_newest(connection, _NEWEST)
    posts = (read_post(connection, line.id) for line in newest if line.has_text)
    return blogs, [post for post in posts if post is not None]


def _absolute(context: RequestContext, path: str) -> str:
    url: str = context.datasette.absolute_url(context.request, context.home + path)
    return url
