"""Read the rows of comments before a save."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blogarchive.store.pages.context import SaveContext
from blogarchive.store.rows import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentRow:
    """A comment before a save; `text_since` is when its current text was first seen (UTC text)."""

    id: int
    fingerprint: str
    text_digest: str | None
    body_html: str
    body_text: str
    text_checksum: int | None
    author_name: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    likes: int | None
    position: int | None
    text_since: str
    first_seen_at: str
    last_seen_at: str
    page_id: int | None

    @property
    def text(self) -> Mapping[str, Value]:
        """Return the columns of the current version."""
        return {
            "body_html": self.body_html,
            "body_text": self.body_text,
            "text_checksum": self.text_checksum,
        }


def read_comment_rows(
    context: SaveContext, post_id: int, fingerprints: Sequence[str]
) -> dict[str, CommentRow]:
    """Return the comments of the post with these fingerprints, by fingerprint."""
    rows = context.archive.all_as(
        CommentRow,
        "select id, fingerprint, text_digest, body_html, body_text, text_checksum, author_name, author_url, reply_to,"
        " posted_at, likes, position, coalesce(version_at, first_seen_at) as text_since, first_seen_at,"
        " last_seen_at, page_id from comments where post_id = ? and fingerprint in (select value from json_each(?))",
        (post_id, json.dumps(fingerprints)),
    )
    return {row.fingerprint: row for row in rows}
