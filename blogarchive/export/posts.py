"""Iterate over the posts of an export and report progress."""

import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any
from urllib.parse import quote

from blogarchive.export.folder import ExportFolder
from blogarchive.rendering.bodies import ImageSource, ImageToShow, PostSource, find_image_urls, find_link_urls
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import Blog, FullPost, Image, PostHeading
from blogarchive.store.rows import Progress
from blogarchive.workers.pool import map_in_order

# internal_links

PostFile = tuple[Blog, PostHeading, str]
"""A blog, a post of it, and the path of the post's file in the export."""


class InternalLinks:
    """The paths of the posts in an export, by the uid and number in their URLs."""

    def __init__(self, posts: Iterable[PostFile]) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}
        self._numbered: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for blog, heading, path in posts:
            number = heading.number
            for uid in (blog.uid, *blog.aliases):
                self._paths[blog.site, uid, number] = path
            self._numbered[blog.site, number].append(path)

    def source_for(self, blog: Blog, heading: PostHeading, path: str) -> PostSource:
        """Return a source of relative URLs for the links in that post, which is written to the file `path`.

        Old URLs have the number of a post and no uid: they are resolved if only one blog has that number.
        """

        def source(url: str) -> str | None:
            target = self._find_path(blog.site, heading.url, url)
            return None if target is None else quote(relpath(target, dirname(path) or "."))

        return source

    def _find_path(self, site: str, page_url: str, url: str) -> str | None:
        link = resolve_post_link(site, url, page_url)
        if link is None or link.number is None:
            return None
        if link.uid is not None:
            return self._paths.get((site, link.uid, link.number))
        paths = self._numbered.get((site, link.number), [])
        return paths[0] if len(paths) == 1 else None


# code_digest

_RENDERERS = ("export", "rendering", "parsing", "store/search", "messages")
_LIBRARIES = ("jinja2", "lxml", "markdownify", "nh3", "opencc", "pyyaml")


@cache
def rendering_digest() -> bytes:
    """Return a digest of the code, templates and libraries that render a post: 32 bytes."""
    found = blake2b(digest_size=32)
    for name in _RENDERERS:
        _update(found, files("blogarchive").joinpath(name))
    for name in _LIBRARIES:
        found.update(version(name).encode())
    return found.digest()


@cache
def program_digest() -> bytes:
    """Return a digest of this program, of all installed packages and of Python: 32 bytes."""
    found = blake2b(f"{sys.version} {zlib.ZLIB_RUNTIME_VERSION}".encode(), digest_size=32)
    _update(found, files("blogarchive"))
    for folder in map(Path, sys.path):
        if folder.is_dir():
            found.update("\n".join(sorted(path.name for path in folder.glob("*.dist-info"))).encode())
    return found.digest()


def _update(found: Any, folder: Traversable) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _update(found, entry)
        elif not entry.name.endswith(".pyc"):
            found.update(entry.read_bytes())


# post_files

