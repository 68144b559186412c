"""Read and change an archive by plain SQL."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from blogarchive.store.rows import text_checksum
from tests.sql import read_sql, run_sql


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    if not archive.exists():  # an import that stored nothing makes none
        return []
    return read_sql(archive, sql)


def dump(archive: Path) -> list[str]:
    with closing(sqlite3.connect(archive)) as connection:
        return list(connection.iterdump())


def add_comment(archive: Path, posts: str) -> None:
    """Add the comment of 过客 to the posts that the SQL condition selects."""
    run_sql(
        archive,
        "insert into comments(post_id, author_name, body_html, body_text, fingerprint, text_checksum,"
        " first_seen_at, last_seen_at)"
        f" select id, '过客', '顶', '顶', '1|过客', ?, first_seen_at, last_seen_at from posts where {posts}",
        text_checksum("顶", "顶"),
    )


def add_image(archive: Path, url: str, body: bytes) -> None:
    """Add a stored image and its file."""
    digest = sha256(body).hexdigest()
    run_sql(archive, "insert into media_files values (?, 'image/png', ?, ?)", digest, len(body), body)
    run_sql(
        archive,
        "insert into media(url, host, sha256, content_type, size, status)"
        " values (?, 'x.example', ?, 'image/png', ?, 'stored')",
        url, digest, len(body),
    )  # fmt: skip


def natural_rows(archive: Path, *, ids: bool = False) -> dict[str, list[str]]:
    """Return all rows of an archive by table, with natural keys in place of ids unless `ids`."""
    with closing(sqlite3.connect(archive)) as connection:
        keys = {table: dict(connection.execute(sql).fetchall()) for table, sql in _NATURAL_KEYS.items()}
        tables = connection.execute(
            "select name from sqlite_master where type = 'table' and name not like '%sqlite%'"
            " and name not like '%_fts%' and name not in ('readme', '_merge_progress')"
        ).fetchall()
        return {table: _rows_of(connection, table, {} if ids else keys, ids=ids) for (table,) in tables}


def _rows_of(
    connection: sqlite3.Connection, table: str, keys: dict[str, dict[int, str]], *, ids: bool
) -> list[str]:
    found = connection.execute(f"select * from {table}")
    names = [column[0] for column in found.description]
    return sorted(
        repr(
            [
                keys[_REFERENCES[name]].get(value) if _REFERENCES.get(name) in keys else value
                for name, value in zip(names, row, strict=True)
                if ids or name != "id"
            ]
        )
        for row in found
    )


_REFERENCES = {
    "page_id": "pages",
    "author_id": "authors",
    "post_id": "posts",
    "comment_id": "comments",
    "category_id": "categories",
    "media_id": "media",
}
_NATURAL_KEYS = {
    "pages": "select id, url || ' ' || fetched_at || ' ' || sha256 from pages",
    "authors": "select id, site || ' ' || uid from authors",
    "posts": "select p.id, a.uid || ' ' || p.number from posts p join authors a on a.id = p.author_id",
    "comments": "select c.id, p.number || ' ' || c.fingerprint from comments c join posts p on p.id = c.post_id",
    "categories": "select c.id, a.uid || ' ' || c.name from categories c join authors a on a.id = c.author_id",
    "media": "select id, url from media",
}
