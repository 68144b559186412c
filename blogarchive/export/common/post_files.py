"""Render the files of posts on all cores, only those whose input has changed since the earlier export."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

from blogarchive.export.common.code_digest import rendering_digest
from blogarchive.export.common.export_folder import ExportFolder
from blogarchive.rendering.bodies import (
    ImageSource,
    ImageToShow,
    PostSource,
    find_image_urls,
    find_link_urls,
)
from blogarchive.store.read.models import Blog, FullPost
from blogarchive.workers.pool import map_in_order

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
