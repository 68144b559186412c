"""Verify an archive: the file, the references between rows, the search index, and each row. Write a verified copy.

The copy is for read-only media: one file without a write-ahead log.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import ArchiveDamaged, CannotWrite, UsageError
from blogarchive.messages import N_
from blogarchive.store import row_checks
from blogarchive.store.database import schema, totals
from blogarchive.store.database.archive import Archive, delete_archive
from blogarchive.store.database.connection import file_uri
from blogarchive.store.database.files import read_header
from blogarchive.store.row_checks import Check, Damage, Rows
from blogarchive.store.rows import LACKS_COMMENTS
from blogarchive.store.search import match_expression, parse_query
from blogarchive.store.statements import UNREADABLE, quote_name, user_errors

_MAX_DAMAGE = 20
_LOST = "select url, fetched_at, sha256 from earlier.pages except select url, fetched_at, sha256 from pages"
_ROLLBACK_JOURNAL = b"\x01\x01"  # write and read version; a file with a write-ahead log has 2


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
            text = _("the archive is damaged: {damage}{also}; restore a copy of it")
            raise ArchiveDamaged(text, damage=self.damage[0], also=also)


def last_rows(archive: Archive) -> tuple[Rows, list[Any]]:
    """Return the last row of each table with bytes or texts, and digests of the last page and file.

    No row of an archive that cannot be read.
    """
    try:
        tables = row_checks.STORED_TABLES
        rows = {table: archive.scalar(f"select max(rowid) from {table}") for table in tables}  # noqa: S608 - constants
        return rows, _digests(archive, rows)
    except UNREADABLE:
        return {}, []


def is_verified(archive: Archive, rows: Rows, digests: list[Any]) -> bool:
    """Return whether `rows` and `digests`, which `last_rows` returned once, are those of this file."""
    try:
        return rows.keys() == row_checks.ALL_ROWS.keys() and _digests(archive, rows) == digests
    except UNREADABLE:
        return False


def _digests(archive: Archive, rows: Rows) -> list[Any]:
    tables = ("pages", "media_files")
    return [archive.text(f"select sha256 from {table} where rowid = ?", (rows[table],)) for table in tables]  # noqa: S608


def verify_archive(archive: Archive, *, threads: int = 1, verified: Rows | None = None) -> IntegrityReport:
    """Verify the whole archive and return the result. More than one thread open the file again.

    With `verified`, only bytes and texts stored after these rows, or from pages after them, are verified.
    """
    after = verified or row_checks.ALL_ROWS
    checks: Sequence[Check] = [partial(one, after=after) for one in row_checks.CHECKS_OF_STORED]
    if verified is None:
        checks = (*_FIRST_CHECKS, *row_checks.value_checks(archive), *checks, *_LAST_CHECKS)
    damage = row_checks.run_checks(archive, checks, threads)
    return IntegrityReport(
        pages=_count(archive, "pages", after),
        files=_count(archive, "media_files", after),
        damage=tuple(dict.fromkeys(found.text for found in damage))[:_MAX_DAMAGE],
        lacking=_lacking(archive),
    )


def require_readable(archive: Archive) -> None:
    """Raise `ArchiveDamaged` if SQLite cannot read every row. This takes a hundredth of the time of `verify_archive`.

    Bytes and references are not verified. A damaged search index is no obstacle.
    """
    query = "select name from sqlite_master where type = 'table' and name not like '%_fts%'"
    for table in archive.column(query):
        damage = _as_damage(archive.column(f"pragma quick_check({quote_name(table)})"))
        if damage:
            text = _("{path} is damaged: {damage}; `blogarchive verify` shows all damage")
            raise ArchiveDamaged(text, path=archive.path, damage=damage[0])


def write_sealed_copy(path: Path, target: Path) -> None:
    """Write a compact copy of the archive at `path` to `target`, in journal mode DELETE, and verify it.

    The copy gets its name only when it is verified and on the disk; it replaces an earlier copy. A crawl may write to
    the archive meanwhile. Raises the errors of `Archive.open`, `CannotWrite`, and `ArchiveDamaged` for a damaged byte.
    Raises `UsageError` if `target` is another file, or an earlier copy with a page that the archive lacks.
    """
    if target.exists() and (target.samefile(path) or not is_sealed(target)):
        raise UsageError(_("{path} exists; name another file for the copy"), path=target)
    part = target.with_name(f".{target.name}.part")
    delete_archive(part)
    try:
        with user_errors(part):
            _copy_compact(path, part)
            Archive.open(part).close()  # indexes and counts the rows of a run that has not ended
            with closing(sqlite3.connect(part)) as connection:
                connection.execute("pragma journal_mode = delete").fetchall()
        with Archive.open(part, read_only=True) as copy:
            verify_archive(copy).require_whole()
            _require_all_pages(copy, path, target)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except ArchiveDamaged as error:  # a copy on a full disk is no damage of the archive
        named = target if isinstance(error, CannotWrite) else path
        raise type(error)(str(error).replace(str(part), str(named))) from error
    finally:
        delete_archive(part)


def is_sealed(path: Path) -> bool:
    """Return whether the file at `path` is an archive in journal mode DELETE."""
    head = read_header(path)
    return head[18:20] == _ROLLBACK_JOURNAL and int.from_bytes(head[68:72]) == schema.APPLICATION_ID


def read_readme(path: Path) -> tuple[str, str]:
    """Return the Chinese and the English text that explain the archive at `path`."""
    with Archive.open(path, read_only=True) as archive:
        chinese, english = archive.column("select text from readme order by language = 'en'")
        return chinese, english


def _integrity(archive: Archive) -> list[Damage]:
    try:
        lines = _as_damage(archive.column("pragma integrity_check(20)"))
    except UNREADABLE:
        lines = _integrity_by_table(archive)
    return [Damage(text=line) for line in lines]


def _integrity_by_table(archive: Archive) -> list[str]:
    """Return the damage of each table: one table that SQLite cannot read ends the check of the whole file."""
    damage = []
    for table in archive.column("select name from sqlite_master where type = 'table' order by name"):
        try:
            lines = archive.column(f"pragma integrity_check({quote_name(table)})")
        except UNREADABLE as error:
            lines = [_index_damage() if "_fts" in table else f"{table}: {error.__cause__ or error}"]
        damage += _as_damage(lines)
    return list(dict.fromkeys(damage)) or [_("SQLite cannot check the file")]


def _as_damage(lines: list[str]) -> list[str]:
    single = [" ".join(one.replace("*** in database main ***", "").split()) for one in lines if one != "ok"]
    return [_index_damage() if "FTS5 table" in line else line for line in single]


def _index_damage() -> str:
    return _("the search index cannot be read; `blogarchive search --rebuild` repairs it")


def _missing_schema(archive: Archive) -> list[Damage]:
    words = _("the {kind} {name} is not there")
    missing = sorted(schema.missing_objects(archive))
    return [Damage(text=words.format(kind=kind, name=name)) for kind, name in missing]


def _references(archive: Archive) -> list[Damage]:
    words = _("row {row} of {table} names a row of {target} that is not there")
    broken = archive.rows("pragma foreign_key_check")
    return [Damage(text=words.format(row=row, table=one, target=other)) for one, row, other, _key in broken]


def _totals(archive: Archive) -> list[Damage]:
    words = _("the totals of {table} are wrong; `blogarchive reparse --stale` counts them again")
    return [Damage(text=words.format(table=table)) for table in totals.wrong_totals(archive)]


_PROBES = 20
# The index of another program has a run of characters as one word.
_INNER_WORD = re.compile(r"[\u3400-\u9fff]([\u3400-\u9fff]{2})[\u3400-\u9fff]")
_WORD = re.compile(r"(\w+)")
_FINDS = "select 1 from posts_fts where posts_fts match ? and rowid = ?"


def _search_index(archive: Archive) -> Iterator[Damage]:
    """Search for the first words of some posts, as a person does: another program may have rebuilt the index."""
    step = archive.scalar("select max(id) from posts") // _PROBES + 1
    rows = archive.rows(
        "select id, body_text from posts where id % ? = 0 and typeof(body_text) = 'text' and body_text <> ''"
        " and id not in (select row_id from _search_pending where kind = 'posts') order by id desc limit ?",
        (step, _PROBES),
    )
    for row, text in rows:
        # A text that is no UTF-8 comes as bytes; the check of posts in `row_checks` names its row.
        words = isinstance(text, str) and (_INNER_WORD.search(text) or _WORD.search(text))
        query = parse_query(words[1] if words else "")
        if query and not archive.exists(_FINDS, (match_expression(query), row)):
            lacks = _("the search index lacks row {row} of posts; `blogarchive search --rebuild` repairs it")
            yield Damage(text=lacks.format(row=row))
            return


_FIRST_CHECKS = (_integrity, _missing_schema, _references)  # the longest is the first
_LAST_CHECKS = (_totals, _search_index)


def _count(archive: Archive, table: str, after: Rows) -> int:
    try:
        return archive.scalar(f"select count(*) from {table} where rowid > ?", (after[table],))  # noqa: S608 - a constant
    except UNREADABLE:
        return 0


_WITHOUT_FILE = """(select distinct url from post_media p
        where not exists (select 1 from media m where m.id = p.media_id and m.sha256 is not null))"""
# The rows that are counted, as they follow `from`.
_LACKING: Final = {
    N_("posts known, not read yet: {count}"): "posts where content_hash is null and gone_at is null",
    N_("pages still to be fetched: {count}"): "frontier where state in ('todo', 'failed')",
    N_("posts with another number of comments than they show: {count}"): f"posts p where {LACKS_COMMENTS}",
    N_("images without a stored file: {count}"): _WITHOUT_FILE,
    N_("open failures: {count}"): "open_failures",
}


def _lacking(archive: Archive) -> tuple[str, ...]:
    try:
        counts = {words: archive.scalar(f"select count(*) from {rows}") for words, rows in _LACKING.items()}  # noqa: S608
    except UNREADABLE:
        return ()  # the damage is reported
    return tuple(_(words).format(count=count) for words, count in counts.items() if count)


def _require_all_pages(copy: Archive, path: Path, target: Path) -> None:
    """Raise `UsageError` if the earlier copy at `target` has a page that the copy of `path` lacks."""
    with suppress(sqlite3.DatabaseError):  # there is none, or it is damaged
        copy.connection.execute("attach ? as earlier", (file_uri(target, "mode=ro&immutable=1"),))
        if copy.connection.execute(_LOST).fetchone():
            text = _("{target} has pages that {path} lacks; `blogarchive merge {target}` adds them")
            raise UsageError(text, target=target, path=path)


def _copy_compact(path: Path, part: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        # `query_only` would refuse `vacuum into`, which writes only the other file.
        archive.execute("pragma query_only = off")
        archive.connection.execute("vacuum into ?", (str(part),))
