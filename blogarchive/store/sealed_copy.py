"""Copy an archive for read-only media: one verified file without a write-ahead log."""

import os
import sqlite3
from contextlib import closing, suppress
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import ArchiveDamaged, CannotWrite, UsageError
from blogarchive.store.database.archive import Archive, delete_archive
from blogarchive.store.database.connection import file_uri
from blogarchive.store.database.files import read_header
from blogarchive.store.database.schema import APPLICATION_ID
from blogarchive.store.statements import user_errors
from blogarchive.store.verify import verify_archive

_LOST = "select url, fetched_at, sha256 from earlier.pages except select url, fetched_at, sha256 from pages"
_ROLLBACK_JOURNAL = b"\x01\x01"  # write and read version; a file with a write-ahead log has 2


def write_sealed_copy(path: Path, target: Path) -> None:
    """Write a compact copy of the archive at `path` to `target`, in journal mode DELETE, and verify it.

    The copy gets its name only when it is verified and on the disk; it replaces an earlier copy. A crawl may write to
    the archive meanwhile. Raises the errors of `Archive.open`, `CannotWrite`, and `ArchiveDamaged` for a damaged byte.
    Raises `UsageError` if `target` is another file, or an earlier copy with a page that the archive lacks.
    """
    if target.exists() and (target.samefile(path) or not is_sealed(target)):
        raise UsageError(_("{path} exists; name another file for the copy"), path=target)
    part = target.with_name(f".{target.name}.part")
    delete_archive(part)
    try:
        with user_errors(part):
            _copy(path, part)
            Archive.open(part).close()  # indexes and counts the rows of a run that has not ended
            with closing(sqlite3.connect(part)) as connection:
                connection.execute("pragma journal_mode = delete").fetchall()
        with Archive.open(part, read_only=True) as copy:
            verify_archive(copy).require_whole()
            _require_all_pages(copy, path, target)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except ArchiveDamaged as error:  # a copy on a full disk is no damage of the archive
        named = target if isinstance(error, CannotWrite) else path
        raise type(error)(str(error).replace(str(part), str(named))) from error
    finally:
        delete_archive(part)


def is_sealed(path: Path) -> bool:
    """Return whether the file at `path` is an archive in journal mode DELETE."""
    head = read_header(path)
    return head[18:20] == _ROLLBACK_JOURNAL and int.from_bytes(head[68:72]) == APPLICATION_ID


def read_readme(path: Path) -> tuple[str, str]:
    """Return the Chinese and the English text that explain the archive at `path`."""
    with Archive.open(path, read_only=True) as archive:
        chinese, english = archive.column("select text from readme order by language = 'en'")
        return chinese, english


def _require_all_pages(copy: Archive, path: Path, target: Path) -> None:
    """Raise `UsageError` if the earlier copy at `target` has a page that the copy of `path` lacks."""
    with suppress(sqlite3.DatabaseError):  # there is none, or it is damaged
        copy.connection.execute("attach ? as earlier", (file_uri(target, "mode=ro&immutable=1"),))
        if copy.connection.execute(_LOST).fetchone():
            text = _("{target} has pages that {path} lacks; `blogarchive merge {target}` adds them")
            raise UsageError(text, target=target, path=path)


def _copy(path: Path, part: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        # `query_only` would refuse `vacuum into`, which writes only the other file.
        archive.execute("pragma query_only = off")
        archive.connection.execute("vacuum into ?", (str(part),))
