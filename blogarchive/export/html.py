"""`export html`: a static site that opens from a disk, with an index by month and category, and a search."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import cast
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from blogarchive.export.folder import Digests, ExportFolder, UniqueNames, safe_name
from blogarchive.export.posts import (
    ImageFolder,
    InternalLinks,
    PostInput,
    PostPlan,
    escape_line_ends,
    heading_text,
    input_digest,
    make_image_source,
    shown_blog,
    write_posts,
)
from blogarchive.export.run import Exported
from blogarchive.messages.translate import plural_translator, translator
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.store.read.exports import ExportReader, Filters, PostDigest, open_reader
from blogarchive.store.read.models import Blog, FullPost, PostHeading
from blogarchive.store.rows import Progress, no_progress
from blogarchive.store.search.tokenizer import fold

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
UNDATED = "undated"
YEAR_LENGTH = len("YYYY")


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePost:
    """A post and the path of its page below the site's folder."""

    heading: PostHeading
    path: str

    @property
    def title(self) -> str:
        """The title, or a placeholder if it has none."""
        return (self.heading.title or "").strip() or "（无题）"

    @property
    def month(self) -> str:
        """YYYY-MM, or `UNDATED` if no page showed it."""
        found = _MONTH.match(self.heading.posted_at or "")
        return found[0] if found else UNDATED


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The posts of a month or a category, newest first, and the path of their page."""

    name: str
    path: str
    posts: list[SitePost] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteBlog:
    """A blog and the paths of its pages: `posts` undated and oldest first, `months` newest first, categories by name."""

    blog: Blog
    path: str
    posts: list[SitePost]
    months: list[Listing]
    categories: list[Listing]
    years: list[Listing] = field(default_factory=list)


def plan_blog(
    blog: Blog, folder: str, headings: Iterable[PostHeading], *, with_years: bool = False
) -> SiteBlog:
    """Return the blog with the paths of its pages below `folder`, with a page to print for each year if asked."""
    names = UniqueNames()
    names.claim("index", "")
    posts = [
        SitePost(heading=heading, path=f"{folder}/{names.claim(_stem(heading), 'post')}.html")
        for heading in sorted(headings, key=lambda heading: heading.posted_at or "")
    ]
    months: dict[str, Listing] = {}
    categories: dict[str, Listing] = {}
    for post in reversed(posts):
        _find_listing(months, post.month, folder, "month", names).posts.append(post)
        for name in post.heading.categories:
            _find_listing(categories, name, folder, "category", names).posts.append(post)
    by_month = [
        months[name] for name in sorted(months, key=lambda month: (month != UNDATED, month), reverse=True)
    ]
    by_name = [categories[name] for name in sorted(categories)]
    years: dict[str, Listing] = {}
    for post in posts if with_years else ():
        year = UNDATED if post.month == UNDATED else post.month[:YEAR_LENGTH]
        _find_listing(years, year, folder, "year", names).posts.append(post)
    return SiteBlog(
        blog=blog,
        path=f"{folder}/index.html",
        posts=posts,
        months=by_month,
        categories=by_name,
        years=list(reversed(years.values())),
    )


def href(path: str, root: str = "") -> str:
    """Return the relative URL of the file at `path`; `root` is the URL of the site's folder."""
    return root + quote(path)


def _stem(heading: PostHeading) -> str:
    return safe_name(heading.number, max_bytes=80)


def _find_listing(
    found: dict[str, Listing], name: str, folder: str, kind: str, names: UniqueNames
) -> Listing:
    if name not in found:
        stem = names.claim(f"{kind}-{safe_name(name, max_bytes=80)}", "more")
        found[name] = Listing(name=name, path=f"{folder}/{stem}.html")
    return found[name]


_NEWEST = 30
_INNER_ROOT = "../"


def stylesheet() -> bytes:
    """Return the stylesheet: the part shared with `serve`, then that of exported pages."""
    shared = files("blogarchive.rendering").joinpath("style.css").read_bytes()
    return shared + files("blogarchive.export").joinpath("templates", "site", "site.css").read_bytes()


