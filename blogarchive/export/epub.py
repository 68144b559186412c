"""`export epub`: the posts as one book for e-readers and phones."""

import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from blogarchive.export.book import pages
from blogarchive.export.book.pages import Book, Chapter
from blogarchive.export.book.volumes import Division, Volume, plan_volumes
from blogarchive.export.common.images import image_file_name, make_image_source
from blogarchive.export.common.internal_links import InternalLinks
from blogarchive.export.common.post_files import PostInput, collect_input, render_posts
from blogarchive.export.common.report import Exported
from blogarchive.export.common.writer import Digests, atomic_file, output_file
from blogarchive.parsing.images import detect_image_type, is_intact
from blogarchive.rendering.bodies import ImageSource, ImageToShow
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, FullPost, Image
from blogarchive.store.rows import Progress, no_progress

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


def _render(given: PostInput) -> bytes:
    page = cast("_Page", given.page)
    return pages.render_chapter(given.blog, given.post, page.chapter.title, given.images.get, given.links.get)


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
        self._write("META-INF/container.xml", pages.read_static("container.xml"))
        self._write("book/style.css", pages.read_static("style.css"))

    def add_posts(self, progress: Callable[[int], None]) -> None:
        """Write a chapter for each post, rendered on all cores, behind the images that it shows first."""
        for given, content in render_posts(self._inputs(progress), _render):
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
            self._write(f"book/{name}", pages.render_file(name, book))

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
