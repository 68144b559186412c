"""Check the type of every stored value, and the form of times and JSON: a changed byte may change them unnoticed."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from gettext import gettext as _

from blogarchive.store.database.archive import Archive
from blogarchive.store.queries.verify.parallel_checks import UNREADABLE, Check
from blogarchive.store.timestamps import parse_utc

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