def render_front_page(blogs: Sequence[SiteBlog]) -> bytes:
    """Return `index.html`: the list of blogs, or the only blog."""
    if len(blogs) == 1:
        return _render_template("blog.html", root="", site_blog=blogs[0], newest=_newest(blogs[0]))
    return _render_template("front.html", root="", blogs=blogs)


def render_blog_page(site_blog: SiteBlog) -> bytes:
    """Return the page of a blog: its months, categories and newest posts."""
    return _render_template("blog.html", root=_INNER_ROOT, site_blog=site_blog, newest=_newest(site_blog))


def render_listing_page(site_blog: SiteBlog, listing: Listing, title: str) -> bytes:
    """Return the page of a month or a category."""
    return _render_template(
        "listing.html", root=_INNER_ROOT, site_blog=site_blog, listing=listing, title=title
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLink:
    """A link to the page of another post."""

    path: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """Facts beside the post on its page: its blog with the post's categories alone, and its neighbours."""

    site_blog: SiteBlog
    path: str
    older: PageLink | None
    newer: PageLink | None


def plan_post_page(site_blog: SiteBlog, blog: Blog, place: int) -> PostPage:
    """Return the page of the post at `place` among the posts of the blog; it shows `blog`."""
    posts, post = site_blog.posts, site_blog.posts[place]
    categories = [
        replace(listing, posts=[])
        for listing in site_blog.categories
        if listing.name in post.heading.categories
    ]
    return PostPage(
        site_blog=SiteBlog(blog=blog, path=site_blog.path, posts=[], months=[], categories=categories),
        path=post.path,
        older=_link_to(posts[place - 1]) if place else None,
        newer=_link_to(posts[place + 1]) if place + 1 < len(posts) else None,
    )


def render_post_page(page: PostPage, post: FullPost, image: ImageSource, post_links: PostSource) -> bytes:
    """Return the page of a post with its images, comments and replaced versions."""

    def render(body_html: str | None) -> str:
        return render_body(body_html or "", post.url, image, post_links)

    return _render_template(
        "post.html",
        layout="page.html",
        root=_INNER_ROOT,
        site_blog=page.site_blog,
        post_page=SitePost(heading=post, path=page.path),
        post=post,
        older=page.older,
        newer=page.newer,
        render=render,
    )


def render_year_page(
    site_blog: SiteBlog, year: Listing, posts: Sequence[tuple[SitePost, FullPost]], image: ImageSource
) -> bytes:
    """Return the page of all posts of a year with their comments, oldest first, to read or print in one piece."""

    def renderer(post: FullPost) -> Callable[[str | None], str]:
        return lambda body_html: render_body(body_html or "", post.url, image)

    return _render_template(
        "year.html", root=_INNER_ROOT, site_blog=site_blog, listing=year, posts=posts, renderer=renderer
    )


def render_single_page(site_blog: SiteBlog, post_page: SitePost, post: FullPost, image: ImageSource) -> str:
    """Return the page of a post as a file of its own: with its stylesheet, without links to other pages of a site."""

    def render(body_html: str | None) -> str:
        return render_body(body_html or "", post_page.heading.url, image)

    style = stylesheet()
    return (
        _environment()
        .get_template("post.html")
        .render(
            layout="single.html",
            root=None,
            style=style.decode(),
            style_hash=f"sha256-{b64encode(sha256(style).digest()).decode()}",
            site_blog=site_blog,
            post_page=post_page,
            post=post,
            older=None,
            newer=None,
            render=render,
        )
    )


def render_search_page(chunks: int, posts: Sequence[tuple[SitePost, Blog]]) -> bytes:
    """Return the search page, which loads `chunks` files with these posts."""
    years = {post_page.month[:YEAR_LENGTH] for post_page, _blog in posts if post_page.month != UNDATED}
    authors = dict.fromkeys(_author_name(blog) for _post_page, blog in posts)
    return _render_template(
        "search.html",
        root="",
        chunks=chunks,
        posts=len(posts),
        years=sorted(years, reverse=True),
        authors=list(authors),
    )


def _link_to(post: SitePost) -> PageLink:
    return PageLink(path=post.path, title=post.title)


def _newest(site_blog: SiteBlog) -> list[SitePost]:
    return site_blog.posts[: -_NEWEST - 1 : -1]


def _render_template(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("blogarchive.export", "templates/site"), PackageLoader("blogarchive.rendering")]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"_": translator("zh"), "ngettext": plural_translator("zh")}
    environment.filters |= {
        "href": href,
        "clock": _format_time,
        "count": _format_count,
        "years": _group_by_year,
        "month": format_month,
        "lang": detect_language,
    }
    return environment


