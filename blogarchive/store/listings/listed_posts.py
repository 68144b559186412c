"""Store posts that listings and the sidebar name: rows for new posts, and requeue posts that have changed."""

import json
from collections.abc import Iterable, Sequence
from typing import cast

from blogarchive.items import ListedPost, Post, Target
from blogarchive.store.listings import deletions
from blogarchive.store.listings.change_detection import ListedPostRow, detect_changes, requeue_post
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.pages.ownership import own_posts, post_target
from blogarchive.store.posts import post_row, posts
from blogarchive.store.rows import Value


def save_listed(
    context: SaveContext, listed: Sequence[ListedPost], *, in_listing: bool
) -> dict[str, ListedPostRow]:
    """Store the titles of listed posts and return their rows by number; posts of other blogs are ignored.

    `in_listing`: the page lists the posts as its content, so they exist today. A sidebar may be old. A title never
    replaces a longer one or one of the post's own page.
    """
    items = {
        item.number: item
        for item in own_posts(context, listed)
        if item.number is not None and item.url is not None
    }
    rows = _read_rows(context, items)
    for number, item in items.items():
        before = rows.get(number)
        if before is None:
            rows[number] = _insert(context, item)
        elif not before.has_text:
            _complete(context, item, before)
    if in_listing and rows and not context.is_reparse:
        _mark_listed(context, items, rows)
    return rows


def save_listed_counts(context: SaveContext, shown: Iterable[Post]) -> None:
    """Store the counters of posts in a listing, and requeue a post if its comment count has changed."""
    for post in shown:
        before = post_row.read_post_row(context, post.number)
        if before is None:
            continue
        count, listed_before = post.comment_count, before.listed_comment_count
        if not context.is_reparse and count is not None and count != listed_before:
            context.archive.update_row("posts", before.id, {"listed_comment_count": count})
            if listed_before is not None and count != before.comment_count:
                requeue_post(context, post.number, post.url)
        posts.save_post_counters(context, before.id, post, before)


def find_post_ids(context: SaveContext, numbers: Iterable[str]) -> list[int]:
    """Return the ids of the posts with these numbers, in ascending order."""
    return context.archive.column(
        "select id from posts where author_id = ? and number in (select value from json_each(?)) order by id",
        (context.author_id, json.dumps(list(numbers))),
    )


def listed_targets(context: SaveContext, listed: Iterable[ListedPost]) -> list[Target]:
    """Return the pages of listed posts as targets."""
    return [
        post_target(context, item.url, item.number)
        for item in own_posts(context, listed)
        if item.url is not None and item.number is not None
    ]


def _read_rows(context: SaveContext, numbers: Iterable[str]) -> dict[str, ListedPostRow]:
    rows = context.archive.all_as(
        ListedPostRow,
        "select p.number, p.id, title, title_is_cut, content_hash is not null as has_text, posted_at, listed_title,"
        " listed_comment_count, comment_count, f.url, f.shown_on,"
        " own_page_gone_at is not null or f.state in ('failed', 'dead') as is_unreachable, 0 as is_new"
        " from posts p left join frontier f on f.key = ? || p.number"
        " where author_id = ? and p.number in (select value from json_each(?))",
        (f"{context.blog.site}/{context.blog.uid}/", context.author_id, json.dumps(list(numbers))),
    )
    return {row.number: row for row in rows}


def _time_columns(item: ListedPost) -> dict[str, Value]:
    posted = item.posted
    return {"posted_at": date_text_iso(posted), "posted_at_text": posted.text if posted else None}


def _insert(context: SaveContext, item: ListedPost) -> ListedPostRow:
    times = _time_columns(item)
    post_id = context.archive.insert_row(
        "posts",
        {
            "author_id": context.author_id,
            "number": item.number,
            "url": item.url,
            "title": item.title,
            "title_is_cut": item.title_cut,
            **times,
            "first_seen_at": context.moment,
            "last_seen_at": context.moment,
            "page_id": context.page_id(),
        },
    )
    return ListedPostRow(
        id=post_id,
        number=cast(str, item.number),
        title=item.title,
        title_is_cut=item.title_cut,
        has_text=False,
        posted_at=cast("str | None", times["posted_at"]),
        listed_title=None,
        listed_comment_count=None,
        comment_count=None,
        url=None,
        shown_on=None,
        is_unreachable=False,
        is_new=True,
    )


def _complete(context: SaveContext, item: ListedPost, before: ListedPostRow) -> None:
    """Store a longer title and a time for a post without text, from whichever page shows them."""
    columns: dict[str, Value] = {}
    is_longer = before.title is None or (before.title_is_cut and len(item.title) > len(before.title))
    if is_longer or (before.title_is_cut and not item.title_cut):
        columns |= {"title": item.title, "title_is_cut": item.title_cut}
    times = _time_columns(item)
    if before.posted_at is None and times["posted_at"] is not None:
        columns |= times
    if columns:
        context.archive.update_row("posts", before.id, {**columns, "page_id": context.page_id()})


def _mark_listed(context: SaveContext, items: dict[str, ListedPost], rows: dict[str, ListedPostRow]) -> None:
    ids = [row.id for row in rows.values()]
    deletions.record_listed(context, ids)
    for row in rows.values():
        detect_changes(context, items[row.number], row)
    context.archive.execute(
        "update posts set last_seen_at = ?1 where id in (select value from json_each(?2)) and last_seen_at < ?1",
        (context.moment, json.dumps(ids)),
    )
