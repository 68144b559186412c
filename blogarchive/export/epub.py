"""`export epub`: the posts as one book for e-readers and phones."""

import contextlib
import json
import os
import uuid
import zipfile
import zlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markupsafe import Markup

from blogarchive.export import posts as post_files
from blogarchive.export.folder import UniqueNames, atomic_file, output_file, safe_name
from blogarchive.export.html import environment
from blogarchive.export.markdown import to_markdown
from blogarchive.export.run import ExportJob, exporter
from blogarchive.parsing.images import detect_image_type, is_intact
from blogarchive.rendering.atom import NOT_XML
from blogarchive.rendering.bodies import ImageToShow, render_body
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import BlogHeader, PostHeading, join_titles

Division = Literal["blog", "year"]
_UNDATED = "没有日期"
_IMAGES = "images/"
_LOCAL_HEADER = 30  # bytes of the fixed part of an entry's header
_MAX_COMMENT = 65_535  # bytes of the comment of an entry in ZIP


class _Volume(NamedTuple):
    """The posts of a book, oldest first. `name` is its file name, `year` is empty if it has posts of all years."""

    name: str
    blogs: tuple[BlogHeader, ...]
    posts: Sequence[tuple[BlogHeader, PostHeading]]
    year: str = ""


@exporter
def export_epub(job: ExportJob, *, each: Division | None = None) -> None:
    """Write the posts with a stored body as a book to the file `out`, or to `blog.epub` in a folder.

    One chapter for each post, oldest first, grouped by month; comments follow the text; images are inside. With `each`,
    `out` is a folder with a book for each blog, or for each blog and year. Without it, several blogs are one book only
    if `out` ends in `.epub`.
    """
    if job.out.suffix.lower() != ".epub" and len(job.reader.blogs()) > 1:
        each = each or "blog"
    for volume in _plan_volumes(job.reader, each):
        path = output_file(job.archive, job.out if each is None else job.out / volume.name, volume.name)
        with (
            atomic_file(path, job.done.files) as file,
            zipfile.ZipFile(file, "w") as book,
            contextlib.closing(_EarlierBook(path)) as earlier,
        ):
            _BookWriter(job, volume, book, earlier).write()
        if each is None:
            job.out = path


def _plan_volumes(reader: ExportReader, each: Division | None) -> list[_Volume]:
    """Return the books; without `each` one with all posts. A book without a stored text is left out."""
    blogs = reader.blogs()
    if each is None:
        posts = [(blog, heading) for blog in blogs for heading in reader.headings(blog)]
        return [_Volume("blog.epub", blogs, posts)]
    names = UniqueNames()
    volumes = []
    for blog in blogs:
        for year, group in groupby(reader.headings(blog), _year if each == "year" else lambda _heading: ""):
            posts = [(blog, heading) for heading in group]
            if any(heading.has_text for _, heading in posts):
                name = names.claim(safe_name(f"{blog.title} {year}"), blog.uid) + ".epub"
                volumes.append(_Volume(name, (blog,), posts, year))
    return volumes


def _year(heading: PostHeading) -> str:
    return (heading.posted_at or "")[:4] or _UNDATED


def _render_job(given: post_files.PostInput) -> bytes:
    """Return the page of a post with its comments."""

    def render(body_html: str) -> Markup:
        return book_html(render_body(body_html, given.post.url, given.images.get, given.links.get))

    shown = {"blog": given.blog, "post": given.post, "title": given.page}
    return _render_template("chapter.xhtml", **shown, render=render)


def book_html(body_html: str) -> Markup:
    """Return a body in the few elements that every e-book reader supports, as well-formed XHTML.

    It is converted to Markdown and back: bodies of twenty years nest font in p in span in table.
    """
    return Markup(_markdown().render(to_markdown(body_html)))  # noqa: S704 - raw HTML is off, so the result has none (XSS)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable(["table", "strikethrough"])


def _render_template(name: str, **values: object) -> bytes:
    return NOT_XML.sub("", environment("book").get_template(name).render(values)).encode()


