"""The pages of a post: text, images, comments and counters; and the differences of its edits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages import bodies
from blogarchive.browse.pages.diffs import DiffPart, diff_texts
from blogarchive.browse.pages.reply_targets import find_reply_targets
from blogarchive.browse.pages.trail import find_trail
from blogarchive.browse.plots.lines import draw_line, draw_sparkline
from blogarchive.browse.request_context import RequestContext
from blogarchive.messages import N_
from blogarchive.rendering.languages import detect_language
from blogarchive.store.read import posts as post_page
from blogarchive.store.read.models import Comment, Counters, Image, Version
from blogarchive.store.read.posts import PostPage

_FEWEST_COUNTS = 3
_COUNTERS = (("views", N_("Views")), ("likes", N_("Likes")), ("comment_count", N_("Comments")))


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment with its rendered body; `reply_target` is the id of the comment it replies to."""

    comment: Comment
    body: Markup
    language: str
    reply_target: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """A counter over time."""

    name: str
    first: int
    last: int
    since: str
    plot: Markup


@dataclass(frozen=True, slots=True)
class Readings:
    """When a post was read: the plot of its views, the views gained, and when half of them had come (UTC)."""

    plot: Markup
    gained: int
    half_at: str


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit: when it was first seen, the titles if they differ, and the difference of the texts."""

    seen_at: str
    old_title: str | None
    new_title: str | None
    diff: tuple[DiffPart, ...]


async def show_post(context: RequestContext) -> Response:
    """`/read/post/ID`; with `?remote=1` images that are not stored are loaded from the site."""
    found = await context.query(lambda connection: post_page.read_post_page(connection, _post_id(context)))
    if found is None:
        return await context.not_found(N_("such post"))
    posts = await context.query(lambda connection: bodies.find_linked_posts(connection, found))
    remote = context.text_parameter("remote") == "1"
    values = _template_values(context, found, posts, remote=remote)
    return await context.render(
        "post.html", {**values, "trail": await find_trail(context, found)}, remote=remote
    )


async def show_edits(context: RequestContext) -> Response:
    """`/read/post/ID/edits`: the difference of each edit, the newest first."""
    found = await context.query(lambda connection: post_page.read_post_page(connection, _post_id(context)))
    if found is None:
        return await context.not_found(N_("such post"))
    values = {
        "page": found,
        "blog": found.blog,
        "edits": [
            _build_edit(old, new)
            for old, new in zip(found.post.versions, found.post.versions[1:], strict=False)
        ][::-1],
        "language": detect_language(found.post.body_text),
    }
    return await context.render("edits.html", values)


def _post_id(context: RequestContext) -> int:
    return int(context.request.url_vars["id"])


def _template_values(
    context: RequestContext, found: PostPage, posts: Mapping[str, int], *, remote: bool
) -> dict[str, object]:
    def render(body_html: str | None, images: Sequence[Image]) -> Markup:
        return bodies.render_for_page(
            body_html,
            found.post.url,
            images,
            context.home,
            remote=remote,
            posts=posts,
            not_stored=context.gettext("[image not stored: {image}]"),
        )

    return {
        "page": found,
        "blog": found.blog,
        "load_images": context.with_parameters(remote="1"),
        "leave_images": context.with_parameters(remote=""),
        "body": render(found.post.body_html, found.post.images),
        "language": detect_language(found.post.body_text or found.post.title),
        "comments": _show_comments(found.post.comments, lambda comment: render(comment.body_html, ())),
        "series": _draw_series(context, found.counters),
        "readings": _draw_readings(context, found.counters),
        "edits": max(0, len(found.post.versions) - 1),
        "remote": remote,
        "lacks_images": any(image.sha256 is None for image in found.post.images),
    }


def _show_comments(comments: Sequence[Comment], render: Callable[[Comment], Markup]) -> list[ShownComment]:
    reply_targets = find_reply_targets(comments)
    return [
        ShownComment(
            comment, render(comment), detect_language(comment.body_text), reply_targets.get(comment.id)
        )
        for comment in comments
    ]


def _draw_series(context: RequestContext, counters: Sequence[Counters]) -> list[Series]:
    drawn = []
    for field, label in _COUNTERS:
        points = [(at.captured_at, value) for at in counters if (value := getattr(at, field)) is not None]
        if len(points) < 2 or points[0][1] == points[-1][1]:
            continue
        (since, first), (until, last) = points[0], points[-1]
        name = context.gettext(label)
        title = context.gettext(
            "{name}: from {first} on {since} to {last} on {until}",
            name=name,
            first=f"{first:,}",
            since=since[:10],
            last=f"{last:,}",
            until=until[:10],
        )
        drawn.append(Series(name, first, last, since, draw_sparkline(points, title)))
    return drawn


def _draw_readings(context: RequestContext, counters: Sequence[Counters]) -> Readings | None:
    """Return when the post was read, as its series of views shows; None for fewer than three counts that differ."""
    points = [(at.captured_at, at.views) for at in counters if at.views is not None]
    if len({value for _, value in points}) < _FEWEST_COUNTS:
        return None
    (since, first), (_, last) = points[0], points[-1]
    half = next(at for at, value in points if value >= (first + last) / 2)
    title = context.gettext("Views since {day}", day=since[:10])
    plot = draw_line(points, title=title, unit=context.gettext("Views"))
    return Readings(plot, last - first, half) if last > first else None


def _build_edit(old: Version, new: Version) -> Edit:
    retitled = old.title != new.title
    return Edit(
        seen_at=new.captured_at,
        old_title=old.title if retitled else None,
        new_title=new.title if retitled else None,
        diff=diff_texts(old.body_text or "", new.body_text or ""),
    )
