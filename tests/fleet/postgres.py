"""A PostgreSQL server for tests, as `fleet try` runs one."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import psycopg

from blogarchive.demo.fleet_trial import TemporaryPostgres, postgres_binaries
from blogarchive.errors import UsageError
from tests.ports import port_for_later


def binaries() -> Path | None:
    """Return the folder of `initdb`; None if PostgreSQL is not installed."""
    try:
        return postgres_binaries()
    except UsageError:
        return None


class Postgres(TemporaryPostgres):
    """A server on a free port of `address`, which runs; `url` is the address of a database."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__(
            port_for_later(address),
            address,
            options=("autovacuum=off", "shared_preload_libraries=pg_stat_statements"),
        )
        if address != "127.0.0.1":
            with (self.data / "pg_hba.conf").open("a") as access:
                access.write(f"host all all {address}/24 trust\n")
        self.start()

    def signal(self, signum: signal.Signals) -> None:
        """Send a signal to the server process."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signum)

    def processes(self) -> list[int]:
        """Return the server process and its children."""
        server = int((self.data / "postmaster.pid").read_text().split()[0])
        found = Path(f"/proc/{server}/task/{server}/children").read_text()
        return [server, *map(int, found.split())]

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def make_database(self) -> str:
        """Make a new database, and return its address."""
        name = f"fleet_{time.monotonic_ns()}"
        self.execute(f"create database {name}")
        return self.url(name)
