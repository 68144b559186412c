"""Where the archive is, copies of it made while other processes read and write, and whether it was written to."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from gettext import gettext as _
from hashlib import blake2b, file_digest
from pathlib import Path

from blogarchive.errors import ArchiveBusy, CannotWrite
from blogarchive.store.database import connection as lock, migrations
from blogarchive.store.database.archive import Archive, delete_archive
from blogarchive.store.rows import utc_now
from blogarchive.store.statements import DATABASE_ERRORS, UNREADABLE, Statements

# Nanoseconds: clocks of files advance every 1 to 16 ms; FAT and HFS+ store whole seconds.
_TICK, _COARSE_TICK = 50_000_000, 2_000_000_000


def default_db() -> Path:
    """Return the default path of the archive: BLOGARCHIVE_DB with `~` expanded, else the first that exists.

    The places are `data/archive.db` in the current folder and `~/blogarchive/archive.db`. If neither exists, a desktop
    begins in the home folder and a server in the current one.
    """
    if named := os.environ.get("BLOGARCHIVE_DB"):
        return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser may raise
    here, home = Path("data/archive.db"), Path(os.path.expanduser("~/blogarchive/archive.db"))  # noqa: PTH111
    return here if here.exists() or not (home.exists() or has_display(os.environ, sys.platform)) else home


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return True on a desktop: not in a remote shell, and on Unix with a display."""
    if "SSH_CONNECTION" in environment:
        return False
    screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return platform in ("win32", "darwin") or bool(screen)


def read_state(path: Path) -> str | None:
    """Return a text that differs after each write to the archive at `path`; None if there is no readable file.

    It has the number, size and times of the file, which the operating system sets. SQLite writes into the write-ahead log
    first, so the text also has a digest of the log.
    """
    digest, log_path = blake2b().hexdigest(), lock.wal_path(path)
    try:
        found = path.stat()
        if log_path.exists():  # no log is an empty log
            # Never open the archive itself: to close it would drop the locks that SQLite has in this process.
            with log_path.open("rb") as log:
                digest = file_digest(log, blake2b).hexdigest()
    except OSError:
        return None
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {digest}"


def read_header(path: Path) -> bytes:
    """Return the header of an SQLite file (https://www.sqlite.org/fileformat.html); no bytes if there is no file."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(100)


def is_settled(path: Path) -> bool:
    """Return True if any later write changes the times of the file."""
    found = path.stat()
    tick = _TICK if found.st_mtime_ns % 1_000_000_000 else _COARSE_TICK
    return time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > tick


@contextmanager
def open_locked(path: Path, command: str, *, create: bool = False) -> Iterator[Archive]:
    """Open the archive at `path` under its lock, for a command that writes. Raises as `Archive.open`, and `ArchiveBusy`.

    A created archive in which nothing was stored is deleted.
    """
    if not create:
        lock.require_archive(path)
    is_new = not path.exists()
    held = lock.hold_lock(path, command, now=utc_now())
    with held, ExitStack() as after, Archive.open(path, create=create) as archive:
        try:
            yield archive
        finally:
            if is_new and not archive.exists("select 1 from pages union all select 1 from authors"):
                after.callback(delete_archive, path)


def bring_up_to_date(path: Path, command: str, *, create: bool = False) -> None:
    """Migrate an existing archive, unless another run uses it, which did so, or it cannot be written.

    A process that was killed may leave a file without tables: `create` makes them, else it is refused.
    """
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return  # a first backup that failed leaves an empty file
    with suppress(ArchiveBusy, CannotWrite), lock.hold_lock(path, command, now=utc_now()):
        Archive.open(path, create=create).close()


@contextmanager
def open_scratch(path: Path, *, command: str | None = None) -> Iterator[Archive]:
    """Open the archive at `path` in a transaction that is rolled back at the end.

    If the file cannot be written, or an older blogarchive made it, a temporary copy is opened and migrated instead.
    `command` locks the archive under that name, for dry runs too long for another run to wait. Raises the errors of
    `Archive.open`, `ArchiveBusy`, and `CannotWrite` if there is no space for a copy.
    """
    if path.is_file() and (not lock.is_writable(path) or is_older(path)):
        from tempfile import TemporaryDirectory

        with (
            TemporaryDirectory(prefix="blogarchive-") as folder,
            Archive.open(_copy(path, folder)) as copy,
            copy.dry_run(),
        ):
            yield copy
        return
    locked = lock.hold_lock(path, command, now=utc_now()) if command and path.exists() else nullcontext()
    with locked, Archive.open(path) as archive, archive.dry_run():
        yield archive


def is_older(path: Path) -> bool | None:
    """Return whether an older blogarchive made the archive at `path`; None if there is none."""
    if not path.is_file():
        return None
    with closing(lock.connect(path, read_only=True)) as connection:
        try:
            statements = Statements(path, connection)
            return migrations.is_older(statements) if statements.scalar("pragma user_version") else None
        except UNREADABLE:  # `Archive.open` raises it with an explanation, as for any other database
            return False


def _copy(path: Path, folder: str) -> Path:
    target = Path(folder) / path.name
    try:
        with closing(lock.connect(path, read_only=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except DATABASE_ERRORS as error:
        text = _("cannot copy {path} into {folder} to try the command on it ({error}); free some space there")
        raise CannotWrite(text, path=path, folder=folder, error=error) from error
    with closing(lock.connect(target, read_only=False)) as copy:
        statements = Statements(path, copy)  # an error of `Archive.open` would name a temporary file
        migrations.refuse_unsupported(statements)
        migrations.refuse_changed(statements)
        migrations.prepare(statements)
        migrations.refuse_changed(statements)
    return target
