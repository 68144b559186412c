"""Values, rows and times of SQLite: rows as dataclasses, statements by columns, UTC as text, checksums of texts."""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from gettext import gettext as _
from hashlib import sha256
from types import UnionType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from blogarchive.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def text_checksum(body_html: str | None, body_text: str | None) -> int:
    """Return 63 bits of the SHA-256 of both forms of a text."""
    digest = sha256(f"{body_html or ''}\0{body_text or ''}".encode())
    return int.from_bytes(digest.digest()[:8]) >> 1


Progress = Callable[[int, int], None]
"""Called with the number of posts, pages or files done and their total; the total is 0 if it is not known."""


def no_progress(_done: int, _total: int) -> None:
    """Report progress to nobody."""


Value = str | int | float | bytes | None
"""A value that SQLite stores."""

Parameters = Sequence[Value] | Mapping[str, Value]
"""The parameters of a statement: positional for `?`, by name for `:name`."""

Kind = TypeVar("Kind", bound="DataclassInstance")
_Converter = Callable[[Any], Any]


class Executor(Protocol):
    """An SQLite connection, or an archive, which translates the errors of its connection."""

    def execute(self, sql: str, parameters: Any = ..., /) -> sqlite3.Cursor:
        """Run one statement."""


def all_as(executor: Executor, kind: type[Kind], sql: str, parameters: Parameters = ()) -> tuple[Kind, ...]:
    """Return all rows as instances of the dataclass `kind`, whose fields have the names of the columns.

    A column is converted if its field is a `bool` or an enum, also an optional one. A JSON array is parsed if the field is a
    tuple. Raises `KeyError` if such a column is missing, and `TypeError` if the other columns differ from the fields.
    """
    cursor = executor.execute(sql, parameters)
    rows = cursor.fetchall()
    return tuple(map(_row_mapper(kind, cursor), rows)) if rows else ()


def one_as(executor: Executor, kind: type[Kind], sql: str, parameters: Parameters = ()) -> Kind | None:
    """Return the first row as an instance of `kind`, as `all_as` does, or None if there is no row."""
    cursor = executor.execute(sql, parameters)
    row = cursor.fetchone()
    return None if row is None else _row_mapper(kind, cursor)(row)


def dicts(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query as dicts from column name to value."""
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


@cache
def insert_sql(table: str, columns: tuple[str, ...]) -> str:
    """Return the `insert` of one row with a `?` per column. Names must come from this program, never from a page."""
    return f"insert into {table}({', '.join(columns)}) values ({', '.join('?' * len(columns))})"  # noqa: S608


@cache
def update_sql(table: str, columns: tuple[str, ...]) -> str:
    """Return the `update` of the row with a given `id`, a `?` per column and one for the id; names as `insert_sql`."""
    return f"update {table} set {', '.join(f'{column} = ?' for column in columns)} where id = ?"  # noqa: S608


def _row_mapper(kind: type[Kind], cursor: sqlite3.Cursor) -> Callable[[tuple[Any, ...]], Kind]:
    """Return the function from a row of the cursor to `kind`."""
    names, converters = [column[0] for column in cursor.description], _converters(kind)

    def map_row(row: tuple[Any, ...]) -> Kind:
        values = dict(zip(names, row, strict=True))
        for name, convert in converters:
            values[name] = convert(values[name])
        return kind(**values)

    return map_row


@cache
def _converters(kind: type["DataclassInstance"]) -> Collection[tuple[str, _Converter]]:
    hints = get_type_hints(kind)
    found = ((field.name, _converter(hints[field.name])) for field in fields(kind))
    return [(name, convert) for name, convert in found if convert is not None]


def _converter(hint: Any) -> _Converter | None:
    """Return the conversion to a field of type `hint`, or None if SQLite returns that type."""
    if get_origin(hint) in (Union, UnionType):
        convert = next(filter(None, map(_converter, get_args(hint))), None)
        return convert and (lambda value: None if value is None else convert(value))
    if get_origin(hint) is tuple:
        return lambda value: tuple(json.loads(value))
    return hint if isinstance(hint, type) and (hint is bool or issubclass(hint, Enum)) else None


Json = TypeVar("Json")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that end a line or control a terminal."""

_MAX_JSON = 1_000_000


def describe_value(table: str, row: object, column: str, value: object) -> str:
    """Return the message that a stored value is damaged."""
    return _("{table}, row {row}: {column} has a wrong value ({found}); a copy restores it").format(
        table=table, row=clip(row), column=column, found=clip(value, 40)
    )


def clip(value: object, length: int = 300) -> str:
    """Return the beginning of a stored value without control characters, for a message."""
    text = value[: length * 4] if isinstance(value, str | bytes) else value
    return CONTROLS.sub(" ", str(text))[:length]


def escape_formula(value: object) -> object:
    """Return the value of a cell; an apostrophe in front disables a formula (OWASP, CSV injection)."""
    if not isinstance(value, str) or not value.lstrip().startswith(_FORMULAS) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


def load_json(text: object, kind: type[Json]) -> Json:
    """Return stored JSON of that type. Raises `ValueError` if it is other, too large, or nested without end."""
    if not isinstance(text, str) or len(text) > _MAX_JSON:
        raise ValueError("no JSON text")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, kind):
        raise ValueError(f"no {kind.__name__}")
    return value


NOW_VARIABLE = "BLOGARCHIVE_NOW"
"""Environment variable for tests: the time at which this process begins, as ISO 8601 with an offset."""


def utc_now() -> datetime:
    """Return the current time in UTC, or that of a clock which began at BLOGARCHIVE_NOW."""
    return datetime.now(UTC) + _clock_offset()


@cache
def _clock_offset() -> timedelta:
    given = os.environ.get(NOW_VARIABLE)
    if not given:
        return timedelta()
    try:
        return datetime.fromisoformat(given).astimezone(UTC) - datetime.now(UTC)
    except ValueError as error:
        raise UsageError(
            _("{name} is no time: {value!r}; write it as 2025-01-28T01:46:53+00:00").format(
                name=NOW_VARIABLE, value=given
            )
        ) from error


def format_utc(moment: datetime) -> str:
    """Return the aware `moment` as UTC text with seconds, `2025-02-01T09:00:00+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def format_utc_precise(moment: datetime) -> str:
    """Return the aware `moment` as UTC text with microseconds, for the frontier: two runs may share a second."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_utc(text: str) -> datetime:
    """Return the aware UTC time of a text of `format_utc` or `format_utc_precise`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def shift_utc(text: str, delta: timedelta) -> str:
    """Return the time `delta` after the UTC text `text`, as UTC text with seconds."""
    return format_utc(parse_utc(text) + delta)


LACKS_COMMENTS = (
    "p.gone_at is null and p.content_hash is not null and p.comment_count <>"
    " (select count(*) from comments c where c.post_id = p.id and c.gone_at is null and c.is_counted)"
    # Some counts include comments that nobody sees; the save of the page compared them.
    " and (p.comments_complete_at is null or p.comments_complete_at <"
    " (select max(s.captured_at) from post_stats s where s.post_id = p.id))"
)
"""Condition on a post `p`: more or fewer comments are stored than counted, and no save since then agreed."""
