"""Verify an archive: the file, the references between rows, and every stored byte and text."""

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from gettext import gettext as _
from hashlib import sha256

from blogarchive.errors import ArchiveDamaged
from blogarchive.parsing.compared_form import content_hash, text_digest
from blogarchive.store.database import schema, totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import LACKS_COMMENTS, parse_utc, text_checksum

# parallel_checks

Check = Callable[[Archive], list[str]]
"""A function that returns descriptions of damage."""

UNREADABLE = (ArchiveDamaged, sqlite3.DatabaseError)
"""Errors of a check whose statements run on every whole archive: they are damage."""


def run_checks(archive: Archive, checks: Sequence[Check], threads: int) -> list[str]:
    """Return the damage that the checks find, in their order; the longest check should be the first."""
    # SQLite reads without space for its files only as the single user of the archive.
    if threads == 1 or archive.text("pragma locking_mode") == "exclusive":
        found = [_run(archive, check) for check in checks]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda check: _run_apart(archive, check), checks))
    return [line for lines in found for line in lines]


def _run_apart(archive: Archive, check: Check) -> list[str]:
    try:
        with Archive.open(archive.path, read_only=True) as another:
            return _run(another, check)
    except UNREADABLE as error:
        return [str(error)]


def _run(archive: Archive, check: Check) -> list[str]:
    try:
        return check(archive)
    except UNREADABLE as error:
        return [str(error)]


# row_values

_TYPES = {"text": ("text",), "integer": ("integer",), "blob": ("blob",), "real": ("real", "integer")}
_JSON = {"headers", "target", "counted", "arguments", "counts"}
_SHOWN_TIMES = {"posted_at", "registered_on", "first_at", "last_at"}
_SHOWN_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.+)?)?)?")
_SEARCH = ("posts_fts", "comments_fts", "sqlite_", "_sqlite")


def value_checks(archive: Archive) -> list[Check]:
    """Return a check for each table.

    It returns a line for each value that has another type than its column, or is no time or JSON where one belongs.
    """
    try:
        tables = _tables(archive)
    except UNREADABLE:
        return []  # the check of the file reports it
    return [partial(_check_table, table=table) for table in tables]


def quote_name(name: str) -> str:
    """Return a name as SQL, also one that damage has changed."""
    return '"' + name.replace('"', '""') + '"'


def _tables(archive: Archive) -> list[str]:
    names = map(str, archive.column("select name from sqlite_master where type = 'table' order by name"))
    return [name for name in names if not name.startswith(_SEARCH)]


def _check_table(archive: Archive, table: str) -> list[str]:
    lines: list[str] = []
    try:
        lines += _wrong_values(archive, table)
    except UNREADABLE as error:
        lines.append(f"{table}: {error}")
    return lines


def _wrong_values(archive: Archive, table: str) -> Iterator[str]:
    info = archive.rows('select name, type, "notnull", pk from pragma_table_info(?)', (table,))
    columns = [(str(name), str(kind).lower(), bool(notnull)) for name, kind, notnull, _pk in info]
    yield from _check_types(archive, table, columns)
    for name, kind, _notnull in columns:
        check = _form_of(name) if kind == "text" else None
        if check is not None:
            yield from _check_form(archive, table, name, check)


def _check_types(archive: Archive, table: str, columns: list[tuple[str, str, bool]]) -> Iterator[str]:
    """Yield a line for each value of a wrong type; one statement reads each row once."""
    typed = [(name, _allowed_types(kind, notnull)) for name, kind, notnull in columns if kind in _TYPES]
    if not typed:
        return
    types = [f"typeof({quote_name(name)})" for name, _allowed in typed]
    wrong = " or ".join(
        f"{type_} not in ({', '.join('?' * len(allowed))})"
        for type_, (_name, allowed) in zip(types, typed, strict=True)
    )
    query = f"select {_row_name(archive, table)}, {', '.join(types)} from {quote_name(table)} where {wrong} limit 20"  # noqa: S608
    for key, *found in archive.each(query, [kind for _name, allowed in typed for kind in allowed]):
        for (name, allowed), kind in zip(typed, found, strict=True):
            if kind not in allowed:
                yield _describe(table, key, name, str(kind))


def _allowed_types(kind: str, notnull: bool) -> tuple[str, ...]:
    return (*_TYPES[kind], *(() if notnull else ("null",)))


def _form_of(column: str) -> Callable[[str], bool] | None:
    if column in _JSON:
        return _is_json
    if column in _SHOWN_TIMES:
        return _is_shown_time
    return _is_time if column.endswith("_at") else None


def _row_name(archive: Archive, table: str) -> str:
    """Return the SQL expression that names a row: the primary key if the table has no rowid."""
    sql = archive.text("select sql from sqlite_master where name = ?", (table,)) or ""
    if "without rowid" not in sql.lower():
        return "rowid"
    keys = archive.column("select name from pragma_table_info(?) where pk > 0 order by pk", (table,))
    return " || ' ' || ".join(map(quote_name, keys))


