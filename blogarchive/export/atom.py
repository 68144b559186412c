"""`export atom`: the posts as one Atom feed (RFC 4287), for feed readers and other blog hosts."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from blogarchive.export.common.dates import complete_time
from blogarchive.export.common.iterate import iterate_posts
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import atomic_file, output_file
from blogarchive.rendering.bodies import ImageToShow, render_body
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import FullPost

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACES: Any = {None: _ATOM}  # lxml's stubs have no default namespace
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "1970-01-01T00:00:00+00:00"


def export_atom(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the posts with a stored body as a feed to the file `out`, or to `feed.xml` in it if it is a folder.

    Entries are sorted oldest first within a blog and have sanitized HTML; images have their URLs at the site.
    Raises as `export_jsonl`.
    """
    path = output_file(archive, out, "feed.xml")
    posts = missing = 0
    with open_reader(archive, filters) as reader, atomic_file(path) as file:
        for written in _write(reader, file, progress):
            posts += written
            missing += not written
    return Exported(out=path, posts=posts, missing=missing)


def _write(reader: ExportReader, file: BinaryIO, progress: Progress) -> Iterator[bool]:
    """Write the feed; yield for each post whether it has an entry."""
    blogs = reader.blogs()
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{_ATOM}}}feed", nsmap=_NAMESPACES):
            for element in _feed_head(blogs):
                xml.write(element)
            for blog, post in iterate_posts(reader, progress):
                if post.has_text:
                    xml.write(_entry(blog, post))
                yield post.has_text


def _feed_head(blogs: tuple[Blog, ...]) -> Iterator[etree._Element]:
    names = "、".join(blog.title for blog in blogs) or "blogarchive"
    yield _element("title", names)
    yield _element("id", _urn("feed", *(f"{blog.site}/{blog.uid}" for blog in blogs)))
    yield _element("updated", max((blog.last_seen_at for blog in blogs), default=_NEVER))
    yield _element("generator", "blogarchive")
    for blog in blogs[:1] if len(blogs) == 1 else ():
        if blog.url.startswith(("https://", "http://")):
            yield _element("link", rel="alternate", href=blog.url)


def _entry(blog: Blog, post: FullPost) -> etree._Element:
    entry = _element("entry")
    entry.append(_element("title", post.title or f"（无题 {post.number}）"))
    entry.append(_element("id", _urn("post", blog.site, blog.uid, post.number)))
    if post.url.startswith(("https://", "http://")):
        entry.append(_element("link", rel="alternate", type="text/html", href=post.url))
    if published := complete_time(post.posted_at):
        entry.append(_element("published", published))
    entry.append(_element("updated", complete_time(post.last_changed_at) or published or post.first_seen_at))
    author = _element("author")
    author.append(_element("name", blog.nickname or blog.uid))
    entry.append(author)
    for name in post.categories:
        entry.append(_element("category", term=name))
    body = render_body(post.body_html, post.url, _show_original)
    entry.append(_element("content", body, type="html"))
    return entry


def _show_original(url: str) -> ImageToShow | None:
    return ImageToShow(url=url) if url.startswith("http") else None


def _element(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{_ATOM}}}{name}", nsmap=_NAMESPACES)
    for key, value in attributes.items():
        element.set(key, _NOT_XML.sub("", value))
    if text is not None:
        element.text = _NOT_XML.sub("", text)
    return element


def _urn(*parts: str) -> str:
    """Return an id that does not depend on the URL: it stays the same if the post moves."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'blogarchive ' + ' '.join(parts))}"
