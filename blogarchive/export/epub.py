"""`export epub`: the posts as one book for e-readers and phones."""

import contextlib
import json
import os
import re
import uuid
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from blogarchive.export.folder import Digests, UniqueNames, atomic_file, output_file, safe_name
from blogarchive.export.markdown import to_markdown
from blogarchive.export.posts import (
    InternalLinks,
    PostInput,
    PostPlan,
    image_file_name,
    render_posts,
    shown_blog,
)
from blogarchive.export.run import Exported
from blogarchive.parsing.images import detect_image_type, is_intact
from blogarchive.rendering.atom import join_titles
from blogarchive.rendering.bodies import ImageSource, ImageToShow, PostSource, render_body
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, FullPost, Image, PostHeading
from blogarchive.store.rows import Progress, no_progress

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
    return _render_template(name, book=book)


def render_chapter(
    blog: Blog, post: FullPost, title: str, image: ImageSource, post_links: PostSource
) -> bytes:
    """Return the page of a post with its comments; `image` and `post_links` return URLs inside the book."""

    def render(body_html: str) -> Markup:
        return book_html(render_body(body_html, post.url, image, post_links))

    return _render_template("chapter.xhtml", blog=blog, post=post, title=title, render=render)


def book_html(body_html: str) -> Markup:
    """Return a body in the few elements that every e-book reader supports, as well-formed XHTML.

    It is converted to Markdown and back: bodies of twenty years nest font in p in span in table.
    """
    return Markup(_markdown().render(to_markdown(body_html)))  # noqa: S704 - raw HTML is off, so the result has none (XSS)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])


def _render_template(name: str, **values: object) -> bytes:
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


_DAY_ZERO = (1980, 1, 1, 0, 0, 0)
_IMAGES = "images/"
_LOCAL_HEADER = 30  # bytes, before the name and the extra field of an entry
_MAX_COMMENT = 65_535  # of an entry of a ZIP file


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
    with (
        atomic_file(path, files) as file,
        zipfile.ZipFile(file, "w") as book,
        contextlib.closing(_EarlierBook(path)) as earlier,
    ):
        writer = _BookWriter(reader, volume, book, earlier)
        writer.add_posts(progress)
        writer.finish()
    return writer


def _render_job(given: PostInput) -> bytes:
    title = cast("str", given.page)
    return render_chapter(given.blog, given.post, title, given.images.get, given.links.get)


