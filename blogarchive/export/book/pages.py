"""Render the files of an EPUB 3 book (https://www.w3.org/TR/epub-33/) that EPUB 2 readers open too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import attrgetter

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from blogarchive.export.html_to_markdown import to_markdown
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.store.read.models import Blog, FullPost

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A post in the book: its file, its title, and its part (the month) in the table of contents."""

    name: str
    title: str
    part: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """The metadata of the book; `modified` is when its newest blog was last seen (UTC, with Z)."""

    identifier: str
    title: str
    authors: tuple[str, ...]
    modified: str
    chapters: Sequence[Chapter]
    images: Sequence[str]

    @property
    def parts(self) -> list[tuple[str, list[Chapter]]]:
        """The chapters by part, in reading order."""
        return [(part, list(chapters)) for part, chapters in groupby(self.chapters, attrgetter("part"))]


def read_static(name: str) -> bytes:
    """Return a file that is the same in every book."""
    return files("blogarchive.export.book").joinpath("templates").joinpath(name).read_bytes()


def render_file(name: str, book: Book) -> bytes:
    """Return a file that describes the whole book."""
    return _render(name, book=book)


def render_chapter(
    blog: Blog, post: FullPost, title: str, image: ImageSource, post_links: PostSource
) -> bytes:
    """Return the page of a post with its comments; `image` and `post_links` return URLs inside the book."""

    def render(body_html: str) -> Markup:
        return book_html(render_body(body_html, post.url, image, post_links))

    return _render("chapter.xhtml", blog=blog, post=post, title=title, render=render)


def book_html(body_html: str) -> Markup:
    """Return a body in the few elements that every e-book reader supports, as well-formed XHTML.

    It is converted to Markdown and back: bodies of twenty years nest font in p in span in table.
    """
    return Markup(_markdown().render(to_markdown(body_html)))  # noqa: S704 - raw HTML is off, so the result has none (XSS)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])


def _render(name: str, **values: object) -> bytes:
    return _NOT_XML.sub("", _environment().get_template(name).render(values)).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("blogarchive.export.book"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
