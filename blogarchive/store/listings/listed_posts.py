"""Store posts that listings and the sidebar name: rows for new posts, and requeue posts that have changed."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from blogarchive.items import ListedPost, Post, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import strip_bullets
from blogarchive.post_facts import Post as StoredPost
from blogarchive.store.ledger import failures, frontier
from blogarchive.store.listings import deletions
from blogarchive.store.pages import context as page_context
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.posts import posts
from blogarchive.store.posts.posts import PostRow
from blogarchive.store.rows import HAS_TEXT, Value, format_utc
from blogarchive.store.statements import columns_of

# Hosts put labels before and after the titles of a list that the post's page lacks: [置顶], 【原创】, (图). An archive
# may put the day before them: 2020-05-06 - TITLE.
_LABELS = re.compile(
    r"^\s*(?:[\[【(（<《][^\]】)）>》]{1,6}[\]】)）>》]\s*)+|^(?:19|20)\d\d-\d\d-\d\d\s+[-–—:]\s+|(?:\s*[\[【(（][^\]】)）]{1,6}[\]】)）])+\s*$"
)

# If a blog has moved, the old URL of a post redirects to the new URL. Both URLs end with the same step of the path. The
# stored post is requested again if no other one has this step.
_STEP = "replace({0}, rtrim({0}, replace({0}, '/', '')), '')".replace("{0}", "replace({0}, '?', '/')")
_EARLIER = f"""select number from authors a cross join runs r cross join posts p
        on p.author_id = a.id and p.last_seen_at < r.started_at where a.id = ? and r.id = ?
        and a.first_seen_at < r.started_at and content_hash is not null and gone_at is null and {_STEP.format("number")} in
        (select {_STEP.format("value")} from json_each(?)) group by {_STEP.format("number")} having count(*) = 1"""  # noqa: S608 - constants


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPostRow(StoredPost):
    """The row of a post that a listing names; `has_text` is False until its own page is stored.

    `queued_url` is the URL in the frontier. `is_unreachable`: its own page failed or is gone. `shown_on` is the time of
    a listing that was last compared.
    """

    title_is_cut: bool
    listed_title: str | None
    listed_comment_count: int | None
    listed_version: str | None
    own_page_seen_at: str | None
    queued_url: str | None
    shown_on: str | None
    is_unreachable: bool


_ROW_COLUMNS = columns_of(
    ListedPostRow,
    "p",
    has_text=HAS_TEXT,
    queued_url="f.url",
    shown_on="f.shown_on",
    is_unreachable="p.own_page_gone_at is not null or f.state in ('failed', 'dead')",
)


def detect_changes(context: SaveContext, item: ListedPost, row: ListedPostRow) -> None:
    """Requeue a post of which a listing shows another URL, title, time, time of change or number of comments."""
    url = cast(str, item.url)  # only posts with a URL have a row
    _compare_url(context, url, row)
    if item.title:
        _compare_title(context, item, url, row)
    _compare_time(context, item, url, row)
    _compare_count(context, item.comment_count, url, row)
    if item.version is not None:  # a list for machines names it
        _compare_version(context, item.version, url, row)
    if row.has_text and (item.views or 0) > (row.views or 0):
        posts.save_listed_views(context, row.id, (item.views, row.likes, row.comment_count))


def _compare_url(context: SaveContext, url: str, row: ListedPostRow) -> None:
    """Give the post the URL of the newest listing, and requeue it if the old URL is unreachable.

    A change between http and https alone does not requeue it: some hosts alternate between the two.
    """
    if row.queued_url is None or row.queued_url == url:
        return
    target = page_context.post_target(context, url, row.number)
    frontier.change_url(context.archive, target)
    if row.is_unreachable and row.queued_url.partition("://")[2] != url.partition("://")[2]:
        context.requeue(target, failed_too=True)


def _compare_title(context: SaveContext, item: ListedPost, url: str, row: ListedPostRow) -> None:
    """Requeue a post if its listed title begins to differ from the stored title.

    If they still differ after its page was fetched, record a failure. `listed_title` is the title last compared.
    """
    if _is_same_title(item, row.title or ""):
        is_first = row.listed_title is None and row.has_text  # the title may have had no witness until now
        if is_first or row.listed_title not in (None, row.title):
            context.archive.update_row("posts", row.id, {"listed_title": row.title})
            failures.resolve_field(context.archive, url, "title", now=context.now)
        elif row.listed_title is None and not row.has_text and not item.title_cut:
            context.archive.update_row("posts", row.id, {"listed_title": item.title})
        return
    if row.listed_title != item.title:
        context.archive.update_row("posts", row.id, {"listed_title": item.title})
        if row.has_text:
            deletions.requeue_post(context, url, row.number)
    elif row.has_text and not _has_label(item.title, row.title or "") and not _is_queued(context, row.number):
        detail = Detail.LISTED_TITLE.format(listed=item.title, title=row.title)
        context.record_difference(url, failures.Failure(kind="incomplete", field="title", detail=detail))


def _compare_time(context: SaveContext, item: ListedPost, url: str, row: ListedPostRow) -> None:
    """Requeue a post once if another time is listed: some listings show the time of the last edit.

    A post whose own page shows no time has the listed one.
    """
    shown = page_context.date_text_iso(item.posted)
    if shown is None or page_context.is_relative(item.posted) or not row.has_text:
        return
    if row.posted_at is None:
        context.archive.update_row("posts", row.id, page_context.time_columns(item.posted))
        failures.resolve_field(context.archive, url, "posted_at", now=context.now)
        return
    is_compared = row.shown_on is not None and page_context.is_same_time(row.shown_on, shown)
    differs = not page_context.is_same_time(shown, row.posted_at)
    if is_compared or (row.shown_on is None and not differs):
        return
    frontier.set_newest_day(context.archive, page_context.post_target(context, url, row.number), shown)
    if differs:
        deletions.requeue_post(context, url, row.number)


def _compare_count(context: SaveContext, count: int | None, url: str, row: ListedPostRow | PostRow) -> None:
    """Requeue a post if its listed number of comments has changed."""
    if count is None or count == row.listed_comment_count:
        return
    context.archive.update_row("posts", row.id, {"listed_comment_count": count})
    if row.has_text and row.listed_comment_count is not None and count != row.comment_count:
        deletions.requeue_post(context, url, row.number)


def _compare_version(context: SaveContext, version: str, url: str, row: ListedPostRow) -> None:
    """Requeue a post if a list states another time of its last change, or the day of its last fetch.

    hexo-generator-sitemap writes days alone, so that two changes on one day have the same value.
    """
    is_day = version[10:19] in ("", "T00:00:00")
    if version == row.listed_version and not (is_day and (row.own_page_seen_at or "")[:10] == version[:10]):
        return
    context.archive.update_row("posts", row.id, {"listed_version": version})
    if row.has_text and row.listed_version is not None:
        deletions.requeue_post(context, url, row.number)


def _is_same_title(item: ListedPost, title: str) -> bool:
    """Return whether a listed title equals a title or is the beginning of it; bullets of lists are ignored."""
    listed, stored = strip_bullets(item.title), strip_bullets(title)
    return stored.startswith(listed.rstrip("….　 ")) if item.title_cut else listed == stored


def _has_label(listed: str, title: str) -> bool:
    """Return whether the listed title is the title with a label such as [置顶] or 【原创】."""
    bare, stored = (strip_bullets(_LABELS.sub("", text) or text) for text in (listed, title))
    return bool(title) and bare == stored


def _is_queued(context: SaveContext, number: str) -> bool:
    """Return whether the own page of the post is still to be fetched."""
    query = "select 1 from frontier where key = ? and state <> 'done'"
    return context.archive.exists(query, (context.blog.post_key(number),))


def save_listed(
    context: SaveContext, listed: Sequence[ListedPost], *, in_listing: bool
) -> dict[str, ListedPostRow]:
    """Store the titles of listed posts and return their rows by number; posts of other blogs are ignored.

    `in_listing`: the page lists the posts as its content, so they exist today. A sidebar may be old. A title never
    replaces a longer one or one of the post's own page.
    """
    items = {
        item.number: item
        for item in page_context.own_posts(context, listed)
        if item.number is not None and item.url is not None
    }
    rows = _read_rows(context, items)
    for row in rows.values():
        if not row.has_text:
            _complete(context, items[row.number], row)
    new = [number for number in items if number not in rows and not _has_moved(context, items[number])]
    for number in new:
        _insert(context, items[number])
    if new:
        rows |= _read_rows(context, new)
        if context.site.has_any_host:
            _requeue_moved(context, new)
    if in_listing and rows and not context.is_reparse:
        _mark_listed(context, items, rows)
    return rows


def _requeue_moved(context: SaveContext, new: Sequence[str]) -> None:
    """Requeue the stored posts with the last step of a new number, without validators: they may have moved."""
    values = (context.author_id, context.run_id, json.dumps(new))
    earlier = (json.dumps(context.archive.column(_EARLIER, values)),)
    condition = "kind = 'post' and number in (select value from json_each(?))"
    frontier.forget_validators(context.archive, context.blog, condition, earlier)
    frontier.requeue_where(context.archive, context.blog, condition, earlier, now=context.now)


def requeue_commented(context: SaveContext) -> None:
    """Requeue each post with a new comment, unless its page was fetched in the later half of the time since.

    A comment that waited for approval is found later. One that the page of the post never shows costs few requests.
    """
    now, named = context.now, context.parsed.commented
    rows = _read_rows(context, [post.number for post in named if post.number])
    for post in named:
        row = rows.get(post.number or "")
        if row is None or row.own_page_seen_at is None or post.posted is None or post.posted.at is None:
            continue
        if row.own_page_seen_at < format_utc(post.posted.at + (now - post.posted.at) / 2):
            deletions.requeue_post(context, row.queued_url or row.url, row.number)


def save_counts(context: SaveContext, post: Post, before: PostRow) -> None:
    """Store the counters of a post in a listing, and requeue it if its comment count has changed."""
    if not context.is_reparse:
        _compare_count(context, post.comment_count, post.url, before)
    posts.save_post_counters(context, post, before)


def listed_targets(context: SaveContext, listed: Iterable[ListedPost]) -> list[Target]:
    """Return the pages of listed posts as targets."""
    return [
        page_context.post_target(context, item.url, item.number)
        for item in page_context.own_posts(context, listed)
        if item.url is not None and item.number is not None
    ]


def _read_rows(context: SaveContext, numbers: Iterable[str]) -> dict[str, ListedPostRow]:
    query = f"""select {_ROW_COLUMNS} from posts p left join frontier f on f.key = ? || p.number
            where p.author_id = ? and p.number in (select value from json_each(?))"""  # noqa: S608 - constants
    values = (context.blog.post_key(""), context.author_id, json.dumps(list(numbers)))
    return {row.number: row for row in context.archive.all_as(ListedPostRow, query, values)}


def _has_moved(context: SaveContext, item: ListedPost) -> bool:
    """Return whether a list that is parsed again has the earlier number of a post that has moved."""
    query = "select 1 from pages where url = ? and target ->> '$.number' <> ?"
    return context.is_reparse and context.archive.exists(query, (item.url, item.number))


def _insert(context: SaveContext, item: ListedPost) -> None:
    key: dict[str, Value] = {"author_id": context.author_id, "number": item.number, "url": item.url}
    title: dict[str, Value] = {"title": item.title, "title_is_cut": item.title_cut}
    row = {**key, **title, **page_context.time_columns(item.posted), **context.seen_columns()}
    context.archive.insert_row("posts", row)


def _complete(context: SaveContext, item: ListedPost, before: ListedPostRow) -> None:
    """Store a longer title and a time for a post without text, from whichever page shows them."""
    columns: dict[str, Value] = {}
    is_longer = before.title is None or (before.title_is_cut and len(item.title) > len(before.title))
    if is_longer or (before.title_is_cut and not item.title_cut):
        columns |= {"title": item.title, "title_is_cut": item.title_cut}
    times = page_context.time_columns(item.posted)
    if before.posted_at is None and times["posted_at"] is not None:
        columns |= times
    if columns:
        context.archive.update_row("posts", before.id, {**columns, "page_id": context.page_id()})


def _mark_listed(context: SaveContext, items: dict[str, ListedPost], rows: dict[str, ListedPostRow]) -> None:
    ids = [row.id for row in rows.values()]
    deletions.record_listed(context, ids)
    for row in rows.values():
        detect_changes(context, items[row.number], row)
    update = "update posts set last_seen_at = ?1 where id in (select value from json_each(?2)) and last_seen_at < ?1"
    context.archive.execute(update, (context.moment, json.dumps(ids)))
