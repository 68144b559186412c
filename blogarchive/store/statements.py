"""Statements on an SQLite connection: rows as dataclasses or values, and SQLite's errors with advice for the user."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from enum import Enum
from functools import cache, lru_cache
from gettext import gettext as _
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, BlogArchiveError, CannotWrite, UsageError
from blogarchive.store.rows import Parameters, Value, clip, load_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind", bound="DataclassInstance")
Row = tuple[Any, ...]
_Converter = Callable[[Any], Any]


class Statements:
    """The handle of an archive at `path`: statements on its connection, which may be one of Datasette's.

    `is_lenient`: an optional value of a wrong type is None, so that a page shows all others.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_lenient: bool = False) -> None:
        self.path = path
        self.is_lenient = is_lenient
        self.connection = connection
        self._readers: dict[object, Callable[[Row], dict[str, Any]]] = {}

    def rollback(self) -> None:
        """Roll the transaction back."""
        self.connection.rollback()

    @contextmanager
    def dry_run(self) -> Iterator[None]:
        """Run the block in a transaction that is rolled back at its end."""
        self.execute("begin immediate")
        try:
            yield
        finally:
            self.rollback()

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement. Raises errors of `blogarchive.errors` for SQLite errors that the user can act on."""
        try:  # `user_errors` would take as long as a small statement
            return self.connection.execute(sql, parameters)
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def execute_all(self, statements: Iterable[str], parameters: Parameters = ()) -> None:
        """Run these statements in their order, each with the same parameters."""
        for sql in statements:
            self.execute(sql, parameters)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        """Run one statement for each of `rows` and return the number of rows changed."""
        with user_errors(self.path):
            return self.connection.executemany(sql, rows).rowcount

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self.execute(sql, parameters).fetchone()
        return row

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows."""
        return self._fetch_all(sql, parameters)[1]

    def _fetch_all(self, sql: str, parameters: Parameters) -> tuple[sqlite3.Cursor, list[Row]]:
        try:  # as `execute`
            cursor = self.connection.execute(sql, parameters)
            return cursor, cursor.fetchall()
        except DATABASE_ERRORS as error:
            raise to_user_error(error, self.path) or error from error

    def all_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> tuple[Kind, ...]:
        """Return all rows as instances of the dataclass `kind`, whose fields have the names of the columns.

        A column is converted if its field is a `bool` or an enum, also an optional one. JSON is parsed if the
        field is a tuple or a dict. Raises `ArchiveDamaged` for a value of another type than its field, and `TypeError` if
        the columns differ from the fields.
        """
        cursor, rows = self._fetch_all(sql, parameters)
        read = self._row_reader(kind, sql, cursor)
        return tuple([kind(**read(row)) for row in rows])

    def one_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> Kind | None:
        """Return the first row as `all_as` does, or None if there is no row."""
        cursor = self.execute(sql, parameters)
        row = cursor.fetchone()
        return None if row is None else kind(**self._row_reader(kind, sql, cursor)(row))

    def dicts(
        self, sql: str, parameters: Parameters = (), *, like: type["DataclassInstance"] | None = None
    ) -> list[dict[str, Any]]:
        """Return all rows as dicts from column name to value.

        Values are checked and converted as `all_as` does if they have the name of a field of `like`.
        """
        cursor, rows = self._fetch_all(sql, parameters)
        return list(map(self._row_reader(like, sql, cursor), rows))

    def _row_reader(
        self, kind: type["DataclassInstance"] | None, sql: str, cursor: sqlite3.Cursor
    ) -> Callable[[Row], dict[str, Any]]:
        """Return the function from a row of the cursor to the values of `kind` by name."""
        if kind is None or (kind, sql) not in self._readers:
            names = tuple([column[0] for column in cursor.description])
            self._readers[kind, sql] = _make_reader(kind, names, self.path, self.is_lenient)
        return self._readers[kind, sql]

    def column(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self.rows(sql, parameters)]

    def text(self, sql: str, parameters: Parameters = ()) -> str | None:
        """Return the text in the first column of the first row; None for null or without a row."""
        row = self.row(sql, parameters)
        return None if row is None or row[0] is None else str(row[0])

    def exists(self, sql: str, parameters: Parameters = ()) -> bool:
        """Return whether the query finds a row."""
        return self.row(sql, parameters) is not None

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows one by one, for results larger than memory; do not write during the iteration."""
        with user_errors(self.path):
            for row in self.execute(sql, parameters):  # noqa: UP028 - `yield from` closes the cursor after its database
                yield row

    def each_raw(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows one by one with texts as bytes; read nothing else during the iteration.

        To decode the texts takes as long as to read them.
        """
        given = self.connection.text_factory
        self.connection.text_factory = bytes
        try:
            yield from self.each(sql, parameters)
        finally:
            self.connection.text_factory = given

    def scalar(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the integer in the first column of the first row, or 0 if there is none."""
        row = self.row(sql, parameters)
        value = row[0] if row else 0
        return value if isinstance(value, int) else 0

    @property
    def changes(self) -> int:
        """Return how many rows this connection has written, including rows written by triggers."""
        return self.connection.total_changes

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table, without generated ones."""
        return self.column("select name from pragma_table_info(?, 'main')", (table,))

    def insert(self, sql: str, parameters: Parameters) -> int:
        """Run an `insert` and return the id of the new row."""
        return self.execute(sql, parameters).lastrowid or 0

    def insert_row(self, table: str, values: Mapping[str, Value]) -> int:
        """Insert a row with these values by column and return its id."""
        return self.insert(insert_sql(table, tuple(values)), tuple(values.values()))

    def insert_rows(self, table: str, rows: Sequence[Mapping[str, Value]], *, on_conflict: str = "") -> int:
        """Insert rows of the same columns and return the number of rows changed.

        `on_conflict` is the SQL clause that decides what happens to rows that exist.
        """
        if not rows:
            return 0
        sql = f"{insert_sql(table, tuple(rows[0]))} {on_conflict}"
        return self.execute_many(sql, [tuple(row.values()) for row in rows])

    def update_row(self, table: str, row_id: int | str, values: Mapping[str, Value], key: str = "id") -> None:
        """Set these values by column in the row whose column `key` is `row_id`."""
        self.execute(update_sql(table, tuple(values), key), (*values.values(), row_id))


def quote_name(name: str) -> str:
    """Return a name as SQL, also one that damage has changed."""
    return '"' + name.replace('"', '""') + '"'


@cache
def columns_of(kind: type["DataclassInstance"], table: str = "", **expressions: str) -> str:
    """Return the columns of a `select` that becomes the dataclass `kind`, of that table or alias.

    `expressions` are the SQL of fields that are no column; an empty one leaves the field out.
    """
    names = [field.name for field in fields(kind)]
    columns = {name: f"{table}.{name}" if table else name for name in names}
    columns |= {name: sql and f"{sql} as {name}" for name, sql in expressions.items()}
    return ", ".join(filter(None, columns.values()))


@cache
def insert_sql(table: str, columns: tuple[str, ...]) -> str:
    """Return the `insert` of one row with a `?` per column. Names must come from this program, never from a page."""
    return f"insert into {table}({', '.join(columns)}) values ({', '.join('?' * len(columns))})"  # noqa: S608


@cache
def update_sql(table: str, columns: tuple[str, ...], key: str) -> str:
    """Return the `update` of the row of `key`, with a `?` per column and one for the key; names as `insert_sql`."""
    return f"update {table} set {', '.join(f'{column} = ?' for column in columns)} where {key} = ?"  # noqa: S608


def excluded(columns: Iterable[str]) -> str:
    """Return the assignments of `on conflict do update`: the columns get the values of the row that was not inserted."""
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


@lru_cache(maxsize=512)  # a program may open many files
def _make_reader(
    kind: type["DataclassInstance"] | None, names: tuple[str, ...], path: Path, is_lenient: bool
) -> Callable[[Row], dict[str, Any]]:
    """Return a function that makes a dict of a row, with values checked and converted by the fields of `kind`.

    It raises `ArchiveDamaged` for a wrong type. If `is_lenient`, a value becomes None instead where the field may be None.
    """
    forms = _stored_forms(kind) if kind else {}
    converters = [(name, convert) for name in names if name in forms and (convert := forms[name][1])]
    sound: set[tuple[type, ...]] = set()  # types of rows: most are those of the first

    def read_row(row: Row) -> dict[str, Any]:
        values = dict(zip(names, row, strict=True))
        types = tuple(map(type, row))
        name = ""
        try:
            known = () if types in sound else filter(forms.__contains__, names)
            wrong = [name for name in known if not isinstance(values[name], forms[name][0])]
            for name in wrong:
                if not is_lenient or type(None) not in forms[name][0]:
                    raise ValueError(name)
                values[name] = None
            if not wrong:
                sound.add(types)
            for name, convert in converters:
                values[name] = convert(values[name])
        except ValueError as error:
            text = _("{path} is damaged: {column} has a wrong value ({found}); `blogarchive verify` names it")
            raise ArchiveDamaged(text, path=path, column=name, found=clip(values[name], 40)) from error
        return values

    return read_row


# The types in which SQLite may return a field, and the conversion if its own type is another one.
_Form = tuple[tuple[type, ...], _Converter | None]


@cache
def _stored_forms(kind: type["DataclassInstance"]) -> dict[str, _Form]:
    return {name: _stored_form(hint) for name, hint in get_type_hints(kind).items()}


def _stored_form(hint: Any) -> _Form:
    """Return the types in which SQLite may return a field with this type hint, and its conversion."""
    origin = get_origin(hint) or hint
    if origin in (Union, UnionType):
        forms = list(map(_stored_form, get_args(hint)))
        convert = next((form[1] for form in forms if form[1]), None)
        optional = convert and (lambda value: None if value is None else convert(value))
        return tuple(one for form in forms for one in form[0]), optional
    if origin is tuple:
        return (str,), lambda text: (_parse_names if len(text) < _SHORT else _parse_names.__wrapped__)(text)
    if origin is dict:
        return (str,), lambda text: load_json(text, dict)
    if origin is bool:
        return (int, type(None)), bool  # a comparison with null is null
    if isinstance(origin, type) and issubclass(origin, Enum):
        return (str, int), origin
    return {float: (int, float), Any: (object,), Literal: (str,)}.get(origin, (origin,)), None


_SHORT = 256  # characters of JSON that a cache keeps


@lru_cache(maxsize=256)
def _parse_names(text: str) -> tuple[str, ...]:
    """Return the texts of a JSON array; most posts have the categories of another one."""
    return tuple(load_json(text, list))


CANNOT_WRITE = ("disk is full", "readonly database", "unable to open", "disk i/o error")
_DAMAGED = (
    "malformed", "integer overflow", "not a database", "no such table", "no such column", "no such index",
    "no query solution", "could not decode to utf-8", "unsupported file format", "too big",
)  # fmt: skip
_INDEX_DAMAGED = ("vtable constructor failed", "fts5: ", "fts5 file format")
_CORRUPT_INDEX = 267  # SQLITE_CORRUPT_VTAB, of the search index alone

UNREADABLE = (ArchiveDamaged, sqlite3.DatabaseError)
"""Errors of a statement that runs on every whole archive: they are damage."""

DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""The errors of a statement. Python cannot decode SQLite's message about a schema with bytes that are not UTF-8."""


def to_user_error(error: Exception, path: Path) -> BlogArchiveError | None:
    """Return the error to show for an SQLite error, or None if it is a mistake of this program."""
    words, shown = str(error).lower(), clip(error)
    kind: type[BlogArchiveError] = ArchiveDamaged
    if _is_index_error(error, words):
        text = _("the search index of {path} is damaged ({error}); `blogarchive search --rebuild` repairs it")
    elif any(sign in words for sign in CANNOT_WRITE):
        kind = CannotWrite
        text = _(
            "cannot write {path}: {error}; free some space, or mend the permissions of it, of its -wal and -shm; then run"
            " again"
        )
        if "full" in words:
            text = _("the disk is full at {path}; make room, then run the same command")
    elif isinstance(error, UnicodeDecodeError) or any(sign in words for sign in _DAMAGED):
        shown = _("its schema has invalid characters") if isinstance(error, UnicodeDecodeError) else shown
        text = _(
            "{path} is damaged or no archive of blogarchive ({error}); restore a copy, or name another file with --db"
        )
    elif "locked" in words or "busy" in words:
        kind, text = ArchiveBusy, _("another program holds {path} ({error}); try again when it has finished")
    elif "foreign key" in words:  # of a table that a user has added
        kind, text = UsageError, _("another table of {path} refers to a row to delete; first delete its rows")
    else:
        return None
    return kind(text.format(path=path, error=shown))


@contextmanager
def user_errors(path: Path) -> Iterator[None]:
    """Raise the error to show to the user for each SQLite error of the block; mistakes of this program stay."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise to_user_error(error, path) or error from error


def _is_index_error(error: Exception, words: str) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code == _CORRUPT_INDEX or any(sign in words for sign in _INDEX_DAMAGED)
