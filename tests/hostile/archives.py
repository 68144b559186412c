"""Hostile archives by kind: functions that change a small archive as a stranger could."""

import hashlib
import json
import os
import random
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.importing.pages import PNG, post_url
from tests.sql import read_sql

URL = post_url(999)
_BODY = b"<html>x</html>"
_PAGE = 4_096
_SEEN = "2025-01-01T00:00:00+00:00"
_ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c)"
_LARGE = "x" * 1_900_000


def write(db: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    """Run statements on the archive, through one connection: pragmas count for those after them."""
    with closing(sqlite3.connect(db)) as connection, connection:
        for one in statements:
            connection.execute(*(one if isinstance(one, tuple) else (one,)))


def add_page(db: Path, **changed: object) -> None:
    """Add the page of a post, valid but for the values `changed`."""
    target = json.dumps({"url": URL, "kind": "post", "uid": "31182", "number": "999"})
    row: dict[str, object] = {
        "url": URL, "fetched_at": _SEEN, "status": 200, "headers": "[]", "body": zlib.compress(_BODY),
        "body_size": len(_BODY), "sha256": hashlib.sha256(_BODY).hexdigest(), "kind": "post", "site": "creaders",
        "uid": "31182", "target": target, "reader_version": 1, **changed,
    }  # fmt: skip
    write(
        db, (f"insert into pages({', '.join(row)}) values ({', '.join('?' * len(row))})", tuple(row.values()))
    )


def bomb(size: int) -> bytes:
    """Return `size` bytes, compressed to a thousandth."""
    compressor, block = zlib.compressobj(9), bytes(1_000_000)
    parts = [compressor.compress(block) for _ in range(size // len(block))]
    return b"".join(parts) + compressor.flush()


def _add_file(db: Path, sha256: str, body: object) -> None:
    write(
        db,
        ("insert into media_files values (?, 'image/png', 3, ?)", (sha256, body)),
        (
            "insert into media(url, host, sha256, content_type, size, status)"
            " values ('http://x.example/1.png', 'x', ?, 'image/png', 3, 'stored')",
            (sha256,),
        ),
    )


def _add_posts_in_large_category(db: Path) -> None:
    write(
        db,
        "with recursive c(x) as (select 1 union all select x + 1 from c where x < 300) insert into posts(author_id,"
        " number, url, title, body_html, body_text, content_hash, text_checksum, first_seen_at, last_seen_at)"
        f" select 1, 5000 + x, 'https://blog.creaders.net/u/31182/' || x, 't', '', '', '', 0, '{_SEEN}', '{_SEEN}' from c",
        ("insert into categories(author_id, name, first_seen_at, last_seen_at) values (1, ?, ?, ?)", (_LARGE, _SEEN, _SEEN)),
        "insert into post_categories(post_id, category_id) select id, (select max(id) from categories) from posts",
    )  # fmt: skip


def _remake(table: str, old: str, new: str, db: Path) -> None:
    """Make a table again with another statement and the same rows."""
    (sql,) = read_sql(db, "select sql from sqlite_master where name = ?", table)[0]
    assert old in sql
    write(
        db, "pragma legacy_alter_table = on", f"alter table {table} rename to t", sql.replace(old, new, 1),
        f"insert into {table} select * from t", "drop table t",
    )  # fmt: skip


Change = Callable[[Path], None]

PAGES: dict[str, Change] = {
    "headers nested deep": partial(add_page, headers="[" * 100_000),
    "headers are numbers": partial(add_page, headers="[1]"),
    "headers have numbers": partial(add_page, headers='[["a", 1]]'),
    "headers are large": partial(add_page, headers=json.dumps([["a", _LARGE]])),
    "target is a list": partial(add_page, target="[]"),
    "target nested deep": partial(add_page, target="[" * 100_000),
    "target of no kind": partial(add_page, target='{"kind": "nonsense"}'),
    "target of objects": partial(add_page, target='{"kind": "post", "uid": {"a": 1}, "number": [1]}'),
    "target with a line end": partial(add_page, target=json.dumps({"url": f"{URL}\r\nX: 1", "kind": "post"})),
    "counts nested deep": partial(add_page, counted="[" * 100_000),
    "counts of no number": partial(add_page, counted='{"bases": {"a": "b"}}'),
    "another digest": partial(add_page, sha256="0"),
    "another body": partial(add_page, body=zlib.compress(b"<html>forged</html>")),
    "body of 1 GB as a small one": lambda db: add_page(db, body=bomb(1_000_000_000)),
    "body of 1 GB": lambda db: add_page(db, body=bomb(1_000_000_000), body_size=1_000_000_000),
    "body of no bytes": partial(add_page, body="text"),
    "size of no number": partial(add_page, body_size="many"),
    "URL with line ends": partial(add_page, url=f"{URL}\r\nX-Evil: 1"),
    "URL with a zero": partial(add_page, url=f"{URL}\0"),
    "URL of no host": partial(add_page, url="javascript:alert(1)"),
    "status is text": partial(add_page, status="abc"),
    "time is no time": partial(add_page, fetched_at="yesterday"),
    "URL of bytes": partial(add_page, url=b"\xff\xfe"),
    "time of the last year": partial(add_page, fetched_at="9999-12-31T23:59:59+00:00"),
    "page without end": partial(add_page, target=json.dumps({"url": URL, "kind": "post", "page_no": 10**30})),
}
"""Pages with one bad value: `verify` names each, no command copies or exports it."""

REFUSED_PAGES: dict[str, Change] = {
    "URL with a user": partial(add_page, url="https://a@b@blog.creaders.net/u/31182/"),
    "URL with a large host": partial(add_page, url=URL.replace("blog.", "BLOG.")),
    "unknown site": partial(add_page, site="nosuch"),
}
"""Pages that only `merge` refuses."""

FILES: dict[str, Change] = {
    "file named as a path": partial(_add_file, sha256="../../../../x", body=b"abc"),
    "file of another digest": partial(_add_file, sha256="a" * 64, body=b"abc"),
    "file is a number": partial(_add_file, sha256="a" * 64, body=7),
    "file is no image": partial(_add_file, sha256=hashlib.sha256(b"abc").hexdigest(), body=b"abc"),
    "file of another size": partial(_add_file, sha256=hashlib.sha256(PNG).hexdigest(), body=PNG),
}

ROWS: dict[str, Change] = {
    "comment with another text": lambda db: write(
        db, "update comments set body_text = 'forged' where id = 1"
    ),
    "comment of bytes": lambda db: write(db, ("update comments set body_html = ? where id = 1", (b"\xff",))),
    "largest counts of a series": lambda db: write(
        db, f"update post_stats set views = {2**63 - 1} where id = 1"
    ),
    "negative counts": lambda db: write(db, "update post_stats set likes = -1 where id = 1"),
    "series of texts": lambda db: write(db, "update post_stats set views = 'many' where id = 1"),
    "category of no time": lambda db: write(db, "update categories set last_seen_at = 'x' where id = 1"),
    "post of no time": lambda db: write(db, "update posts set gone_at = 'never' where id = 1"),
    "post of the last year": lambda db: write(
        db, "update posts set last_seen_at = '9999-12-31T23:59:59+00:00' where id = 1"
    ),
    "time of another zone": lambda db: write(
        db, "update comments set last_seen_at = '2025-03-01T08:00:00+14:00' where id = 1"
    ),
    "time of the next century": lambda db: write(
        db, "update categories set proved_at = '2101-01-01T00:00:00+00:00' where id = 1"
    ),
    "time of no UTF-8": lambda db: write(db, "update posts set gone_at = cast(x'c328' as text) where id = 1"),
    "reason of no UTF-8": lambda db: write(
        db, "update posts set gone_reason = cast(x'610028fe' as text) where id = 1"
    ),
}
"""Rows that `merge` copies as they are."""

SCHEMAS: dict[str, Change] = {
    "view authors": lambda db: write(
        db, "pragma legacy_alter_table = on", "alter table authors rename to true_authors",
        f"create view authors as {_ENDLESS} select a.* from true_authors a, c",
    ),
    "view posts_view": lambda db: write(
        db, "drop view posts_view", f"create view posts_view as {_ENDLESS} select p.*, 1 as categories from posts p, c"
    ),
    "table authors": lambda db: write(
        db, "alter table authors add column evil generated always as (hex(zeroblob(100000000))) virtual"
    ),
    "table posts": lambda db: write(db, "alter table posts add column evil text check (length(hex(zeroblob(9))) > 1)"),
    "table media_versions": partial(
        _remake, "media_versions", "unique (url, sha256)\n)", "unique (url, sha256)\n) without rowid"
    ),
    "table _page_totals": partial(_remake, "_page_totals", " without rowid", ""),
    "table pages": lambda db: write(db, "alter table pages add column evil text default 'x'"),
    "trigger t": lambda db: write(
        db, "create trigger t after insert on pages begin update posts set title = 'owned'; end"
    ),
    "index posts_year": lambda db: write(
        db, "drop index posts_year", "create index posts_year on posts(hex(zeroblob(length(title))))"
    ),
}  # fmt: skip
"""Changes of the schema by the name of the changed object."""


def _add_large_pages(db: Path) -> None:
    body = f"<html>{'<p>x</p>' * 30_000}</html>".encode()
    for number in range(100):
        add_page(
            db, url=post_url(5_000 + number), body=zlib.compress(body), body_size=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
        )  # fmt: skip


LARGE = {"pages of thirty times the file": _add_large_pages}
"""Files that are refused when they are parsed."""

HARMLESS: dict[str, Change] = {
    "extra objects": lambda db: write(
        db, "create table notes(x)", f"create view without_end as {_ENDLESS} select x from c",
        "create index mine on posts(title)", "alter table posts add column mine text",
    ),
    "a large category": _add_posts_in_large_category,
    "a large title": lambda db: write(db, ("update posts set title = ?", (_LARGE,))),
}  # fmt: skip
"""What a command reads without harm."""


def _change_bytes(start: int, value: bytes, db: Path) -> None:
    data = bytearray(db.read_bytes())
    data[start : start + len(value)] = value
    db.write_bytes(data)


def _replace_page(seed: int, db: Path) -> None:
    chance, size = random.Random(seed), db.stat().st_size // _PAGE
    _change_bytes(chance.randrange(1, size) * _PAGE, chance.randbytes(_PAGE), db)


def _change_schema(old: str, new: str, db: Path) -> None:
    write(
        db,
        "pragma writable_schema = on",
        ("update sqlite_master set sql = replace(sql, ?, ?) where instr(sql, ?)", (old, new, old)),
    )


def _add_log_of_another(db: Path) -> None:
    other = db.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table x(y)")
        connection.commit()
        Path(f"{db}-wal").write_bytes(Path(f"{other}-wal").read_bytes())


def _put_in_place(make: Change, db: Path) -> None:
    db.unlink()
    make(db)


def _set_texts(table: str, columns: str, value: object) -> Change:
    names = columns.split()
    statement = f"update {table} set {', '.join(f'{name} = ?' for name in names)}"
    return lambda db: write(db, (statement, (value,) * len(names)))


OTHERS: dict[str, Change] = {
    "generated column": partial(_change_schema, "title text", "title text generated always as (hex(x'00')) stored"),
    "unknown collation": partial(_change_schema, "title text", "title text collate nosuch"),
    "another collation": partial(_change_schema, "number text", "number text collate nocase"),
    "unknown module": partial(_change_schema, "using fts5", "using nosuch"),
    "virtual table for a table": lambda db: write(
        db, "pragma legacy_alter_table = on", "alter table comment_revisions rename to t",
        "create virtual table comment_revisions using fts5(id, comment_id, body_html, body_text, captured_at, page_id)",
    ),
    "trigger on a view": lambda db: write(
        db, "create trigger t instead of insert on posts_view begin update posts set title = 'owned'; end"
    ),
    "negative rowids": lambda db: write(
        db, "pragma foreign_keys = off", "update pages set id = -id", "update posts set page_id = -page_id"
    ),
    "largest rowid": lambda db: write(
        db, f"update posts set id = {2**63 - 1} where id = (select max(id) from posts)"
    ),
    "largest counts": _set_texts("posts", "views likes comment_count", 2**63 - 1),
    "counts of 1e308": _set_texts("posts", "views comment_count", 1e308),
    "zeros in a post": _set_texts("posts", "title body_text body_html", "a\0b"),
    "zeros in comments": _set_texts("comments", "author_name body_text", "a\0b"),
    "bytes in a post": _set_texts("posts", "title body_text body_html", b"\xff\xfe"),
    "bytes in comments": _set_texts("comments", "author_name body_text", b"\xff\xfe"),
    "bytes in a blog": _set_texts("authors", "uid nickname blog_title", b"\xff\xfe"),
    "bytes in headers": _set_texts("pages", "headers", b"\xff\xfe"),
    "no UTF-8 in titles": lambda db: write(db, "update posts set title = cast(x'fffe41' as text)"),
    "no UTF-8 in URLs": lambda db: write(db, "update pages set url = url || cast(x'c328' as text)"),
    "no UTF-8 in uids": lambda db: write(db, "update authors set uid = cast(x'c328' as text)"),
    "no UTF-8 in runs": lambda db: write(db, "update runs set command = cast(x'c328' as text)"),
    "statistics of lies": lambda db: write(db, "analyze", "update sqlite_stat1 set stat = '99999999999999999999 -1'"),
    "application_id": lambda db: write(db, "pragma application_id = 252006673"),
    "later version": lambda db: write(db, "pragma user_version = 999"),
    "negative version": lambda db: write(db, "pragma user_version = -1"),
    "log of another file": _add_log_of_another,
    "log of nothing": lambda db: Path(f"{db}-wal").write_bytes(random.Random(1).randbytes(100_000)),
    "page size of another file": partial(_change_bytes, 16, b"\x02\x00"),
    "schema of another format": partial(_change_bytes, 44, b"\0\0\0\x09"),
    "cut in its first page": lambda db: db.write_bytes(db.read_bytes()[:100]),
    "cut": lambda db: db.write_bytes(db.read_bytes()[:10_000]),
    **{f"random page {seed}": partial(_replace_page, seed) for seed in range(4)},
    "FIFO": partial(_put_in_place, os.mkfifo),
    "folder": partial(_put_in_place, Path.mkdir),
    "link to itself": partial(_put_in_place, lambda db: db.symlink_to(db)),
    "link to a device": partial(_put_in_place, lambda db: db.symlink_to("/dev/zero")),
}  # fmt: skip
"""Files of which each command reads what it can, or names the damage in one line."""

ALL = {**PAGES, **REFUSED_PAGES, **FILES, **ROWS, **SCHEMAS, **LARGE, **HARMLESS}