class _EarlierBook:
    """The book that is replaced: the comment of a chapter's entry has the digest of its input, and what it uses."""

    def __init__(self, path: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        with contextlib.suppress(OSError, zipfile.BadZipFile):
            self._zip = zipfile.ZipFile(path) if path.is_file() else None

    def close(self) -> None:
        """Close the file, so that the new book can take its name."""
        if self._zip:
            self._zip.close()

    def find(self, name: str, plan: PostPlan) -> Collection[ImageToShow] | None:
        """Return the images of the chapter if it was made from the same input, else None."""
        try:
            digest, images, links = json.loads(self._zip.getinfo(name).comment) if self._zip else ("", (), ())
            uses = tuple(map(str, images)), tuple(map(str, links))
            shown, paths = plan.resolve(uses)
            if digest == plan.input_digest(shown, paths) and self._zip and self._zip.read(name):
                return shown.values()
        except (KeyError, ValueError, TypeError, RecursionError, OSError, zipfile.BadZipFile, zlib.error):
            return None  # damaged, or of another program: the chapter is made again
        return None

    def copy(self, name: str, book: zipfile.ZipFile) -> None:
        """Copy a chapter that `find` found, compressed as it is: `zipfile` itself would compress it again."""
        source = self._zip
        if source is None or source.fp is None or book.fp is None:
            raise ValueError("no earlier book")
        entry = source.getinfo(name)
        source.fp.seek(entry.header_offset)
        head = source.fp.read(_LOCAL_HEADER)
        lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        source.fp.seek(lengths, os.SEEK_CUR)
        content = source.fp.read(entry.compress_size)
        entry.header_offset = book.start_dir
        book.fp.seek(book.start_dir)
        book.fp.write(entry.FileHeader() + content)
        book.start_dir = book.fp.tell()
        book.filelist.append(entry)
        book.NameToInfo[name] = entry


class _BookWriter:
    """Writes chapters and images first, then the files that list them."""

    def __init__(
        self, reader: ExportReader, volume: Volume, book: zipfile.ZipFile, earlier: _EarlierBook
    ) -> None:
        self.chapters: list[Chapter] = []
        self._valid: dict[str, bool] = {}
        self._images: dict[str, None] = {}
        self.comments = self.missing = 0
        self._reader = reader
        self._volume = volume
        self._blogs = volume.blogs
        self._stored = [(blog, heading) for blog, heading in volume.posts if heading.has_text]
        # By id, not by place: a new post in the middle renames no chapter.
        self._names = {heading.id: f"c{heading.id:05}.xhtml" for _, heading in self._stored}
        self._links = InternalLinks(
            (blog, heading, self._names[heading.id]) for blog, heading in self._stored
        )
        self._zip = book
        self._earlier = earlier
        self._write("mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        self._write("META-INF/container.xml", read_static("container.xml"))
        self._write("book/style.css", read_static("style.css"))

    @property
    def image_count(self) -> int:
        """The number of images in the book."""
        return len(self._images)

    def add_posts(self, progress: Callable[[int], None]) -> None:
        """Write a chapter for each post behind the images that it shows first; changed ones are rendered on all cores."""
        plans = list(self._plans())
        kept = {plan.path: self._earlier.find(f"book/{plan.path}", plan) for plan in plans}
        changed = (plan.complete(self._reader) for plan in plans if kept[plan.path] is None)
        rendered = render_posts(changed, _render_job)
        self.missing = len(self._volume.posts) - len(plans)
        for done, plan in enumerate(plans, 1 + self.missing):
            chapter = kept[plan.path]
            if chapter is None:
                given, content = next(rendered)
                self._add_images(given.images.values())
                comment = json.dumps((given.digest, *given.uses)).encode()
                self._write(f"book/{plan.path}", content, comment=comment)
            else:
                self._add_images(chapter)
                self._earlier.copy(f"book/{plan.path}", self._zip)
            self._list(plan)
            progress(done)

    def _plans(self) -> Iterator[PostPlan]:
        digests = {blog.id: self._reader.digests(blog) for blog in self._blogs}
        for blog, heading in self._stored:
            title = " ".join((heading.title or "").split()) or f"无题 {heading.number}"
            path = self._names[heading.id]
            yield PostPlan(
                path=path,
                blog=shown_blog(blog),
                heading=heading,
                digest=digests[blog.id][heading.id],
                image=self._image,
                link=self._links.source_for(blog, heading, path),
                page=title,
            )

    def _add_images(self, images: Collection[ImageToShow]) -> None:
        """Write the images that no earlier chapter shows."""
        for image in images:
            if image.url not in self._images:
                self._images[image.url] = None
                stored = self._reader.image_bytes(PurePosixPath(image.url).stem)
                self._write(f"book/{image.url}", stored, zipfile.ZIP_STORED)

    def _list(self, plan: PostPlan) -> None:
        month = (plan.heading.posted_at or "")[:7] or "没有日期"
        part = month if len(self._blogs) == 1 else f"{plan.blog.title} {month}"
        self.chapters.append(Chapter(name=plan.path, title=cast("str", plan.page), part=part))
        self.comments += plan.digest.comments

    def finish(self) -> None:
        book = Book(
            identifier=self._identifier(),
            title=self._volume.title,
            authors=tuple(blog.nickname or blog.title for blog in self._blogs),
            modified=self._modified(),
            chapters=self.chapters,
            images=[url.removeprefix(_IMAGES) for url in self._images],
        )
        for name in ("title.xhtml", "nav.xhtml", "toc.ncx", "content.opf"):
            self._write(f"book/{name}", render_file(name, book))

    def _image(self, url: str) -> ImageToShow | None:
        """Return a valid image. Readers refuse a whole book for one wrong image."""
        image = self._reader.image(url)
        name = image_file_name(image) if image else None
        if image is None or name is None:
            return None
        if name not in self._valid:
            self._valid[name] = self._is_valid(image)
        shown = ImageToShow(url=f"{_IMAGES}{name}", width=image.width, height=image.height)
        return shown if self._valid[name] else None

    def _is_valid(self, image: Image) -> bool:
        """Return whether the image is intact and of the stored type."""
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

    def _write(
        self, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
    ) -> None:
        entry = zipfile.ZipInfo(name, _DAY_ZERO)
        entry.comment = comment if len(comment) <= _MAX_COMMENT else b""
        entry.compress_type = method
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        self._zip.writestr(entry, content)
