"""`export html --number`: one post with its comments and images in one HTML file, to send or to print."""

import secrets
from base64 import b64encode
from gettext import gettext as _
from pathlib import Path, PurePosixPath

from blogarchive.errors import UsageError
from blogarchive.export.folder import atomic_file, output_file, safe_name
from blogarchive.export.html import plan_blog, render_single_page
from blogarchive.export.posts import EXTENSIONS, make_image_source
from blogarchive.export.run import Exported
from blogarchive.rendering.bodies import ImageToShow
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import Blog, FullPost
from blogarchive.store.read.posts import find_posts
from blogarchive.store.rows import Progress, no_progress

_TYPES = {f".{extension}": media_type for media_type, extension in EXTENSIONS.items()}


def export_single_post(
    archive: Path,
    out: Path,
    *,
    number: str,
    filters: Filters | None = None,
    progress: Progress = no_progress,
) -> Exported:
    """Write the post of that number to the file `out`, or to `NUMBER.html` in it if it is a folder.

    The file contains its images and loads nothing. Raises as `export_jsonl`, and `UsageError` if no blog or more than
    one blog has a post of that number.
    """
    path = output_file(archive, out, f"{safe_name(number).replace('.', '-')}.html")
    with open_reader(archive, filters) as reader:
        blog, post = _find_post(reader, number)
        page, images = _render(reader, blog, post)
    with atomic_file(path) as file:
        file.write(page)
    progress(1, 1)
    return Exported(
        out=path, posts=1, comments=len(post.comments), pictures=images, missing=int(not post.has_text)
    )


def _find_post(reader: ExportReader, number: str) -> tuple[Blog, FullPost]:
    allowed = {blog.id for blog in reader.blogs()}
    found = [entry for entry in find_posts(reader.archive, number) if entry[0].id in allowed]
    if not found:
        raise UsageError(_("no blog of --author has a post {number}").format(number=number))
    if len(found) > 1:
        names = ", ".join(f"{blog.site}/{blog.uid}" for blog, _post in found)
        raise UsageError(
            _("several blogs have a post {number}: {names}; choose one with --author").format(
                number=number, names=names
            )
        )
    return found[0]


def _render(reader: ExportReader, blog: Blog, post: FullPost) -> tuple[bytes, int]:
    """Return the page and the number of images in it.

    The sanitizer refuses data: URLs, as it must for a stranger's HTML. So the images have names during rendering,
    which no text can contain, because they begin with a random token.
    """
    token = secrets.token_hex(16)
    images: set[str] = set()
    stored = make_image_source(reader, f"{token}/")

    def source(url: str) -> ImageToShow | None:
        shown = stored(url)
        if shown:
            images.add(shown.url)
        return shown

    site_blog = plan_blog(blog, "", [post])
    page = render_single_page(site_blog, site_blog.posts[0], post, source)
    for url in images:
        name = PurePosixPath(url)
        body = b64encode(reader.image_bytes(name.stem)).decode()
        page = page.replace(f'src="{url}"', f'src="data:{_TYPES[name.suffix]};base64,{body}"')
    return page.encode(), len(images)