class _EarlierBook:
    """The book that is replaced. The comment of a chapter's entry has the digest of its input, and what it uses."""

    def __init__(self, path: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        with contextlib.suppress(OSError, zipfile.BadZipFile):
            self._zip = zipfile.ZipFile(path) if path.is_file() else None

    def close(self) -> None:
        """Close the file, so that the new book can take its name."""
        if self._zip:
            self._zip.close()

    def find(self, name: str, plan: post_files.PostPlan) -> Collection[ImageToShow] | None:
        """Return the images of the chapter if it was made from the same input, else None."""
        try:
            digest, images, links = json.loads(self._zip.getinfo(name).comment) if self._zip else ("", (), ())
            shown, paths = plan.resolve((tuple(map(str, images)), tuple(map(str, links))))
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

    def __init__(self, job: ExportJob, volume: _Volume, book: zipfile.ZipFile, earlier: _EarlierBook) -> None:
        self._job = job
        self._reader = job.reader
        self._volume = volume
        self._zip = book
        self._earlier = earlier
        self._find_image = post_files.make_image_source(job.reader, _IMAGES)
        self._valid: dict[str, bool] = {}
        self._images: dict[str, None] = {}

    def write(self) -> None:
        self._add("mimetype", b"application/epub+zip", is_stored=True)
        for name in ("META-INF/container.xml", "book/style.css"):
            static = Path(__file__).with_name("templates") / "book" / PurePosixPath(name).name
            self._add(name, static.read_bytes())
        posts = []
        for blog, heading in self._volume.posts:
            if not heading.has_text:
                continue
            page = " ".join((heading.title or "").split()) or f"无题 {heading.number}"
            # By id, not by place: a new post in the middle renames no chapter.
            path = f"c{heading.id:05}.xhtml"
            posts.append(post_files.PostFile(blog=blog, heading=heading, path=path, page=page))
        self._add_posts(list(post_files.plan_posts(self._job, posts, self._image)))
        self._job.done.missing += len(self._volume.posts) - len(posts)
        self._job.done.pictures += len(self._images)
        self._describe(posts)

    def _add_posts(self, plans: Sequence[post_files.PostPlan]) -> None:
        """Write a chapter for each post behind the images that it shows first; changed ones are rendered on all cores."""
        kept = {plan.file.path: self._earlier.find(f"book/{plan.file.path}", plan) for plan in plans}
        changed = (plan.complete(self._reader) for plan in plans if kept[plan.file.path] is None)
        rendered = post_files.render_posts(changed, _render_job)
        for plan in plans:
            images = kept[plan.file.path]
            if images is None:
                given, content = next(rendered)
                self._add_images(given.images.values())
                comment = json.dumps((given.digest, *given.uses)).encode()
                self._add(f"book/{plan.file.path}", content, comment=comment)
            else:
                self._add_images(images)
                self._earlier.copy(f"book/{plan.file.path}", self._zip)

    def _add_images(self, images: Collection[ImageToShow]) -> None:
        """Write the images that no earlier chapter shows."""
        for image in images:
            if image.url not in self._images:
                self._images[image.url] = None
                stored = self._reader.image_bytes(PurePosixPath(image.url).stem)
                self._add(f"book/{image.url}", stored, is_stored=True)

    def _describe(self, posts: Sequence[post_files.PostFile]) -> None:
        """Write the files that describe the whole book."""
        blogs = self._volume.blogs
        year = f" {self._volume.year}" if self._volume.year else ""
        name = f"blogarchive epub {' '.join(f'{blog.site}/{blog.uid}' for blog in blogs)}{year}"
        newest = max((blog.last_seen_at for blog in blogs), default="1980-01-01T00:00:00+00:00")
        book = {
            "identifier": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
            "title": join_titles(blogs) + year,
            "authors": [blog.author for blog in blogs],
            "modified": datetime.fromisoformat(newest).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "chapters": posts,
            "parts": [(part, list(group)) for part, group in groupby(posts, self._part)],
            "images": [url.removeprefix(_IMAGES) for url in self._images],
        }
        for file in ("title.xhtml", "nav.xhtml", "toc.ncx", "content.opf"):
            self._add(f"book/{file}", _render_template(file, book=book))

    def _part(self, post: post_files.PostFile) -> str:
        """Return the part of the table of contents: the month, with the blog if there are several."""
        month = (post.heading.posted_at or "")[:7] or _UNDATED
        return month if len(self._volume.blogs) == 1 else f"{post.blog.title} {month}"

    def _image(self, url: str) -> ImageToShow | None:
        """Return a valid image. Readers refuse a whole book for one wrong image."""
        shown = self._find_image(url)
        if shown is not None and shown.url not in self._valid:
            name = PurePosixPath(shown.url)
            body = self._reader.image_bytes(name.stem)
            kind = detect_image_type(body) or ""
            is_named_right = post_files.EXTENSIONS.get(kind) == name.suffix[1:]
            self._valid[shown.url] = is_named_right and is_intact(body, kind)
        return shown if shown is not None and self._valid[shown.url] else None

    def _add(self, name: str, content: bytes, *, is_stored: bool = False, comment: bytes = b"") -> None:
        entry = zipfile.ZipInfo(name)  # with the first day of ZIP: the same archive gives the same bytes
        entry.comment = comment if len(comment) <= _MAX_COMMENT else b""
        entry.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        self._zip.writestr(entry, content)
