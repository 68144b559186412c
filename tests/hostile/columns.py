"""Archives with one bad value: each column of each table, with each kind of value that it must not have.

A command that does not read a column of a valid archive cannot be harmed by a value in it: it does the same until it
reads the first bad value. `noted_reads` returns what SQLite says that it reads, so that each value is tried only there.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from blogarchive.store.database import schema
from blogarchive.store.rows import text_checksum
from tests.importing.pages import PNG
from tests.sql import run_sql

_AT = "2025-01-28T01:46:53+00:00"
_BLOG = "https://blog.creaders.net/u/31182/"
_IMAGE = "https://blog.creaders.net/x.png"
_SHA256 = hashlib.sha256(PNG).hexdigest()
_SITE = {"site": "creaders", "uid": "31182"}
_ROWS: dict[str, dict[str, object]] = {
    "author_aliases": {"author_id": 1, "alias": "other", "first_seen_at": _AT},
    "post_categories": {"post_id": 1, "category_id": 1},
    "media_files": {"sha256": _SHA256, "content_type": "image/png", "size": len(PNG), "body": PNG},
    "media": {"url": _IMAGE, "host": "blog.creaders.net", "sha256": _SHA256, "status": "stored", "fetched_at": _AT},
    "media_versions": {"url": _IMAGE, "sha256": _SHA256, "first_seen_at": _AT, "last_seen_at": _AT},
    "post_media": {"post_id": 1, "url": _IMAGE, "position": 1, "media_id": 1},
    "runs": {"command": "backup", "started_at": _AT, "epoch_at": _AT, "finished_at": _AT, "version": "1.0.0"},
    "run_blogs": {"run_id": 1, "author_id": 1},
    "frontier": {"key": "k", "url": _BLOG, "kind": "home", "state": "todo", "found_at": _AT, **_SITE},
    "failures": {"url": _BLOG, "kind": "http", "detail": "x", "first_failed_at": _AT, "last_failed_at": _AT, **_SITE},
    "field_counts": {"run_id": 1, "site": "creaders", "kind": "post", "field": "title", "filled": 1, "empty": 1},
    "text_changes": {"run_id": 1, "post_id": 1, "site": "creaders", "kind": "post", "captured_at": _AT},
    "site_changes": {"site": "creaders", "field": "title", "found_at": _AT},
    "blog_settings": {"delay": 1.5, **_SITE},
    "discovered_blogs": {"url": _BLOG, "source": "link", "first_seen_at": _AT, **_SITE},
    "_discovery_requests": {"url": _BLOG, "requested_at": _AT},
    "_merge_progress": {"source": "x", "source_state": "y", "started_at": _AT, "posts_before": 0, "members_before": 0},
    "_category_totals": {"category_id": 1, "year": "2025", "posts": 1},
    "_page_chains": {"site": "creaders", "chain": "x", "kind": "post", "started_at": _AT},
    "_page_chain_items": {"chain_id": 1, "item": "x"},
}  # fmt: skip
"""A valid row of each table that an import leaves empty."""

VALUES: dict[str, object] = {
    "bytes": b"\xff\xfe",
    "no UTF-8": b"\xc3\x28",
    "2^63": 2**63 - 1,
    "-2^63": -(2**63),
    "infinity": float("inf"),
    "words": "many",
    "a path": "/../../../../escaped",
    "a zero": "a\0b",
    "nothing": "",
    "NULL": None,
    "the last year": "9999-12-31T23:59:59+14:00",
    "arrays": "[" * 100_000,
    "1.9 MB": "x" * 1_900_000,
}


_EQUAL = {
    "text": {"-2^63", "infinity"},
    "integer": {"a path", "nothing", "a zero", "the last year", "arrays"},
    "real": {"a path", "nothing", "a zero", "the last year", "arrays"},
}
"""Values left out by the type of a column: in a text each number is one more text, in a number each text is as wrong."""


class Column(NamedTuple):
    """A column of a table, and the values that are tried in it."""

    table: str
    name: str
    values: tuple[str, ...]


def _columns() -> Iterator[Column]:
    with closing(sqlite3.connect(":memory:")) as empty:
        for (kind, name), sql in schema.statements().items():
            if kind == "table" and "_fts" not in name:
                empty.execute(sql)
        for table, name, kind in empty.execute(
            "select m.name, c.name, lower(c.type) from sqlite_master m join pragma_table_info(m.name) c"
            " where m.type = 'table' order by 1, c.cid"
        ):
            left_out = _EQUAL.get(kind, set())
            yield Column(table, name, tuple(value for value in VALUES if value not in left_out))


COLUMNS = {f"{column.table}.{column.name}": column for column in _columns()}


def add_rows(db: Path) -> None:
    """Add a valid row to each table that an import leaves empty."""
    run_sql(
        db, "insert into comment_revisions values (1, 1, '', '', ?, 1, ?, '')", _AT, text_checksum("", "")
    )
    run_sql(
        db, "insert or ignore into _search_pending select 'posts', id, 1, title, body_text from posts limit 1"
    )
    for table, row in _ROWS.items():
        names = ", ".join(row)
        run_sql(db, f"insert into {table}({names}) values ({', '.join('?' * len(row))})", *row.values())


def store_value(db: Path, column: Column, kind: str) -> bool:
    """Store the value in each row in which it is unique, past all checks; return whether any row has it.

    The largest one is stored in one row: limits are those of a file of 2 MB.
    """
    table, name, _values = column
    value = "cast(? as text)" if kind == "no UTF-8" else "?"
    with closing(sqlite3.connect(db)) as archive:
        has_rowid = "without rowid" not in schema.statements()["table", table]
        one = f" where rowid = (select min(rowid) from {table})" if kind == "1.9 MB" and has_rowid else ""
        find = f"select count(*) from {table} where {name} is {value}"

        def is_stored() -> bool:
            with suppress(sqlite3.Error):
                archive.execute(f"update or ignore {table} set {name} = {value}{one}", (VALUES[kind],))
            archive.commit()
            return archive.execute(find, (VALUES[kind],)).fetchone() > before

        before = archive.execute(find, (VALUES[kind],)).fetchone()
        archive.execute("pragma ignore_check_constraints = on")
        if is_stored():
            return True
        with _no_constraints(archive, table):
            return is_stored()


@contextmanager
def _no_constraints(archive: sqlite3.Connection, table: str) -> Iterator[None]:
    """Remove triggers and NOT NULL, as whoever edits a schema can; restore the schema to the letter."""
    archive.execute("pragma writable_schema = on")
    triggers = archive.execute("select * from sqlite_master where type = 'trigger'").fetchall()
    (sql,) = archive.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()
    archive.execute("delete from sqlite_master where type = 'trigger'")
    _set_sql(archive, table, re.sub("(?<! is) not null", "", sql))
    yield
    archive.executemany("insert into sqlite_master values (?, ?, ?, ?, ?)", triggers)
    _set_sql(archive, table, sql)


def _set_sql(archive: sqlite3.Connection, table: str, sql: str) -> None:
    archive.execute("update sqlite_master set sql = ? where name = ?", (sql, table))
    archive.commit()
    archive.execute("pragma writable_schema = reset")  # reads the schema again
    archive.execute("pragma writable_schema = on")


@contextmanager
def noted_reads() -> Iterator[set[tuple[str, str]]]:
    """Yield the set of columns that new connections read from now on; a table that they write has the column `*`."""
    found: set[tuple[str, str]] = set()
    connect, written = sqlite3.connect, (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)

    def note(action: int, table: str, column: str, *_others: object) -> int:
        if action == sqlite3.SQLITE_READ:
            found.add((table, column))
        elif action in written:  # its indexes are read, too
            found.add((table, "*"))
        return sqlite3.SQLITE_OK

    def connect_noted(*path: object, **options: object) -> sqlite3.Connection:
        # SQLite tells what a statement reads when it compiles it, so each is compiled each time.
        connection: sqlite3.Connection = connect(*path, **{**options, "cached_statements": 0})
        connection.set_authorizer(note)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_noted)
        yield found
