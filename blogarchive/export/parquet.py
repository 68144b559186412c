"""`export parquet`: write tables for DuckDB, pandas and Spark, one file for each table, site, year and archive.

The files are `TABLE/site=NAME/year=YYYY/ARCHIVE.parquet`, and `ARCHIVE~N.parquet` for further rows of some tables.
Archives never share a file: their exports may run side by side into one folder, or one bucket.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from gettext import gettext as _
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blogarchive.errors import BlogArchiveError, CannotWrite, UsageError
from blogarchive.export.folder import Digests, atomic_file, require_folder, safe_name
from blogarchive.export.run import Exported, ExportJob, exporter_of_blogs
from blogarchive.store.read import flat_tables
from blogarchive.store.read.exports import Filters
from blogarchive.store.read.flat_tables import FLAT_TABLES, Authors, ColumnType, FlatTable, Part, Parts
from blogarchive.store.rows import Progress, no_progress

if TYPE_CHECKING:
    import pyarrow.fs

# Rows of a row group: the memory that an export needs.
_ROWS_AT_ONCE = 4_000


@exporter_of_blogs
def export_parquet(job: ExportJob) -> None:
    """Write every table below the folder `out`; a file of unchanged rows is kept, another one replaced if it differs.

    Raises `UsageError` without pyarrow, for filters other than authors, and if `out` is a file.
    """
    require_folder(job.out)
    # "~" begins the number of a further file: no file has two owners.
    blogs, shard = job.reader.blogs(), job.archive.resolve().stem.replace("~", "～")
    authors = [(blog.site, blog.uid) for blog in blogs] if job.reader.filters.authors else []
    for done, table in enumerate(FLAT_TABLES, 1):
        # A table without rows has an empty file, so that queries find a schema.
        stored = flat_tables.flat_digests(job.reader.archive, table, authors)
        parts = stored or {(blog.site, 0, 0): ("", 0) for blog in blogs[:1]}
        _write_table(job, table, authors, shard, parts)
        if table.name in ("posts", "comments"):
            setattr(job.done, table.name, sum(count for _digest, count in parts.values()))
        job.progress(done, len(FLAT_TABLES))
    job.done.missing = job.reader.count_missing()
    _remove_earlier(job.out, shard, job.done.files)


def _write_table(job: ExportJob, table: FlatTable, authors: Authors, shard: str, parts: Parts) -> None:
    """Write the files of the parts that the replaced export has not."""
    earlier = {(name, digest): content for name, digest, content in job.earlier}
    folder = (job.out / table.name).absolute()
    names = {part: str(folder / _file_name(part, shard)) for part in parts}
    kept = {part: earlier.get((name, parts[part][0])) for part, name in names.items()}
    job.done.files.update((names[part], content) for part, content in kept.items() if content)
    changed = [part for part, content in kept.items() if not content]
    if changed:
        require_pyarrow()
        wanted = changed if len(changed) < len(parts) else None
        rows = flat_tables.flat_rows(job.reader.archive, table, authors, wanted)
        empty = ((part, iter(())) for part in changed if not parts[part][1])
        for part, of_part in chain(empty, groupby(rows, lambda row: (row[0].decode(), *row[1:3]))):
            _write_file(Path(names[part]), table, of_part, job.done.files)
    job.done.records += [(name, parts[part][0], job.done.files[name]) for part, name in names.items()]


def _file_name(part: Part, shard: str) -> str:
    site, year, number = part
    return f"site={safe_name(site)}/year={year}/{shard}{f'~{number}' if number else ''}.parquet"


def require_pyarrow() -> None:
    """Raise `UsageError` if the extra is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        text = _("export parquet needs pyarrow: install this program with its extra blogarchive[parquet]")
        raise UsageError(text) from error


def _write_file(path: Path, table: FlatTable, rows: Iterator[tuple[Any, ...]], files: Digests) -> None:
    """Write the rows of one site and year, and replace an earlier file if it differs."""
    import pyarrow
    from pyarrow import parquet

    schema = _schema(table)
    with (
        atomic_file(path, files) as file,
        parquet.ParquetWriter(file, schema, compression="zstd", version="2.6") as writer,
    ):
        while group := list(islice(rows, _ROWS_AT_ONCE)):
            columns = list(zip(*group, strict=True))[3:]  # without those of the part, which the path has
            kinds = [kind for kind, _sql in table.columns.values()]
            arrays = list(map(_to_array, kinds, schema.types, columns))
            writer.write_table(pyarrow.table(arrays, schema=schema), row_group_size=_ROWS_AT_ONCE)


