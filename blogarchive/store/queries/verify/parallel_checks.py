"""Run checks of an archive in threads: SQLite, zlib and hashes run side by side, each on its own connection."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from blogarchive.errors import ArchiveDamaged
from blogarchive.store.database.archive import Archive

Check = Callable[[Archive], list[str]]
"""A function that returns descriptions of damage."""

UNREADABLE = (ArchiveDamaged, sqlite3.DatabaseError)
"""Errors of a check whose statements run on every whole archive: they are damage."""


def run_checks(archive: Archive, checks: Sequence[Check], threads: int) -> list[str]:
    """Return the damage that the checks find, in their order; the longest check should be the first."""
    # SQLite reads without space for its files only as the single user of the archive.
    if threads == 1 or archive.text("pragma locking_mode") == "exclusive":
        found = [_run(archive, check) for check in checks]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda check: _run_apart(archive, check), checks))
    return [line for lines in found for line in lines]


def _run_apart(archive: Archive, check: Check) -> list[str]:
    try:
        with Archive.open(archive.path, read_only=True) as another:
            return _run(another, check)
    except UNREADABLE as error:
        return [str(error)]


def _run(archive: Archive, check: Check) -> list[str]:
    try:
        return check(archive)
    except UNREADABLE as error:
        return [str(error)]
