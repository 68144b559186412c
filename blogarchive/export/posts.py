"""What exports share: links between posts, images, and files of posts, which are made again only if they changed."""

import marshal
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath, relpath
from typing import Any, NamedTuple
from urllib.parse import quote

from blogarchive.export.folder import ExportFolder, Uses
from blogarchive.export.run import ExportJob, program_digest
from blogarchive.rendering.bodies import ImageSource, ImageToShow, PostSource, find_urls
from blogarchive.store.read.exports import ExportReader, PostDigest
from blogarchive.store.read.models import BlogHeader, Comment, FullPost, PostHeading
from blogarchive.workers.pool import map_in_order

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
UNDATED = "undated"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PostFile:
    """A post, the path of its file in the export, and further values that the format shows in it."""

    blog: BlogHeader
    heading: PostHeading
    path: str
    page: object = None

    @property
    def title(self) -> str:
        """The title, or a placeholder if it has none."""
        return (self.heading.title or "").strip() or "（无题）"

    @property
    def month(self) -> str:
        """YYYY-MM, or `UNDATED` if no page showed it."""
        found = _MONTH.match(self.heading.posted_at or "")
        return found[0] if found else UNDATED

    @property
    def year(self) -> str:
        """YYYY, or `UNDATED`."""
        return self.month.partition("-")[0]


class InternalLinks:
    """The paths of the posts in an export, by the uid and number in their URLs."""

    def __init__(self, posts: Iterable[PostFile]) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}
        self._numbered: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for post in posts:
            blog, number = post.blog, post.heading.number
            for uid in (blog.uid, *blog.aliases):
                self._paths[blog.site, uid, number] = post.path
            self._numbered[blog.site, number].append(post.path)

    def source_for(self, post: PostFile) -> PostSource:
        """Return a source of relative URLs for the links in that post.

        Old URLs have a post's number and no uid: they are resolved if only one blog has that number.
        """

        def source(url: str) -> str | None:
            target = self._find_path(post.blog.site, post.heading.url, url)
            return None if target is None else quote(relpath(target, dirname(post.path) or "."))

        return source

    def _find_path(self, site: str, page_url: str, url: str) -> str | None:
        from blogarchive.sites.links import resolve_post_link  # loads the sites, for posts with links

        link = resolve_post_link(site, url, page_url)
        if link is None or link.number is None:
            return None
        if link.uid is not None:
            return self._paths.get((site, link.uid, link.number))
        paths = self._numbered.get((site, link.number), [])
        return paths[0] if len(paths) == 1 else None


LOCAL_POSTS = 150  # posts that this process renders while workers start
# Without the time of the last visit, which no file of a post shows.
heading_values = attrgetter(*(one.name for one in fields(PostHeading) if one.name != "last_seen_at"))
_SHOWS_URLS = re.compile(r"<(?:a|img)\b", re.IGNORECASE)


class PostPlan(NamedTuple):
    """A file to write, with the digest of the stored rows of its post.

    `blog` has what files of posts show, `blog_digest` is its digest. `image` and `link` return what the file shows for
    an absolute URL.
    """

    file: PostFile
    blog: BlogHeader
    blog_digest: str
    digest: PostDigest
    image: ImageSource
    link: PostSource
    with_versions: bool

    def input_digest(self, images: Mapping[str, ImageToShow], links: Mapping[str, str]) -> str:
        """Return the digest of all that the file is made from."""
        shown = self.file.page, repr(images), links
        return input_digest(self.blog_digest, heading_values(self.file.heading), repr(self.digest), *shown)

    def resolve(self, uses: Uses) -> tuple[dict[str, ImageToShow], dict[str, str]]:
        """Return the images and links of these URLs that the export has."""
        images = {url: shown for url in uses[0] if (shown := self.image(url)) is not None}
        return images, {url: path for url in uses[1] if (path := self.link(url)) is not None}

    def complete(self, reader: ExportReader) -> "PostInput":
        """Return the input of the file, with the images and links of its bodies resolved."""
        post = reader.post(self.file.heading)
        uses = _find_uses(_bodies(post, self.with_versions), post.url)
        images, links = self.resolve(uses)
        digest, page, path = self.input_digest(images, links), self.file.page, self.file.path
        return PostInput(self.blog, post, images, links, page=page, path=path, digest=digest, uses=uses)


