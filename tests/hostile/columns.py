"""Archives with one bad value: each column of each table, with each kind of value that it must not have."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from itertools import cycle
from pathlib import Path

from blogarchive.store.database import schema
from tests.importing.pages import PNG

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
    "_page_chains": {"site": "creaders", "chain": "x", "kind": "post", "started_at": _AT},
    "_page_chain_items": {"chain_id": 1, "item": "x"},
}  # fmt: skip
"""A valid row of each table that an import leaves empty."""

_VALUES: dict[str, object] = {
    "2^63": 2**63 - 1,
    "-2^63": -(2**63),
    "infinity": float("inf"),
    "a zero": "a\0b",
    "nothing": "",
    "the last year": "9999-12-31T23:59:59+14:00",
    "arrays": "[" * 100_000,
    "1.9 MB": "x" * 1_900_000,
}


def _columns() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as empty:
        for (kind, name), sql in schema.statements().items():
            if kind == "table" and "_fts" not in name:
                empty.execute(sql)
        return empty.execute(
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
            " order by 1, c.cid"
        ).fetchall()


def _set_value(table: str, column: str, value: object, db: Path) -> None:
    """Set the value in every row in which it is unique, of an archive with rows in each table."""
    with closing(sqlite3.connect(db)) as archive, closing(archive.cursor()) as cursor:
        for name, row in _ROWS.items():
            names = ", ".join(row)
            cursor.execute(
                f"insert into {name}({names}) values ({', '.join('?' * len(row))})", tuple(row.values())
            )
        with suppress(sqlite3.Error):  # an id takes no bytes, and a series no second row of a moment
            cursor.execute(f"update or ignore {table} set {column} = ?", (value,))
        archive.commit()


COLUMNS: dict[str, Callable[[Path], None]] = {
    f"{name} in {table}.{column}": partial(_set_value, table, column, value)
    for (table, column), other in zip(_columns(), cycle(_VALUES.items()), strict=False)
    for name, value in (("bytes", b"\xff\xfe"), other)
}
"""Bytes in each column, and one of the other values in turn."""
