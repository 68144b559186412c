"""A fleet to try on one machine: a temporary PostgreSQL, two hosts of invented blogs, two workers.

`fleet try` runs it in a temporary folder; nothing is left.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from gettext import gettext as _
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from blogarchive.demo.host import DemoHost
from blogarchive.errors import Interrupted, UsageError
from blogarchive.fleet.database.shards import ShardStatus
from blogarchive.fleet.registry import read_status
from blogarchive.fleet.shard import HOME_VARIABLE, PATIENCE_VARIABLE, URL_VARIABLE
from blogarchive.processes import own_command

MACHINES: Final = ("first", "second")
_ADD_OPTIONS: Final = ("--site", "creaders", "--delay", "0.02", "--no-media")
_PATIENCE: Final = "4"  # half: the first requests wait for it after a start of PostgreSQL
_USER: Final = "postgres"
_LONGEST: Final = 300.0
_BETWEEN_CHECKS: Final = 0.5
_SECONDS_TO_END: Final = 20
_OPTIONS: Final = ("fsync=off", "shared_buffers=16MB", "max_connections=60", "max_wal_size=64MB")


def postgres_binaries() -> Path:
    """Return the folder of `initdb`, of the newest version. Raises `UsageError` if PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        text = _("PostgreSQL is not installed: install its server, as by `apt-get install postgresql`")
        raise UsageError(text)
    return versions[-1].parent


class TemporaryPostgres:
    """A server in a temporary folder, on a port of `address`. Root runs it as another user, since it refuses root."""

    def __init__(self, port: int, address: str = "127.0.0.1", options: Sequence[str] = ()) -> None:
        self.address = address
        self.port = port
        self._options = (*_OPTIONS, *options)
        self._binaries = postgres_binaries()
        self.folder = Path(mkdtemp(prefix="blogarchive-pg-"))
        self.data = self.folder / "data"
        self._identity: dict[str, Any] = {}
        if sys.platform != "win32" and os.geteuid() == 0:
            self._identity = {"user": _USER, "group": _USER, "extra_groups": []}
            try:
                shutil.chown(self.folder, _USER, _USER)
            except LookupError as error:
                raise UsageError(_("PostgreSQL refuses root, and there is no user postgres")) from error
        words = ("-A", "trust", "-U", "blogarchive", "--locale=C", "-E", "UTF8", "-N")
        self.call("initdb", "-D", str(self.data), *words)

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://blogarchive@{self.address}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        own = (f"listen_addresses={self.address}", f"unix_socket_directories={self.folder}")
        options = " ".join((f"-p {self.port}", *(f"-c {option}" for option in (*own, *self._options))))
        log = str(self.folder / "log")
        self.call("pg_ctl", "-D", str(self.data), "-l", log, "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server as an operator does: sessions are ended."""
        self.call("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop the server at once, and delete its folder."""
        with suppress(UsageError):  # it may not run
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, program: str, *words: str) -> None:
        """Run a program of PostgreSQL. Raises `UsageError` if it fails."""
        ran = subprocess.run(  # noqa: S603 - found in the folders of the system
            [self._binaries / program, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "TZ": "UTC"},
            **self._identity,
        )
        if ran.returncode:
            text = _("{program} of PostgreSQL ended with {code}")
            raise UsageError(text, program=program, code=ran.returncode)


@contextmanager
def open_trial(folder: Path, say: Callable[[str], None]) -> Iterator[Callable[[], list[ShardStatus]]]:
    """Start PostgreSQL, two hosts and two workers in `folder`; end them all at the end of the block.

    Yields a function that waits for a complete round of each shard, and returns their status; raises `Interrupted`.
    `say` gets each command line, which a person may run too.
    """
    with ExitStack() as stack:
        server = TemporaryPostgres(_free_port())
        stack.callback(server.close)
        server.start()
        say(f"export {URL_VARIABLE}={server.url()}")
        _run(say, server.url(), MACHINES[0], "init")
        workers: list[subprocess.Popen[bytes]] = []
        stack.callback(_end, workers)
        for machine in MACHINES:
            host = stack.enter_context(DemoHost(port=0))
            db = str(folder / machine / f"{machine}.db")
            _run(say, server.url(), machine, "add", *host.blog_urls, "--db", db, *_ADD_OPTIONS)
        for machine in MACHINES:
            command = _command(say, machine, "work", str(folder / machine))
            environment = _environment(server.url(), machine)
            workers.append(subprocess.Popen(command, env=environment))  # noqa: S603 - our own command
        yield partial(_wait, server.url(), workers)


def _wait(url: str, workers: Sequence["subprocess.Popen[bytes]"]) -> list[ShardStatus]:
    until = time.monotonic() + _LONGEST
    while True:
        found = asyncio.run(read_status(url))
        if all(one["succeeded_at"] and not one["is_running"] for one in found):
            return found
        if time.monotonic() > until or any(worker.poll() is not None for worker in workers):
            raise Interrupted(_("the trial did not end; see the lines above"))
        time.sleep(_BETWEEN_CHECKS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _run(say: Callable[[str], None], url: str, machine: str, *words: str) -> None:
    command = _command(say, machine, *words, "-q")
    ran = subprocess.run(command, env=_environment(url, machine))  # noqa: S603 - our own command
    if ran.returncode:
        raise Interrupted(_("the trial did not end; see the lines above"))


def _command(say: Callable[[str], None], machine: str, *words: str) -> list[str]:
    say(f"{HOME_VARIABLE}={machine} blogarchive fleet {' '.join(words)}")
    return own_command("fleet", *words)


def _environment(url: str, machine: str) -> dict[str, str]:
    return {**os.environ, URL_VARIABLE: url, HOME_VARIABLE: machine, PATIENCE_VARIABLE: _PATIENCE}


def _end(workers: Sequence["subprocess.Popen[bytes]"]) -> None:
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        try:
            worker.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            worker.kill()
