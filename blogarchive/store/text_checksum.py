"""The checksum of a stored text: `verify` finds any changed letter by it."""

import sqlite3
from hashlib import sha256


def text_checksum(body_html: str | None, body_text: str | None) -> int:
    """Return 63 bits of the SHA-256 of both forms of a text."""
    digest = sha256(f"{body_html or ''}\0{body_text or ''}".encode())
    return int.from_bytes(digest.digest()[:8]) >> 1


def add_checksums(connection: sqlite3.Connection) -> None:
    """Add the checksum of every stored text; a value that is no text gets none. Reads and writes each row once."""
    connection.create_function("text_checksum", 2, _checksum_of_values, deterministic=True)
    for table in ("posts", "post_revisions", "comments", "comment_revisions"):
        has_text = " where content_hash is not null" if table == "posts" else ""
        connection.execute(f"alter table {table} add column text_checksum integer")
        connection.execute(
            f"update {table} set text_checksum = text_checksum(body_html, body_text){has_text}"  # noqa: S608
        )


def _checksum_of_values(body_html: object, body_text: object) -> int | None:
    values = [value for value in (body_html, body_text) if isinstance(value, str | None)]
    return text_checksum(*values) if len(values) == 2 else None
