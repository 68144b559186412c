"""Rows of a query as frozen dataclasses, whose fields have the names of the columns."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind", bound="DataclassInstance")


class Executing(Protocol):
    """A connection, or an archive: the gate of its own."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> sqlite3.Cursor:
        """Run one statement."""


def all_as(
    connection: Executing, kind: type[Kind], sql: str, parameters: Sequence[Any] = ()
) -> tuple[Kind, ...]:
    """All rows as `kind`; a field that is a `bool` is one, which SQLite does not know."""
    return tuple(_each_as(connection, kind, sql, parameters))


def one_as(connection: Executing, kind: type[Kind], sql: str, parameters: Sequence[Any] = ()) -> Kind | None:
    """The first row as `kind`, or None."""
    return next(_each_as(connection, kind, sql, parameters), None)


def dicts(found: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """The rows that a query found, by the names of their columns."""
    names = [column[0] for column in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))


def _each_as(connection: Executing, kind: type[Kind], sql: str, parameters: Sequence[Any]) -> Iterator[Kind]:
    truths = [field.name for field in fields(kind) if field.type is bool]
    for row in dicts(connection.execute(sql, parameters)):
        yield kind(**row | {name: bool(row[name]) for name in truths})
