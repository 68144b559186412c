"""Open an archive for a dry run: statements may write, and the file stays unchanged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from gettext import gettext as _
from pathlib import Path
from tempfile import TemporaryDirectory

from blogarchive.errors import CannotWrite
from blogarchive.store.database import lock, version_check
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import DATABASE_ERRORS, connect, is_writable, to_user_error
from blogarchive.store.database.migrations import apply_migrations
from blogarchive.store.timestamps import utc_now


@contextmanager
def open_scratch(path: Path, *, command: str | None = None) -> Iterator[Archive]:
    """Open the archive at `path` in a transaction that is rolled back at the end.

    If the file cannot be written, or an older blogarchive made it, a temporary copy is opened and migrated instead.
    `command` locks the archive under that name, for dry runs too long for another run to wait. Raises the errors of
    `Archive.open`, `ArchiveBusy`, and `CannotWrite` if there is no space for a copy.
    """
    if path.is_file() and (not is_writable(path) or _is_older(path)):
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


def _is_older(path: Path) -> bool:
    with closing(connect(path, read_only=True)) as connection:
        try:
            return version_check.is_older(connection)
        except DATABASE_ERRORS:  # `Archive.open` raises it again with an explanation
            return False


def _copy(path: Path, folder: str) -> Path:
    copy_path = Path(folder) / path.name
    try:
        with closing(connect(path, read_only=True)) as source, closing(sqlite3.connect(copy_path)) as copy:
            source.backup(copy)
    except DATABASE_ERRORS as error:
        raise CannotWrite(
            _("no copy of {path} to try it on could be made in {folder} ({error})").format(
                path=path, folder=folder, error=error
            )
        ) from error
    with closing(connect(copy_path, read_only=False)) as copy:
        _migrate(copy, path)
    return copy_path


def _migrate(copy: sqlite3.Connection, path: Path) -> None:
    """Bring the copy up to date here, because `Archive.open` would name a temporary file to the user."""
    try:
        version_check.refuse_newer(copy, path)
        apply_migrations(copy)
    except DATABASE_ERRORS as error:
        raise to_user_error(error, path) or error from error
