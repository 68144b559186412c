"""Open, check, migrate and close an archive, which is one SQLite file; transactions on it."""

import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, CannotWrite, NoArchive
from blogarchive.items import Link
from blogarchive.store import readme
from blogarchive.store.database import migrations, schema, totals
from blogarchive.store.database.connection import (
    connect,
    identify_file,
    make_folder,
    user_errors,
)
from blogarchive.store.rows import Kind, Parameters, Value, all_as, insert_sql, one_as, update_sql
from blogarchive.store.search import index

Row = tuple[Any, ...]


class Statements:
    """Statements on the connection to the archive at `path`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement. Raises errors of `blogarchive.errors` for SQLite errors that the user can act on."""
        with user_errors(self.path):
            return self.connection.execute(sql, parameters)

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
        with user_errors(self.path):
            return self.execute(sql, parameters).fetchall()

    def all_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> tuple[Kind, ...]:
        """Return all rows as instances of the dataclass `kind`, whose fields have the names of the columns.

        Columns become `bool` or an enum if the field has that type.
        """
        with user_errors(self.path):
            return all_as(self, kind, sql, parameters)

    def one_as(self, kind: type[Kind], sql: str, parameters: Parameters = ()) -> Kind | None:
        """Return the first row as `all_as` does, or None if there is no row."""
        with user_errors(self.path):
            return one_as(self, kind, sql, parameters)

    def column(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self.rows(sql, parameters)]

    def text(self, sql: str, parameters: Parameters = ()) -> str | None:
        """Return the text in the first column of the first row, or None if it is null or there is no row."""
        row = self.row(sql, parameters)
        return None if row is None or row[0] is None else str(row[0])

    def exists(self, sql: str, parameters: Parameters = ()) -> bool:
        """Return whether the query finds a row."""
        return self.row(sql, parameters) is not None

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows one by one, for results larger than memory; do not write during the iteration."""
        with user_errors(self.path):
            yield from self.connection.execute(sql, parameters)

    def scalar(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the integer in the first column of the first row, or 0 if there is none."""
        row = self.row(sql, parameters)
        value = row[0] if row else 0
        return value if isinstance(value, int) else 0

    @property
    def changes(self) -> int:
        """Return how many rows this connection has written, including rows written by triggers."""
        return self.connection.total_changes

    def insert(self, sql: str, parameters: Parameters) -> int:
        """Run an `insert` and return the id of the new row."""
        return self.execute(sql, parameters).lastrowid or 0

    def insert_row(self, table: str, values: Mapping[str, Value]) -> int:
        """Insert a row with these values by column and return its id."""
        return self.execute(insert_sql(table, tuple(values)), tuple(values.values())).lastrowid or 0

    def insert_rows(self, table: str, rows: Sequence[Mapping[str, Value]], *, on_conflict: str = "") -> int:
        """Insert rows of the same columns and return the number of rows changed.

        `on_conflict` is the SQL clause that decides what happens to rows that exist.
        """
        if not rows:
            return 0
        sql = f"{insert_sql(table, tuple(rows[0]))} {on_conflict}"
        return self.execute_many(sql, [tuple(row.values()) for row in rows])

    def update_row(self, table: str, row_id: int, values: Mapping[str, Value]) -> None:
        """Set these values by column in the row whose `id` is `row_id`."""
        self.execute(update_sql(table, tuple(values)), (*values.values(), row_id))


class SidebarCache:
    """Cache of rows that a process has written; it may be emptied at any time."""

    def __init__(self) -> None:
        self.target_keys: set[str] = set()
        self.links: dict[int, Link] = {}  # by `id()`: queued links of the blog `links_of`
        self.links_of: tuple[str, str | None] | None = None
        self.blogs: set[tuple[str, str]] = set()  # site and uid of linked blogs
        self.found_by: dict[tuple[str, str | None], int] = {}  # discovered blogs by site and uid of the blog
        self.sidebars: dict[tuple[str, str | None, bool], object] = {}


class RequeueLimits:
    """Counts of a run's requeues, which bound the work that a host can cause."""

    def __init__(self) -> None:
        self.requeues: Counter[str] = Counter()  # by the target's key
        self.urls: defaultdict[str, set[str]] = defaultdict(set)  # by month or category


NOTICES = logging.getLogger("blogarchive.notices")
"""Warnings in words for the user; without a handler, Python prints them to stderr."""


