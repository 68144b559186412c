"""The rows of comments as they were before a save."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from blogarchive.store.pages.context import SaveContext


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentRow:
    """A comment as it was before a save; `version_at` is when its current text was first seen (UTC text)."""

    id: int
    digest: str | None
    body_html: str
    body_text: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    likes: int | None
    position: int | None
    version_at: str
    last_seen_at: str
    first_seen_at: str
    gone_at: str | None
    page_id: int | None


def held_of(context: SaveContext, post_id: int, fingerprints: Sequence[str]) -> dict[str, CommentRow]:
    """The comments of the post that bear these fingerprints, by them."""
    found: dict[str, CommentRow] = {}
    for start in range(0, len(fingerprints), 500):
        part = fingerprints[start : start + 500]
        places = ", ".join("?" * len(part))
        rows = context.archive.rows(
            "select fingerprint, id, text_digest, body_html, body_text, author_url, reply_to, posted_at, likes, position,"  # noqa: S608
            " coalesce(version_at, first_seen_at), last_seen_at, first_seen_at, gone_at, page_id from comments"
            f" where post_id = ? and fingerprint in ({places})",
            (post_id, *part),
        )
        found.update((str(row[0]), _of(cast("tuple[str, ...]", row[1:]))) for row in rows)
    return found


def _of(row: tuple[str, ...]) -> CommentRow:
    (
        comment_id,
        digest,
        html,
        text,
        url,
        reply,
        posted,
        likes,
        position,
        version,
        last,
        first,
        gone,
        page_id,
    ) = row
    return CommentRow(
        id=cast(int, comment_id),
        digest=digest,
        body_html=html,
        body_text=text,
        author_url=url,
        reply_to=reply,
        posted_at=posted,
        likes=cast("int | None", likes),
        position=cast("int | None", position),
        version_at=version,
        last_seen_at=last,
        first_seen_at=first,
        gone_at=gone,
        page_id=cast("int | None", page_id),
    )
