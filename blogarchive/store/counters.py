"""Counters of a post as a series: a row only where something changed, and the newest figures in `posts`."""

from typing import cast

from blogarchive.items import Post
from blogarchive.store.saving import Saving
from blogarchive.store.schema_series import MOMENT

Figures = tuple[int | None, int | None, int | None]
"""Views, likes, comment count; None where no page showed it."""

NOTHING: Figures = (None, None, None)


def save(saving: Saving, post_id: int, post: Post, held: Figures, *, newest: bool) -> Figures:
    """Put what the page shows into the series; gives the newest figures, for the row of the post.

    `held` are the figures of the row; `newest`: nothing of the post was seen later than this page.
    """
    shown: Figures = (post.views, post.likes, post.comment_count)
    if newest and not saving.replay:
        fresh = _over(shown, held)
        if fresh != held:
            _put(saving, post_id, fresh)
        return fresh
    before = _at(saving, post_id, "captured_at < ?")
    exact = _at(saving, post_id, "captured_at = ?")
    fresh = _over(shown, before or NOTHING)
    if fresh != (exact or before or NOTHING):
        _put(saving, post_id, fresh)
        if exact is not None:
            _carry_on(saving, post_id, exact, fresh)
    return _at(saving, post_id, "captured_at >= ?") or held


def _over(shown: Figures, held: Figures) -> Figures:
    """A figure that is not shown is as it was."""
    views, likes, comments = (old if new is None else new for new, old in zip(shown, held, strict=True))
    return views, likes, comments


def _carry_on(saving: Saving, post_id: int, old: Figures, fresh: Figures) -> None:
    """A figure that was read wrong stayed so for as long as it did not move: those pages were not kept."""
    for name, wrong, right in zip(("views", "likes", "comment_count"), old, fresh, strict=True):
        if wrong == right:
            continue
        saving.archive.execute(
            f"update post_stats set {name} = ?1 where post_id = ?2 and captured_at > ?3 and {name} is ?4"  # noqa: S608
            " and captured_at < coalesce((select min(captured_at) from post_stats where post_id = ?2"
            f" and captured_at > ?3 and {name} is not ?4), '~')",
            (right, post_id, saving.moment, wrong),
        )


def _at(saving: Saving, post_id: int, when: str) -> Figures | None:
    row = saving.archive.row(
        "select views, likes, comment_count from post_stats"  # noqa: S608 - `when` is one of three constants
        f" where post_id = ? and {when} order by captured_at desc limit 1",
        (post_id, saving.moment),
    )
    return None if row is None else cast(Figures, row)


def _put(saving: Saving, post_id: int, figures: Figures) -> None:
    saving.archive.execute(
        "insert into post_stats(post_id, captured_at, views, likes, comment_count, page_id)"  # noqa: S608 - a constant
        f" values (?, ?, ?, ?, ?, ?) on conflict(post_id, {MOMENT}) do update set"
        " views = excluded.views, likes = excluded.likes, comment_count = excluded.comment_count",
        (post_id, saving.moment, *figures, saving.counter_page_id()),
    )
