"""`export html --number`: one post with its comments and images in one HTML file, to send or to print."""

import secrets
from base64 import b64encode
from collections.abc import Callable
from gettext import gettext as _
from hashlib import sha256
from pathlib import PurePosixPath

from blogarchive.errors import UsageError
from blogarchive.export.folder import safe_name
from blogarchive.export.html import plan_blog, render_template, stylesheet
from blogarchive.export.posts import EXTENSIONS, make_image_source
from blogarchive.export.run import ExportJob, exporter
from blogarchive.rendering.bodies import ImageToShow, render_body
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import BlogHeader, FullPost
from blogarchive.store.read.posts import find_posts

_TYPES = {f".{extension}": media_type for media_type, extension in EXTENSIONS.items()}


@exporter
def export_single_post(job: ExportJob, *, number: str) -> None:
    """Write the post of that number to the file `out`, or to `NUMBER.html` in it if it is a folder.

    The file contains its images and loads nothing. Raises `UsageError` if no blog or more than one blog has a post of
    that number.
    """
    blog, post = _find_post(job.reader, number)
    with job.open_file(f"{safe_name(post.number).replace('.', '-')}.html") as file:
        page, images = _render(job.reader, blog, post)
        file.write(page)
    job.done.pictures = images
    job.count(len(post.comments), 1, has_text=post.has_text)


def _find_post(reader: ExportReader, number: str) -> tuple[BlogHeader, FullPost]:
    allowed = {blog.id for blog in reader.blogs()}
    found = [entry for entry in find_posts(reader.archive, number) if entry[0].id in allowed]
    if not found:
        raise UsageError(_("no blog of --author has a post {number}"), number=number)
    if len(found) > 1:
        names = ", ".join(f"{blog.site}/{blog.uid}" for blog, _post in found)
        text = _("several blogs have a post {number}: {names}; choose one with --author")
        raise UsageError(text, number=number, names=names)
    return found[0]


def _render(reader: ExportReader, blog: BlogHeader, post: FullPost) -> tuple[bytes, int]:
    """Return the page and the number of images in it.

    The sanitizer refuses data: URLs, as it must for a stranger's HTML. So the images have names during rendering,
    which no text can contain, because they begin with a random token.
    """
    images: set[str] = set()
    stored = make_image_source(reader, f"{secrets.token_hex(16)}/")

    def source(url: str) -> ImageToShow | None:
        shown = stored(url)
        if shown:
            images.add(shown.url)
        return shown

    page = _render_page(blog, post, lambda html: render_body(html or "", post.url, source))
    for url in images:
        page = page.replace(f'src="{url}"'.encode(), b'src="%b"' % _data_url(reader, PurePosixPath(url)))
    return page, len(images)


def _render_page(blog: BlogHeader, post: FullPost, render: Callable[[str | None], str]) -> bytes:
    style = stylesheet()
    site_blog = plan_blog(blog, "", [post])
    return render_template(
        "post.html",
        layout="single.html",
        root=None,
        style=style.decode(),
        style_hash=f"sha256-{b64encode(sha256(style).digest()).decode()}",
        site_blog=site_blog,
        post_page=site_blog.posts[0],
        post=post,
        older=None,
        newer=None,
        render=render,
    )


def _data_url(reader: ExportReader, name: PurePosixPath) -> bytes:
    return f"data:{_TYPES[name.suffix]};base64,".encode() + b64encode(reader.image_bytes(name.stem))
