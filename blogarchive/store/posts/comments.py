"""Comments: each kept under its fingerprint, edits as revisions, disappearance as a mark."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import cast

from blogarchive.store.pages.context import ChangeCounts, SaveContext, date_text_iso
from blogarchive.store.pages.page_chains import DoubtfulItem
from blogarchive.store.posts.comment_identity import Kept, Marked, matched
from blogarchive.store.posts.comment_row import CommentRow, held_of
from blogarchive.store.posts.versions import Step, Version, place


def save(context: SaveContext, post_id: int, marked: Sequence[Marked]) -> None:
    """Keep these comments of the post: new ones, edited ones, and the sighting of the rest."""
    held = held_of(context, post_id, [item.fingerprint for item in marked])
    settled: list[Marked] = []
    unsettled: list[Marked] = []
    for item in marked:
        (settled if _is_plain(item, held.get(item.fingerprint)) else unsettled).append(item)
    if unsettled:
        settled = _match(context, post_id, marked, {item.base for item in unsettled})
        held = held_of(context, post_id, [item.fingerprint for item in settled])
    for item in settled:
        before = held.get(item.fingerprint)
        if before is None:
            _insert(context, post_id, item)
        else:
            _revise(context, item, before)
    # Read again, most were seen before that page was.
    _touch(
        context,
        [row.id for row in held.values() if not context.is_reparse or row.first_seen_at > context.moment],
    )


def known(context: SaveContext, post_id: int, marked: Sequence[Marked]) -> list[Marked]:
    """Those of `marked` that are held word for word already."""
    held = held_of(context, post_id, [item.fingerprint for item in marked])
    return [
        item
        for item in marked
        if (row := held.get(item.fingerprint)) is not None and row.digest == item.digest
    ]


def _is_plain(item: Marked, before: CommentRow | None) -> bool:
    """Whether nothing but the fingerprint is needed to say which comment it is."""
    return item.ordinal == 0 if before is None else before.digest == item.digest


def _match(context: SaveContext, post_id: int, marked: Sequence[Marked], bases: set[str]) -> list[Marked]:
    by_base = attrgetter("base")
    result = [item for item in marked if item.base not in bases]
    for base, items in groupby(sorted((i for i in marked if i.base in bases), key=by_base), key=by_base):
        rows = context.archive.rows(
            "select cast(substr(fingerprint, 1, instr(fingerprint, '|') - 1) as integer), text_digest,"
            " gone_at is not null from comments"
            " where post_id = ? and substr(fingerprint, instr(fingerprint, '|') + 1) = ? order by 1",
            (post_id, base),
        )
        kept = [
            Kept(ordinal=cast(int, ordinal), digest=cast("str | None", digest), gone=bool(gone))
            for ordinal, digest, gone in rows
        ]
        result += matched(list(items), kept)
    return result


def mark_missing(context: SaveContext, post_id: int, *, since: str) -> None:
    """Mark those as gone that no page of a complete reading showed: not seen since the UTC text `since`."""
    context.archive.execute(
        "update comments set gone_at = ? where post_id = ? and gone_at is null and last_seen_at < ?",
        (context.moment, post_id, since),
    )


def repeat(context: SaveContext, post_id: int, one: DoubtfulItem) -> None:
    """Store one more comment that is identical to earlier ones by the same author and time."""
    base, alike, taken = one.item, [], set()
    rows = context.archive.rows(
        "select id, cast(substr(fingerprint, 1, instr(fingerprint, '|') - 1) as integer), text_digest from comments"
        " where post_id = ? and substr(fingerprint, instr(fingerprint, '|') + 1) = ?"
        " order by gone_at is not null, 2",
        (post_id, base),
    )
    for comment_id, ordinal, digest in rows:
        taken.add(cast(int, ordinal))
        if digest == one.digest:
            alike.append(cast(int, comment_id))
    if len(alike) < one.copies:
        place = one.ordinal if one.ordinal not in taken else max(taken) + 1
        copy(context, post_id, base, one.digest, place)
    _touch(context, alike[: one.copies])


def copy(context: SaveContext, post_id: int, base: str, digest_of: str, ordinal: int) -> None:
    """Make one more of a comment that is held, at that ordinal, unless that one is held too."""
    moments = (context.moment, context.moment, context.moment)
    made = context.archive.execute(
        "insert into comments(post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, fingerprint, position, text_digest, version_at, first_seen_at, last_seen_at,"
        " page_id) select post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, ?, position, text_digest, ?, ?, ?, ? from comments"
        " where post_id = ? and text_digest = ? and substr(fingerprint, instr(fingerprint, '|') + 1) = ? limit 1"
        " on conflict(post_id, fingerprint) do nothing",
        (f"{ordinal}|{base}", *moments, context.page_id(), post_id, digest_of, base),
    ).rowcount
    context.add_changes(ChangeCounts(comments_new=made))


def _insert(context: SaveContext, post_id: int, item: Marked) -> None:
    context.add_changes(ChangeCounts(comments_new=1))
    comment = item.comment
    context.archive.execute(
        "insert into comments(post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, fingerprint, position, text_digest, version_at, first_seen_at, last_seen_at,"
        " page_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            post_id,
            comment.author_name,
            comment.author_url,
            comment.reply_to,
            comment.body_html,
            comment.body_text,
            date_text_iso(comment.posted),
            comment.posted.text if comment.posted else None,
            comment.likes,
            item.fingerprint,
            item.position,
            item.digest,
            context.moment,
            context.moment,
            context.moment,
            context.page_id(),
        ),
    )


def _revise(context: SaveContext, item: Marked, before: CommentRow) -> None:
    comment = item.comment
    current = Version(
        id=None,
        content=(before.body_html, before.body_text),
        since=before.version_at,
        page_id=before.page_id,
    )
    replayed = context.page_id() if context.is_reparse else None
    steps = place(
        (comment.body_html, comment.body_text),
        context.moment,
        current,
        lambda: _earlier(context, before.id),
        replayed_page=replayed,
    )
    for step in steps:
        _take(context, step, item, before)
    if any(step.is_edit for step in steps):
        context.add_changes(ChangeCounts(comments_changed=1))
    if context.moment >= before.last_seen_at or (context.is_reparse and context.is_newest):
        _save_facts(context, item, before)


def _take(context: SaveContext, step: Step, item: Marked, before: CommentRow) -> None:
    archive, comment = context.archive, item.comment
    new = (comment.body_html, comment.body_text)
    if step.place == "revision" and step.version is not None:
        archive.execute(
            "update comment_revisions set body_html = ?, body_text = ?, page_id = ? where id = ?",
            (*new, context.page_id(), step.version.id),
        )
    elif step.place == "revision":
        _keep_revision(context, before.id, new, context.moment, context.page_id())
    elif step.version is not None:
        archive.execute(
            "update comments set body_html = ?, body_text = ?, text_digest = ?, page_id = ? where id = ?",
            (*new, item.digest, context.page_id(), before.id),
        )
    else:
        old = (before.body_html, before.body_text)
        _keep_revision(context, before.id, old, before.version_at, before.page_id)
        archive.execute(
            "update comments set body_html = ?, body_text = ?, text_digest = ?, version_at = ?, page_id = ?"
            " where id = ?",
            (*new, item.digest, context.moment, context.page_id(), before.id),
        )


def _keep_revision(
    context: SaveContext, comment_id: int, content: tuple[str, str], since: str, page_id: int | None
) -> None:
    context.archive.execute(
        "insert into comment_revisions(comment_id, body_html, body_text, captured_at, page_id)"
        " values (?, ?, ?, ?, ?)",
        (comment_id, *content, since, page_id),
    )


def _save_facts(context: SaveContext, item: Marked, before: CommentRow) -> None:
    """Likes and place are counters; a name's link, a reply's name and a time are facts that can be mended."""
    comment = item.comment
    facts = (
        comment.author_url if comment.author_url is not None else before.author_url,
        comment.reply_to if comment.reply_to is not None else before.reply_to,
        date_text_iso(comment.posted) or before.posted_at,
    )
    likes, position = before.likes, before.position
    if context.moment >= before.last_seen_at or likes is None:
        likes = comment.likes if comment.likes is not None else likes
        position = item.position
    if facts != (before.author_url, before.reply_to, before.posted_at):
        context.page_id()
    elif (likes, position) == (before.likes, before.position):
        return
    context.archive.execute(
        "update comments set author_url = ?, reply_to = ?, posted_at = ?, likes = ?, position = ? where id = ?",
        (*facts, likes, position, before.id),
    )


def _earlier(context: SaveContext, comment_id: int) -> list[Version]:
    rows = context.archive.rows(
        "select id, body_html, body_text, captured_at, page_id from comment_revisions where comment_id = ?"
        " order by captured_at, id",
        (comment_id,),
    )
    return [
        Version(
            id=cast(int, row[0]),
            content=cast("tuple[str, str]", row[1:3]),
            since=str(row[3]),
            page_id=cast("int | None", row[4]),
        )
        for row in rows
    ]


def _touch(context: SaveContext, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        places = ", ".join("?" * len(part))
        context.archive.execute(
            f"update comments set first_seen_at = min(first_seen_at, ?) where id in ({places})"  # noqa: S608
            " and first_seen_at > ?",
            (context.moment, *part, context.moment),
        )
        if not context.is_reparse:
            context.archive.execute(
                f"update comments set last_seen_at = ?, gone_at = null where id in ({places})"  # noqa: S608
                " and last_seen_at <= ?",
                (context.moment, *part, context.moment),
            )
