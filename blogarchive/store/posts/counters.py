"""Counters of a post as a series: a row only where something changed, and the newest figures in `posts`."""

from typing import cast

from blogarchive.items import Post
from blogarchive.store.database.post_stats_index import MOMENT
from blogarchive.store.pages.context import SaveContext

Figures = tuple[int | None, int | None, int | None]
"""Views, likes, comment count; None where no page showed it."""

NOTHING: Figures = (None, None, None)


def save(context: SaveContext, post_id: int, post: Post, held: Figures, *, newest: bool) -> Figures:
    """Put what the page shows into the series; gives the newest figures, for the row of the post.

    `held` are the figures of the row; `newest`: nothing of the post was seen later than this page.
    """
    shown: Figures = (post.views, post.likes, post.comment_count)
    if newest and not context.is_reparse:
        fresh = _over(shown, held)
        if fresh != held:
            _put(context, post_id, fresh)
        return fresh
    before = _at(context, post_id, "captured_at < ?")
    exact = _at(context, post_id, "captured_at = ?")
    fresh = _over(shown, before or NOTHING)
    if fresh != (exact or before or NOTHING):
        _put(context, post_id, fresh)
        if exact is not None:
            _carry_on(context, post_id, exact, fresh)
    return _at(context, post_id, "captured_at >= ?") or held


def _over(shown: Figures, held: Figures) -> Figures:
    """A figure that is not shown is as it was."""
    views, likes, comments = (old if new is None else new for new, old in zip(shown, held, strict=True))
    return views, likes, comments


def _carry_on(context: SaveContext, post_id: int, old: Figures, fresh: Figures) -> None:
    """A figure that was read wrong stayed so for as long as it did not move: those pages were not kept."""
    for name, wrong, right in zip(("views", "likes", "comment_count"), old, fresh, strict=True):
        if wrong == right:
            continue
        context.archive.execute(
            f"update post_stats set {name} = ?1 where post_id = ?2 and captured_at > ?3 and {name} is ?4"  # noqa: S608
            " and captured_at < coalesce((select min(captured_at) from post_stats where post_id = ?2"
            f" and captured_at > ?3 and {name} is not ?4), '~')",
            (right, post_id, context.moment, wrong),
        )


def _at(context: SaveContext, post_id: int, when: str) -> Figures | None:
    row = context.archive.row(
        "select views, likes, comment_count from post_stats"  # noqa: S608 - `when` is one of three constants
        f" where post_id = ? and {when} order by captured_at desc limit 1",
        (post_id, context.moment),
    )
    return None if row is None else cast(Figures, row)


def _put(context: SaveContext, post_id: int, figures: Figures) -> None:
    context.archive.execute(
        "insert into post_stats(post_id, captured_at, views, likes, comment_count, page_id)"  # noqa: S608 - a constant
        f" values (?, ?, ?, ?, ?, ?) on conflict(post_id, {MOMENT}) do update set"
        " views = excluded.views, likes = excluded.likes, comment_count = excluded.comment_count",
        (post_id, context.moment, *figures, context.counter_page_id()),
    )
