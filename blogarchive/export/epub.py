"""`export epub`: the posts as one book for e-readers and phones."""

import re
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from blogarchive.export.folder import Digests, UniqueNames, atomic_file, output_file, safe_name
from blogarchive.export.markdown import to_markdown
from blogarchive.export.posts import (
    InternalLinks,
    PostInput,
    collect_input,
    image_file_name,
    make_image_source,
    render_posts,
)
from blogarchive.export.run import Exported
from blogarchive.parsing.images import detect_image_type, is_intact
from blogarchive.rendering.atom import join_titles
from blogarchive.rendering.bodies import ImageSource, ImageToShow, PostSource, render_body
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, FullPost, Image, PostHeading
from blogarchive.store.rows import Progress, no_progress

# pages

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
    return files("blogarchive.export").joinpath("templates", "book", name).read_bytes()


def render_file(name: str, book: Book) -> bytes:
    """Return a file that describes the whole book."""
    return _render_of_pages(name, book=book)


def render_chapter(
    blog: Blog, post: FullPost, title: str, image: ImageSource, post_links: PostSource
) -> bytes:
    """Return the page of a post with its comments; `image` and `post_links` return URLs inside the book."""

    def render(body_html: str) -> Markup:
        return book_html(render_body(body_html, post.url, image, post_links))

    return _render_of_pages("chapter.xhtml", blog=blog, post=post, title=title, render=render)


def book_html(body_html: str) -> Markup:
    """Return a body in the few elements that every e-book reader supports, as well-formed XHTML.

    It is converted to Markdown and back: bodies of twenty years nest font in p in span in table.
    """
    return Markup(_markdown().render(to_markdown(body_html)))  # noqa: S704 - raw HTML is off, so the result has none (XSS)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])


