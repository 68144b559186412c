"""A post as a page: text, pictures, comments, counters, and what edits changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages import bodies, plots
from blogarchive.browse.pages.diffs import Change, changes
from blogarchive.browse.pages.reply_targets import answered
from blogarchive.browse.request_context import RequestContext
from blogarchive.rendering.languages import language
from blogarchive.store.queries import post_page
from blogarchive.store.queries.post_models import Comment, Counters, Image, Version
from blogarchive.store.queries.post_page import PostPage

_COUNTERS = (("views", "浏览"), ("likes", "赞"), ("comment_count", "评论"))


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as it is shown; `answers` is the id of the comment it replies to."""

    comment: Comment
    body: Markup
    language: str
    answers: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """A counter over time."""

    name: str
    first: int
    last: int
    since: str
    plot: Markup


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit: when it was first seen, the titles where they differ, and the changed stretches."""

    seen_at: str
    old_title: str | None
    new_title: str | None
    changes: tuple[Change, ...]


async def post(asked: RequestContext) -> Response:
    """`/read/post/ID`; with `?remote=1` pictures that are not held come from the site."""
    found = await asked.read(lambda connection: post_page.post_page(connection, _id(asked)))
    if found is None:
        return await asked.missing("这篇文章")
    posts = await asked.read(lambda connection: bodies.linked_posts(connection, found))
    remote = asked.word("remote") == "1"
    return await asked.page("post.html", _shown(asked, found, posts, remote=remote), remote=remote)


async def edits(asked: RequestContext) -> Response:
    """`/read/post/ID/edits`: what each edit changed, the newest first."""
    found = await asked.read(lambda connection: post_page.post_page(connection, _id(asked)))
    if found is None:
        return await asked.missing("这篇文章")
    values = {
        "page": found,
        "edits": [
            _edit(old, new) for old, new in zip(found.post.versions, found.post.versions[1:], strict=False)
        ][::-1],
        "language": language(found.post.body_text),
    }
    return await asked.page("edits.html", values)


def _id(asked: RequestContext) -> int:
    return int(asked.request.url_vars["id"])


def _shown(
    asked: RequestContext, found: PostPage, posts: Mapping[str, int], *, remote: bool
) -> dict[str, object]:
    replies = answered(found.post.comments)

    def body(body_html: str | None, pictures: Sequence[Image]) -> Markup:
        return bodies.shown(body_html, found.post.url, pictures, asked.home, remote=remote, posts=posts)

    return {
        "page": found,
        "body": body(found.post.body_html, found.post.images),
        "language": language(found.post.body_text or found.post.title),
        "remarks": [
            Remark(
                comment,
                body(comment.body_html, ()),
                language(comment.body_text),
                replies.get(comment.id),
            )
            for comment in found.post.comments
        ],
        "series": _series(found.counters),
        "edits": max(0, len(found.post.versions) - 1),
        "remote": remote,
        "lacks_pictures": any(picture.sha256 is None for picture in found.post.images),
    }


def _series(counters: Sequence[Counters]) -> list[Series]:
    drawn = []
    for field, name in _COUNTERS:
        points = [(at.captured_at, value) for at in counters if (value := getattr(at, field)) is not None]
        if len(points) < 2 or points[0][1] == points[-1][1]:
            continue
        (since, first), (_, last) = points[0], points[-1]
        words = f"{name}：从 {since[:10]} 的 {first:,} 到 {points[-1][0][:10]} 的 {last:,}"
        drawn.append(Series(name, first, last, since, plots.spark(points, words)))
    return drawn


def _edit(old: Version, new: Version) -> Edit:
    retitled = old.title != new.title
    return Edit(
        seen_at=new.captured_at,
        old_title=old.title if retitled else None,
        new_title=new.title if retitled else None,
        changes=changes(old.body_text or "", new.body_text or ""),
    )