class Archive(Statements):
    """An open archive. As a context manager it checkpoints the write-ahead log and closes the file on exit."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        super().__init__(path, connection)
        self.read_only = read_only
        self._file_id = identify_file(path)
        self.cache = SidebarCache()
        self.requeue_limits = RequeueLimits()

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, read_only: bool = False) -> Self:
        """Return the archive at `path` with all migrations applied; `create` makes a new one if there is none.

        A `read_only` archive is never migrated, and can be read while another run writes. Raises:

        - `NoArchive` if there is no archive and `create` is not set;
        - `ArchiveDamaged` if the file is no SQLite file or has other tables;
        - `CannotWrite` if it or its folder cannot be written;
        - `UsageError` if a newer blogarchive migrated it, or an older one made it and `read_only` is set.
        """
        path = Path(path)
        fresh = not path.exists()
        if fresh and (read_only or not create):
            raise NoArchive(_("no archive at {path}; `blogarchive backup URL` makes one").format(path=path))
        if path.is_dir():
            raise NoArchive(_("{path} is a folder; name the archive's file with --db").format(path=path))
        if fresh:
            make_folder(path)
        archive = cls(path, connect(path, read_only=read_only), read_only=read_only)
        try:
            archive._prepare(create=create)
        except BaseException:
            archive.connection.close()
            raise
        return archive

    @contextmanager
    def atomic(self, *, unindexed: int = 0) -> Iterator[None]:
        """Run the block in one transaction; a nested `atomic` joins the outer transaction.

        Up to `unindexed` changed texts may be missing from the search index until a later transaction, or `close`.
        """
        if self.connection.in_transaction:
            yield
            return
        self._require_same_file()
        self.execute("begin immediate")
        try:
            yield
            self._refresh_search(unindexed + 1)
            self.execute("commit")
        except BaseException:
            self.connection.rollback()
            self.cache = SidebarCache()
            raise

    def _require_same_file(self) -> None:
        """Raise `CannotWrite` if the path names another file: SQLite would write on to the removed one."""
        if identify_file(self.path) != self._file_id:
            raise CannotWrite(
                _(
                    "{path} was removed or replaced while this run wrote to it; restore it, then run again"
                ).format(path=self.path)
            )

    def _refresh_search(self, waiting: int) -> None:
        """Update the search index if at least `waiting` texts are pending."""
        with user_errors(self.path):
            index.refresh(self.connection, waiting)

    def rebuild_search(self) -> int:
        """Rebuild the search index, also a damaged one, and return the number of rows indexed."""
        with self.dry_run():
            damaged = index.find_damaged(self.connection)
        with self.atomic():
            index.remove_damaged(self.connection, damaged)
            schema.create_missing(self.connection)
            count = index.rebuild(self.connection)
        if damaged:
            self.execute("vacuum")  # frees the pages of the damaged tables
        return count

    @contextmanager
    def dry_run(self) -> Iterator[None]:
        """Run the block in a transaction that is rolled back at its end."""
        self.execute("begin immediate")
        try:
            yield
        finally:
            self.connection.rollback()
            self.cache = SidebarCache()

    def checkpoint(self) -> None:
        """Index pending texts, refresh totals and `readme`, and write the log into the file.

        The file alone is complete then.
        """
        if self.read_only:
            return
        self._require_same_file()
        if self.exists("select 1 from _search_pending"):
            with self.atomic():
                pass
        if self.exists("select 1 from _totals_pending"):
            with self.atomic():
                totals.refresh(self.connection)
        if readme.is_outdated(self.connection):
            with self.atomic():
                readme.refresh_readme(self.connection)
        self.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Checkpoint and close. If a reader blocks the checkpoint, a later close makes it; no row is lost."""
        try:
            self.checkpoint()
        except ArchiveBusy:
            pass
        finally:
            self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self, *, create: bool) -> None:
        """Check that the file is an archive, and apply pending migrations unless it is read only."""
        is_empty = self._is_empty()
        if is_empty and not create:
            raise NoArchive(
                _("{path} holds no archive yet; `blogarchive backup URL` makes one").format(path=self.path)
            )
        is_older = not is_empty and self._check_version()
        if self.read_only:
            return
        self.execute("pragma journal_mode = wal").fetchall()
        self.execute("pragma synchronous = normal")
        pages = 4000  # each checkpoint waits for the disk
        self.execute(f"pragma wal_autocheckpoint = {pages}").fetchall()
        with user_errors(self.path):
            migrations.prepare(self.connection)
            if is_older:
                migrations.refuse_changed(self.connection, self.path)
        if is_older:
            NOTICES.warning(
                _(
                    "{path} was made by an older blogarchive and is now up to date; the older one cannot open it any more"
                ).format(path=self.path)
            )
        self.execute("pragma foreign_keys = on")  # after the migrations: they may rebuild tables

    def _is_empty(self) -> bool:
        """Return whether the file has no table of an archive; raises `ArchiveDamaged` if it is another database."""
        tables = {str(name) for (name,) in self.rows("select name from sqlite_master where type = 'table'")}
        is_other = self.scalar("pragma application_id") not in (
            0,
            schema.APPLICATION_ID,
        )  # 0: before it was set
        if is_other or (tables and "frontier" not in tables):
            raise ArchiveDamaged(
                _("{path} is a database of something else; name another file with --db").format(
                    path=self.path
                )
            )
        return not tables

    def _check_version(self) -> bool:
        """Return whether an older blogarchive made the archive; raises `UsageError` if it cannot be used as it is."""
        with user_errors(self.path):
            migrations.refuse_unsupported(self.connection, self.path)
            if self.read_only:
                migrations.refuse_older(self.connection, self.path)
            migrations.refuse_changed(self.connection, self.path)
            return migrations.is_older(self.connection)


def delete_archive(path: Path) -> None:
    """Delete the file of a closed archive, and the files of its write-ahead log."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
