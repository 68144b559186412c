"""What exports share: links between posts, images, and files of posts, which are made again only if they changed."""

import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from posixpath import dirname, relpath
from typing import Any
from urllib.parse import quote

from blogarchive.export.folder import ExportFolder, Uses
from blogarchive.rendering.bodies import ImageSource, ImageToShow, PostSource, find_image_urls, find_link_urls
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read.exports import ExportReader, PostDigest
from blogarchive.store.read.models import Blog, FullPost, Image, PostHeading
from blogarchive.store.rows import Progress
from blogarchive.store.search.tokenizer import folding_version
from blogarchive.workers.pool import map_in_order

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


_RENDERERS = ("export", "rendering", "parsing", "store/search", "messages")
_LIBRARIES = ("jinja2", "lxml", "markdownify", "nh3", "pyyaml")


@cache
def rendering_digest() -> bytes:
    """Return a digest of the code, templates and libraries that render a post: 32 bytes."""
    found = blake2b(digest_size=32)
    for name in _RENDERERS:
        _update(found, files("blogarchive").joinpath(name))
    for name in _LIBRARIES:
        found.update(version(name).encode())
    found.update(folding_version().encode())
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


_LOCAL = 150  # posts that this process renders while workers start
_HEADING_FIELDS = tuple(one.name for one in fields(PostHeading) if one.name != "last_seen_at")
_LINK = re.compile(r"<a\b", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPlan:
    """A post and the path of its file; `page` is what else the format shows on its page.

    `digest` is that of the stored rows of the post. `image` and `link` return what the file shows for an absolute URL.
    """

    path: str
    blog: Blog
    heading: PostHeading
    digest: PostDigest
    image: ImageSource
    link: PostSource
    page: object = None
    with_versions: bool = False

    def input_digest(self, images: Mapping[str, ImageToShow], links: Mapping[str, str]) -> str:
        """Return the digest of all that the file is made from."""
        return input_digest((self.blog, heading_text(self.heading), self.digest, self.page, images, links))

    def resolve(self, uses: Uses) -> tuple[dict[str, ImageToShow], dict[str, str]]:
        """Return the images and links of these URLs that the export has."""
        images = ((url, self.image(url)) for url in uses[0])
        links = ((url, self.link(url)) for url in uses[1])
        return (
            {url: shown for url, shown in images if shown is not None},
            {url: path for url, path in links if path is not None},
        )

    def complete(self, reader: ExportReader) -> "PostInput":
        """Return the input of the file, with the images and links of its bodies resolved."""
        post = reader.post(self.heading)
        bodies = list(_all_bodies(post) if self.with_versions else _bodies(post))
        uses = (
            _find(find_image_urls, _IMAGE, bodies, post.url),
            _find(find_link_urls, _LINK, bodies, post.url),
        )
        images, links = self.resolve(uses)
        digest = self.input_digest(images, links)
        return PostInput(
            blog=self.blog,
            post=post,
            images=images,
            links=links,
            page=self.page,
            path=self.path,
            digest=digest,
            uses=uses,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PostInput:
    """All that the file of a post is made from: it can be rendered in another process.

    `images` and `links` are what its bodies show, by absolute URL; `uses` has all URLs of both.
    """

    blog: Blog
    post: FullPost
    images: dict[str, ImageToShow]
    links: dict[str, str]
    page: object
    path: str
    digest: str
    uses: Uses


Renderer = Callable[[PostInput], bytes]
"""A function of a module, so that another process finds it."""


def shown_blog(blog: Blog) -> Blog:
    """Return the blog without the facts that every update changes: no file of a post shows them."""
    return replace(blog, last_seen_at="", total_visits=None, account_age=None)


def heading_text(heading: PostHeading) -> str:
    """Return all values of the heading as text, without the time of the last visit, which no file of a post shows."""
    return repr([getattr(heading, name) for name in _HEADING_FIELDS])


def render_posts(posts: Iterable[PostInput], render: Renderer) -> Iterator[tuple[PostInput, bytes]]:
    """Yield each input with its file, in order, rendered on all cores."""
    return map_in_order(render, posts, local=_LOCAL)


def write_posts(
    folder: ExportFolder,
    reader: ExportReader,
    plans: Iterable[PostPlan],
    render: Renderer,
    images: "ImageFolder",
) -> None:
    """Write the file of each post and its images; a file that was made from the same input is kept, and not read."""
    for given, content in render_posts(_changed(folder, reader, plans, images), render):
        folder.write(given.path, content, given.digest, given.uses)


def input_digest(value: object) -> str:
    """Return the digest of a value, by its text form, and of the code that renders it."""
    data = repr(value).encode(errors="backslashreplace")
    return blake2b(data, digest_size=16, key=rendering_digest()).hexdigest()


def _changed(
    folder: ExportFolder, reader: ExportReader, plans: Iterable[PostPlan], images: "ImageFolder"
) -> Iterator[PostInput]:
    for plan in plans:
        shown, links = plan.resolve(folder.earlier_uses(plan.path) or ((), ()))
        if not folder.keep(plan.path, plan.input_digest(shown, links)):
            given = plan.complete(reader)
            shown = given.images
            yield given
        for image in shown.values():
            images.copy(image)


def _find(
    find: Callable[[str, str], tuple[str, ...]], tag: re.Pattern[str], bodies: Sequence[str], page_url: str
) -> tuple[str, ...]:
    found = (url for body in bodies if tag.search(body) for url in find(body, page_url))
    return tuple(dict.fromkeys(found))


def _bodies(post: FullPost) -> Iterator[str]:
    yield post.body_html
    yield from (comment.body_html for comment in post.comments)


def _all_bodies(post: FullPost) -> Iterator[str]:
    for version_ in (*post.versions, *(text for comment in post.comments for text in comment.versions)):
        yield version_.body_html or ""


# Formats that browsers show and that cannot carry a script; an SVG can.
EXTENSIONS = {
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}


def make_image_source(reader: ExportReader, prefix: str) -> ImageSource:
    """Return a source of the stored images: the file of an image is its name with `prefix`."""

    def source(url: str) -> ImageToShow | None:
        image = reader.image(url)
        name = image_file_name(image) if image else None
        return (
            ImageToShow(url=f"{prefix}{name}", width=image.width, height=image.height)
            if image and name
            else None
        )

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

    def copy(self, shown: ImageToShow) -> None:
        """Write the image's file unless it exists."""
        name = PurePosixPath(shown.url).name
        if name in self._copied:
            return
        self._copied.add(name)
        path, digest = f"{self._path}/{name}", PurePosixPath(name).stem
        if not self._folder.keep(path, digest):
            self._folder.write(path, self._reader.image_bytes(digest), digest)


_ESCAPES = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}


def escape_line_ends(text: str) -> str:
    """Return JSON with these characters escaped: one line for every program."""
    for char, escape in _ESCAPES.items():
        text = text.replace(
            char, escape
        )  # for a character that is rare, a hundredth of the time of `translate`
    return text


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
