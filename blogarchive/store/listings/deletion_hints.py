"""Signs, on a home page, that posts were deleted or are there again: lists of newest posts that lack or regain one.

A sign is no witness. It has the post's own page looked at now, which else would be due weeks later.
"""

from collections.abc import Mapping, Sequence

from blogarchive.items import ListedPost
from blogarchive.store.frontier import requeue
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import post_target

_ASKED_AT_MOST = 20
"""More at once are no sign of posts, but of a list that is made otherwise now."""


def requeue_hinted(context: SaveContext, lists: Mapping[str, Sequence[ListedPost]]) -> None:
    """Hold each list against what it showed when it was last seen; `lists` by their places in `sidebar_titles`."""
    lost: set[str] = set()
    back: set[str] = set()
    for place, named in lists.items():
        shown, before = _numbers(named), _shown_before(context, place)
        if shown and before:
            lost |= select_newer(before - shown, shown)
            back |= shown - before
    for number, condition in ((lost, "gone_at is null"), (back, "gone_at is not null")):
        rows = _posts(context, sorted(number), condition)
        for url, post in rows if len(rows) <= _ASKED_AT_MOST else []:
            target = post_target(context, url, post)
            requeue.requeue_target(
                context.archive, target, before=context.precise_moment, now=context.page.fetched_at
            )


def select_newer(lacking: set[str], numbers: set[str]) -> set[str]:
    """Those that a list of the newest posts would show: not older than the oldest it does show, pinned ones aside."""
    shown = sorted(int(number) for number in numbers if number.isdigit())
    if len(shown) < 2:
        return set()
    return {number for number in lacking if number.isdigit() and int(number) > shown[len(shown) // 4]}


def _numbers(named: Sequence[ListedPost]) -> set[str]:
    return {str(post.number) for post in named if post.number is not None}


def _shown_before(context: SaveContext, place: str) -> set[str]:
    rows = context.archive.rows(
        "select number from sidebar_titles where author_id = ?1 and place = ?2 and number is not null"
        " and last_seen_at = (select max(last_seen_at) from sidebar_titles where author_id = ?1 and place = ?2)",
        (context.author_id, place),
    )
    return {str(number) for (number,) in rows}


def _posts(context: SaveContext, numbers: Sequence[str], condition: str) -> list[tuple[str, int | str]]:
    places = ", ".join("?" * len(numbers))
    rows = context.archive.rows(
        f"select url, number from posts where author_id = ? and number in ({places}) and {condition}",  # noqa: S608
        (context.author_id, *(int(number) if number.isdigit() else number for number in numbers)),
    )
    return [(str(url), number if isinstance(number, int) else str(number)) for url, number in rows]
