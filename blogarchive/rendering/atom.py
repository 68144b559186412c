"""Elements of Atom feeds (RFC 4287), shared by the export and the served feed."""

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lxml import etree

from blogarchive.rendering.bodies import ImageToShow, render_body
from blogarchive.store.read.models import BlogHeader, FullPost, join_titles
from blogarchive.store.rows import complete_time

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
NAMESPACES: Final[Any] = {None: NAMESPACE}  # lxml's stubs have no default namespace

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "1970-01-01T00:00:00+00:00"


def build_head(blogs: Sequence[BlogHeader]) -> Iterator[etree._Element]:
    """Yield title, id, time and generator of a feed of these blogs, and the link of a single one."""
    yield build_element("title", join_titles(blogs))
    yield build_element("id", _urn("feed", *(f"{blog.site}/{blog.uid}" for blog in blogs)))
    yield build_element("updated", max((blog.last_seen_at for blog in blogs), default=_NEVER))
    yield build_element("generator", "blogarchive")
    for blog in blogs[:1] if len(blogs) == 1 else ():
        if blog.url.startswith(("https://", "http://")):
            yield build_element("link", rel="alternate", href=blog.url)


def build_entry(blog: BlogHeader, post: FullPost, *, page_url: str = "") -> etree._Element:
    """Return the entry of a post with its sanitized body; images have their URLs at the site.

    `page_url` is the page that a reader opens; without it, the entry links to the site alone.
    """
    entry = build_element("entry")
    entry.append(build_element("title", post.title or f"（无题 {post.number}）"))
    entry.append(build_element("id", _urn("post", blog.site, blog.uid, post.number)))
    if page_url:
        entry.append(build_element("link", rel="alternate", type="text/html", href=page_url))
    if post.url.startswith(("https://", "http://")):
        rel = "via" if page_url else "alternate"
        entry.append(build_element("link", rel=rel, type="text/html", href=post.url))
    if published := complete_time(post.posted_at):
        entry.append(build_element("published", published))
    updated = complete_time(post.last_changed_at) or published or post.first_seen_at
    entry.append(build_element("updated", updated))
    author = build_element("author")
    author.append(build_element("name", blog.name))
    entry.append(author)
    entry.extend(build_element("category", term=name) for name in post.categories)
    entry.append(build_element("content", render_body(post.body_html, post.url, _at_site), type="html"))
    return entry


def _at_site(url: str) -> ImageToShow | None:
    return ImageToShow(url=url) if url.startswith("http") else None


def build_element(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Return an element of Atom, without characters that XML forbids."""
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap=NAMESPACES)
    for key, value in attributes.items():
        element.set(key, NOT_XML.sub("", value))
    if text is not None:
        element.text = NOT_XML.sub("", text)
    return element


def _urn(*parts: str) -> str:
    """Return an id that does not depend on the URL: it stays the same if the post moves."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'blogarchive ' + ' '.join(parts))}"