def format_month(month: str) -> str:
    """Return `2025-01` as `2025 年 1 月`."""
    if month == UNDATED:
        return "没有日期"
    return f"{month[:4]} 年 {int(month[5:])} 月"


def _format_time(moment: str | None) -> str:
    """Return an ISO time without T and offset, in its precision."""
    return (moment or "")[:19].replace("T", " ")


def _format_count(number: int | None) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number or "")


def _group_by_year(months: Sequence[Listing]) -> list[tuple[str, list[Listing]]]:
    found: dict[str, list[Listing]] = {}
    for listing in months:
        found.setdefault(listing.name[:4] if listing.name != UNDATED else listing.name, []).append(listing)
    return list(found.items())


_CHUNK = 700_000
"""Stored characters of the posts in a file: it has a third of them, and a browser parses it in a moment."""

# Han and full-width ASCII: the characters that search treats as equal to another.
_FOLDED = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0xFF01, 0xFF5F))


def search_script() -> bytes:
    """Return the content of `look/search.js`."""
    return files("blogarchive.export").joinpath("templates", "site", "search.js").read_bytes()


def fold_script() -> bytes:
    """Return `search/fold.js`: characters, and the character that search treats each as."""
    pairs = [(char, fold(char)) for codes in _FOLDED for char in map(chr, codes)]
    pairs = [(char, folded) for char, folded in pairs if char != folded and len(folded) == 1]
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"blogarchiveFold({_script(source)},{_script(target)});\n".encode()


def render_chunk(posts: Iterable[tuple[str, Blog, FullPost]]) -> bytes:
    """Return a file of texts; `posts` have the path of their page and are oldest first."""
    entries = [_script(_entry(path, blog, post)) for path, blog, post in posts]
    return ("blogarchiveChunk([\n" + ",\n".join(entries) + "\n]);\n").encode()


def _entry(path: str, blog: Blog, post: FullPost) -> list[object]:
    comments = [[comment.author_name, comment.body_text] for comment in post.comments]
    day = (post.posted_at or "")[:10]
    return [path, post.title or "", day, _author_name(blog), post.body_text, comments]


def _author_name(blog: Blog) -> str:
    return blog.nickname or blog.title


