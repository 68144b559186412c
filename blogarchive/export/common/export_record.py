"""Records of earlier exports in the user's cache folder: digests of the program, the archive and the files.

If a record is lost, the next export writes its files again.
"""

import contextlib
import gzip
import json
import os
import sys
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import CannotWrite
from blogarchive.export.common.writer import Digests, atomic_file, file_content_digest

_MOST_RECORDS: Final = 200
_SUFFIX: Final = ".json.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRecord:
    """An earlier export: a digest of the program that made it, the state of the archive, its files, and its result."""

    maker: str
    archive: str
    files: Digests
    result: dict[str, Any]


def read_record(name: str) -> ExportRecord | None:
    """Return the record of that name; None if there is none, or if it is damaged."""
    try:
        return ExportRecord(**json.loads(gzip.decompress(_record_path(name).read_bytes())))
    except (OSError, EOFError, zlib.error, ValueError, TypeError):
        return None


def write_record(name: str, record: ExportRecord) -> None:
    """Store the record by its name, which is that of an archive, OUT and options; without a cache folder, do nothing."""
    path = _record_path(name)
    if not path.is_absolute():  # a user without a home folder
        return
    with contextlib.suppress(CannotWrite, OSError):  # an export without a record is complete
        with atomic_file(path) as file:
            file.write(gzip.compress(json.dumps(asdict(record)).encode(), 1))
        for old in _by_age(path.parent)[_MOST_RECORDS:]:
            old.unlink(missing_ok=True)


def are_intact(out: Path, digests: Digests) -> bool:
    """Return whether every file has the content of its digest; relative paths are below `out`."""
    return all(_find_digest(out / name) == digest for name, digest in digests.items())


def _find_digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file_content_digest(file)
    except OSError:
        return None


def _record_path(name: str) -> Path:
    return _cache_folder(os.environ, sys.platform) / "blogarchive" / "exports" / f"{name}{_SUFFIX}"


def _cache_folder(environment: Mapping[str, str], system: str) -> Path:
    """Return the folder for data that programs can make again (XDG Base Directory; each system's own rule)."""
    if named := environment.get("XDG_CACHE_HOME") or (system == "win32" and environment.get("LOCALAPPDATA")):
        return Path(named)
    return Path(os.path.expanduser("~/Library/Caches" if system == "darwin" else "~/.cache"))  # noqa: PTH111


def _by_age(folder: Path) -> list[Path]:
    """Return the records, newest first."""
    return sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
