"""An archive on which something is tried: all may be written to it, and nothing of that reaches the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.store.database import lock, version_check
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import connect, is_writable, to_user_error
from blogarchive.store.timestamps import utc_now


@contextmanager
def open_scratch(path: Path, *, command: str | None = None) -> Iterator[Archive]:
    """The archive at `path`, supposed to be changed until the end, when all is taken back.

    One that cannot be written, or that an older blogarchive made, is copied first, and the copy brought up to date.
    `command` holds the archive meanwhile, where it takes so long that a run could not wait. Raises as `Archive.open`,
    `ArchiveBusy`, and `CannotWrite` where there is no room for a copy.
    """
    if path.is_file() and (not is_writable(path) or _is_older(path)):
        with (
            TemporaryDirectory(prefix="blogarchive-") as folder,
            Archive.open(_copied(path, folder)) as copy,
            copy.dry_run(),
        ):
            yield copy
        return
    held = lock.hold_lock(path, command, now=utc_now()) if command and path.exists() else nullcontext()
    with held, Archive.open(path) as archive, archive.dry_run():
        yield archive


def _is_older(path: Path) -> bool:
    with closing(connect(path, read_only=True)) as connection:
        try:
            version_check.refuse_older(connection, path)
        except UsageError:
            return True
        except sqlite3.Error:  # whoever opens it tells what is wrong with it
            return False
    return False


def _copied(path: Path, folder: str) -> Path:
    place = Path(folder) / path.name
    try:
        with closing(connect(path, read_only=True)) as source, closing(sqlite3.connect(place)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise CannotWrite(f"no copy of {path} to try it on could be made in {folder} ({error})") from error
    with closing(connect(place, read_only=True)) as copy:
        _check(copy, path)
    return place


def _check(copy: sqlite3.Connection, path: Path) -> None:
    try:
        version_check.refuse_newer(copy, path)
    except sqlite3.Error as error:
        raise to_user_error(error, path) or error from error
