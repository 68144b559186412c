"""Run the export of a format, unless an earlier export wrote the same files."""

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Final

from blogarchive.export.common.code_digest import program_digest
from blogarchive.export.common.export_record import ExportRecord, are_intact, read_record, write_record
from blogarchive.export.common.report import Exported
from blogarchive.store.database.files import read_state
from blogarchive.store.read.exports import Filters
from blogarchive.store.rows import Progress, no_progress

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
    if earlier is not None and _is_current(earlier, archive, out):
        return replace(Exported.from_json(earlier.result), unchanged=True)
    export: Callable[..., Exported] = getattr(import_module(f"blogarchive.export.{kind}"), f"export_{kind}")
    exported = export(archive, out, progress=progress, **given)
    if exported.archive_state and exported.files and not exported.damaged:
        record = ExportRecord(
            maker=_find_maker(out),
            archive=exported.archive_state,
            files=exported.files,
            result=exported.to_json(),
        )
        write_record(name, record)
    return exported


def _is_current(record: ExportRecord, archive: Path, out: Path) -> bool:
    return (
        record.archive == read_state(archive)
        and record.maker == _find_maker(out)
        and are_intact(out, record.files)
    )


def _find_maker(out: Path) -> str:
    """Return a digest of the program, and of whether OUT is a folder: both change the files."""
    return _digest(program_digest(), out.is_dir())


def _digest(*values: object) -> str:
    return blake2b(repr(values).encode(errors="backslashreplace"), digest_size=16).hexdigest()
