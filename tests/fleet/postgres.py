"""A PostgreSQL server in a temporary folder, run by a user without rights, since it refuses root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import port_for_later
from tests.unprivileged import NOBODY, is_root

OPTIONS = {
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_size": "64MB",
}


def binaries() -> Path | None:
    """Return the folder of `initdb`, of the newest version; None if PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class Postgres:
    """A server on a free port of `address`; `url` is the address of a database."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="blogarchive-pg-"))
        self.address = address
        self.port = port_for_later(address)
        self._user = _user()
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._call(
            "initdb", "-D", self._data, "-A", "trust", "-U", "blogarchive", "--locale=C", "-E", "UTF8", "-N"
        )
        if address != "127.0.0.1":
            with (self._data / "pg_hba.conf").open("a") as access:
                access.write(f"host all all {address}/24 trust\n")
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://blogarchive@{self.address}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        settings = [f"-c {name}={value}" for name, value in OPTIONS.items()]
        options = " ".join(
            (f"-p {self.port}", f"-c listen_addresses={self.address}", f"-k {self.folder}", *settings)
        )
        log = str(self.folder / "log")
        self._call("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop the server as an operator does: sessions are ended."""
        self._call("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")

    def signal(self, signum: signal.Signals) -> None:
        """Send a signal to the server process."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signum)

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

    def close(self) -> None:
        """Stop the server at once, and delete its folder."""
        with suppress(subprocess.CalledProcessError):
            self._call("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, program: str, *words: str | Path) -> None:
        folder = binaries()
        assert folder is not None
        user = self._user
        identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [folder / program, *words],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "TZ": "UTC"},
            **identity,  # type: ignore[arg-type]
        )


def _user() -> pwd.struct_passwd | None:
    """Return the user that runs the server; None if it is the current one."""
    if not is_root():
        return None
    for name in ("postgres", NOBODY):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no user without rights")
