"""Find whether an archive is as it was before, without reading it: by the facts of its file and by its log."""

import time
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Final

from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import wal_path

_TICK: Final = 50_000_000  # nanoseconds; clocks of files advance every 1 to 16 ms
_COARSE_TICK: Final = 2_000_000_000  # FAT and HFS+ store whole seconds


class StateWatch:
    """Finds the state of the archive that a read transaction reads; made before the transaction begins."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._facts = _file_facts(archive.path)
        self._version = self._data_version()

    def final_state(self) -> str | None:
        """Return the state that the finished transaction read; None if a later write might not change it.

        That is so if the archive was written to meanwhile, or a moment ago: times of files are in ticks.
        """
        if _file_facts(self._archive.path) != self._facts or self._data_version() != self._version:
            return None
        state = read_state(self._archive.path)
        return state if _is_settled(self._archive.path) else None

    def _data_version(self) -> int:
        """Return a number that changes with each commit of another connection."""
        return self._archive.scalar("pragma data_version")


def read_state(path: Path) -> str | None:
    """Return a text that differs after each write to the archive at `path`; None if there is no readable file.

    It has the number, size and times of the file, which the operating system sets. SQLite writes into the write-ahead log
    first, so the text also has a digest of the log.
    """
    facts = _file_facts(path)
    digest = blake2b().hexdigest()
    try:
        # Never open the archive itself: to close it would drop the locks that SQLite has in this process.
        with wal_path(path).open("rb") as log:
            digest = file_digest(log, blake2b).hexdigest()
    except FileNotFoundError:
        pass  # no log is an empty log
    except OSError:
        return None
    return f"{facts} {digest}" if facts else None


def _file_facts(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_settled(path: Path) -> bool:
    """Return True if any later write changes the times of the file."""
    found = path.stat()
    tick = _TICK if found.st_mtime_ns % 1_000_000_000 else _COARSE_TICK
    return time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > tick
