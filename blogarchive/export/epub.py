"""`export epub`: the posts as a book for e-readers and phones."""

import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from blogarchive.export.book import pages
from blogarchive.export.book.pages import Book, Chapter
from blogarchive.export.images import picture_source
from blogarchive.export.internal_links import Crossing
from blogarchive.export.iterate import walk_posts
from blogarchive.export.report import Exported
from blogarchive.export.writer import out_file, whole_file
from blogarchive.parsing.media.sniff import detect_image_type
from blogarchive.rendering.bodies import ImageSource
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import ExportReader, open_reader
from blogarchive.store.queries.post_models import FullPost, Image

# Of the pictures that every reading system shows (EPUB 3.3, 3.2), those that are no SVG.
_SHOWN = {"image/gif", "image/jpeg", "image/png"}
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)


def export_epub(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the posts whose body is held as one book to the file `out` (`blog.epub` in it where it is a folder).

    A chapter a post, oldest first, under its month; comments after the text; pictures inside. Raises as
    `export_jsonl`.
    """
    path = out_file(archive, out, "blog.epub")
    with (
        open_reader(archive, filters) as reader,
        whole_file(path) as file,
        zipfile.ZipFile(file, "w") as book,
    ):
        binding = _Binding(reader, book)
        for blog, post in walk_posts(reader, progress):
            if post.has_text:
                binding.add(blog, post)
            else:
                binding.missing += 1
        binding.finish()
    return Exported(
        out=path,
        posts=len(binding.chapters),
        comments=binding.comments,
        pictures=len(binding.pictures),
        missing=binding.missing,
    )


class _Binding:
    """Writes chapters and pictures as they come, and what lists them at the end."""

    def __init__(self, reader: ExportReader, book: zipfile.ZipFile) -> None:
        self.chapters: list[Chapter] = []
        self.pictures: dict[str, bool] = {}
        self.comments = self.missing = 0
        self._reader = reader
        self._blogs = reader.blogs()
        held = [
            (blog, heading) for blog in self._blogs for heading in reader.headings(blog) if heading.has_text
        ]
        self._files = {heading.id: f"c{place:05}.xhtml" for place, (_, heading) in enumerate(held, 1)}
        self._crossing = Crossing((blog, heading, self._files[heading.id]) for blog, heading in held)
        self._zip = book
        self._put("mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        self._put("META-INF/container.xml", pages.static("container.xml"))
        self._put("book/style.css", pages.static("style.css"))

    def add(self, blog: Blog, post: FullPost) -> None:
        title = " ".join((post.title or "").split()) or f"无题 {post.number}"
        month = (post.posted_at or "")[:7] or "没有日期"
        part = month if len(self._blogs) == 1 else f"{blog.title} {month}"
        name = self._files[post.id]
        linked = self._crossing.out_of(blog, post, name)
        self._put(f"book/{name}", pages.chapter(blog, post, title, self._source(post), linked))
        self.chapters.append(Chapter(name=name, title=title, part=part))
        self.comments += len(post.comments)

    def finish(self) -> None:
        self.pictures = {name: True for name, good in self.pictures.items() if good}
        book = Book(
            identifier=self._identifier(),
            title="、".join(blog.title for blog in self._blogs) or "博客",
            authors=tuple(blog.nickname or blog.title for blog in self._blogs),
            modified=self._modified(),
            chapters=self.chapters,
            pictures=list(self.pictures),
        )
        for name in ("title.xhtml", "nav.xhtml", "toc.ncx", "content.opf"):
            self._put(f"book/{name}", pages.render(name, book))

    def _source(self, post: FullPost) -> ImageSource:
        held = picture_source(self._reader, post, self._take, "images/")

        def source(url: str) -> str | None:
            address = held(url)
            return address if address and self.pictures[address.removeprefix("images/")] else None

        return source

    def _take(self, name: str, picture: Image) -> None:
        """Put the picture in where it is what its type says; a book with one that is not fails whole."""
        if name in self.pictures:
            return
        body = self._reader.image_bytes(picture.sha256 or "")
        kind = detect_image_type(body)
        self.pictures[name] = kind in _SHOWN and kind == picture.content_type
        if self.pictures[name]:
            self._put(f"book/images/{name}", body, zipfile.ZIP_STORED)

    def _identifier(self) -> str:
        names = " ".join(f"{blog.site}/{blog.uid}" for blog in self._blogs)
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'blogarchive epub {names}')}"

    def _modified(self) -> str:
        newest = max((blog.last_seen_at for blog in self._blogs), default="1980-01-01T00:00:00+00:00")
        return datetime.fromisoformat(newest).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _put(self, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        entry = zipfile.ZipInfo(name, _DAY_ZERO)
        entry.compress_type = method
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        self._zip.writestr(entry, content)