def _schema(table: FlatTable) -> "pyarrow.Schema":
    import pyarrow

    types = {"text": pyarrow.string(), "integer": pyarrow.int64(), "day": pyarrow.date32()}
    types["time"] = pyarrow.timestamp("us", tz="UTC")
    return pyarrow.schema([(name, types[kind]) for name, (kind, _sql) in table.columns.items()])


def _to_array(kind: ColumnType, stored: "pyarrow.DataType", values: Sequence[Any]) -> "pyarrow.Array":
    """Return the values as an array of the type `stored`; a text that is no day or time becomes null.

    Raises `ValueError` for a value of another type, which is damage.
    """
    import pyarrow

    if kind in ("day", "time"):
        times = map(_parse_time, values)
        values = [one and one // _MICROSECONDS_A_DAY for one in times] if kind == "day" else list(times)
    if float in map(type, values):  # pyarrow would cut it
        raise ValueError("a number is no integer")
    return pyarrow.array(values, stored)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MICROSECONDS_A_DAY: Final = 86_400_000_000


@lru_cache(maxsize=4096)  # all rows of a page have its time
def _parse_time(text: bytes | None) -> int | None:
    """Return the microseconds since 1970 of a day or a time, in UTC without an offset; else None."""
    try:
        found = datetime.fromisoformat((text or b"").decode())
    except ValueError:
        return None
    return ((found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def _remove_earlier(out: Path, shard: str, written: Digests) -> None:
    """Remove the files of this archive that an earlier export wrote and this one did not."""
    for table in FLAT_TABLES:
        for path in out.glob(f"{table.name}/site=*/year=*/*.parquet"):
            if path.stem.partition("~")[0] == shard and str(path.absolute()) not in written:
                path.unlink()


# object stores

# Folder with a list of each archive's files and their digests; DuckDB and Spark leave names with _ out.
_LISTS = "_files"


def export_to_store(
    archive: Path, url: str, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write every table below a URL such as `s3://bucket/folder`; only files that differ are sent.

    Keys and endpoint are those of AWS's environment variables and files. Raises `UsageError` for another kind of URL,
    and `CannotWrite` if the store refuses or cannot be reached.
    """
    require_pyarrow()
    from tempfile import TemporaryDirectory  # this import takes 2 ms

    from pyarrow import ArrowInvalid, fs

    try:
        store, root = fs.FileSystem.from_uri(url.rstrip("/"))
    except (ArrowInvalid, OSError) as error:
        raise _refused(url, error) from error
    with TemporaryDirectory() as folder:
        done = export_parquet(archive, Path(folder), filters=filters, progress=progress)
        files = {os.path.relpath(path, folder): digest for path, digest in done.files.items()}
        try:
            _send(store, root, archive.resolve().stem, Path(folder), files)
        except OSError as error:
            raise _refused(url, error) from error
    return replace(done, out=url, files={}, archive_state=None)


def _refused(url: str, error: Exception) -> BlogArchiveError:
    """Return the error about a store that cannot be reached or written, or about a URL of none."""
    kind = CannotWrite if isinstance(error, OSError) else UsageError
    return kind(_("{url} cannot be written: {reason}"), url=url, reason=str(error).partition("\n")[0])


def _send(store: "pyarrow.fs.FileSystem", root: str, shard: str, folder: Path, files: Digests) -> None:
    """Send the files that differ from those of the earlier export of this archive, and remove the others of it."""
    list_path = f"{root}/{_LISTS}/{shard}.json"
    earlier = _read_list(store, list_path)
    for name, digest in files.items():
        if earlier.get(name) != digest:
            store.create_dir(f"{root}/{name}".rpartition("/")[0])
            with store.open_output_stream(f"{root}/{name}") as stream:
                stream.write((folder / name).read_bytes())
    with store.open_output_stream(list_path) as stream:
        stream.write(json.dumps(files, indent=1, sort_keys=True).encode())
    for name in earlier.keys() - files.keys():
        store.delete_file(f"{root}/{name}")


def _read_list(store: "pyarrow.fs.FileSystem", path: str) -> Digests:
    if not store.get_file_info(path).is_file:
        store.create_dir(path.rpartition("/")[0])
        return {}
    with store.open_input_stream(path) as stream:
        return dict[str, str](json.loads(stream.read()))
