"""Store the counters of a post as a series, with a row for each change; `posts` holds the newest values."""

from typing import cast

from blogarchive.items import Post
from blogarchive.store.database.schema.post_stats_index import MOMENT
from blogarchive.store.pages.context import SaveContext

CounterValues = tuple[int | None, int | None, int | None]
"""Views, likes and comment count; None if no page showed the counter."""

COLUMNS = ("views", "likes", "comment_count")
NO_COUNTERS: CounterValues = (None, None, None)


def save_counters(
    context: SaveContext, post_id: int, post: Post, stored: CounterValues, *, is_newest: bool
) -> CounterValues:
    """Store the counters that the page shows in the series and return the newest values.

    `stored` are the values in the row of the post. `is_newest`: no later page of the post was stored.
    """
    shown: CounterValues = (post.views, post.likes, post.comment_count)
    if is_newest and not context.is_reparse:
        values = _fill(shown, stored)
        if values != stored:
            _store(context, post_id, values)
        return values
    before = _read(context, post_id, "captured_at < ?")
    exact = _read(context, post_id, "captured_at = ?")
    values = _fill(shown, before or NO_COUNTERS)
    if values != (exact or before or NO_COUNTERS):
        _store(context, post_id, values)
        if exact is not None:
            _correct_following(context, post_id, exact, values)
    return _read(context, post_id, "captured_at >= ?") or stored


def _fill(shown: CounterValues, stored: CounterValues) -> CounterValues:
    """Return the values shown; the stored value replaces one that is not shown."""
    views, likes, comments = (old if new is None else new for new, old in zip(shown, stored, strict=True))
    return views, likes, comments


def _correct_following(context: SaveContext, post_id: int, old: CounterValues, new: CounterValues) -> None:
    """Correct a wrong value in the following rows up to its next change: their pages were not stored."""
    for name, wrong, right in zip(COLUMNS, old, new, strict=True):
        if wrong == right:
            continue
        context.archive.execute(
            f"update post_stats set {name} = ?1 where post_id = ?2 and captured_at > ?3 and {name} is ?4"  # noqa: S608
            " and captured_at < coalesce((select min(captured_at) from post_stats where post_id = ?2"
            f" and captured_at > ?3 and {name} is not ?4), '~')",
            (right, post_id, context.moment, wrong),
        )


def _read(context: SaveContext, post_id: int, condition: str) -> CounterValues | None:
    row = context.archive.row(
        "select views, likes, comment_count from post_stats"  # noqa: S608 - one of three constants
        f" where post_id = ? and {condition} order by captured_at desc limit 1",
        (post_id, context.moment),
    )
    return None if row is None else cast(CounterValues, row)


def _store(context: SaveContext, post_id: int, values: CounterValues) -> None:
    context.archive.execute(
        "insert into post_stats(post_id, captured_at, views, likes, comment_count, page_id)"  # noqa: S608 - a constant
        f" values (?, ?, ?, ?, ?, ?) on conflict(post_id, {MOMENT}) do update set"
        " views = excluded.views, likes = excluded.likes, comment_count = excluded.comment_count",
        (post_id, context.moment, *values, context.counter_page_id()),
    )
