"""What a listing shows of a post against what is held of it: where they differ, the post is asked for."""

import re
from dataclasses import dataclass
from typing import cast

from blogarchive.items import ListedPost
from blogarchive.sites.grammar.page.vocabulary import strip_bullets
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.pages.ownership import post_target

_MARKS = re.compile(
    r"^\s*(?:[\[【(（<《][^\]】)）>》]{1,6}[\]】)）>》]\s*)+|(?:\s*[\[【(（][^\]】)）]{1,6}[\]】)）])+\s*$"
)
_SECONDS = 19  # the length of 2025-01-28T01:46:53, before the offset


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A post that a listing names, as it is held. `read`: its own page was read. `fresh`: it was not known before.

    `url` is where it is asked for, `astray`: nothing is to be had there. `shown_on` is the time of a listing that was
    dealt with last.
    """

    id: int
    number: int | str
    title: str | None
    title_is_cut: bool
    read: bool
    posted_at: str | None
    listed_title: str | None
    listed_comment_count: int | None
    comment_count: int | None
    url: str | None = None
    shown_on: str | None = None
    astray: bool = False
    fresh: bool = False


def compare(context: SaveContext, item: ListedPost, known: Known) -> None:
    """Ask for a post that a listing shows at another address, or with another title, time or number of comments."""
    _compare_address(context, item, known)
    _compare_title(context, item, known)
    _compare_time(context, item, known)
    _compare_count(context, item, known)


def ask(context: SaveContext, number: int | str, url: str) -> None:
    """Have a post fetched, unless it is waited for already."""
    requeue.requeue_target(
        context.archive,
        post_target(context, url, number),
        before=context.precise_moment,
        now=context.page.fetched_at,
    )


def _compare_address(context: SaveContext, item: ListedPost, known: Known) -> None:
    """A post is asked for where the newest listing says that it is: now, where nothing was to be had any more.

    Where http became https, or the other way, when it is due: some hosts show now this, now that.
    """
    url = cast(str, item.url)
    if known.url is None or known.url == url:
        return
    target = post_target(context, url, known.number)
    requeue.change_url(context.archive, target)
    if known.astray and known.url.partition("://")[2] != url.partition("://")[2]:
        requeue.requeue_target(
            context.archive,
            target,
            before=context.precise_moment,
            now=context.page.fetched_at,
            failed_too=True,
        )


def _compare_title(context: SaveContext, item: ListedPost, known: Known) -> None:
    """Hold the title listed against the one that is held: where they begin to differ, the post is read again.

    Where they differ still after that, it is a failure. `listed_title` is the title that was dealt with last.
    """
    if _agree(item, known.title or ""):
        if known.listed_title not in (None, known.title):
            _note_title(context, known, known.title)
            failures.resolve_field(context.archive, cast(str, item.url), "title", now=context.page.fetched_at)
        elif known.listed_title is None and not known.read and not item.title_cut:
            _note_title(context, known, item.title)
        return
    if known.listed_title != item.title:
        _note_title(context, known, item.title)
        if known.read:
            ask(context, known.number, cast(str, item.url))
    elif known.read and not _adorned(item.title, known.title or "") and not _waits(context, known.number):
        detail = f"listed as {item.title!r}, and named {known.title!r} on its own page"
        failure = Failure(kind="incomplete", field="title", detail=detail)
        if not failures.is_open(context.archive, cast(str, item.url), failure):
            now = context.page.fetched_at
            failures.record_failure(
                context.archive, context.blog, cast(str, item.url), failure, run_id=context.run_id, now=now
            )


def _compare_time(context: SaveContext, item: ListedPost, known: Known) -> None:
    """A time that is not the one held has the post read again, once: some lists show when a post was last edited."""
    shown = date_text_iso(item.posted)
    if shown is None or not known.read or known.posted_at is None:
        return
    dealt_with = known.shown_on is not None and known.shown_on.startswith(shown[:_SECONDS])
    differs = not _same_time(shown, known.posted_at)
    if dealt_with or (known.shown_on is None and not differs):
        return
    url = cast(str, item.url)
    frontier_queue.set_newest_day(context.archive, post_target(context, url, known.number), shown)
    if differs:
        ask(context, known.number, url)


def _compare_count(context: SaveContext, item: ListedPost, known: Known) -> None:
    """A number of comments that moved since the listing was last read asks for the post."""
    count = item.comment_count
    if count is None or count == known.listed_comment_count:
        return
    context.archive.execute("update posts set listed_comment_count = ? where id = ?", (count, known.id))
    if known.read and known.listed_comment_count is not None and count != known.comment_count:
        ask(context, known.number, cast(str, item.url))


def _same_time(one: str, other: str) -> bool:
    """Whether two times are one, as far as both are told."""
    one, other = one[:_SECONDS], other[:_SECONDS]
    return one.startswith(other) or other.startswith(one)


def _agree(item: ListedPost, title: str) -> bool:
    """Whether a title is the one listed, or begins with what a listing left of it; a list may have bullets of its own."""
    listed, held = strip_bullets(item.title), strip_bullets(title)
    return held.startswith(listed.rstrip("….　 ")) if item.title_cut else listed == held


def _adorned(listed: str, title: str) -> bool:
    """Whether a listing sets a mark beside the very title: [置顶], 【原创】."""
    bare, held = (strip_bullets(_MARKS.sub("", text) or text) for text in (listed, title))
    return bool(title) and bare == held


def _note_title(context: SaveContext, known: Known, title: str | None) -> None:
    context.archive.execute("update posts set listed_title = ? where id = ?", (title, known.id))


def _waits(context: SaveContext, number: int | str) -> bool:
    """Whether the post's own page is still to be read."""
    key = f"{context.blog.site}/{context.blog.uid}/{number}"
    return context.archive.row("select 1 from frontier where key = ? and state <> 'done'", (key,)) is not None
