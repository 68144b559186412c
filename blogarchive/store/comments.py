"""Comments: each kept under its fingerprint, edits as revisions, disappearance as a mark."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import cast

from blogarchive.store.fingerprints import Kept, Marked, matched
from blogarchive.store.held_comments import HeldComment, held_of
from blogarchive.store.saving import Counted, Saving, shown_text
from blogarchive.store.sweeps import Doubtful
from blogarchive.store.versions import Step, Version, place


def save(saving: Saving, post_id: int, marked: Sequence[Marked]) -> None:
    """Keep these comments of the post: new ones, edited ones, and the sighting of the rest."""
    held = held_of(saving, post_id, [item.fingerprint for item in marked])
    settled: list[Marked] = []
    unsettled: list[Marked] = []
    for item in marked:
        (settled if _is_plain(item, held.get(item.fingerprint)) else unsettled).append(item)
    if unsettled:
        settled = _match(saving, post_id, marked, {item.base for item in unsettled})
        held = held_of(saving, post_id, [item.fingerprint for item in settled])
    for item in settled:
        before = held.get(item.fingerprint)
        if before is None:
            _insert(saving, post_id, item)
        else:
            _revise(saving, item, before)
    # Read again, most were seen before that page was.
    _touch(
        saving,
        [row.id for row in held.values() if not saving.replay or row.first_seen_at > saving.moment],
    )


def known(saving: Saving, post_id: int, marked: Sequence[Marked]) -> list[Marked]:
    """Those of `marked` that are held word for word already."""
    held = held_of(saving, post_id, [item.fingerprint for item in marked])
    return [
        item
        for item in marked
        if (row := held.get(item.fingerprint)) is not None and row.digest == item.digest
    ]


def _is_plain(item: Marked, before: HeldComment | None) -> bool:
    """Whether nothing but the fingerprint is needed to say which comment it is."""
    return item.ordinal == 0 if before is None else before.digest == item.digest


def _match(saving: Saving, post_id: int, marked: Sequence[Marked], bases: set[str]) -> list[Marked]:
    by_base = attrgetter("base")
    result = [item for item in marked if item.base not in bases]
    for base, items in groupby(sorted((i for i in marked if i.base in bases), key=by_base), key=by_base):
        rows = saving.archive.rows(
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


def mark_missing(saving: Saving, post_id: int, *, since: str) -> None:
    """Mark those as gone that no page of a complete reading showed: not seen since the UTC text `since`."""
    saving.archive.execute(
        "update comments set gone_at = ? where post_id = ? and gone_at is null and last_seen_at < ?",
        (saving.moment, post_id, since),
    )


def repeat(saving: Saving, post_id: int, one: Doubtful) -> None:
    """Store one more comment that is identical to earlier ones by the same author and time."""
    base, alike, taken = one.item.item, [], set()
    rows = saving.archive.rows(
        "select id, cast(substr(fingerprint, 1, instr(fingerprint, '|') - 1) as integer), text_digest from comments"
        " where post_id = ? and substr(fingerprint, instr(fingerprint, '|') + 1) = ?"
        " order by gone_at is not null, 2",
        (post_id, base),
    )
    for comment_id, ordinal, digest in rows:
        taken.add(cast(int, ordinal))
        if digest == one.item.digest:
            alike.append(cast(int, comment_id))
    if len(alike) < one.copies:
        place = one.ordinal if one.ordinal not in taken else max(taken) + 1
        copy(saving, post_id, base, one.item.digest, place)
    _touch(saving, alike[: one.copies])


def copy(saving: Saving, post_id: int, base: str, digest_of: str, ordinal: int) -> None:
    """Make one more of a comment that is held, at that ordinal, unless that one is held too."""
    moments = (saving.moment, saving.moment, saving.moment)
    made = saving.archive.execute(
        "insert into comments(post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, fingerprint, position, text_digest, version_at, first_seen_at, last_seen_at,"
        " page_id) select post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, likes, ?, position, text_digest, ?, ?, ?, ? from comments"
        " where post_id = ? and text_digest = ? and substr(fingerprint, instr(fingerprint, '|') + 1) = ? limit 1"
        " on conflict(post_id, fingerprint) do nothing",
        (f"{ordinal}|{base}", *moments, saving.page_id(), post_id, digest_of, base),
    ).rowcount
    saving.count(Counted(comments_new=made))


def _insert(saving: Saving, post_id: int, item: Marked) -> None:
    saving.count(Counted(comments_new=1))
    comment = item.comment
    saving.archive.execute(
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
            shown_text(comment.posted),
            comment.posted.text if comment.posted else None,
            comment.likes,
            item.fingerprint,
            item.position,
            item.digest,
            saving.moment,
            saving.moment,
            saving.moment,
            saving.page_id(),
        ),
    )


def _revise(saving: Saving, item: Marked, before: HeldComment) -> None:
    comment = item.comment
    current = Version(
        id=None,
        content=(before.body_html, before.body_text),
        since=before.version_at,
        page_id=before.page_id,
    )
    replayed = saving.page_id() if saving.replay else None
    steps = place(
        (comment.body_html, comment.body_text),
        saving.moment,
        current,
        lambda: _earlier(saving, before.id),
        replayed_page=replayed,
    )
    for step in steps:
        _take(saving, step, item, before)
    if any(step.is_edit for step in steps):
        saving.count(Counted(comments_changed=1))
    if saving.moment >= before.last_seen_at or (saving.replay and saving.newest_kept):
        _save_facts(saving, item, before)


def _take(saving: Saving, step: Step, item: Marked, before: HeldComment) -> None:
    archive, comment = saving.archive, item.comment
    new = (comment.body_html, comment.body_text)
    if step.place == "revision" and step.version is not None:
        archive.execute(
            "update comment_revisions set body_html = ?, body_text = ?, page_id = ? where id = ?",
            (*new, saving.page_id(), step.version.id),
        )
    elif step.place == "revision":
        _keep_revision(saving, before.id, new, saving.moment, saving.page_id())
    elif step.version is not None:
        archive.execute(
            "update comments set body_html = ?, body_text = ?, text_digest = ?, page_id = ? where id = ?",
            (*new, item.digest, saving.page_id(), before.id),
        )
    else:
        old = (before.body_html, before.body_text)
        _keep_revision(saving, before.id, old, before.version_at, before.page_id)
        archive.execute(
            "update comments set body_html = ?, body_text = ?, text_digest = ?, version_at = ?, page_id = ?"
            " where id = ?",
            (*new, item.digest, saving.moment, saving.page_id(), before.id),
        )


def _keep_revision(
    saving: Saving, comment_id: int, content: tuple[str, str], since: str, page_id: int | None
) -> None:
    saving.archive.execute(
        "insert into comment_revisions(comment_id, body_html, body_text, captured_at, page_id)"
        " values (?, ?, ?, ?, ?)",
        (comment_id, *content, since, page_id),
    )


def _save_facts(saving: Saving, item: Marked, before: HeldComment) -> None:
    """Likes and place are counters; a name's link, a reply's name and a time are facts that can be mended."""
    comment = item.comment
    facts = (
        comment.author_url if comment.author_url is not None else before.author_url,
        comment.reply_to if comment.reply_to is not None else before.reply_to,
        shown_text(comment.posted) or before.posted_at,
    )
    likes, position = before.likes, before.position
    if saving.moment >= before.last_seen_at or likes is None:
        likes = comment.likes if comment.likes is not None else likes
        position = item.position
    if facts != (before.author_url, before.reply_to, before.posted_at):
        saving.page_id()
    elif (likes, position) == (before.likes, before.position):
        return
    saving.archive.execute(
        "update comments set author_url = ?, reply_to = ?, posted_at = ?, likes = ?, position = ? where id = ?",
        (*facts, likes, position, before.id),
    )


def _earlier(saving: Saving, comment_id: int) -> list[Version]:
    rows = saving.archive.rows(
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


def _touch(saving: Saving, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        places = ", ".join("?" * len(part))
        saving.archive.execute(
            f"update comments set first_seen_at = min(first_seen_at, ?) where id in ({places})"  # noqa: S608
            " and first_seen_at > ?",
            (saving.moment, *part, saving.moment),
        )
        if not saving.replay:
            saving.archive.execute(
                f"update comments set last_seen_at = ?, gone_at = null where id in ({places})"  # noqa: S608
                " and last_seen_at <= ?",
                (saving.moment, *part, saving.moment),
            )
