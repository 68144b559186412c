"""Run the export of a format, unless an earlier export wrote the same files."""

import contextlib
import gzip
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

from blogarchive.errors import CannotWrite
from blogarchive.export.folder import Digests, atomic_file, file_content_digest
from blogarchive.export.posts import program_digest
from blogarchive.store.database.files import read_state
from blogarchive.store.read.exports import Filters
from blogarchive.store.rows import Progress, no_progress

_INTERNAL = ("files", "archive_state", "records")


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The counts of an export to `out`; the field names are the keys of `--json`, except for the last three.

    `out` is the URL of an export to an object store. `missing` counts posts without a stored body. A WARC has `pages`
    and no posts. `damaged` lists pages that are left out because their stored bytes are damaged. `unchanged`: an
    earlier export is still there, nothing was written. `files` are those written, without files if they cannot be
    compared later; `archive_state` is what `ExportReader.finish` returned; `records` are the places of the records of
    a WARC, for the next export.
    """

    out: Path | str
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()
    unchanged: bool = False
    files: Digests = field(default_factory=dict, repr=False)
    archive_state: str | None = field(default=None, repr=False)
    records: Sequence[Any] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the values of `--json` by key."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _INTERNAL}
        return {**values, "out": str(self.out)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the result with these values of `to_json`."""
        return cls(**{**values, "out": Path(values["out"]), "damaged": tuple(values["damaged"])})


_MOST_RECORDS: Final = 200
_SUFFIX: Final = ".json.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRecord:
    """An earlier export: a digest of the program that made it, the state of the archive, its files, and its result.

    `records` are those of `Exported`.
    """

    maker: str
    archive: str
    files: Digests
    result: dict[str, Any]
    records: Sequence[Any] = ()


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


FORMATS: Final = ("html", "markdown", "jsonl", "epub", "atom", "warc", "wacz", "parquet")
"""The formats of the command; `table` and `single_post` are options of two of them."""


def run_export(
    kind: str,
    archive: Path,
    out: Path,
    *,
    filters: Filters | None = None,
    progress: Progress = no_progress,
    **options: object,
) -> Exported:
    """Export to `out` by the function `export_KIND` of the module KIND, and return its result.

    Nothing is written if the archive, the options, the program and the files are those of an earlier export; the result
    is `unchanged` then. Raises as the function of the format.
    """
    given = {"filters": filters or Filters(), **options}
    name = _digest(kind, os.path.realpath(archive), os.fspath(out.absolute()), sorted(given.items()))
    earlier = read_record(name)
    is_same = earlier is not None and earlier.archive == read_state(archive)
    if earlier is not None and (is_same or earlier.records) and _is_intact(earlier, out):
        if is_same:
            return replace(Exported.from_json(earlier.result), unchanged=True)
        options["earlier"] = earlier.records
    export: Callable[..., Exported] = getattr(import_module(f"blogarchive.export.{kind}"), f"export_{kind}")
    exported = export(archive, out, progress=progress, **(given | options))
    if (exported.archive_state or exported.records) and exported.files and not exported.damaged:
        record = ExportRecord(
            maker=_find_maker(out),
            archive=exported.archive_state or "",  # unknown: the next export compares record by record
            files=exported.files,
            result=exported.to_json(),
            records=exported.records,
        )
        write_record(name, record)
    return exported


def _is_intact(record: ExportRecord, out: Path) -> bool:
    """Return whether this program made the export, and its files are as they were then."""
    return record.maker == _find_maker(out) and are_intact(out, record.files)


def _find_maker(out: Path) -> str:
    """Return a digest of the program, and of whether OUT is a folder: both change the files."""
    return _digest(program_digest(), out.is_dir())


def _digest(*values: object) -> str:
    return blake2b(repr(values).encode(errors="backslashreplace"), digest_size=16).hexdigest()
