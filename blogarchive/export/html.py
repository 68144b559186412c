"""`export html`: a static site that opens from a disk, with an index by month and category, and a search."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from blogarchive.errors import CannotWrite
from blogarchive.export import posts as post_files
from blogarchive.export.folder import ExportFolder, UniqueNames, atomic_file, content_digest, safe_name
from blogarchive.export.jsonl import compact_json
from blogarchive.export.run import ExportJob, exporter, program_digest
from blogarchive.messages import plural_translator, translator
from blogarchive.rendering.bodies import render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.store.read.exports import PostDigest
from blogarchive.store.read.models import BlogHeader, FullPost, PostHeading
from blogarchive.store.search_index import fold
from blogarchive.workers.pool import in_batches


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The posts of a month, a category or a year, and the path of their page."""

    name: str
    path: str
    posts: list[post_files.PostFile] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteBlog:
    """A blog and its pages: `posts` undated and oldest first, `months` newest first, `categories` by name."""

    blog: BlogHeader
    path: str
    posts: list[post_files.PostFile] = field(default_factory=list)
    months: list[Listing] = field(default_factory=list)
    categories: list[Listing] = field(default_factory=list)
    years: list[Listing] = field(default_factory=list)


def plan_blog(
    blog: BlogHeader, folder: str, headings: Iterable[PostHeading], *, with_years: bool = False
) -> SiteBlog:
    """Return the blog with the paths of its pages below `folder`. If asked, include a page to print for each year."""
    names = UniqueNames()
    names.claim("index", "")
    posts = []
    for one in sorted(headings, key=lambda heading: heading.posted_at or ""):
        path = f"{folder}/{names.claim(_short_name(one.number), 'post')}.html"
        posts.append(post_files.PostFile(blog=blog, heading=one, path=path))
    newest_first = posts[::-1]
    months = _group_posts(folder, names, "month", ((post.month, post) for post in newest_first))
    pairs = ((name, post) for post in newest_first for name in post.heading.categories)
    categories = _group_posts(folder, names, "category", pairs)
    years = _group_posts(folder, names, "year", ((post.year, post) for post in posts if with_years))
    return SiteBlog(
        blog=blog,
        path=f"{folder}/index.html",
        posts=posts,
        months=sorted(months, key=lambda month: (month.name != post_files.UNDATED, month.name), reverse=True),
        categories=sorted(categories, key=lambda category: category.name),
        years=years[::-1],
    )


def _group_posts(
    folder: str, names: UniqueNames, kind: str, posts: Iterable[tuple[str, post_files.PostFile]]
) -> list[Listing]:
    """Return the lists of these names with their posts, each with the path of its page."""
    listings: dict[str, Listing] = {}
    for name, post in posts:
        if name not in listings:
            stem = names.claim(f"{kind}-{_short_name(name)}", "more")
            listings[name] = Listing(name=name, path=f"{folder}/{stem}.html")
        listings[name].posts.append(post)
    return list(listings.values())


def href(path: str, root: str = "") -> str:
    """Return the relative URL of the file at `path`; `root` is the URL of the site's folder."""
    return root + quote(path)


def _short_name(text: str) -> str:
    return safe_name(text, max_bytes=80)


_NEWEST = 30
_INNER_ROOT = "../"


def stylesheet() -> bytes:
    """Return the stylesheet: the part shared with `serve`, then that of exported pages."""
    return Path(__file__).parents[1].joinpath("rendering/style.css").read_bytes() + _read_static("site.css")


def _read_static(name: str) -> bytes:
    return Path(__file__).with_name("templates").joinpath("site", name).read_bytes()


def _plan_files(site_blog: SiteBlog) -> Iterator[post_files.PostFile]:
    """Yield the files of the posts of a blog; each page also shows its categories and neighbours."""
    posts = site_blog.posts
    categories = {listing.name: listing.path for listing in site_blog.categories}
    links = [None, *((post.path, post.title) for post in posts), None]
    for place, post in enumerate(posts):
        listings = [(name, categories[name]) for name in sorted(post.heading.categories)]
        page = (site_blog.path, listings, links[place], links[place + 2])
        yield post_files.PostFile(blog=post.blog, heading=post.heading, path=post.path, page=page)


def _render_job(given: post_files.PostInput) -> bytes:
    """Return the page of a post with its images, comments and replaced versions."""
    path, categories, older, newer = cast("tuple[Any, ...]", given.page)
    listings = [Listing(name=name, path=where) for name, where in categories]
    return render_template(
        "post.html",
        layout="page.html",
        root=_INNER_ROOT,
        site_blog=SiteBlog(blog=given.blog, path=path, categories=listings),
        post_page=post_files.PostFile(blog=given.blog, heading=given.post, path=given.path),
        post=given.post,
        older=older,
        newer=newer,
        render=lambda html: render_body(html or "", given.post.url, given.images.get, given.links.get),
    )


