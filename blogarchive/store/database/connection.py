"""Open and lock the SQLite file of an archive."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, CannotWrite, NoArchive
from blogarchive.store.rows import format_utc
from blogarchive.store.statements import CANNOT_WRITE, DATABASE_ERRORS, user_errors


class LockHolder(NamedTuple):
    """The process that writes to an archive; `since` is UTC text."""

    pid: int
    command: str
    since: str


def require_archive(path: Path) -> None:
    """Raise `NoArchive` if there is no file at `path`; call it before a lock file is made.

    Raise `ArchiveDamaged` if the file was put beside the log of a killed run of another copy. SQLite writes the pages
    of a log into any file of its name: opening the restored copy would destroy it.
    """
    if path.is_dir():
        raise NoArchive(_("{path} is a folder; name the archive's file with --db"), path=path)
    if not path.is_file():
        raise NoArchive(_("no archive at {path}; `blogarchive backup URL` makes one"), path=path)
    with suppress(FileNotFoundError):  # no log
        wal = wal_path(path)
        changed, logged = (max(found.st_mtime, found.st_ctime) for found in (path.stat(), wal.stat()))
        # A checkpoint waits up to half a minute for each reader, such as an export, before it writes the file.
        if changed > logged + 600 and wal.stat().st_size and lock_holder(path) is None:
            text = _(
                "{path} is newer than its log: if you put back a copy without one, delete {wal}; if not, run: touch {wal}"
            )
            raise ArchiveDamaged(text, path=path, wal=wal)


@contextmanager
def hold_lock(path: Path | str, command: str, *, now: datetime) -> Iterator[None]:
    """Lock the archive at `path` for a command that writes; raises `ArchiveBusy`, naming the holder, at once.

    The lock file is `PATH.lock`, beside the real file if `path` is a link. It stays beside an archive. A second file
    names the holder, because on Windows no other process can read a locked one.
    """
    with _locked(path):
        holder = LockHolder(pid=os.getpid(), command=command, since=format_utc(now))
        with suppress(OSError):  # a full disk: the lock is valid without the name of its holder
            _holder_file(path).write_text(json.dumps(holder._asdict(), ensure_ascii=False), "utf-8")
        try:
            yield
        finally:
            with suppress(OSError):
                _holder_file(path).unlink()


def lock_holder(path: Path | str) -> LockHolder | None:
    """Return the process that writes to the archive at `path`, None if there is none or it is not known."""
    if not _lock_file(path).exists():
        return None
    try:
        with _locked(path):
            return None
    except ArchiveBusy:
        return _read_holder(path)
    except CannotWrite:
        return None  # a read-only disk


@contextmanager
def _locked(path: Path | str) -> Iterator[None]:
    from filelock import FileLock, Timeout  # a twentieth of the start of a command that only reads

    file = _lock_file(path)
    is_kept, new_folders = file.exists(), [folder for folder in file.parents if not folder.exists()]
    lock = FileLock(file, timeout=0)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise ArchiveBusy(_busy_text(path)) from None
    except OSError as error:
        raise CannotWrite.for_file(file, error) from error
    try:
        yield
        is_kept = is_kept or os.path.exists(path)  # noqa: PTH110
    finally:
        if not is_kept:  # of no archive, or of a file that is refused
            _remove(file, new_folders)
        lock.release()


def _remove(file: Path, folders: Sequence[Path]) -> None:
    """Remove a lock file that is still locked: a process that waits for it finds that its name is gone."""
    with suppress(OSError):  # Windows removes it after the release; a folder may have other files
        file.unlink()
        for folder in folders:
            folder.rmdir()


def _lock_file(path: Path | str) -> Path:
    return Path(f"{os.path.realpath(path)}.lock")


def _holder_file(path: Path | str) -> Path:
    return Path(f"{os.path.realpath(path)}.holder")


def _read_holder(path: Path | str) -> LockHolder | None:
    try:
        return LockHolder(**json.loads(_holder_file(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _busy_text(path: Path | str) -> str:
    holder = _read_holder(path)
    text = _("{path} is in use by another process; wait until it ends, or stop it, then run again")
    if holder is not None:
        text = _(
            "{path} is in use by process {pid} ({command}) since {since}; wait until it ends, or stop it, then run again"
        )
    return text.format(path=path, **(holder._asdict() if holder else {}))


MAX_VALUE_BYTES = 80 * 2**20
"""Bytes of the largest row: more than any stored page or image."""

_BUSY_SECONDS = 30.0


def file_uri(path: Path, options: str) -> str:
    """Return the SQLite URI of a file, also of one whose name is not in the charset of the locale."""
    return f"file:{quote(os.fsencode(path.absolute()))}?{options}"


def identify_file(path: Path) -> tuple[int, int] | None:
    """Return device and number of the file at `path`, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_folder(path: Path) -> None:
    """Make the folder of the archive at `path`. Raises `CannotWrite`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = _("cannot make the folder {folder}: {reason}; choose another with --db")
        raise CannotWrite(text, folder=path.parent, reason=error.strerror) from error


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection to the file at `path`; unless `read_only`, the file is created if it is missing."""
    # A read-only connection leaves an empty -wal and a -shm beside the file. One that may write removes both when it
    # closes, so it is used for reading too if the permissions allow.
    writable = is_writable(path)
    mode = ("rw" if writable else read_only_mode(path)) if read_only else "rwc"
    with user_errors(path):
        connection = _connect(path, mode)
        if not read_only:
            return connection
        if writable and not can_read(connection):
            connection.close()
            connection = _connect_without_space(path)
        connection.execute("pragma query_only = on")
        return connection


