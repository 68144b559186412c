"""Renders the pages of an exported site from its templates and the macros of blogarchive.look."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from blogarchive.export.site.places import UNDATED, Listing, Placed, Shelf, href
from blogarchive.rendering.bodies import ImageSource, PostSource, render_body
from blogarchive.rendering.languages import language
from blogarchive.store.queries.post_models import FullPost

_NEWEST = 30
_INNER_ROOT = "../"


def stylesheet() -> bytes:
    """The look shared with `serve`, then what only the exported pages have."""
    shared = files("blogarchive.rendering").joinpath("style.css").read_bytes()
    return shared + files("blogarchive.export.site").joinpath("site.css").read_bytes()


def front_page(shelves: Sequence[Shelf]) -> bytes:
    """`index.html`: the blogs, or the one blog."""
    if len(shelves) == 1:
        return _render("blog.html", root="", shelf=shelves[0], newest=_newest(shelves[0]))
    return _render("front.html", root="", shelves=shelves)


def blog_page(shelf: Shelf) -> bytes:
    """The blog's months, categories and newest posts."""
    return _render("blog.html", root=_INNER_ROOT, shelf=shelf, newest=_newest(shelf))


def listing_page(shelf: Shelf, listing: Listing, title: str) -> bytes:
    """The posts of a month or a category."""
    return _render("listing.html", root=_INNER_ROOT, shelf=shelf, listing=listing, title=title)


def post_page(
    shelf: Shelf,
    placed: Placed,
    post: FullPost,
    older: Placed | None,
    newer: Placed | None,
    picture: ImageSource,
    linked: PostSource,
) -> bytes:
    """The post with its pictures, comments and replaced versions; links to other posts by `linked`."""

    def shown(body_html: str | None) -> str:
        return render_body(body_html or "", placed.heading.url, picture, linked)

    return _render(
        "post.html",
        root=_INNER_ROOT,
        shelf=shelf,
        placed=placed,
        post=post,
        older=older,
        newer=newer,
        shown=shown,
    )


def search_page(chunks: int, posts: int) -> bytes:
    """The page of the search, which reads `chunks` files."""
    return _render("search.html", root="", chunks=chunks, posts=posts)


def _newest(shelf: Shelf) -> list[Placed]:
    return shelf.posts[: -_NEWEST - 1 : -1]


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
    environment.filters |= {
        "href": href,
        "clock": _clock,
        "count": _count,
        "years": _years,
        "month": month_name,
        "lang": language,
    }
    return environment


def month_name(month: str) -> str:
    """2025 年 1 月."""
    if month == UNDATED:
        return "没有日期"
    return f"{month[:4]} 年 {int(month[5:])} 月"


def _clock(moment: str | None) -> str:
    """An ISO time as a person reads it, as precise as it is."""
    return (moment or "")[:19].replace("T", " ")


def _count(number: int | None) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number or "")


def _years(months: Sequence[Listing]) -> list[tuple[str, list[Listing]]]:
    found: dict[str, list[Listing]] = {}
    for listing in months:
        found.setdefault(listing.name[:4] if listing.name != UNDATED else listing.name, []).append(listing)
    return list(found.items())
