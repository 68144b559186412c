"""Merge stored versions of posts and comments between which a reader sees no difference."""

import sqlite3
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from blogarchive.parsing.compared_form import Form, content_hash, form_of, text_digest

# Newest first: of equal neighbours the newest markup stays, with the time at which the oldest was seen.
_VERSIONS = """
select * from (
select p.author_id, 0 as revision_id, p.id, p.title, p.body_html, coalesce(p.version_at, p.first_seen_at) as since
  from posts p where p.content_hash is not null
union all
select p.author_id, r.id, r.post_id, r.title, r.body_html, r.captured_at
  from post_revisions r join posts p on p.id = r.post_id)
 order by id, revision_id <> 0, since desc, revision_id desc
"""
_COMMENT_VERSIONS = """
select * from (
select p.author_id, 0 as revision_id, c.id, c.body_html, coalesce(c.version_at, c.first_seen_at) as since
  from comments c join posts p on p.id = c.post_id where c.id in (select comment_id from comment_revisions)
union all
select p.author_id, r.id, r.comment_id, r.body_html, r.captured_at
  from comment_revisions r join comments c on c.id = r.comment_id join posts p on p.id = c.post_id)
 order by id, revision_id <> 0, since desc, revision_id desc
"""


def merge_equal_versions(connection: sqlite3.Connection) -> int:
    """Merge neighbouring versions between which a reader sees no difference; return how many were deleted."""
    urls = connection.execute("select id, url from authors union select author_id, url from posts")
    hosts: dict[int, set[str]] = {}
    for author_id, url in urls:
        hosts.setdefault(author_id, set()).add(urlsplit(url).netloc)
    return _merge(connection, "posts", "post_revisions", _VERSIONS, hosts) + _merge(
        connection, "comments", "comment_revisions", _COMMENT_VERSIONS, hosts
    )


def _merge(
    connection: sqlite3.Connection,
    table: str,
    revisions: str,
    query: str,
    hosts: Mapping[int, Collection[str]],
) -> int:
    deleted: list[tuple[int]] = []
    kept: tuple[int, int, Form] | None = None
    for author_id, revision_id, row_id, *content, since in connection.execute(query).fetchall():
        form = form_of(tuple(content), hosts[author_id])
        if kept is None or (kept[1], kept[2]) != (row_id, form):
            kept = revision_id, row_id, form
            continue
        deleted.append((revision_id,))
        if kept[0]:
            connection.execute(f"update {revisions} set captured_at = ? where id = ?", (since, kept[0]))  # noqa: S608
        else:
            connection.execute(f"update {table} set version_at = ? where id = ?", (since, row_id))  # noqa: S608
    connection.executemany(f"delete from {revisions} where id = ?", deleted)  # noqa: S608
    return len(deleted)


def fold_texts(connection: sqlite3.Connection) -> None:
    """Compute the hashes of texts again, of what a reader sees; merge equal neighbours."""
    connection.create_function("content_hash", 2, content_hash, deterministic=True)
    connection.create_function("text_digest", 1, text_digest, deterministic=True)
    merge_equal_versions(connection)
    for statement in _FOLD.split(";\n"):
        connection.execute(statement)


_FOLD = """
update posts set content_hash = content_hash(title, body_html) where content_hash is not null;
update post_revisions set content_hash = content_hash(title, body_html);
update posts set last_changed_at = case when id in (select post_id from post_revisions) then version_at end
 where last_changed_at is not null;
update or ignore comments set fingerprint = replace(fingerprint, '~' || substr(text_digest, 1, 16),
       '~' || substr(text_digest(body_text), 1, 16)) where instr(fingerprint, '~' || substr(text_digest, 1, 16));
update comments set text_digest = text_digest(body_text) where text_digest is not null;
"""
