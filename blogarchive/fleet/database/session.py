"""A session of PostgreSQL that a thread confirms every few seconds.

Locks of the session are held as long as PostgreSQL keeps it. `is_alive` is true only for some seconds after the last
confirmed statement was sent. PostgreSQL ends a silent session later than that. So a process that was frozen, or cut from
the network, stops before another process can get its locks.
"""

import queue
import select
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from gettext import gettext as _
from typing import Any, LiteralString

import psycopg

from blogarchive.errors import FleetUnreachable
from blogarchive.fleet.database.connection import connection_string, one_line, user_errors
from blogarchive.fleet.settings import boot_clock, time_limits

Row = tuple[Any, ...]
_Connection = psycopg.Connection[Row]
_Statement = tuple[LiteralString, Sequence[object], "Future[Row]"]


class Session:
    """A direct connection, used by one thread alone; statements return their first row."""

    def __init__(self, url: str) -> None:
        """Connect. Raises `FleetUnreachable` or `UsageError`."""
        self._limits = time_limits()
        self._confirmed_at = boot_clock()
        self._lost: str | None = None
        self._statements: queue.SimpleQueue[_Statement | None] = queue.SimpleQueue()
        with user_errors():
            self._connection = psycopg.connect(connection_string(url), autocommit=True)
            self._connection.execute(
                "select set_config('idle_session_timeout', %s, false)", (f"{self._limits.server * 1000:.0f}",)
            )
        self._receiver, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=_serve, args=(self, self._connection), daemon=True)
        self._thread.start()

    def is_alive(self) -> bool:
        """Return True if PostgreSQL keeps the session, and its locks, for some seconds from now."""
        return self._lost is None and boot_clock() - self._confirmed_at < self._limits.client

    def error(self) -> FleetUnreachable:
        """Return why the session is not alive."""
        reason = self._lost or _("no answer for {seconds} seconds").format(seconds=f"{self._limits.client:g}")
        return FleetUnreachable(_("PostgreSQL cannot be reached: {reason}").format(reason=reason))

    def submit(self, sql: LiteralString, parameters: Sequence[object] = ()) -> "Future[Row]":
        """Run a statement after those submitted before; return its first row, or `FleetUnreachable`, later."""
        future: Future[Row] = Future()
        self._statements.put((sql, parameters, future))
        self._waker.send(b"s")
        if self._lost is not None:  # the thread may have ended before it saw the statement
            self.fail_rest()
        return future

    def query(self, sql: LiteralString, parameters: Sequence[object] = ()) -> Row:
        """Run a statement and return its first row. Raises `FleetUnreachable` also if the answer takes too long."""
        try:
            return self.submit(sql, parameters).result(self._limits.client)
        except TimeoutError:
            raise self.error() from None

    def close(self) -> None:
        """End the session. A statement without an answer is left to its thread, which ends with the process."""
        self._statements.put(None)
        self._waker.send(b"c")
        if self.is_alive():
            self._thread.join(1.0)
        if not self._thread.is_alive():
            self._receiver.close()
            self._waker.close()

    def run_statements(self, connection: _Connection) -> bool:
        """Run what is submitted, or confirm the session; return False after `close` or if it is lost."""
        waker = self._receiver.fileno()
        readable, _writable, _failed = select.select([connection.fileno(), waker], [], [], self._limits.ping)
        if waker not in readable:
            return self._run(connection, ("select 1", (), Future()))
        for _byte in self._receiver.recv(4096):
            statement = self._statements.get()
            if statement is None or not self._run(connection, statement):
                return False
        return True

    def fail_rest(self) -> None:
        """Answer the statements that were submitted too late."""
        self._lost = self._lost or _("the session is closed")
        with suppress(queue.Empty):
            while True:
                if statement := self._statements.get_nowait():
                    statement[2].set_exception(self.error())

    def _run(self, connection: _Connection, statement: _Statement) -> bool:
        sql, parameters, future = statement
        sent_at = boot_clock()
        try:
            row = connection.execute(sql, parameters).fetchone()
        except psycopg.OperationalError as error:
            self._lost = one_line(error)
            future.set_exception(self.error())
            return False
        except psycopg.Error as error:
            future.set_exception(error)
            return True
        self._confirmed_at = sent_at
        future.set_result(row or ())
        return True


def _serve(session: Session, connection: _Connection) -> None:
    """Serve a session until it ends; the body of its thread."""
    try:
        while session.run_statements(connection):
            pass
    finally:
        connection.close()
        session.fail_rest()
