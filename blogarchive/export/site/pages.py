"""Render the pages of an exported site from its templates and the macros of `rendering`."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from blogarchive.export.site.page_paths import UNDATED, Listing, SiteBlog, SitePost, href
from blogarchive.messages.translate import plural_translator, translator
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.store.read.models import FullPost

_NEWEST = 30
_INNER_ROOT = "../"


def stylesheet() -> bytes:
    """Return the stylesheet: the part shared with `serve`, then that of exported pages."""
    shared = files("blogarchive.rendering").joinpath("style.css").read_bytes()
    return shared + files("blogarchive.export.site").joinpath("site.css").read_bytes()


def render_front_page(blogs: Sequence[SiteBlog]) -> bytes:
    """Return `index.html`: the list of blogs, or the only blog."""
    if len(blogs) == 1:
        return _render("blog.html", root="", site_blog=blogs[0], newest=_newest(blogs[0]))
    return _render("front.html", root="", blogs=blogs)


def render_blog_page(site_blog: SiteBlog) -> bytes:
    """Return the page of a blog: its months, categories and newest posts."""
    return _render("blog.html", root=_INNER_ROOT, site_blog=site_blog, newest=_newest(site_blog))


def render_listing_page(site_blog: SiteBlog, listing: Listing, title: str) -> bytes:
    """Return the page of a month or a category."""
    return _render("listing.html", root=_INNER_ROOT, site_blog=site_blog, listing=listing, title=title)


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


def plan_post_page(site_blog: SiteBlog, place: int) -> PostPage:
    """Return the page of the post at `place` among the posts of the blog."""
    posts, post = site_blog.posts, site_blog.posts[place]
    categories = [
        replace(listing, posts=[])
        for listing in site_blog.categories
        if listing.name in post.heading.categories
    ]
    return PostPage(
        site_blog=replace(site_blog, posts=[], months=[], categories=categories),
        path=post.path,
        older=_link_to(posts[place - 1]) if place else None,
        newer=_link_to(posts[place + 1]) if place + 1 < len(posts) else None,
    )


def render_post_page(page: PostPage, post: FullPost, image: ImageSource, post_links: PostSource) -> bytes:
    """Return the page of a post with its images, comments and replaced versions."""

    def render(body_html: str | None) -> str:
        return render_body(body_html or "", post.url, image, post_links)

    return _render(
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


def render_search_page(chunks: int, posts: int) -> bytes:
    """Return the search page, which loads `chunks` files."""
    return _render("search.html", root="", chunks=chunks, posts=posts)


def _link_to(post: SitePost) -> PageLink:
    return PageLink(path=post.path, title=post.title)


def _newest(site_blog: SiteBlog) -> list[SitePost]:
    return site_blog.posts[: -_NEWEST - 1 : -1]


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("blogarchive.export.site"), PackageLoader("blogarchive.rendering")]
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
