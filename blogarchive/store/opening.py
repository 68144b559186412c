"""How the file of an archive is opened, and what SQLite's errors mean to a person."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, BlogArchiveError, CannotWrite

_BUSY_SECONDS = 30.0
_CANNOT_WRITE = ("disk is full", "readonly database", "unable to open", "disk i/o error")
_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "could not decode to utf-8")


def told(error: sqlite3.Error, path: Path) -> BlogArchiveError | None:
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
    tidy = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    mode = ("rw" if tidy else reading_mode(path)) if read_only else "rwc"
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
        )
        if read_only:
            connection.execute("pragma query_only = on")
        return connection
    except sqlite3.Error as error:
        raise told(error, path) or error from error


def reading_mode(path: Path) -> str:
    """How SQLite reads a file that only lies there: the log beside it, which it would make, has no place on some disks.

    For `mode=` of an SQLite URI.
    """
    alone = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return "ro&immutable=1" if alone else "ro"
