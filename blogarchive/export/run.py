"""Run the export of a format, unless the files of an earlier one are what it would write."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Final

from blogarchive.export.common.code_digest import program_digest
from blogarchive.export.common.export_record import ExportRecord, are_intact, read_record, write_record
from blogarchive.export.common.report import Exported
from blogarchive.store.database.archive_state import read_state
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.export_models import Filters

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
    earlier = read_record(out)
    if earlier is not None and _is_current(earlier, kind, archive, out, given):
        return replace(Exported.from_json(earlier.result), unchanged=True)
    export: Callable[..., Exported] = getattr(import_module(f"blogarchive.export.{kind}"), f"export_{kind}")
    exported = export(archive, out, progress=progress, **given)
    if exported.archive_state and exported.files and not exported.damaged:
        record = ExportRecord(
            inputs=_digest_inputs(kind, archive, out, given),
            archive=exported.archive_state,
            files=exported.files,
            result=exported.to_json(),
        )
        write_record(out, record)
    return exported


def _is_current(
    record: ExportRecord, kind: str, archive: Path, out: Path, given: Mapping[str, object]
) -> bool:
    return (
        record.archive == read_state(archive)
        and record.inputs == _digest_inputs(kind, archive, out, given)
        and are_intact(out, record.files)
    )


def _digest_inputs(kind: str, archive: Path, out: Path, given: Mapping[str, object]) -> str:
    """Return a digest of all that the files depend on, except for the content of the archive."""
    paths = (os.path.realpath(archive), os.fspath(out.absolute()), out.is_dir())
    text = repr((kind, paths, sorted(given.items())))
    return blake2b(text.encode(errors="backslashreplace"), digest_size=16, key=program_digest()).hexdigest()
