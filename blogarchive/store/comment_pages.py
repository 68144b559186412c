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
from blogarchive.store import comments, doubts, sweeps
from blogarchive.store.failures import Failure
from blogarchive.store.fingerprints import Marked, mark
from blogarchive.store.saving import Saving
from blogarchive.store.sweeps import Item, Sweep
from blogarchive.store.times import from_utc_text, utc_text

RESTARTS = 2
"""How often a sweep whose pages disagree is begun anew within its run, before it is a failure."""


class Next(Enum):
    """What has to be read next for a post's comments."""

    NOTHING = auto()
    PAGE = auto()  # the one that follows
    POST = auto()  # all of them anew, from the post's own page on


def save_first(saving: Saving, post_id: int, post: Post, chain: str, *, further: bool) -> None:
    """Keep the comments that a post's own page shows. `further`: more pages of them follow."""
    marked = mark(post.comments)
    comments.save(saving, post_id, marked)
    if saving.replay:
        return
    if further:
        sweep = sweeps.begin(saving, chain, PageKind.COMMENTS, claimed=post.comment_count)
        sweeps.add(saving, sweep, ((_item(item), False) for item in marked))
        if _distrusted(saving):
            sweeps.distrust(saving, sweep)
    else:
        _finish(saving, post_id, seen=len(marked), claimed=post.comment_count, since=saving.moment)
        sweeps.forget(saving, chain)


def save_further(saving: Saving, post_id: int, post: Post, chain: str, *, further: bool) -> Next:
    """Keep the comments of a further page; gives what has to be read next. `further`: it links to one more."""
    if saving.replay:
        _save_again(saving, post_id, post)
        return Next.NOTHING
    sweep = sweeps.find(saving, chain)
    if sweep is None or sweep.pages_read != saving.target.page_no - 1:
        # Nothing says where these stand among their equals: note those that are surely known.
        comments.save(saving, post_id, comments.known(saving, post_id, mark(post.comments)))
        return Next.POST if sweep is None or _again(saving, sweep) else Next.NOTHING
    counted, shown = sweeps.counted(saving, sweep), sweeps.shown(saving, sweep)
    marked = mark(post.comments, counted=counted, first_position=counted.total())
    doubt = [_item(item) in shown for item in marked]
    seen = counted.total() + len(marked)
    repeated = bool(marked) and all(doubt)
    if repeated and (sweep.claimed is None or seen > sweep.claimed):
        # Some hosts link to a next page for ever, and show an earlier one again.
        return _end(saving, post_id, sweep, counted.total(), sound=sweep.sound)
    _note_counted(saving, counted, shown, marked)
    comments.save(saving, post_id, [item for item, known in zip(marked, doubt, strict=True) if not known])
    sweeps.add(saving, sweep, zip(map(_item, marked), doubt, strict=True))
    sound = sweep.sound and not _distrusted(saving) and _agrees(sweep, post)
    if not sound:
        sweeps.distrust(saving, sweep)
    if further:  # also where it reads like an earlier page: the claimed count leaves room for equals
        return Next.PAGE
    return _end(saving, post_id, sweep, seen, sound=sound)


def _note_counted(
    saving: Saving, counted: Counter[str], shown: Collection[Item], marked: Sequence[Marked]
) -> None:
    """What the earlier pages held goes with the page, so that it can be read again by itself."""
    bases = {item.base: counted[item.base] for item in marked if counted[item.base]}
    digests = sorted(item.digest for item in shown if item.item in bases)
    before = {"position": counted.total(), "bases": bases, "digests": digests}
    saving.counted_before = json.dumps(before, ensure_ascii=False)


def _note_own(saving: Saving, post_id: int, sweep: Sweep) -> None:
    """What was decided goes with the pages too: what reads like one of an earlier page is one of its own."""
    if saving.counted_before is not None:
        before = json.loads(saving.counted_before) | {"own": True}
        saving.counted_before = json.dumps(before, ensure_ascii=False)
    saving.archive.execute(
        "update pages set counted = json_set(counted, '$.own', json('true'))"
        " where counted is not null and fetched_at >= ? and url in (select f.url from frontier f"
        " join posts p on p.number = f.post_number where p.id = ? and f.site = ? and f.uid is ?)",
        (utc_text(from_utc_text(sweep.started_at)), post_id, saving.blog.site, saving.blog.uid),
    )


def _save_again(saving: Saving, post_id: int, post: Post) -> None:
    row = saving.archive.row("select counted from pages where id = ?", (saving.page_id(),))
    before = json.loads(str(row[0])) if row and row[0] else {}
    bases = cast("dict[str, int]", before.get("bases", {}))
    marked = mark(post.comments, counted=bases, first_position=before.get("position", 0))
    # One that may have been of an earlier page again was decided when all pages had been read.
    unsure = [
        item for item in marked if item.base in bases and item.digest in before.get("digests", [item.digest])
    ]
    known = comments.known(saving, post_id, unsure)
    comments.save(saving, post_id, [item for item in marked if item not in unsure or item in known])
    if before.get("own"):
        for item in unsure:
            comments.copy(saving, post_id, item.base, item.digest, item.ordinal)


def _item(marked: Marked) -> Item:
    return Item(item=marked.base, digest=marked.digest)


def _agrees(sweep: Sweep, post: Post) -> bool:
    return post.comment_count is None or post.comment_count == sweep.claimed


def _distrusted(saving: Saving) -> bool:
    return any((problem.field or "").startswith("comments") for problem in saving.reading.problems)


def _end(saving: Saving, post_id: int, sweep: Sweep, seen: int, *, sound: bool) -> Next:
    if not sound and not _distrusted(saving) and _again(saving, sweep):
        return Next.POST
    waiting = sweeps.doubtful(saving, sweep) if sound else []
    if sweep.claimed == seen - len(waiting):
        seen -= len(waiting)  # the pages overlapped, and these were shown twice
    elif waiting:
        _note_own(saving, post_id, sweep)
        for one in waiting:
            comments.repeat(saving, post_id, one)
    # A clock that was set back must not make what was seen look older than the sweep.
    started = min(utc_text(from_utc_text(sweep.started_at)), saving.moment)
    _finish(saving, post_id, seen=seen if sound else -1, claimed=sweep.claimed, since=started)
    sweeps.forget(saving, sweep.chain)
    return Next.NOTHING


def _again(saving: Saving, sweep: Sweep) -> bool:
    if sweep.restarts >= RESTARTS:
        return False
    sweeps.count_restart(saving, sweep)
    return True


def _finish(saving: Saving, post_id: int, *, seen: int, claimed: int | None, since: str) -> None:
    if claimed is None or _distrusted(saving):
        return
    if claimed == seen == 0 and (why := doubts.doubt(saving, post_id)):
        saving.problems.append(Failure(kind="incomplete", field="comments", detail=why))
        saving.doubted = True
        return
    if seen == claimed:
        saving.comments_agree = True
        comments.mark_missing(saving, post_id, since=since)
        saving.archive.execute(
            "update posts set comments_complete_at = ? where id = ?", (saving.moment, post_id)
        )
        return
    found = "pages that disagree" if seen < 0 else f"{seen} were read"
    saving.problems.append(
        Failure(kind="incomplete", field="comments", detail=f"{claimed} comments are claimed, {found}")
    )
