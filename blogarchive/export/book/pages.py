"""Renders the files of an EPUB 3 book (https://www.w3.org/TR/epub-33/), readable by EPUB 2 readers too."""

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
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import FullPost

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """A post in the book: its file, its title, and the month it stands under in the table of contents."""

    name: str
    title: str
    part: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What the book as a whole is called, by whom, and when the newest of it was seen (UTC, with Z)."""

    identifier: str
    title: str
    authors: tuple[str, ...]
    modified: str
    chapters: Sequence[Chapter]
    pictures: Sequence[str]

    @property
    def parts(self) -> list[tuple[str, list[Chapter]]]:
        """The chapters by month, in their order."""
        return [(part, list(chapters)) for part, chapters in groupby(self.chapters, attrgetter("part"))]


def static(name: str) -> bytes:
    """A file of the book that is the same in every book."""
    return files("blogarchive.export.book").joinpath("templates").joinpath(name).read_bytes()


def render(name: str, book: Book) -> bytes:
    """A file that describes the whole book."""
    return _rendered(name, book=book)


def chapter(blog: Blog, post: FullPost, title: str, picture: ImageSource, linked: PostSource) -> bytes:
    """The page of a post with its comments; `picture` and `linked` give what they show and lead to in the book."""

    def shown(body_html: str) -> Markup:
        return book_html(render_body(body_html, post.url, picture, linked))

    return _rendered("chapter.xhtml", blog=blog, post=post, title=title, shown=shown)


def book_html(body_html: str) -> Markup:
    """A body in the few elements that every e-book reader knows, well-formed and nested as XHTML asks.

    It goes through Markdown, which knows nothing else: bodies of twenty years hold font in p in span in table.
    """
    return Markup(_markdown().render(to_markdown(body_html)))  # noqa: S704 - raw HTML is off, so none of it is in it


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])


def _rendered(name: str, **values: object) -> bytes:
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
