"""Map query rows to frozen dataclasses, and mappings of columns to SQL statements that write one row."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