def render_template(template: str, **values: object) -> bytes:
    """Return a page of the site."""
    return environment("site").get_template(template).render(values).encode()


class _CodeCache(BytecodeCache):
    """The code of templates, beside that of modules: who may write there may change this program anyway."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_source_checksum(self, source: str) -> str:
        """Return a digest of the source of a template, of the program and of its libraries."""
        return super().get_source_checksum(source + program_digest().hex())

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the stored code; that of a damaged file, which Python may not survive, is compiled again."""
        with suppress(OSError):
            digest, _newline, code = self._path(bucket).read_bytes().partition(b"\n")
            if content_digest(code).encode() == digest:
                bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store code where and when Python stores that of modules."""
        # Like Python, an export needs no folder that it can write to.
        with suppress(CannotWrite):
            if not sys.dont_write_bytecode:
                code = bucket.bytecode_to_string()
                with atomic_file(self._path(bucket), flushed_later=True) as file:
                    file.write(b"\n".join((content_digest(code).encode(), code)))

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.template"


@cache
def environment(folder: str) -> Environment:
    """Return the environment of a folder of templates."""
    own = PackageLoader("blogarchive.export", f"templates/{folder}")
    compiled = __spec__.cached if __spec__ else None  # None in a program that is one file
    environment = Environment(
        loader=ChoiceLoader((own, PackageLoader("blogarchive.rendering"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=_CodeCache(Path(compiled).parent) if compiled else None,
    )
    environment.globals |= {"_": translator("zh"), "ngettext": plural_translator("zh")}
    environment.filters |= {
        "href": href,
        # Without T and offset, in its precision.
        "clock": lambda moment: (moment or "")[:19].replace("T", " "),
        "count": _format_count,
        "years": _group_by_year,
        "month": _format_month,
        "lang": detect_language,
        "post_lines": lambda pages, root: Markup("".join(_post_line(page, root) for page in pages)),  # noqa: S704
    }
    return environment


@lru_cache(maxsize=10_000)  # a post is in lists of its month and of its categories
def _post_line(page: post_files.PostFile, root: str) -> str:
    """Return the HTML of a post in a list. A macro of Jinja takes five times as long, for thousands of lines."""
    post, facts = page.heading, ""
    shown = escape(post.shown_time)
    if post.posted_at:
        facts += f'<span><time datetime="{escape(post.posted_at)}">{shown}</time></span>'
    elif shown:
        facts += f"<span><span>{shown}</span></span>"
    facts += f"<span>浏览 {_format_count(post.views)}</span>" if post.views is not None else ""
    facts += f"<span>评论 {_format_count(post.comment_count)}</span>" if post.comment_count else ""
    facts += '<span class="gone">原站已无</span>' if post.gone_at else ""
    facts += "" if post.has_text else '<span class="missing">正文未存</span>'
    title = f'<a class="title" href="{href(page.path, root)}">{escape(page.title)}</a>'
    return f'<li>\n{title}\n<div class="meta">\n{facts}</div>\n</li>\n'


def _format_month(month: str) -> str:
    """Return `2025-01` as `2025 年 1 月`."""
    return "没有日期" if month == post_files.UNDATED else f"{month[:4]} 年 {int(month[5:])} 月"


def _format_count(number: int | None) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number or "")


def _group_by_year(months: Sequence[Listing]) -> list[tuple[str, list[Listing]]]:
    found: dict[str, list[Listing]] = {}
    for listing in months:
        found.setdefault(listing.name.partition("-")[0], []).append(listing)
    return list(found.items())


# Stored characters of the posts in a file. It has a third of them, and a browser parses it in a moment.
_CHUNK = 700_000

# Han and full-width ASCII: the characters that search treats as equal to another.
_FOLDED = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0xFF01, 0xFF5F))
_FOLD = "search/fold.js"


def _fold_script() -> bytes:
    """Return `search/fold.js`: characters, and the character that search treats each as."""
    pairs = [(char, fold(char)) for codes in _FOLDED for char in map(chr, codes)]
    pairs = [(char, folded) for char, folded in pairs if char != folded and len(folded) == 1]
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"blogarchiveFold({compact_json(source)},{compact_json(target)});\n".encode()


def _search_entry(file: post_files.PostFile, post: FullPost) -> str:
    comments = [[comment.author_name, comment.body_text] for comment in post.comments]
    day = (post.posted_at or "")[:10]
    row = [href(file.path), post.title or "", day, file.blog.author, post.body_text, comments]
    return compact_json(row)


@exporter
def export_html(job: ExportJob, *, years: bool = False) -> None:
    """Write the site into the folder `out`; its first page is `out/index.html`. With `years`, also a page to print a year.

    Its pages load nothing from the network. An earlier export in `out` is updated, an interrupted one continues.
    """
    _Site(job, with_years=years).write()


class _Site:
    def __init__(self, job: ExportJob, *, with_years: bool) -> None:
        self._job = job
        self._reader = job.reader
        self._folder = ExportFolder(job.out, "html")
        self._image = post_files.make_image_source(job.reader, "../media/")
        self._digests: dict[str, PostDigest] = {}
        names = UniqueNames()
        for own in ("media", "look", "search"):
            names.claim(own, "")
        self._blogs: list[SiteBlog] = []
        for blog in job.reader.blogs():
            folder = names.claim(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id))
            self._blogs.append(plan_blog(blog, folder, job.reader.headings(blog), with_years=with_years))

    def write(self) -> None:
        self._folder.write("look/style.css", stylesheet())
        self._folder.write("look/search.js", _read_static("search.js"))
        if not self._folder.keep(_FOLD, digest := post_files.input_digest(_FOLD)):
            self._folder.write(_FOLD, _fold_script(), digest)
        post_files.write_posts(self._job, self._folder, self._plans(), _render_job)
        for site_blog in self._blogs:
            self._write_listings(site_blog)
            self._write_years(site_blog)
        self._write_search()
        single = self._blogs[0] if len(self._blogs) == 1 else None
        front = _render_home(single) if single else render_template("front.html", root="", blogs=self._blogs)
        self._folder.write("index.html", front)
        self._job.done.files.update(self._folder.finish())

    def _plans(self) -> Iterator[post_files.PostPlan]:
        posts = [post for site_blog in self._blogs for post in _plan_files(site_blog)]
        for plan in post_files.plan_posts(self._job, posts, self._image, with_versions=True):
            self._digests[plan.file.path] = plan.digest
            yield plan

    def _write_listings(self, site_blog: SiteBlog) -> None:
        self._folder.write(site_blog.path, _render_home(site_blog, _INNER_ROOT))
        titled = [(month, _format_month(month.name)) for month in site_blog.months]
        titled += [(category, f"分类：{category.name}") for category in site_blog.categories]
        for listing, title in titled:
            shown = [(post.path, self._folder.digest_of(post.path)) for post in listing.posts]
            digest = post_files.input_digest(site_blog.blog.title, site_blog.path, title, shown)
            if not self._folder.keep(listing.path, digest):
                given = {"root": _INNER_ROOT, "site_blog": site_blog, "listing": listing, "title": title}
                self._folder.write(listing.path, render_template("listing.html", **given), digest)

    def _write_years(self, site_blog: SiteBlog) -> None:
        """Write a page of all posts of a year with their comments, oldest first, to print in one piece."""
        for year in site_blog.years:
            digest = post_files.input_digest([self._folder.digest_of(post.path) for post in year.posts])
            if not self._folder.keep(year.path, digest):
                page = render_template(
                    "year.html",
                    root=_INNER_ROOT,
                    site_blog=site_blog,
                    listing=year,
                    posts=[(post, self._reader.post(post.heading)) for post in year.posts],
                    renderer=lambda post: lambda html: render_body(html or "", post.url, self._image),
                )
                self._folder.write(year.path, page, digest)

    def _write_search(self) -> None:
        """Write the texts for the search page: a file for each run of posts, unless none of them changed."""
        posts = [post for site_blog in self._blogs for post in site_blog.posts]
        posts.sort(key=lambda post: post.heading.posted_at or "")
        count = 0
        # A new post at the end changes the last file alone.
        for count, chunk in enumerate(in_batches(posts, size=self._size, limit=_CHUNK), 1):
            name = f"search/{count - 1:04}.js"
            digest = post_files.input_digest(list(map(self._search_input, chunk)))
            if not self._folder.keep(name, digest):
                entries = (_search_entry(one, self._reader.post(one.heading)) for one in chunk)
                content = "blogarchiveChunk([\n" + ",\n".join(entries) + "\n]);\n"
                self._folder.write(name, content.encode(), digest)
        years = {post.year for post in posts} - {post_files.UNDATED}
        page = render_template(
            "search.html",
            root="",
            chunks=count,
            posts=len(posts),
            years=sorted(years, reverse=True),
            authors=list(dict.fromkeys(post.blog.author for post in posts)),
        )
        self._folder.write("search.html", page)

    def _search_input(self, post: post_files.PostFile) -> Sequence[object]:
        """Return all that the search shows of a post: its counts and marks, which updates change, are none of it."""
        heading, rows = post.heading, repr(self._digests[post.path])
        return post.path, post.blog.author, heading.title, heading.posted_at, rows

    def _size(self, post: post_files.PostFile) -> int:
        return self._digests[post.path].size


def _render_home(site_blog: SiteBlog, root: str = "") -> bytes:
    """Return the page of a blog: its months, categories and newest posts."""
    newest = site_blog.posts[: -_NEWEST - 1 : -1]
    return render_template("blog.html", root=root, site_blog=site_blog, newest=newest)
