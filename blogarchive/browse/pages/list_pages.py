"""The home page, its feed, a random post, and lists: blogs, gone and edited posts, failures, a day of the year."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta

from datasette.utils.asgi import Response
from lxml import etree

from blogarchive.browse import archives
from blogarchive.browse.pages.post_choices import Pages, turn_pages
from blogarchive.browse.requests import SANDBOX, RequestContext, respond
from blogarchive.errors import BlogArchiveError
from blogarchive.fleet.shard import URL_VARIABLE, fleet_url
from blogarchive.messages import N_
from blogarchive.messages.details import failure_words
from blogarchive.rendering.atom import NAMESPACE, NAMESPACES, build_element, build_entry, build_head
from blogarchive.store.ledger.failures import OpenFailure
from blogarchive.store.read import blogs as blog_lists, lists, posts as post_lookup
from blogarchive.store.read.models import BlogHeader, FullPost, read_post
from blogarchive.store.statements import Statements

# home page

_ON_HOME_PAGE, _OF_THIS_DAY = 12, 5


async def show_home(context: RequestContext) -> Response:
    """`/read`."""
    today = f"{date.today():%m-%d}"
    (blogs, total), newest, of_day, health = await context.query(
        lambda archive: (
            blog_lists.read_blogs(archive),
            blog_lists.read_newest(archive, _ON_HOME_PAGE),
            post_lookup.read_day(archive, today, _OF_THIS_DAY),
            blog_lists.read_health(archive),
        )
    )
    values = {
        "blogs": blogs,
        "total": total,
        "newest": newest,
        "of_day": of_day,
        "health": health,
        "archives": archives.home_urls(context.datasette),
        "has_fleet": has_fleet(context),
    }
    return await context.render("home.html", values)


_IN_FEED = 20


async def show_feed(context: RequestContext) -> Response:
    """`/read/feed.atom`: the newest posts of all blogs with their texts."""
    blogs, posts = await context.query(_read)
    feed = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=NAMESPACES)
    feed.extend(build_head(tuple(blogs.values())))
    feed.append(build_element("link", rel="self", href=_absolute(context, "/feed.atom")))
    for post in posts:
        page_url = _absolute(context, f"/post/{post.id}")
        feed.append(build_entry(blogs[post.author_id], post, page_url=page_url))
    body = etree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return respond(body, "application/atom+xml; charset=utf-8", SANDBOX)


def _read(archive: Statements) -> tuple[dict[int, BlogHeader], list[FullPost]]:
    blogs = {blog.id: blog for blog in blog_lists.read_names(archive)}
    newest = blog_lists.read_newest(archive, _IN_FEED)
    # A post that a list alone has shown has no text yet: a feed reader would keep the empty entry.
    return blogs, [post for line in newest if line.has_text and (post := read_post(archive, line.id))]


def _absolute(context: RequestContext, path: str) -> str:
    url: str = context.datasette.absolute_url(context.request, context.home + path)
    return url


_DAY = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_MAX_NAME = 200  # a LIKE takes text length times pattern length
_LEAP_YEAR = 2024  # February 29 is a day too


async def show_blogs(context: RequestContext) -> Response:
    """`/read/blogs`, with `?name=` and `?page=`."""
    page = _read_page(context)
    words = context.text_parameter("name")[:_MAX_NAME]
    blogs, total = await context.query(lambda archive: blog_lists.read_blogs(archive, words=words, page=page))
    pages = _turn(context, page, total, blog_lists.BLOGS_PER_PAGE)
    values = {"blogs": blogs, "total": total, "words": words, "pages": pages}
    return await context.render("blogs.html", values)


async def show_gone(context: RequestContext) -> Response:
    """`/read/gone`, with `?page=`."""
    return await _show_list(context, "gone.html", lists.read_gone)


async def show_edited(context: RequestContext) -> Response:
    """`/read/edited`, with `?page=`."""
    return await _show_list(context, "edited.html", lists.read_edited)


async def show_failures(context: RequestContext) -> Response:
    """`/read/failures`, with `?page=`."""
    page = _read_page(context)

    def read(archive: Statements) -> tuple[list[tuple[OpenFailure, str, str, int | None]], int]:
        """Return failures with their words, their reasons and the stored posts of their URLs, and how many there are."""
        found, total = lists.read_failures(archive, page)
        named = ((one, failure_words(one.kind, one.detail, context.language)) for one in found)
        return [(one, *words, post_lookup.find_by_url(archive, one.url)) for one, words in named], total

    shown, total = await context.query(read)
    return await context.render("failures.html", {"failures": shown, "pages": _turn(context, page, total)})


async def show_day(context: RequestContext) -> Response:
    """`/read/day`: the posts of this day in all years, or of `?day=MM-DD`."""
    given = context.text_parameter("day")
    day = given if _DAY.fullmatch(given) else f"{date.today():%m-%d}"
    found = await context.query(lambda archive: post_lookup.read_day(archive, day, lists.POSTS_PER_PAGE))
    month, number = map(int, day.split("-"))
    before, after = (_shift_day(month, number, days) for days in (-1, 1))
    values = {"month": month, "number": number, "posts": found, "before": before, "after": after}
    return await context.render("day.html", values)


_SHOWN_SHARDS = 100


async def show_fleet(context: RequestContext) -> Response:
    """`/read/fleet`, for operators: the workers, and the shards that need a person or are late, or all with `?all=1`."""
    if not has_fleet(context):
        return await context.not_found(N_("such page"))
    from blogarchive.fleet import registry  # here: it needs the packages of the extra

    try:
        found = await registry.read_status(fleet_url())
    except BlogArchiveError as error:
        return await context.render("fleet.html", {"error": str(error), "shards": ()}, status=503)
    # The shards that need an operator come first: there may be thousands.
    by_need = sorted(found, key=lambda one: (not one["needs_person"], -one["lag_seconds"]))
    is_all = len(found) <= _SHOWN_SHARDS or context.text_parameter("all")
    urgent = [x for x in by_need if x["needs_person"] or x["failing_hosts"] or x["lag_seconds"] >= 60]
    shown = by_need if is_all else urgent
    homes = {(one["machine"], one["db"].rpartition("/")[0]): one["worker"] for one in found}
    values = {"found": found, "homes": sorted(homes.items()), "shards": shown}
    return await context.render("fleet.html", values)


def has_fleet(context: RequestContext) -> bool:
    """Return whether this server of our own shows a fleet."""
    return bool(os.environ.get(URL_VARIABLE)) and archives.is_own_server(context.datasette)


async def open_random(context: RequestContext) -> Response:
    """`/read/random`: a redirect to a post by chance."""
    post_id = await context.query(post_lookup.find_random)
    if post_id is None:
        return await context.not_found(N_("such post"))
    # A browser that kept the redirect would show the same post at each click.
    return Response.redirect(f"{context.home}/post/{post_id}", headers={"cache-control": "no-store"})


async def _show_list(
    context: RequestContext, template: str, read: Callable[[Statements, int], lists.NotedList]
) -> Response:
    page = _read_page(context)
    posts, total = await context.query(lambda archive: read(archive, page))
    return await context.render(template, {"posts": posts, "pages": _turn(context, page, total)})


def _read_page(context: RequestContext) -> int:
    return context.int_parameter("page", minimum=1) or 1


def _turn(context: RequestContext, page: int, total: int, on_page: int = lists.POSTS_PER_PAGE) -> Pages:
    return turn_pages(page, total, lambda number: context.with_parameters(page=str(number)), on_page)


def _shift_day(month: int, number: int, days: int) -> str:
    try:
        day = date(_LEAP_YEAR, month, number)
    except ValueError:  # 02-30
        day = date(_LEAP_YEAR, month, 28)
    return f"{day + timedelta(days=days):%m-%d}"
