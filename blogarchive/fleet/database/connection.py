"""Connect to PostgreSQL, and convert its errors to one line for the user."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from gettext import gettext as _
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from blogarchive.errors import FleetUnreachable, UsageError
from blogarchive.fleet.settings import VARIABLE, time_limits

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_DEFAULTS = {
    "application_name": "blogarchive",
    "connect_timeout": "5",
    "keepalives_idle": "2",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
"""Parameters of libpq: a connection fails soon if the network is cut. The user's address overrides them."""


def connection_string(url: str) -> str:
    """Return the parameters of libpq for an address. Raises `UsageError` if it is invalid."""
    try:
        defaults = {**_DEFAULTS, "tcp_user_timeout": f"{time_limits().client * 1000:.0f}"}
        missing = {name: value for name, value in defaults.items() if name not in conninfo_to_dict(url)}
        return make_conninfo(url, **missing)
    except psycopg.ProgrammingError as error:
        raise UsageError(
            _("{variable} is no address of PostgreSQL: {reason}").format(
                variable=VARIABLE, reason=one_line(error)
            )
        ) from error


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """Yield a connection that commits each statement.

    Raises `FleetUnreachable` if PostgreSQL cannot be reached or the connection ends, and `UsageError` if `fleet init`
    has not run or PostgreSQL refuses a statement.
    """
    with user_errors():
        connection = await psycopg.AsyncConnection.connect(connection_string(url), autocommit=True)
        async with connection:
            yield connection


async def server_time(connection: Connection) -> datetime:
    """Return the current time of PostgreSQL, by which rounds are scheduled."""
    row = await (await connection.execute("select now()")).fetchone()
    assert row is not None  # noqa: S101 - a query without a table has one row
    moment: datetime = row[0]
    return moment


@contextmanager
def user_errors() -> Iterator[None]:
    """Convert errors of psycopg in the block to errors for the user."""
    try:
        yield
    except psycopg.errors.UndefinedTable as error:
        raise UsageError(
            _("PostgreSQL has no tables of a fleet; `blogarchive fleet init` makes them")
        ) from error
    except psycopg.errors.UndefinedObject as error:
        raise UsageError(_("a fleet needs PostgreSQL 14 or later")) from error
    except psycopg.OperationalError as error:
        raise FleetUnreachable(
            _("PostgreSQL cannot be reached: {reason}").format(reason=one_line(error))
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise UsageError(_("PostgreSQL refuses: {reason}").format(reason=one_line(error))) from error


def one_line(error: BaseException) -> str:
    """Return the text of an error of libpq as one line."""
    return " ".join(str(error).split()) or type(error).__name__