class PostInput(NamedTuple):
    """All that the file of a post is made from: it can be rendered in another process.

    `images` and `links` are what its bodies show, by absolute URL; `uses` has all URLs of both.
    """

    blog: BlogHeader
    post: FullPost
    images: dict[str, ImageToShow]
    links: dict[str, str]
    page: object
    path: str
    digest: str
    uses: Uses


Renderer = Callable[[PostInput], bytes]
"""A function of a module, so that another process finds it."""


def plan_posts(
    job: ExportJob, posts: Sequence[PostFile], image: ImageSource, *, with_versions: bool = False
) -> Iterator[PostPlan]:
    """Yield the plan of each post, and count it when the next one is asked for."""
    links = InternalLinks(posts)
    job.progress(0, len(posts))
    for blog, of_blog in groupby(posts, attrgetter("blog")):
        # Without the facts that every update changes: no file of a post shows them.
        shown = replace(blog, last_seen_at="", total_visits=None, account_age=None)
        digests, blog_digest = job.reader.digests(blog), input_digest(repr(shown))
        for post in of_blog:
            digest, link = digests[post.heading.id], links.source_for(post)
            yield PostPlan(post, shown, blog_digest, digest, image, link, with_versions=with_versions)
            job.count(digest.comments, len(posts), has_text=post.heading.has_text)


def render_posts(posts: Iterable[PostInput], render: Renderer) -> Iterator[tuple[PostInput, bytes]]:
    """Yield each input with its file, in order, rendered on all cores."""
    return map_in_order(render, posts, local=LOCAL_POSTS)


def write_posts(job: ExportJob, folder: ExportFolder, plans: Iterable[PostPlan], render: Renderer) -> None:
    """Write the file of each post and its images. A file that was made from the same input is kept, and not read."""
    copied: set[str] = set()
    for given, content in render_posts(_changed(job.reader, folder, plans, copied), render):
        folder.write(given.path, content, given.digest, given.uses)
    job.done.pictures = len(copied)


def input_digest(*values: Any) -> str:
    """Return the digest of texts, numbers and tuples, and of the program and its libraries, which render them."""
    return blake2b(marshal.dumps(values, 2), digest_size=16, key=program_digest()).hexdigest()


def _changed(
    reader: ExportReader, folder: ExportFolder, plans: Iterable[PostPlan], copied: set[str]
) -> Iterator[PostInput]:
    """Yield the inputs of posts to write. Write each image that posts show once, and add its path to `copied`."""
    for plan in plans:
        shown, links = plan.resolve(folder.earlier_uses(plan.file.path) or ((), ()))
        if not folder.keep(plan.file.path, plan.input_digest(shown, links)):
            given = plan.complete(reader)
            shown = given.images
            yield given
        for url in {image.url for image in shown.values()}:
            path = normpath(join(dirname(plan.file.path), url))
            if path not in copied:
                copied.add(path)
                digest = PurePosixPath(path).stem
                if not folder.keep(path, digest):
                    folder.write(path, reader.image_bytes(digest), digest)


def _find_uses(bodies: Iterable[str], page_url: str) -> Uses:
    found: tuple[dict[str, None], dict[str, None]] = {}, {}
    for body in filter(_SHOWS_URLS.search, bodies):
        for kept, urls in zip(found, find_urls(body, page_url), strict=True):
            kept.update(dict.fromkeys(urls))
    return tuple(found[0]), tuple(found[1])


def _bodies(post: FullPost, with_versions: bool) -> Iterator[str]:
    shown: list[FullPost | Comment] = [post, *post.comments]
    for one in shown:
        yield from (x.body_html or "" for x in one.versions) if with_versions else (one.body_html,)


# Formats that browsers show and that cannot carry a script; an SVG can.
EXTENSIONS = {f"image/{name}": name for name in ("avif", "bmp", "gif", "png", "webp")} | {"image/jpeg": "jpg"}


def make_image_source(reader: ExportReader, prefix: str) -> ImageSource:
    """Return a source of the stored images that browsers show: the file of one is `prefix`, SHA-256 and extension."""

    def source(url: str) -> ImageToShow | None:
        image = reader.image(url)
        extension = EXTENSIONS.get(image.content_type or "") if image else None
        if image is None or image.sha256 is None or extension is None:
            return None
        return ImageToShow(url=f"{prefix}{image.sha256}.{extension}", width=image.width, height=image.height)

    return source
