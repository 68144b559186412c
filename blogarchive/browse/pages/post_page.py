"""The pages of a post: text, images, comments and counters; and the differences of its edits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages.trail import find_trail
from blogarchive.browse.plots import draw_line, draw_sparkline
from blogarchive.browse.requests import RequestContext
from blogarchive.messages import N_
from blogarchive.rendering.bodies import ImageToShow, find_link_urls, render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read import posts as post_page
from blogarchive.store.read.models import Comment, Image, Version
from blogarchive.store.read.posts import PostPage
from blogarchive.store.statements import Statements


def find_reply_targets(comments: Sequence[Comment]) -> dict[int, int]:
    """Return, by the id of each reply, the id of the last earlier comment of the person it names.

    `comments` are sorted oldest first. A reply has no entry if that person has no earlier comment.
    """
    newest_by: dict[str, int] = {}
    found = {}
    for comment in comments:
        if comment.reply_to in newest_by:
            found[comment.id] = newest_by[comment.reply_to]
        newest_by[comment.author_name] = comment.id
    return found


_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）]*|\n|$)")
_MAX_COMPARED = 4000
_CONTEXT = 1
_MIN_EQUAL_RUN = 2


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A part of a text: `same` in both, only in the `old` or the `new` one, or `skipped` far from a change."""

    kind: Literal["same", "old", "new", "skipped"]
    text: str


def diff_texts(old: str, new: str) -> tuple[DiffPart, ...]:
    """Return the parts from `old` to `new`; each run of sentences far from a change is one `skipped` part."""
    before, after = _split_sentences(old), _split_sentences(new)
    found: list[DiffPart] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (verb, from_, to, from_after, to_after) in enumerate(steps):
        if verb == "equal":
            found += _keep_context(before[from_:to], is_first=place == 0, is_last=place == len(steps) - 1)
        else:
            found += _compare_characters("".join(before[from_:to]), "".join(after[from_after:to_after]))
    return tuple(found)


def _split_sentences(text: str) -> list[str]:
    return [found for found in _SENTENCE.findall(text) if found]


def _keep_context(sentences: list[str], *, is_first: bool, is_last: bool) -> Iterator[DiffPart]:
    """Yield the sentences next to a change, and the skipped ones between."""
    head = [] if is_first else sentences[:_CONTEXT]
    rest = sentences[len(head) :]
    tail = [] if is_last else rest[max(0, len(rest) - _CONTEXT) :]
    middle = rest[: len(rest) - len(tail)]
    if head:
        yield DiffPart("same", "".join(head))
    if middle:
        yield DiffPart("skipped", "".join(middle))
    if tail:
        yield DiffPart("same", "".join(tail))


def _compare_characters(old: str, new: str) -> Iterator[DiffPart]:
    """Compare character by character if both texts are short enough."""
    if not old or not new or len(old) + len(new) > _MAX_COMPARED:
        yield from _replace_text(old, new)
        return
    at_old = at_new = 0
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        # A single equal character inside a change makes it harder to read.
        if 0 < block.size < _MIN_EQUAL_RUN:
            continue
        yield from _replace_text(old[at_old : block.a], new[at_new : block.b])
        if block.size:
            yield DiffPart("same", old[block.a : block.a + block.size])
        at_old, at_new = block.a + block.size, block.b + block.size


def _replace_text(old: str, new: str) -> Iterator[DiffPart]:
    if old:
        yield DiffPart("old", old)
    if new:
        yield DiffPart("new", new)


_MAX_LINKS = 500  # of a page; further links lead to the site


def render_for_page(
    body_html: str | None,
    url: str,
    images: Sequence[Image],
    home: str,
    *,
    remote: bool,
    posts: Mapping[str, int],
    not_stored: str,
) -> Markup:
    """Return `body_html` as sanitized HTML; if `remote`, images that are not stored are loaded from their URLs.

    `posts` are the ids of stored posts by the URLs of links; `not_stored` takes the place of other images.
    """
    stored = {
        image.url: ImageToShow(url=f"{home}/media/{image.sha256}", width=image.width, height=image.height)
        for image in images
        if image.sha256
    }

    def source(image_url: str) -> ImageToShow | None:
        if image_url in stored:
            return stored[image_url]
        is_loaded = remote and image_url.startswith(("https://", "http://"))
        return ImageToShow(url=image_url) if is_loaded else None

    def post(link_url: str) -> str | None:
        return f"{home}/post/{posts[link_url]}" if link_url in posts else None

    return Markup(render_body(body_html or "", url, source, post, not_stored=not_stored))  # noqa: S704 - render_body sanitizes


def find_linked_posts(archive: Statements, found: PostPage) -> dict[str, int]:
    """Return the ids of the stored posts that a post and its comments link to, by the URLs of the links."""
    url, site = found.post.url, found.blog.site
    texts = (found.post.body_html, *(comment.body_html for comment in found.post.comments))
    urls = dict.fromkeys(link for text in texts if text for link in find_link_urls(text, url))
    named = {link: resolve_post_link(site, link, url) for link in list(urls)[:_MAX_LINKS]}
    ids = {
        link: post_page.find_post_id(archive, site, parsed.uid, parsed.number)
        for link, parsed in named.items()
        if parsed is not None and parsed.number is not None
    }
    return {link: post_id for link, post_id in ids.items() if post_id is not None}


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
    found = await context.query(lambda archive: post_page.read_post_page(archive, _post_id(context)))
    if found is None:
        return await context.not_found(N_("such post"))
    posts = await context.query(lambda archive: find_linked_posts(archive, found))
    remote = context.text_parameter("remote") == "1"
    values = _template_values(context, found, posts, remote=remote)
    return await context.render(
        "post.html", {**values, "trail": await find_trail(context, found)}, remote=remote
    )


async def show_edits(context: RequestContext) -> Response:
    """`/read/post/ID/edits`: the difference of each edit, the newest first."""
    found = await context.query(lambda archive: post_page.read_post_page(archive, _post_id(context)))
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
        return render_for_page(
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


def _draw_series(context: RequestContext, counters: Sequence[dict[str, Any]]) -> list[Series]:
    drawn = []
    for field, label in _COUNTERS:
        points = [(at["captured_at"], value) for at in counters if (value := at[field]) is not None]
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


def _draw_readings(context: RequestContext, counters: Sequence[dict[str, Any]]) -> Readings | None:
    """Return when the post was read, as its series of views shows; None for fewer than three counts that differ."""
    points = [(at["captured_at"], at["views"]) for at in counters if at["views"] is not None]
    if len({value for _, value in points}) < _FEWEST_COUNTS:
        return None
    (since, first), (_, last) = points[0], points[-1]
    half = next(at for at, value in points if value >= (first + last) / 2)
    title = context.gettext("Views since {day}", day=since[:10])
    plot = draw_line(points, title=title, unit=context.gettext("Views"), language=context.language)
    return Readings(plot, last - first, half) if last > first else None


def _build_edit(old: Version, new: Version) -> Edit:
    retitled = old.title != new.title
    return Edit(
        seen_at=new.captured_at,
        old_title=old.title if retitled else None,
        new_title=new.title if retitled else None,
        diff=diff_texts(old.compared_text, new.compared_text),
    )
