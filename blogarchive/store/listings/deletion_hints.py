"""Requeue posts that a list of newest posts on the home page no longer shows, or shows again.

Such a hint marks nothing as gone. It requeues the post's own page, which may be due only weeks later.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from blogarchive.items import ListedPost
from blogarchive.sites.links import order_key
from blogarchive.store.frontier import requeue
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import post_target

_MAX_REQUEUED = 20
"""More posts at once mean that the list is made in another way now."""


def requeue_hinted(context: SaveContext, lists: Mapping[str, Sequence[ListedPost]]) -> None:
    """Compare each list with its last content and requeue the differences; `lists` are by place in `sidebar_titles`."""
    missing: set[str] = set()
    returned: set[str] = set()
    for place, posts in lists.items():
        shown = {post.number for post in posts if post.number is not None}
        before = _read_shown_before(context, place)
        if shown and before:
            missing |= select_newer(before - shown, shown)
            returned |= shown - before
    for numbers, condition in ((missing, "gone_at is null"), (returned, "gone_at is not null")):
        rows = _read_posts(context, numbers, condition)
        for url, number in rows if len(rows) <= _MAX_REQUEUED else []:
            target = post_target(context, url, number)
            requeue.requeue_target(
                context.archive, target, before=context.precise_moment, now=context.page.fetched_at
            )


def select_newer(numbers: set[str], shown: set[str]) -> set[str]:
    """Return the numbers that a list of newest posts would show: those above its lowest ones, which may be pinned."""
    ordered = sorted(map(order_key, shown))
    if len(ordered) < 2:
        return set()
    return {number for number in numbers if order_key(number) > ordered[len(ordered) // 4]}


def _read_shown_before(context: SaveContext, place: str) -> set[str]:
    numbers = context.archive.column(
        "select number from sidebar_titles where author_id = ?1 and place = ?2 and number is not null"
        " and last_seen_at = (select max(last_seen_at) from sidebar_titles where author_id = ?1 and place = ?2)",
        (context.author_id, place),
    )
    return set(numbers)


def _read_posts(context: SaveContext, numbers: Iterable[str], condition: str) -> list[tuple[str, str]]:
    cursor = context.archive.execute(
        "select url, number from posts where author_id = ?"  # noqa: S608 - one of two constants
        f" and number in (select value from json_each(?)) and {condition}",
        (context.author_id, json.dumps(sorted(numbers))),
    )
    return cursor.fetchall()
