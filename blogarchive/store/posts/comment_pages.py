"""Comments over one page or several: joined in one sweep, held against the count that the pages claim.

While a sweep goes on somebody may comment, and what stood last on one page stands first on the next. So a comment
that reads like one of an earlier page waits until the end, where the count decides whether it is one of its own.
Only a sweep that was read to its last page, whose pages claimed one count, and that found as many, marks comments
as gone.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from enum import Enum, auto
from typing import cast

from blogarchive.items import PageKind, Post
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages import page_chains
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.page_chains import ChainItem, PageChain
from blogarchive.store.posts import comments, empty_comment_check
from blogarchive.store.posts.comment_identity import Marked, mark
from blogarchive.store.timestamps import format_utc, parse_utc

RESTARTS = 2
"""How often a sweep whose pages disagree is begun anew within its run, before it is a failure."""


class Next(Enum):
    """What has to be read next for a post's comments."""

    NOTHING = auto()
    PAGE = auto()  # the one that follows
    POST = auto()  # all of them anew, from the post's own page on


def save_first(context: SaveContext, post_id: int, post: Post, chain: str, *, further: bool) -> None:
    """Keep the comments that a post's own page shows. `further`: more pages of them follow."""
    marked = mark(post.comments)
    comments.save(context, post_id, marked)
    if context.is_reparse:
        return
    if further:
        sweep = page_chains.start_chain(context, chain, PageKind.COMMENTS, claimed=post.comment_count)
        page_chains.add_items(context, sweep, ((_item(item), False) for item in marked))
        if _distrusted(context):
            page_chains.mark_unsound(context, sweep)
    else:
        _finish(context, post_id, seen=len(marked), claimed=post.comment_count, since=context.moment)
        page_chains.delete_chain(context, chain)


def save_further(context: SaveContext, post_id: int, post: Post, chain: str, *, further: bool) -> Next:
    """Keep the comments of a further page; gives what has to be read next. `further`: it links to one more."""
    if context.is_reparse:
        _save_again(context, post_id, post)
        return Next.NOTHING
    sweep = page_chains.find_chain(context, chain)
    if sweep is None or sweep.pages_read != context.target.page_no - 1:
        # Nothing says where these stand among their equals: note those that are surely known.
        comments.save(context, post_id, comments.known(context, post_id, mark(post.comments)))
        return Next.POST if sweep is None or _again(context, sweep) else Next.NOTHING
    counted, shown = page_chains.count_items(context, sweep), page_chains.shown_items(context, sweep)
    marked = mark(post.comments, counted=counted, first_position=counted.total())
    doubt = [_item(item) in shown for item in marked]
    seen = counted.total() + len(marked)
    repeated = bool(marked) and all(doubt)
    if repeated and (sweep.claimed is None or seen > sweep.claimed):
        # Some hosts link to a next page for ever, and show an earlier one again.
        return _end(context, post_id, sweep, counted.total(), sound=sweep.sound)
    _note_counted(context, counted, shown, marked)
    comments.save(context, post_id, [item for item, known in zip(marked, doubt, strict=True) if not known])
    page_chains.add_items(context, sweep, zip(map(_item, marked), doubt, strict=True))
    sound = sweep.sound and not _distrusted(context) and _agrees(sweep, post)
    if not sound:
        page_chains.mark_unsound(context, sweep)
    if further:  # also where it reads like an earlier page: the claimed count leaves room for equals
        return Next.PAGE
    return _end(context, post_id, sweep, seen, sound=sound)


def _note_counted(
    context: SaveContext, counted: Counter[str], shown: Collection[ChainItem], marked: Sequence[Marked]
) -> None:
    """What the earlier pages held goes with the page, so that it can be read again by itself."""
    bases = {item.base: counted[item.base] for item in marked if counted[item.base]}
    digests = sorted(item.digest for item in shown if item.item in bases)
    before = {"position": counted.total(), "bases": bases, "digests": digests}
    context.counters_before = json.dumps(before, ensure_ascii=False)


def _note_own(context: SaveContext, post_id: int, sweep: PageChain) -> None:
    """What was decided goes with the pages too: what reads like one of an earlier page is one of its own."""
    if context.counters_before is not None:
        before = json.loads(context.counters_before) | {"own": True}
        context.counters_before = json.dumps(before, ensure_ascii=False)
    context.archive.execute(
        "update pages set counted = json_set(counted, '$.own', json('true'))"
        " where counted is not null and fetched_at >= ? and url in (select f.url from frontier f"
        " join posts p on p.number = f.post_number where p.id = ? and f.site = ? and f.uid is ?)",
        (format_utc(parse_utc(sweep.started_at)), post_id, context.blog.site, context.blog.uid),
    )


def _save_again(context: SaveContext, post_id: int, post: Post) -> None:
    row = context.archive.row("select counted from pages where id = ?", (context.page_id(),))
    before = json.loads(str(row[0])) if row and row[0] else {}
    bases = cast("dict[str, int]", before.get("bases", {}))
    marked = mark(post.comments, counted=bases, first_position=before.get("position", 0))
    # One that may have been of an earlier page again was decided when all pages had been read.
    unsure = [
        item for item in marked if item.base in bases and item.digest in before.get("digests", [item.digest])
    ]
    known = comments.known(context, post_id, unsure)
    comments.save(context, post_id, [item for item in marked if item not in unsure or item in known])
    if before.get("own"):
        for item in unsure:
            comments.copy(context, post_id, item.base, item.digest, item.ordinal)


def _item(marked: Marked) -> ChainItem:
    return ChainItem(item=marked.base, digest=marked.digest)


def _agrees(sweep: PageChain, post: Post) -> bool:
    return post.comment_count is None or post.comment_count == sweep.claimed


def _distrusted(context: SaveContext) -> bool:
    return any((problem.field or "").startswith("comments") for problem in context.parsed.problems)


def _end(context: SaveContext, post_id: int, sweep: PageChain, seen: int, *, sound: bool) -> Next:
    if not sound and not _distrusted(context) and _again(context, sweep):
        return Next.POST
    waiting = page_chains.doubtful_items(context, sweep) if sound else []
    if sweep.claimed == seen - len(waiting):
        seen -= len(waiting)  # the pages overlapped, and these were shown twice
    elif waiting:
        _note_own(context, post_id, sweep)
        for one in waiting:
            comments.repeat(context, post_id, one)
    # A clock that was set back must not make what was seen look older than the sweep.
    started = min(format_utc(parse_utc(sweep.started_at)), context.moment)
    _finish(context, post_id, seen=seen if sound else -1, claimed=sweep.claimed, since=started)
    page_chains.delete_chain(context, sweep.chain)
    return Next.NOTHING


def _again(context: SaveContext, sweep: PageChain) -> bool:
    if sweep.restarts >= RESTARTS:
        return False
    page_chains.count_restart(context, sweep)
    return True


def _finish(context: SaveContext, post_id: int, *, seen: int, claimed: int | None, since: str) -> None:
    if claimed is None or _distrusted(context):
        return
    if claimed == seen == 0 and (why := empty_comment_check.doubt(context, post_id)):
        context.problems.append(Failure(kind="incomplete", field="comments", detail=why))
        context.needs_confirmation = True
        return
    if seen == claimed:
        context.comments_agree = True
        comments.mark_missing(context, post_id, since=since)
        context.archive.execute(
            "update posts set comments_complete_at = ? where id = ?", (context.moment, post_id)
        )
        return
    found = "pages that disagree" if seen < 0 else f"{seen} were read"
    context.problems.append(
        Failure(kind="incomplete", field="comments", detail=f"{claimed} comments are claimed, {found}")
    )