def is_writable(path: Path) -> bool:
    """Return whether the file may be written, and other files may be created beside it."""
    return os.access(path, os.W_OK) and os.access(wal_path(path).parent, os.W_OK)


def wal_path(path: Path) -> Path:
    """Return the path of the write-ahead log of the file at `path`; SQLite resolves symbolic links first."""
    return Path(f"{os.path.realpath(path)}-wal")


def read_only_mode(path: Path) -> str:
    """Return the `mode=` of an SQLite URI that reads a file that may be read-only, as its folder may be.

    A file in a read-only folder is opened as immutable, because SQLite cannot create its log there. A file that no user
    may write is too. SQLite would leave a log beside it that stays read-only when the user allows writes again.
    """
    wal = wal_path(path)
    is_fixed = not os.access(wal.parent, os.W_OK) or (path.exists() and not path.stat().st_mode & 0o222)
    return "ro&immutable=1" if is_fixed and not wal.exists() else "ro"


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = file_uri(path, f"mode={mode}")
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    distrust_schema(connection)
    connection.execute("pragma cell_size_check = on")  # damage does not spread
    return connection


def distrust_schema(connection: sqlite3.Connection) -> None:
    """Forbid the schema of the file to call functions with side effects, and limit values."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.execute("pragma trusted_schema = off")


def can_read(connection: sqlite3.Connection) -> bool:
    """Return whether the disk has space for the files that SQLite creates to read; a full disk has none."""
    try:
        connection.execute("select 1 from sqlite_master limit 1").fetchone()
    except DATABASE_ERRORS as error:  # the next statement raises any other one again
        return not any(sign in str(error).lower() for sign in CANNOT_WRITE)
    return True


def _connect_without_space(path: Path) -> sqlite3.Connection:
    """Connect without the log's index file; no other process can write, since it would find no space either."""
    wal = wal_path(path)
    if not wal.exists() or not wal.stat().st_size:
        return _connect(path, "ro&immutable=1")
    connection = _connect(path, "rw")
    connection.execute("pragma locking_mode = exclusive")  # keeps the log's index in memory
    return connection
