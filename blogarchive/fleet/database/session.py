"""Connections to PostgreSQL, a session that holds locks, and the migrations of the tables, `migration_*.sql`."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from gettext import gettext as _
from importlib.resources import files
from typing import Any, Final, LiteralString, TypeVar, cast

import psycopg
from psycopg.abc import Params
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row

from blogarchive.errors import FleetUnreachable, HostBusy, UsageError
from blogarchive.fleet.shard import URL_VARIABLE, boot_clock, time_limits
from blogarchive.messages import N_

_T = TypeVar("_T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# Parameters of libpq: a connection fails soon if the network is cut. The user's address overrides them.
_DEFAULTS = {
    "application_name": "blogarchive",
    "client_encoding": "UTF8",  # else texts of a database in SQL_ASCII are bytes
    "connect_timeout": "5",
    "keepalives_idle": "2",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}


def connection_string(url: str, *, holds_locks: bool = False) -> str:
    """Return the parameters of libpq for an address. Raises `UsageError` if it is invalid.

    PostgreSQL ends a silent session that `holds_locks`.
    """
    limits = time_limits()
    defaults = {**_DEFAULTS, "tcp_user_timeout": f"{limits.client * 1000:.0f}"}
    try:
        named = conninfo_to_dict(url)
        missing = {name: value for name, value in defaults.items() if name not in named}
        if holds_locks:
            own = f"-c idle_session_timeout={limits.server * 1000:.0f}"
            missing["options"] = f"{named.get('options', '')} {own}"
        return make_conninfo(url, **missing)
    except psycopg.ProgrammingError as error:
        text = _("{variable} is no address of PostgreSQL: {reason}")
        raise UsageError(text, variable=URL_VARIABLE, reason=one_line(error)) from error


@asynccontextmanager
async def connected(url: str, *, holds_locks: bool = False) -> AsyncIterator[Connection]:
    """Yield a connection that commits each statement.

    Raises `FleetUnreachable` if PostgreSQL cannot be reached or the connection ends. Raises `UsageError` if `fleet
    init` has not run or PostgreSQL refuses a statement.
    """
    with user_errors():
        parameters = connection_string(url, holds_locks=holds_locks)
        async with await psycopg.AsyncConnection.connect(parameters, autocommit=True) as connection:
            yield connection


async def scalar(connection: Connection, sql: LiteralString, parameters: Params = ()) -> Any:
    """Return the first column of the first row; None if there is none."""
    row = await (await connection.execute(sql, parameters)).fetchone()
    return row[0] if row else None


async def rows_as(
    kind: type[_T], connection: Connection, sql: LiteralString, parameters: Params = ()
) -> list[_T]:
    """Return the rows as objects of that class, which has a field for each column."""
    async with connection.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(sql, parameters)
        return await cursor.fetchall()


async def server_time(connection: Connection) -> datetime:
    """Return the current time of PostgreSQL, by which rounds are scheduled."""
    return cast(datetime, await scalar(connection, "select now()"))


class OutdatedTables(UsageError):
    """PostgreSQL has no tables of a fleet, or those of an older version."""

    def __init__(self) -> None:
        text = _(
            "PostgreSQL has no tables of a fleet, or those of an older blogarchive; `blogarchive fleet init` makes them"
        )
        super().__init__(text)


@contextmanager
def user_errors() -> Iterator[None]:
    """Convert errors of psycopg in the block to errors for the user."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise OutdatedTables from error
    except psycopg.errors.OutOfMemory as error:
        text = _("PostgreSQL has no place for more locks ({reason}); run fewer rounds side by side")
        raise HostBusy(text, reason=one_line(error)) from error
    except psycopg.OperationalError as error:
        raise FleetUnreachable(_("PostgreSQL cannot be reached: {reason}"), reason=one_line(error)) from error
    except (psycopg.errors.InsufficientPrivilege, psycopg.DataError, UnicodeEncodeError) as error:
        raise UsageError(_("PostgreSQL refuses: {reason}"), reason=one_line(error)) from error


# What the English words of libpq and PostgreSQL mean for the user.
_REASONS: Final = {
    "Connection refused": N_("connection refused"),
    "resolve host": N_("no such host"),
    "could not translate host name": N_("no such host"),
    "timeout expired": N_("no answer in time"),
    "authentication failed": N_("it refuses the user or the password"),
    "does not exist": N_("it has no such database or user"),
}


def one_line(error: BaseException) -> str:
    """Return the text of an error of libpq as one line, after its meaning if that is known."""
    text = " ".join(str(error).split()) or type(error).__name__
    meaning = next((_(words) for sign, words in _REASONS.items() if sign in text), None)
    return _("{meaning} ({text})").format(meaning=meaning, text=text) if meaning else text


Row = tuple[Any, ...]
_SECONDS_BETWEEN_TRIES: Final = 0.5
_SECONDS_TO_END: Final = 1.0


