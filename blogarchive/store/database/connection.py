"""How the file of an archive is opened, and what SQLite's errors mean to a person."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, BlogArchiveError, CannotWrite

_BUSY_SECONDS = 30.0
_CANNOT_WRITE = ("disk is full", "readonly database", "unable to open", "disk i/o error")
_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "could not decode to utf-8")


def to_user_error(error: sqlite3.Error, path: Path) -> BlogArchiveError | None:
    """What a person is told of an SQLite error, or None where it is a mistake of this program."""
    words = str(error).lower()
    if any(sign in words for sign in _CANNOT_WRITE):
        return CannotWrite(
            f"cannot write {path}: {error}; free some space or mend the permissions, then run again"
        )
    if any(sign in words for sign in _DAMAGED):
        return ArchiveDamaged(
            f"{path} is damaged or no archive of blogarchive ({error}); restore a copy of it"
        )
    if "locked" in words or "busy" in words:
        return ArchiveBusy(f"another program holds {path} ({error}); try again when it has finished")
    return None


def make_folder(path: Path) -> None:
    """Make the folder of the archive at `path`; raises `CannotWrite`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"cannot make the folder {path.parent}: {error.strerror}; choose another with --db"
        ) from error


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """The file at `path`, opened, made where it is not there and may be written."""
    # A reader that may write closes the log behind it, so that one file is the whole archive again; one that opened
    # the file as read-only leaves an empty -wal and a -shm beside it.
    tidy = is_writable(path)
    mode = ("rw" if tidy else read_only_mode(path)) if read_only else "rwc"
    try:
        connection = _connect(path, mode)
        if not read_only:
            return connection
        if tidy and not _can_read(connection):
            connection.close()
            connection = _without_room(path)
        connection.execute("pragma query_only = on")
        return connection
    except sqlite3.Error as error:
        raise to_user_error(error, path) or error from error


def is_writable(path: Path) -> bool:
    """Whether the file may be written, and others made beside it."""
    return os.access(path, os.W_OK) and os.access(wal_path(path).parent, os.W_OK)


def wal_path(path: Path) -> Path:
    """Where SQLite keeps the log of the file at `path`: beside the file itself, where that is a link."""
    return Path(f"{os.path.realpath(path)}-wal")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
    )


def _can_read(connection: sqlite3.Connection) -> bool:
    """Whether there is room for what SQLite keeps beside a file to read it; a full disk has none."""
    try:
        connection.execute("select 1 from sqlite_master limit 1").fetchone()
    except sqlite3.OperationalError as error:
        return not any(sign in str(error).lower() for sign in _CANNOT_WRITE)
    except sqlite3.DatabaseError:
        return True  # something else is wrong, which whoever reads on is told
    return True


def _without_room(path: Path) -> sqlite3.Connection:
    """The file, read without the index of its log; nobody else can write it, who would find no room either."""
    log = wal_path(path)
    if not log.exists() or not log.stat().st_size:
        return _connect(path, "ro&immutable=1")
    connection = _connect(path, "rw")
    connection.execute("pragma locking_mode = exclusive")  # keeps that index in memory
    return connection


def read_only_mode(path: Path) -> str:
    """How SQLite reads a file that only lies there: the log beside it, which it would make, has no place on some disks.

    For `mode=` of an SQLite URI.
    """
    log = wal_path(path)
    alone = not os.access(log.parent, os.W_OK) and not log.exists()
    return "ro&immutable=1" if alone else "ro"
