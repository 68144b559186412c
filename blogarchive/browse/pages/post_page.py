"""The pages of a post: text, images, comments and counters; and the differences of its edits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from typing import Any, Literal

from datasette.utils.asgi import Response
from markupsafe import Markup

from blogarchive.browse.pages.search_page import find_trail
from blogarchive.browse.plots import draw_line, draw_sparkline
from blogarchive.browse.requests import RequestContext
from blogarchive.messages import N_
from blogarchive.rendering.bodies import ImageToShow, find_urls, render_body
from blogarchive.rendering.languages import detect_language
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read import posts as post_page
from blogarchive.store.read.models import Comment, Image
from blogarchive.store.statements import Statements


def find_reply_targets(comments: Sequence[Comment]) -> dict[int, int]:
    """Return, by the id of each reply, the id of the last earlier comment of the person it names.

    `comments` are sorted oldest first. A reply has no entry if that person has no earlier comment.
    """
    newest_by: dict[str, int] = {}
    found = {}
    for comment in comments:
        # The page names a person and not a comment: the person's last comment is the likeliest.
        if comment.reply_to in newest_by:
            found[comment.id] = newest_by[comment.reply_to]
        newest_by[comment.author_name] = comment.id
    return found


_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）]*|\n|$)")
_MAX_COMPARED = 4000  # characters; the time of the comparison may grow with their square
_CONTEXT = 1
_MIN_EQUAL_RUN = 2
_Kind = Literal["same", "old", "new", "skipped"]


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A part of a text: the `same` in both, in the `old` or `new` one, or `skipped` far from a change."""

    kind: _Kind
    text: str


def diff_texts(old: str, new: str) -> tuple[DiffPart, ...]:
    """Return the parts from `old` to `new`; each run of sentences far from a change is one `skipped` part."""
    before, after = ([one for one in _SENTENCE.findall(text) if one] for text in (old, new))
    found: list[DiffPart] = []
    # `autojunk` would ignore frequent sentences, such as empty lines, in texts of 200 and more.
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (verb, from_, to, from_after, to_after) in enumerate(steps):
        if verb == "equal":
            found += _keep_context(before[from_:to], is_first=place == 0, is_last=place == len(steps) - 1)
        else:
            found += _compare_characters("".join(before[from_:to]), "".join(after[from_after:to_after]))
    return tuple(found)


def _keep_context(sentences: list[str], *, is_first: bool, is_last: bool) -> Iterator[DiffPart]:
    """Yield the sentences next to a change, and the skipped ones between."""
    start = 0 if is_first else min(_CONTEXT, len(sentences))
    end = len(sentences) if is_last else max(start, len(sentences) - _CONTEXT)
    yield from _as_part("same", sentences[:start])
    yield from _as_part("skipped", sentences[start:end])
    yield from _as_part("same", sentences[end:])


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
        yield from _as_part("same", [old[block.a : block.a + block.size]])
        at_old, at_new = block.a + block.size, block.b + block.size


def _replace_text(old: str, new: str) -> Iterator[DiffPart]:
    yield from _as_part("old", [old])
    yield from _as_part("new", [new])


def _as_part(kind: _Kind, texts: list[str]) -> Iterator[DiffPart]:
    if text := "".join(texts):
        yield DiffPart(kind, text)


_MAX_LINKS = 500  # most links of a page that are looked up; further ones lead to the site


def find_linked_posts(archive: Statements, found: post_page.PostPage) -> dict[str, int]:
    """Return the ids of stored posts, by the URLs of the links to them in a post and its comments."""
    url, site = found.post.url, found.blog.site
    texts = (found.post.body_html, *(comment.body_html for comment in found.post.comments))
    urls = dict.fromkeys(link for text in texts if text for link in find_urls(text, url)[1])
    named = {link: resolve_post_link(site, link, url) for link in list(urls)[:_MAX_LINKS]}
    ids = {
        link: post_page.find_post_id(archive, site, parsed.uid, parsed.number)
        for link, parsed in named.items()
        if parsed is not None and parsed.number is not None
    }
    return {link: post_id for link, post_id in ids.items() if post_id is not None}


_FEWEST_COUNTS = 3  # a line through two points shows nothing that their numbers do not
_COUNTERS = (("views", N_("Views")), ("likes", N_("Likes")), ("comment_count", N_("Comments")))