def _script(value: object) -> str:
    """Return JSON that is valid in JavaScript of every version."""
    return escape_line_ends(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


_Found = tuple[SitePost, Blog]
_SEARCH_PAGE = "search.html"
_FOLD = "search/fold.js"


def export_html(
    archive: Path,
    out: Path,
    *,
    years: bool = False,
    filters: Filters | None = None,
    progress: Progress = no_progress,
) -> Exported:
    """Write the site into the folder `out`; its first page is `out/index.html`. With `years`, also a page to print a year.

    Its pages load nothing from the network. An earlier export in `out` is updated, an interrupted one continues.
    Raises as `export_jsonl`, and `UsageError` if `out` has other files.
    """
    with open_reader(archive, filters) as reader:
        site = _Site(reader, ExportFolder(out, "html"), progress, with_years=years)
        files = site.write()
        state = reader.finish()
        return Exported(
            out=out,
            posts=site.posts,
            comments=site.comments,
            pictures=len(site.images),
            missing=site.missing,
            files=files,
            archive_state=state,
        )


class _Site:
    def __init__(
        self, reader: ExportReader, folder: ExportFolder, progress: Progress, *, with_years: bool
    ) -> None:
        self.reader = reader
        self.folder = folder
        self.images = ImageFolder(reader, folder, "media")
        self.posts = self.comments = self.missing = 0
        self._digests: dict[str, PostDigest] = {}
        self._progress = progress
        names = UniqueNames()
        for own in ("media", "look", "search"):
            names.claim(own, "")
        self.blogs = [
            plan_blog(
                blog,
                names.claim(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id)),
                reader.headings(blog),
                with_years=with_years,
            )
            for blog in reader.blogs()
        ]
        self._total = sum(len(site_blog.posts) for site_blog in self.blogs)
        self.links = InternalLinks(
            (site_blog.blog, post_page.heading, post_page.path)
            for site_blog in self.blogs
            for post_page in site_blog.posts
        )

    def write(self) -> Digests:
        self.folder.write("look/style.css", stylesheet())
        self.folder.write("look/search.js", search_script())
        digest = input_digest(_FOLD)
        if not self.folder.keep(_FOLD, digest):
            self.folder.write(_FOLD, fold_script(), digest)
        self._progress(0, self._total)
        for site_blog in self.blogs:
            self._write_listings(site_blog)
            write_posts(self.folder, self.reader, self._plans(site_blog), _render_job, self.images)
            self._write_years(site_blog)
        self._write_search()
        self.folder.write("index.html", render_front_page(self.blogs))
        return self.folder.finish()

    def _write_listings(self, site_blog: SiteBlog) -> None:
        self.folder.write(site_blog.path, render_blog_page(site_blog))
        lines = {post.path: heading_text(post.heading) for post in site_blog.posts}
        titled = [(month, format_month(month.name)) for month in site_blog.months]
        titled += [(category, f"分类：{category.name}") for category in site_blog.categories]
        for listing, title in titled:
            shown = (shown_blog(site_blog.blog), title, [lines[post.path] for post in listing.posts])
            digest = input_digest(shown)
            if not self.folder.keep(listing.path, digest):
                self.folder.write(listing.path, render_listing_page(site_blog, listing, title), digest)

    def _write_years(self, site_blog: SiteBlog) -> None:
        image = make_image_source(self.reader, "../media/")  # the pages of the posts have copied the images
        for year in site_blog.years:
            digest = input_digest([self.folder.digest_of(post.path) for post in year.posts])
            if not self.folder.keep(year.path, digest):
                posts = [(post, self.reader.post(post.heading)) for post in year.posts]
                self.folder.write(year.path, render_year_page(site_blog, year, posts, image), digest)

    def _plans(self, site_blog: SiteBlog) -> Iterator[PostPlan]:
        image = make_image_source(self.reader, "../media/")
        blog, digests = shown_blog(site_blog.blog), self.reader.digests(site_blog.blog)
        for place, (path, heading) in enumerate((post.path, post.heading) for post in site_blog.posts):
            digest = self._digests[path] = digests[heading.id]
            yield PostPlan(
                path=path,
                blog=blog,
                heading=heading,
                digest=digest,
                image=image,
                link=self.links.source_for(site_blog.blog, heading, path),
                page=plan_post_page(site_blog, blog, place),
                with_versions=True,
            )
            self.posts += 1
            self.comments += digest.comments
            self.missing += not heading.has_text
            self._progress(self.posts, self._total)

    def _write_search(self) -> None:
        """Write the texts for the search page: a file for each run of posts, unless none of them changed."""
        posts = [(post_page, site_blog.blog) for site_blog in self.blogs for post_page in site_blog.posts]
        posts.sort(key=_posted_at)
        count = 0
        for count, chunk in enumerate(self._divide(posts), 1):
            name = f"search/{count - 1:04}.js"
            digest = input_digest([(post.path, self.folder.digest_of(post.path)) for post, _blog in chunk])
            if not self.folder.keep(name, digest):
                self.folder.write(name, render_chunk(self._read(chunk)), digest)
        self.folder.write(_SEARCH_PAGE, render_search_page(count, posts))

    def _divide(self, posts: Iterable[_Found]) -> Iterator[list[_Found]]:
        """Yield runs of posts with about `_CHUNK` stored characters; a new post at the end changes the last one."""
        chunk: list[_Found] = []
        size = 0
        for post in posts:
            chunk.append(post)
            size += self._digests[post[0].path].size
            if size >= _CHUNK:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _read(self, posts: Iterable[_Found]) -> Iterator[tuple[str, Blog, FullPost]]:
        for post_page, blog in posts:
            yield href(post_page.path), blog, self.reader.post(post_page.heading)


def _render_job(given: PostInput) -> bytes:
    page = cast("PostPage", given.page)
    return render_post_page(page, given.post, given.images.get, given.links.get)


def _posted_at(entry: _Found) -> str:
    return entry[0].heading.posted_at or ""