_LOCAL = 150  # posts that this process renders while workers start
_LINK = re.compile(r"<a\b", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostInput:
    """All that the file of a post is made from: it can be rendered in another process.

    `images` and `links` are what its bodies show, by absolute URL. `page` is what else the format shows on the page.
    """

    blog: Blog
    post: FullPost
    images: dict[str, ImageToShow]
    links: dict[str, str]
    page: object


Renderer = Callable[[PostInput], bytes]
"""A function of a module, so that another process finds it."""

_Job = tuple[str, str, PostInput]  # path, digest, input


def collect_input(
    blog: Blog,
    post: FullPost,
    image: ImageSource,
    post_links: PostSource,
    *,
    page: object = None,
    with_versions: bool = False,
) -> PostInput:
    """Return the input of a post's file, with the images and links of its bodies resolved.

    `with_versions`: the file shows replaced texts too.
    """
    images: dict[str, ImageToShow] = {}
    links: dict[str, str] = {}
    for body in _all_bodies(post) if with_versions else _bodies(post):
        if _IMAGE.search(body):
            found = ((url, image(url)) for url in find_image_urls(body, post.url) if url not in images)
            images |= {url: shown for url, shown in found if shown is not None}
        if _LINK.search(body):
            paths = ((url, post_links(url)) for url in find_link_urls(body, post.url))
            links |= {url: path for url, path in paths if path is not None}
    return PostInput(blog=blog, post=post, images=images, links=links, page=page)


def render_posts(posts: Iterable[PostInput], render: Renderer) -> Iterator[tuple[PostInput, bytes]]:
    """Yield each input with its file, in order, rendered on all cores."""
    return map_in_order(render, posts, local=_LOCAL)


def write_posts(folder: ExportFolder, posts: Iterable[tuple[str, PostInput]], render: Renderer) -> None:
    """Write the file of each post, by its path; a file that an earlier export made from the same input is kept."""
    for (path, digest, _post), content in map_in_order(
        partial(_render, render), _changed(folder, posts), local=_LOCAL
    ):
        folder.write(path, content, digest)


def input_digest(value: object) -> str:
    """Return the digest of a value, by its text form, and of the code that renders it."""
    data = repr(value).encode(errors="backslashreplace")
    return blake2b(data, digest_size=16, key=rendering_digest()).hexdigest()


def _changed(folder: ExportFolder, posts: Iterable[tuple[str, PostInput]]) -> Iterator[_Job]:
    for path, post in posts:
        digest = input_digest(post)
        if not folder.keep(path, digest):
            yield path, digest, post


def _render(render: Renderer, job: _Job) -> bytes:
    _path, _digest, post = job
    return render(post)


def _bodies(post: FullPost) -> Iterator[str]:
    yield post.body_html
    yield from (comment.body_html for comment in post.comments)


def _all_bodies(post: FullPost) -> Iterator[str]:
    for version_ in (*post.versions, *(text for comment in post.comments for text in comment.versions)):
        yield version_.body_html or ""


# images

# Formats that browsers show and that cannot carry a script; an SVG can.
EXTENSIONS = {
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}

CopyImage = Callable[[str, Image], None]
"""Called with the file name and the image each time that a page shows one."""


def make_image_source(reader: ExportReader, post: FullPost, copy: CopyImage, prefix: str) -> ImageSource:
    """Return a source that calls `copy` for a stored image of `post` and returns its file with `prefix`."""
    of_post = {image.url: image for image in post.images}

    def source(url: str) -> ImageToShow | None:
        image = of_post.get(url)
        if image is None or image.sha256 is None:
            image = reader.image(url)
        if image is None or (name := image_file_name(image)) is None:
            return None
        copy(name, image)
        return ImageToShow(url=f"{prefix}{name}", width=image.width, height=image.height)

    return source


def image_file_name(image: Image) -> str | None:
    """Return `SHA-256.extension`; None if the image is not stored or browsers do not show its type."""
    extension = EXTENSIONS.get(image.content_type or "")
    return f"{image.sha256}.{extension}" if image.sha256 and extension else None


class ImageFolder:
    """One folder of an export with image files, each written once."""

    def __init__(self, reader: ExportReader, folder: ExportFolder, path: str) -> None:
        self._reader = reader
        self._folder = folder
        self._path = path
        self._copied: set[str] = set()

    def __len__(self) -> int:
        return len(self._copied)

    def copy(self, name: str, image: Image) -> None:
        """Write the image's file unless it exists."""
        if name in self._copied:
            return
        self._copied.add(name)
        path = f"{self._path}/{name}"
        if image.sha256 and not self._folder.keep(path, image.sha256):
            self._folder.write(path, self._reader.image_bytes(image.sha256), image.sha256)


# line_ends

_ESCAPES = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}


def escape_line_ends(text: str) -> str:
    """Return JSON with these characters escaped: one line for every program."""
    for char, escape in _ESCAPES.items():
        text = text.replace(
            char, escape
        )  # for a character that is rare, a hundredth of the time of `translate`
    return text


# iterate


def iterate_posts(reader: ExportReader, progress: Progress) -> Iterator[tuple[Blog, FullPost]]:
    """Yield every post with its blog: blogs by site and uid, posts oldest first, one post in memory at a time."""
    blogs = reader.blogs()
    total = sum(1 for blog in blogs for _ in reader.headings(blog))
    done = 0
    progress(done, total)
    for blog in blogs:
        for heading in reader.headings(blog):
            yield blog, reader.post(heading)
            done += 1
            progress(done, total)