async def show_post(context: RequestContext) -> Response:
    """`/read/post/ID`; with `?remote=1` images that are not stored are loaded from the site."""
    found = await _read(context)
    if found is None:
        return await context.not_found(N_("such post"))
    posts = await context.query(lambda archive: find_linked_posts(archive, found))
    remote = context.text_parameter("remote") == "1"
    render = partial(_render_body, context, found.post.url, posts, remote)
    values = {
        "page": found,
        "blog": found.blog,
        "load_images": context.with_parameters(remote="1"),
        "leave_images": context.with_parameters(remote=""),
        "body": render(found.post.body_html, found.post.images),
        "language": detect_language(found.post.body_text or found.post.title),
        "comments": list(_list_comments(found.post.comments, render)),
        "series": _draw_series(context, found.counters),
        "readings": _draw_readings(context, found.counters),
        "edits": max(0, len(found.post.versions) - 1),
        "remote": remote,
        "lacks_images": any(image.sha256 is None for image in found.post.images),
        "trail": await find_trail(context, found),
    }
    return await context.render("post.html", values, remote=remote)


def _list_comments(
    comments: Sequence[Comment], render: Callable[[str], Markup]
) -> Iterator[tuple[Comment, Markup, str, int | None]]:
    """Yield each comment with its rendered body, its language and the id of the comment that it answers."""
    targets = find_reply_targets(comments)
    for one in comments:
        yield one, render(one.body_html), detect_language(one.body_text), targets.get(one.id)


def _render_body(
    context: RequestContext,
    url: str,
    posts: Mapping[str, int],
    remote: bool,
    body_html: str | None,
    images: Sequence[Image] = (),
) -> Markup:
    """Return `body_html` as sanitized HTML; if `remote`, images that are not stored are loaded from their URLs."""
    stored = {
        one.url: ImageToShow(url=f"{context.home}/media/{one.sha256}", width=one.width, height=one.height)
        for one in images
        if one.sha256
    }

    def source(image_url: str) -> ImageToShow | None:
        # Only on request: the host of an image would learn who reads which post.
        is_loaded = remote and image_url.startswith(("https://", "http://"))
        return stored.get(image_url) or (ImageToShow(url=image_url) if is_loaded else None)

    def post(link_url: str) -> str | None:
        return f"{context.home}/post/{posts[link_url]}" if link_url in posts else None

    not_stored = context.gettext("[image not stored: {image}]")
    return Markup(render_body(body_html or "", url, source, post, not_stored=not_stored))  # noqa: S704 - render_body sanitizes


async def show_edits(context: RequestContext) -> Response:
    """`/read/post/ID/edits`: the difference of each edit, the newest first."""
    found = await _read(context)
    if found is None:
        return await context.not_found(N_("such post"))
    edits = reversed([*pairwise(found.post.versions)])
    values = {
        "page": found,
        "blog": found.blog,
        "edits": [(old, new, diff_texts(*old.texts_compared_with(new))) for old, new in edits],
        "language": detect_language(found.post.body_text),
    }
    return await context.render("edits.html", values)


async def _read(context: RequestContext) -> post_page.PostPage | None:
    post_id = int(context.request.url_vars["id"])
    return await context.query(lambda archive: post_page.read_post_page(archive, post_id))


_Series = Sequence[dict[str, Any]]


def _draw_series(context: RequestContext, counters: _Series) -> list[tuple[str, Markup, int, int, str]]:
    """Return name, plot, first and last value, and first time of each counter that changed."""
    drawn = []
    for field, label in _COUNTERS:
        points = [(at["captured_at"], value) for at in counters if (value := at[field]) is not None]
        if len(points) < 2 or points[0][1] == points[-1][1]:
            continue
        (since, first), (until, last) = points[0], points[-1]
        name, text = context.gettext(label), N_("{name}: from {first} on {since} to {last} on {until}")
        values = {"first": f"{first:,}", "since": since[:10], "last": f"{last:,}", "until": until[:10]}
        plot = draw_sparkline(points, context.gettext(text, name=name, **values))
        drawn.append((name, plot, first, last, since))
    return drawn


def _draw_readings(context: RequestContext, counters: _Series) -> tuple[Markup, int, str] | None:
    """Return the plot of the views, the views gained, and when half of them had come (UTC).

    Returns None for fewer than three counts that differ.
    """
    points = [(at["captured_at"], at["views"]) for at in counters if at["views"] is not None]
    if len({value for _, value in points}) < _FEWEST_COUNTS:
        return None
    (since, first), (_, last) = points[0], points[-1]
    half = next(at for at, value in points if value >= (first + last) / 2)
    title = context.gettext("Views since {day}", day=since[:10])
    plot = draw_line(points, title=title, unit=context.gettext("Views"), language=context.language)
    return (plot, last - first, half) if last > first else None