class Session:
    """A direct connection that holds locks; a thread of its own runs its statements, in order."""

    def __init__(self, url: str) -> None:
        """Connect. Raises `FleetUnreachable` or `UsageError`."""
        self._limits = time_limits()
        self._lost: str | None = None
        with user_errors():
            self._connection = _connect(connection_string(url, holds_locks=True), self._limits.client)
        self._confirmed_at = boot_clock()
        self._statements = ThreadPoolExecutor(1)
        self._is_closed = threading.Event()
        threading.Thread(target=self._keep_confirming, daemon=True).start()

    def is_alive(self) -> bool:
        """Return True if PostgreSQL keeps the session, and its locks, for some seconds from now."""
        return self._lost is None and boot_clock() - self._confirmed_at < self._limits.client

    def error(self) -> FleetUnreachable:
        """Return why the session is not alive."""
        reason = self._lost or _("no answer for {seconds} seconds").format(seconds=f"{self._limits.client:g}")
        return FleetUnreachable(_("PostgreSQL cannot be reached: {reason}"), reason=reason)

    def submit(self, sql: LiteralString, parameters: Sequence[object] = ()) -> "Future[list[Row]]":
        """Run a statement after those submitted before; return its rows, or `FleetUnreachable`, later."""
        return self._statements.submit(self._run, sql, parameters)

    def query(self, sql: LiteralString, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a statement and return its rows. Raises `FleetUnreachable` also if the answer takes too long."""
        try:
            return self.submit(sql, parameters).result(self._limits.client)
        except TimeoutError:
            raise self.error() from None

    def close(self) -> None:
        """End the session after its statements; a statement without an answer is given up."""
        self._is_closed.set()
        wait([self.submit("select 1")], _SECONDS_TO_END if self.is_alive() else 0)
        with suppress(psycopg.OperationalError):  # else its thread, and so the process, would wait
            stuck = socket.socket(fileno=self._connection.fileno())
            with suppress(OSError):
                stuck.shutdown(socket.SHUT_RDWR)
            stuck.detach()
        self._statements.shutdown(cancel_futures=True)
        self._connection.close()

    def _run(self, sql: LiteralString, parameters: Sequence[object]) -> list[Row]:
        sent_at = boot_clock()
        try:
            cursor = self._connection.execute(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []
        except psycopg.errors.OutOfMemory:
            raise  # of locks: the session is as before
        except psycopg.OperationalError as error:
            self._lost = self._lost or one_line(error)
            raise self.error() from error
        # The time of the request, because PostgreSQL counts from its last statement.
        self._confirmed_at = sent_at
        return rows

    def _keep_confirming(self) -> None:
        """Send a statement at intervals, also while the program computes; the body of a thread."""
        with suppress(RuntimeError):  # the session is closed meanwhile
            while not self._is_closed.wait(self._limits.ping):
                wait([self.submit("select 1")])


def _connect(parameters: str, seconds: float) -> psycopg.Connection[Row]:
    """Return a new connection; PostgreSQL may refuse for some seconds, as while it starts."""
    until = boot_clock() + seconds
    while True:
        try:
            return psycopg.connect(parameters, autocommit=True)
        except psycopg.OperationalError:
            if boot_clock() > until:
                raise
        time.sleep(_SECONDS_BETWEEN_TRIES)


_PACKAGE: Final = files("blogarchive.fleet.database")
MIGRATIONS: Final = tuple((_PACKAGE / f"migration_{number}.sql").read_bytes() for number in (1, 2))
_CREATE: Final[LiteralString] = """
create table if not exists fleet_migrations (number integer primary key, applied_at timestamptz not null default now())
"""
# `idle_session_timeout` is new in PostgreSQL 14.
_MINIMUM_SERVER: Final = 140000


async def migrate(connection: Connection) -> None:
    """Apply the pending migrations. Raises `UsageError` for an older PostgreSQL, or tables of a newer blogarchive."""
    if connection.info.server_version < _MINIMUM_SERVER:
        raise UsageError(_("a fleet needs PostgreSQL 14 or later"))
    async with connection.transaction():
        # Operators start workers of several machines at once, and each may run `fleet init` first.
        query = "select pg_advisory_xact_lock(hashtextextended('blogarchive migrations', 0))"
        await connection.execute(query)
        await connection.execute(_CREATE)
        applied = await scalar(connection, "select coalesce(max(number), 0)::integer from fleet_migrations")
        if applied > len(MIGRATIONS):
            raise UsageError(_("a newer blogarchive made the tables of this fleet; upgrade this one"))
        for number, script in enumerate(MIGRATIONS[applied:], applied + 1):
            await connection.execute(script)
            await connection.execute("insert into fleet_migrations (number) values (%s)", (number,))


async def require_tables(connection: Connection) -> None:
    """Raise `OutdatedTables` if a migration is pending; those of a newer version only add."""
    applied = await scalar(connection, "select coalesce(max(number), 0) from fleet_migrations")
    if applied < len(MIGRATIONS):
        raise OutdatedTables