def _check_form(archive: Archive, table: str, name: str, is_valid: Callable[[str], bool]) -> Iterator[str]:
    query = f"select min({_row_name(archive, table)}), {quote_name(name)} from {quote_name(table)}"  # noqa: S608
    for row, text in archive.each(f"{query} where typeof({quote_name(name)}) = 'text' group by 2"):
        if not is_valid(text):
            yield _describe(table, row, name, text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    try:
        parse_utc(text)
    except (ValueError, OverflowError):
        return False
    return True


def _is_shown_time(text: str) -> bool:
    """Return whether it is a time as a page shows it, which may be cut to its year, month or day."""
    if not _SHOWN_TIME.fullmatch(text):
        return False
    try:
        return len(text) < len("YYYY-MM-DD") or bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _describe(table: str, row: object, column: str, found: str) -> str:
    return _("{table}, row {row}: {column} has a wrong value ({found}); a copy restores it").format(
        table=table, row=row, column=column, found=found[:40]
    )


# integrity

_MAX_DAMAGE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrityReport:
    """The result: descriptions of `damage`, and the numbers of pages and files verified.

    `lacking` describes data that is known to be missing from the archive, which is no damage.
    """

    pages: int
    files: int
    damage: tuple[str, ...]
    lacking: tuple[str, ...]

    def require_whole(self) -> None:
        """Raise `ArchiveDamaged` if there is damage."""
        if self.damage:
            more = len(self.damage) - 1
            also = _(", and {more} more").format(more=more) if more else ""
            raise ArchiveDamaged(
                _("the archive is damaged: {damage}{also}; restore a copy of it").format(
                    damage=self.damage[0], also=also
                )
            )


def verify_archive(archive: Archive, *, threads: int = 1) -> IntegrityReport:
    """Verify the whole archive and return the result. More than one thread open the file again."""
    damage = run_checks(archive, (*_FIRST_CHECKS, *value_checks(archive), *_LAST_CHECKS), threads)
    return IntegrityReport(
        pages=_count(archive, "pages"),
        files=_count(archive, "media_files"),
        damage=tuple(dict.fromkeys(damage))[:_MAX_DAMAGE],
        lacking=_lacking(archive),
    )


def require_readable(archive: Archive) -> None:
    """Raise `ArchiveDamaged` if SQLite cannot read every row. This takes a hundredth of the time of `verify_archive`.

    Bytes and references are not verified. A damaged search index is no obstacle.
    """
    for table in archive.column(
        "select name from sqlite_master where type = 'table' and name not like '%_fts%'"
    ):
        damage = _as_damage(archive.column(f"pragma quick_check({quote_name(table)})"))
        if damage:
            raise ArchiveDamaged(
                _("{path} is damaged: {damage}; `blogarchive verify` shows all damage").format(
                    path=archive.path, damage=damage[0]
                )
            )


def _integrity(archive: Archive) -> list[str]:
    try:
        return _as_damage(archive.column("pragma integrity_check(20)"))
    except UNREADABLE:
        return _integrity_by_table(archive)


def _integrity_by_table(archive: Archive) -> list[str]:
    """Return the damage of each table: one table that SQLite cannot read ends the check of the whole file."""
    damage = []
    for table in archive.column("select name from sqlite_master where type = 'table' order by name"):
        try:
            lines = archive.column(f"pragma integrity_check({quote_name(table)})")
        except UNREADABLE as error:
            lines = [_index_damage() if "_fts" in table else f"{table}: {error}"]
        damage += _as_damage(lines)
    return list(dict.fromkeys(damage)) or [_("SQLite cannot check the file")]


def _as_damage(lines: list[str]) -> list[str]:
    single = (
        " ".join(line.replace("*** in database main ***", "").split()) for line in lines if line != "ok"
    )
    return [_index_damage() if "FTS5 table" in line else line for line in single]


def _index_damage() -> str:
    return _("the search index cannot be read; `blogarchive search --rebuild` makes it again")


def _missing_schema(archive: Archive) -> list[str]:
    return [
        _("the {kind} {name} is not there").format(kind=kind, name=name)
        for kind, name in sorted(schema.missing_objects(archive.connection))
    ]


def _references(archive: Archive) -> list[str]:
    return [
        _("row {row} of {table} names a row of {target} that is not there").format(
            row=row[1], table=row[0], target=row[2]
        )
        for row in archive.rows("pragma foreign_key_check")
    ]


def _totals(archive: Archive) -> list[str]:
    return [
        _(
            "the totals of {table} are not those of the rows; `blogarchive reparse --stale` counts them again"
        ).format(table=table)
        for table in totals.wrong_totals(archive.connection)
    ]


def _pages(archive: Archive) -> list[str]:
    rows = archive.each("select id, url, body, body_size, sha256 from pages order by id")
    return [
        _(
            "the stored bytes of {name} are not those that were served (pages, row {row}); a copy restores them"
        ).format(name=url, row=row)
        for row, url, body, size, digest in rows
        if not _is_intact(_decompress(body), digest, size)
    ]


def _files(archive: Archive) -> list[str]:
    rows = archive.each("select rowid, body, size, sha256 from media_files order by rowid")
    return [
        _(
            "the stored bytes of {name} are not those that were served (media_files, row {row}); a copy restores them"
        ).format(name=digest, row=row)
        for row, body, size, digest in rows
        if not _is_intact(body, digest, size)
    ]


def _decompress(body: object) -> object:
    """Return the bytes of a stored page, None if they are damaged."""
    try:
        return zlib.decompress(body) if isinstance(body, bytes) else None
    except zlib.error:
        return None


def _is_intact(plain: object, digest: object, size: object) -> bool:
    return isinstance(plain, bytes) and len(plain) == size and sha256(plain).hexdigest() == digest


def _posts(archive: Archive) -> list[str]:
    """Return damaged texts of posts, current and replaced ones."""
    rows = archive.each(_POST_TEXTS)
    return [
        _("a text of {url} is not the one that was read ({table}, row {row}); {remedy}").format(
            url=url, table=table, row=row, remedy=_remedy(page)
        )
        for table, row, url, title, html, text, digest, checksum, page in rows
        if not _is_text(title, html, text)
        or content_hash(title, html) != digest
        or text_checksum(html, text) != checksum
    ]


def _comments(archive: Archive) -> list[str]:
    """Return damaged texts and names of comments, current and replaced ones."""
    rows = archive.each(_COMMENT_TEXTS)
    return [
        _(
            "a comment of {author} on {url} is not the one that was read ({table}, row {row}); {remedy}"
        ).format(author=author, url=url, table=table, row=row, remedy=_remedy(page))
        for table, row, url, author, fingerprint, html, text, digest, checksum, page in rows
        if not _is_text(author, html, text)
        or text_checksum(html, text) != checksum
        or not str(fingerprint).endswith(f"|{author}")
        or (digest is not None and text_digest(text) != digest)
    ]


def _is_text(*values: object) -> bool:
    return all(value is None or isinstance(value, str) for value in values)


def _remedy(page_id: object) -> str:
    if page_id is None:
        return _("a copy restores it")
    return _("`blogarchive reparse` or a copy restores it")


_POST_TEXTS = """
select 'posts', id, url, title, body_html, body_text, content_hash, text_checksum, page_id
  from posts where content_hash is not null
union all
select 'post_revisions', r.id, p.url, r.title, r.body_html, r.body_text, r.content_hash, r.text_checksum, r.page_id
  from post_revisions r join posts p on p.id = r.post_id
"""
_COMMENT_TEXTS = """
select 'comments', c.id, p.url, c.author_name, c.fingerprint, c.body_html, c.body_text, c.text_digest,
       c.text_checksum, c.page_id
  from comments c join posts p on p.id = c.post_id
union all
select 'comment_revisions', r.id, p.url, c.author_name, c.fingerprint, r.body_html, r.body_text, null,
       r.text_checksum, r.page_id
  from comment_revisions r join comments c on c.id = r.comment_id join posts p on p.id = c.post_id
"""
_FIRST_CHECKS = (_integrity, _missing_schema, _references)  # the longest is the first
_LAST_CHECKS = (_posts, _comments, _pages, _files, _totals)


def _count(archive: Archive, table: str) -> int:
    try:
        return archive.scalar(f"select count(*) from {table}")  # noqa: S608 - a constant
    except UNREADABLE:
        return 0


def _lacking(archive: Archive) -> tuple[str, ...]:
    counted = (
        (
            _("{count} posts are known by name and not read yet"),
            "select count(*) from posts where content_hash is null and gone_at is null",
        ),
        (
            _("{count} pages are still to be fetched"),
            "select count(*) from frontier where state in ('todo', 'failed')",
        ),
        (
            _("{count} posts have other numbers of comments than they show"),
            f"select count(*) from posts p where {LACKS_COMMENTS}",  # noqa: S608 - a constant
        ),
        (
            _("{count} images have no stored file"),
            "select count(distinct url) from post_media p where not exists"
            " (select 1 from media m where m.id = p.media_id and m.sha256 is not null)",
        ),
        (_("{count} failures are open"), "select count(*) from open_failures"),
    )
    try:
        numbers = [(archive.scalar(query), words) for words, query in counted]
    except UNREADABLE:
        return ()  # the damage is reported
    return tuple(words.format(count=number) for number, words in numbers if number)