def _render_of_pages(name: str, **values: object) -> bytes:
    return _NOT_XML.sub("", _environment().get_template(name).render(values)).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("blogarchive.export", "templates/book"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


# volumes

Division = Literal["blog", "year"]
_UNDATED = "没有日期"


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """The posts of a book, oldest first; `name` is its file name, `year` is None if it has posts of all years."""

    name: str
    blogs: tuple[Blog, ...]
    posts: tuple[tuple[Blog, PostHeading], ...]
    year: str | None = None

    @property
    def title(self) -> str:
        """The titles of the first blogs, with the year."""
        title = join_titles(self.blogs)
        return f"{title} {self.year}" if self.year else title


def plan_volumes(reader: ExportReader, each: Division | None) -> list[Volume]:
    """Return the books; without `each` one with all posts. A book without a stored text is left out."""
    blogs = reader.blogs()
    if each is None:
        posts = tuple((blog, heading) for blog in blogs for heading in reader.headings(blog))
        return [Volume(name="blog.epub", blogs=blogs, posts=posts)]
    names = UniqueNames()
    return [
        Volume(
            name=names.claim(safe_name(f"{blog.title} {year or ''}"), blog.uid) + ".epub",
            blogs=(blog,),
            posts=posts,
            year=year,
        )
        for blog in blogs
        for year, posts in _divide(blog, reader.headings(blog), each)
        if any(heading.has_text for _, heading in posts)
    ]


def _divide(
    blog: Blog, headings: tuple[PostHeading, ...], each: Division
) -> Iterator[tuple[str | None, tuple[tuple[Blog, PostHeading], ...]]]:
    if each == "blog":
        yield None, tuple((blog, heading) for heading in headings)
        return
    for year, group in groupby(headings, _year):
        yield year, tuple((blog, heading) for heading in group)


def _year(heading: PostHeading) -> str:
    return (heading.posted_at or "")[:4] or _UNDATED


# epub

_DAY_ZERO = (1980, 1, 1, 0, 0, 0)


def export_epub(
    archive: Path,
    out: Path,
    *,
    each: Division | None = None,
    filters: Filters | None = None,
    progress: Progress = no_progress,
) -> Exported:
    """Write the posts with a stored body as a book to the file `out`, or to `blog.epub` in it if it is a folder.

    One chapter for each post, oldest first, grouped by month; comments follow the text; images are inside. With `each`,
    `out` is a folder with a book for each blog, or for each blog and year. Raises as `export_jsonl`.
    """
    with open_reader(archive, filters) as reader:
        volumes = plan_volumes(reader, each)
        total, done = sum(len(volume.posts) for volume in volumes), 0
        written = []
        files: Digests = {}
        for volume in volumes:
            path = output_file(archive, out if each is None else out / volume.name, volume.name)
            for_volume = partial(_add_progress, progress, done, total)
            written.append(_write_book(reader, volume, path, files, for_volume))
            done += len(volume.posts)
        state = reader.finish()
    return Exported(
        out=path if each is None else out,
        posts=sum(len(book.chapters) for book in written),
        comments=sum(book.comments for book in written),
        pictures=sum(book.image_count for book in written),
        missing=sum(book.missing for book in written),
        files=files,
        archive_state=state,
    )


def _add_progress(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _write_book(
    reader: ExportReader, volume: Volume, path: Path, files: Digests, progress: Callable[[int], None]
) -> "_BookWriter":
    with atomic_file(path, files) as file, zipfile.ZipFile(file, "w") as book:
        writer = _BookWriter(reader, volume, book)
        writer.add_posts(progress)
        writer.finish()
    return writer


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """A chapter, and the images that no earlier chapter shows."""

    chapter: Chapter
    images: list[Image] = field(default_factory=list)


def _render_of_epub(given: PostInput) -> bytes:
    page = cast("_Page", given.page)
    return render_chapter(given.blog, given.post, page.chapter.title, given.images.get, given.links.get)


class _BookWriter:
    """Writes chapters and images first, then the files that list them."""

    def __init__(self, reader: ExportReader, volume: Volume, book: zipfile.ZipFile) -> None:
        self.chapters: list[Chapter] = []
        self._images: dict[str, bool] = {}
        self.comments = self.missing = self.image_count = 0
        self._reader = reader
        self._volume = volume
        self._blogs = volume.blogs
        stored = [(blog, heading) for blog, heading in volume.posts if heading.has_text]
        self._files = {heading.id: f"c{place:05}.xhtml" for place, (_, heading) in enumerate(stored, 1)}
        self._links = InternalLinks((blog, heading, self._files[heading.id]) for blog, heading in stored)
        self._zip = book
        self._write("mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        self._write("META-INF/container.xml", read_static("container.xml"))
        self._write("book/style.css", read_static("style.css"))

    def add_posts(self, progress: Callable[[int], None]) -> None:
        """Write a chapter for each post, rendered on all cores, behind the images that it shows first."""
        for given, content in render_posts(self._inputs(progress), _render_of_epub):
            page = cast("_Page", given.page)
            for image in page.images:
                self._write(
                    f"book/images/{image_file_name(image)}",
                    self._reader.image_bytes(image.sha256 or ""),
                    zipfile.ZIP_STORED,
                )
            self._write(f"book/{page.chapter.name}", content)
            self.chapters.append(page.chapter)
            self.comments += len(given.post.comments)

    def _inputs(self, progress: Callable[[int], None]) -> Iterator[PostInput]:
        for done, (blog, heading) in enumerate(self._volume.posts, 1):
            if heading.has_text:
                yield self._input(blog, self._reader.post(heading))
            else:
                self.missing += 1
            progress(done)

    def _input(self, blog: Blog, post: FullPost) -> PostInput:
        title = " ".join((post.title or "").split()) or f"无题 {post.number}"
        month = (post.posted_at or "")[:7] or "没有日期"
        part = month if len(self._blogs) == 1 else f"{blog.title} {month}"
        page = _Page(chapter=Chapter(name=self._files[post.id], title=title, part=part))
        post_links = self._links.source_for(blog, post, page.chapter.name)
        return collect_input(blog, post, self._image_source(post, page.images), post_links, page=page)

    def finish(self) -> None:
        images = [name for name, is_valid in self._images.items() if is_valid]
        self.image_count = len(images)
        book = Book(
            identifier=self._identifier(),
            title=self._volume.title,
            authors=tuple(blog.nickname or blog.title for blog in self._blogs),
            modified=self._modified(),
            chapters=self.chapters,
            images=images,
        )
        for name in ("title.xhtml", "nav.xhtml", "toc.ncx", "content.opf"):
            self._write(f"book/{name}", render_file(name, book))

    def _image_source(self, post: FullPost, new: list[Image]) -> ImageSource:
        """Return the source of the images of a post; valid images that the book has not yet are added to `new`."""

        def check(name: str, image: Image) -> None:
            if name not in self._images:
                self._images[name] = self._is_valid(image)
                if self._images[name]:
                    new.append(image)

        stored = make_image_source(self._reader, post, check, "images/")

        def source(url: str) -> ImageToShow | None:
            image = stored(url)
            return image if image and self._images[image.url.removeprefix("images/")] else None

        return source

    def _is_valid(self, image: Image) -> bool:
        """Return whether the image is intact and of the stored type: readers refuse a whole book for one wrong image."""
        body = self._reader.image_bytes(image.sha256 or "")
        return detect_image_type(body) == image.content_type and is_intact(body, image.content_type or "")

    def _identifier(self) -> str:
        names = " ".join(f"{blog.site}/{blog.uid}" for blog in self._blogs)
        if self._volume.year:
            names += f" {self._volume.year}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'blogarchive epub {names}')}"

    def _modified(self) -> str:
        newest = max((blog.last_seen_at for blog in self._blogs), default="1980-01-01T00:00:00+00:00")
        return datetime.fromisoformat(newest).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _write(self, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        entry = zipfile.ZipInfo(name, _DAY_ZERO)
        entry.compress_type = method
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        self._zip.writestr(entry, content)
