"""Compare a listed post with the stored one, and requeue the post if they differ."""

import re
from dataclasses import dataclass
from typing import cast

from blogarchive.items import ListedPost
from blogarchive.messages.details import Detail
from blogarchive.sites.grammar.words import strip_bullets
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.pages.ownership import post_target

_LABELS = re.compile(
    r"^\s*(?:[\[【(（<《][^\]】)）>》]{1,6}[\]】)）>》]\s*)+|(?:\s*[\[【(（][^\]】)）]{1,6}[\]】)）])+\s*$"
)
_OFFSET = re.compile(r"(?<=T\d\d|:\d\d)[+-]\d\d:\d\d$")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPostRow:
    """The row of a post that a listing names; `has_text` is False until its own page is stored.

    `url` is the URL in the frontier. `is_unreachable`: its own page failed or is gone. `shown_on` is the time of a
    listing that was last compared. `is_new`: the post was not stored before.
    """

    id: int
    number: str
    title: str | None
    title_is_cut: bool
    has_text: bool
    posted_at: str | None
    listed_title: str | None
    listed_comment_count: int | None
    comment_count: int | None
    url: str | None
    shown_on: str | None
    is_unreachable: bool
    is_new: bool


def detect_changes(context: SaveContext, item: ListedPost, row: ListedPostRow) -> None:
    """Requeue a post that a listing shows with another URL, title, time or number of comments."""
    url = cast(str, item.url)  # only posts with a URL have a row
    _compare_url(context, url, row)
    _compare_title(context, item, url, row)
    _compare_time(context, item, url, row)
    _compare_count(context, item, url, row)


def requeue_post(context: SaveContext, number: str, url: str) -> None:
    """Requeue a post, unless it is queued already."""
    requeue.requeue_target(
        context.archive,
        post_target(context, url, number),
        before=context.precise_moment,
        now=context.page.fetched_at,
    )


def _compare_url(context: SaveContext, url: str, row: ListedPostRow) -> None:
    """Change the URL of the post to that of the newest listing, and requeue it if the old URL is unreachable.

    A change between http and https alone does not requeue it: some hosts alternate between the two.
    """
    if row.url is None or row.url == url:
        return
    target = post_target(context, url, row.number)
    requeue.change_url(context.archive, target)
    if row.is_unreachable and row.url.partition("://")[2] != url.partition("://")[2]:
        requeue.requeue_target(
            context.archive,
            target,
            before=context.precise_moment,
            now=context.page.fetched_at,
            failed_too=True,
        )


def _compare_title(context: SaveContext, item: ListedPost, url: str, row: ListedPostRow) -> None:
    """Requeue a post if its listed title begins to differ from the stored title.

    If they still differ after its page was fetched, record a failure. `listed_title` is the title last compared.
    """
    if _is_same_title(item, row.title or ""):
        is_first = row.listed_title is None and row.has_text  # the title may have had no witness until now
        if is_first or row.listed_title not in (None, row.title):
            _store_listed_title(context, row, row.title)
            failures.resolve_field(context.archive, url, "title", now=context.page.fetched_at)
        elif row.listed_title is None and not row.has_text and not item.title_cut:
            _store_listed_title(context, row, item.title)
        return
    if row.listed_title != item.title:
        _store_listed_title(context, row, item.title)
        if row.has_text:
            requeue_post(context, row.number, url)
    elif row.has_text and not _has_label(item.title, row.title or "") and not _is_queued(context, row.number):
        detail = Detail.LISTED_TITLE.format(listed=item.title, title=row.title)
        failure = Failure(kind="incomplete", field="title", detail=detail)
        if not failures.is_open(context.archive, url, failure):
            now = context.page.fetched_at
            failures.record_failure(
                context.archive, context.blog, url, failure, run_id=context.run_id, now=now
            )


def _compare_time(context: SaveContext, item: ListedPost, url: str, row: ListedPostRow) -> None:
    """Requeue a post once if another time is listed: some listings show the time of the last edit."""
    shown = date_text_iso(item.posted)
    if shown is None or not row.has_text or row.posted_at is None:
        return
    is_compared = row.shown_on is not None and _OFFSET.sub("", row.shown_on).startswith(
        _OFFSET.sub("", shown)
    )
    differs = not _same_time(shown, row.posted_at)
    if is_compared or (row.shown_on is None and not differs):
        return
    frontier_queue.set_newest_day(context.archive, post_target(context, url, row.number), shown)
    if differs:
        requeue_post(context, row.number, url)


def _compare_count(context: SaveContext, item: ListedPost, url: str, row: ListedPostRow) -> None:
    """Requeue a post if its listed number of comments has changed."""
    count = item.comment_count
    if count is None or count == row.listed_comment_count:
        return
    context.archive.update_row("posts", row.id, {"listed_comment_count": count})
    if row.has_text and row.listed_comment_count is not None and count != row.comment_count:
        requeue_post(context, row.number, url)


def _same_time(one: str, other: str) -> bool:
    """Return whether two local times are equal up to the lower precision."""
    one, other = _OFFSET.sub("", one), _OFFSET.sub("", other)
    return one.startswith(other) or other.startswith(one)


def _is_same_title(item: ListedPost, title: str) -> bool:
    """Return whether a listed title equals a title or is the beginning of it; bullets of lists are ignored."""
    listed, stored = strip_bullets(item.title), strip_bullets(title)
    return stored.startswith(listed.rstrip("….　 ")) if item.title_cut else listed == stored


def _has_label(listed: str, title: str) -> bool:
    """Return whether the listed title is the title with a label such as [置顶] or 【原创】."""
    bare, stored = (strip_bullets(_LABELS.sub("", text) or text) for text in (listed, title))
    return bool(title) and bare == stored


def _store_listed_title(context: SaveContext, row: ListedPostRow, title: str | None) -> None:
    context.archive.update_row("posts", row.id, {"listed_title": title})


def _is_queued(context: SaveContext, number: str) -> bool:
    """Return whether the own page of the post is still to be fetched."""
    key = f"{context.blog.site}/{context.blog.uid}/{number}"
    return context.archive.exists("select 1 from frontier where key = ? and state <> 'done'", (key,))
