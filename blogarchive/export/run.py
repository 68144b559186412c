"""Run the export of a format, unless an earlier export wrote the same files; the base of all formats."""

import contextlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, partial, wraps
from gettext import gettext as _
from hashlib import blake2b, sha256
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.export.folder import Digests, atomic_file, has_digest, output_file, to_user_error
from blogarchive.store.database.files import read_state
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.read.models import BlogHeader, FullPost
from blogarchive.store.rows import Progress, no_progress

_INTERNAL = ("files", "archive_state", "records")


@dataclass(kw_only=True, slots=True)
class Exported:
    """The counts of an export to `out`; the field names are the keys of `--json`, except for the last three.

    `out` is the URL of an export to an object store. `missing` counts posts without a stored body. A WARC has `pages`
    and no posts. `damaged` lists pages that are left out because their stored bytes are damaged. `unchanged`: an
    earlier export is still there, nothing was written. `files` are those written; it is empty if they cannot be
    compared later. `archive_state` is what `ExportReader.finish` returned. `records` are the places of the records of a
    WARC, for the next export.
    """

    out: Path | str
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: list[str] = field(default_factory=list)
    unchanged: bool = False
    files: Digests = field(default_factory=dict, repr=False)
    archive_state: str | None = field(default=None, repr=False)
    records: list[Any] = field(default_factory=list, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the values of `--json` by key."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _INTERNAL}
        return {**values, "out": str(self.out)}


@dataclass(kw_only=True, slots=True)
class ExportJob:
    """A running export: its reader, its output path, and its result so far, with the counts.

    `out` becomes the file if it was a folder for it. `earlier` are the `records` of the export that is replaced.
    """

    reader: ExportReader
    archive: Path
    out: Path
    progress: Progress
    earlier: Sequence[Any]
    done: Exported

    @contextlib.contextmanager
    def open_file(self, name: str) -> Iterator[BinaryIO]:
        """Open the only file of the export: `out`, or `name` in it if it is a folder."""
        self.out = output_file(self.archive, self.out, name)
        with atomic_file(self.out, self.done.files) as file:
            yield file

    def posts(self, *, is_text_only: bool = False) -> Iterator[tuple[BlogHeader, FullPost]]:
        """Yield every post with its blog: blogs by site and uid, posts oldest first.

        One post at a time is in memory.
        """
        blogs = self.reader.blogs()
        total = self.reader.count(blogs)
        self.progress(0, total)
        for blog in blogs:
            for heading in self.reader.headings(blog):
                post = self.reader.post(heading, is_text_only=is_text_only)
                yield blog, post
                self.count(len(post.comments), total, has_text=post.has_text)

    def count(self, comments: int, total: int, *, has_text: bool) -> None:
        """Count a written post with its comments, and report the progress to `total`."""
        self.done.posts += 1
        self.done.comments += comments
        self.done.missing += not has_text
        self.progress(self.done.posts, total)


Exporter = Callable[..., Exported]
"""Takes the paths of the archive and of the output, the keywords of `exporter`'s function, and the format's options."""


def exporter(write: Callable[..., None], *, by_author_only: bool = False) -> Exporter:
    """Return the exporter of a format; `write` receives the job and the options.

    `by_author_only` refuses the other filters: the format has whole pages or tables. The exporter writes the posts
    that match the filters. Raises `NoArchive`, `ArchiveDamaged`, `CannotWrite`. Raises `UsageError` for an unknown
    author or category, and for an option that the format lacks. Raises it if `out` is the archive or has other files.
    """

    @wraps(write)
    def export(
        archive: Path,
        out: Path,
        *,
        filters: Filters | None = None,
        progress: Progress = no_progress,
        earlier: Sequence[Any] = (),
        **options: Any,
    ) -> Exported:
        filters = filters or Filters()
        if by_author_only and filters != Filters(authors=filters.authors):
            raise UsageError(_("this format has whole pages or tables: only --author selects among them"))
        with open_reader(archive, filters) as reader:
            done = Exported(out=out)
            job = ExportJob(
                reader=reader, archive=archive, out=out, progress=progress, earlier=earlier, done=done
            )
            write(job, **options)
            done.out, done.archive_state = job.out, reader.finish()
        return done

    return export


exporter_of_blogs = partial(exporter, by_author_only=True)
"""The exporter of a format of whole pages or tables, which only the filter by author selects."""


# Folders that the contracts on imports keep from exports.
_NEVER_IMPORTED: Final = {"__pycache__", "browse", "cli", "crawl", "demo", "importing"}


@cache
def program_digest() -> bytes:
    """Return 32 bytes: a digest of the modules that exports import, of all installed packages and of Python."""
    found = sha256(f"{sys.version} {zlib.ZLIB_RUNTIME_VERSION}".encode())
    for folder, folders, names in os.walk(Path(__file__).parents[1]):
        folders[:] = sorted({*folders} - _NEVER_IMPORTED)
        for name in sorted(names):
            with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - of hundreds of files
                found.update(file.readall())
    for path in filter(os.path.isdir, sys.path):
        names = sorted(name for name in os.listdir(path) if name.endswith(".dist-info"))  # noqa: PTH208
        found.update("\n".join(names).encode())
    return found.digest()


FORMATS: Final = ("html", "markdown", "jsonl", "epub", "atom", "warc", "wacz", "parquet")
"""The formats of the command; `table` and `single_post` are options of two of them."""

_MODULES: Final = {"table": "jsonl"}
"""The modules of the formats that have no module of their name."""

MOST_RECORDS: Final = 200
_SUFFIX: Final = ".json"  # not compressed: digests, most of it, take long and become half as large


def load_exporter(kind: str) -> Exporter:
    """Return the function `export_KIND` of its module, which is imported then."""
    module = import_module(f"blogarchive.export.{_MODULES.get(kind, kind)}")
    export: Exporter = getattr(module, f"export_{kind}")
    return export


def run_export(
    kind: str,
    archive: Path,
    out: Path,
    *,
    filters: Filters | None = None,
    progress: Progress = no_progress,
    **options: Any,
) -> Exported:
    """Export to `out` by the function of `load_exporter`, and return its result.

    Nothing is written if archive, options, program and files are those of an earlier export: the result is `unchanged`.
    Raises as an `Exporter`.
    """
    given = {"filters": filters or Filters(), **options}
    name = name_record(kind, os.path.realpath(archive), os.fspath(out.absolute()), sorted(given.items()))
    earlier = read_record(name, "maker archive files result records")
    is_same = bool(earlier) and earlier["archive"] == read_state(archive)
    if (is_same or earlier.get("records")) and _is_intact(earlier, out):
        if is_same:
            return Exported(**earlier["result"] | {"out": Path(earlier["result"]["out"]), "unchanged": True})
        options["earlier"] = earlier["records"]
    exported = load_exporter(kind)(archive, out, progress=progress, **(given | options))
    _remove_gone(earlier.get("files", {}), out, exported.files)
    if (exported.archive_state or exported.records) and exported.files and not exported.damaged:
        made = {"maker": _find_maker(out), "result": exported.to_json()}
        # Without a state of the archive, the next export compares record by record.
        stored = {"archive": exported.archive_state, "files": exported.files, "records": exported.records}
        write_record(name, made | stored)
    return exported


def _is_intact(record: Mapping[str, Any], out: Path) -> bool:
    """Return whether this program made the export, and its files are as they were; relative paths are below `out`."""
    files = ((os.path.join(out, name), one) for name, one in record["files"].items())  # noqa: PTH118 - thousands
    return record["maker"] == _find_maker(out) and all(has_digest(path, one) for path, one in files)


def _remove_gone(earlier: Digests, out: Path, written: Digests) -> None:
    """Remove files in `out` that only the earlier export wrote, as the book of a year without posts.

    Edited ones stay.
    """
    for name in earlier.keys() - written.keys():
        path = out.absolute() / name
        if path.is_relative_to(out.absolute()) and path.is_file() and has_digest(path, earlier[name]):
            with to_user_error(path):
                path.unlink()


def _find_maker(out: Path) -> str:
    """Return a digest of the program, and of whether OUT is a folder: both change the files."""
    return name_record(program_digest(), out.is_dir())


def name_record(*values: object) -> str:
    """Return the name of the record of a command with these values."""
    return blake2b(repr(values).encode(errors="backslashreplace"), digest_size=16).hexdigest()


def read_record(name: str, keys: str) -> dict[str, Any]:
    """Return the record of that name with these keys; an empty one if there is none or it is damaged."""
    try:
        record = json.loads(_record_path(name).read_bytes())
        return record if record.keys() == set(keys.split()) else {}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def write_record(name: str, record: dict[str, Any]) -> None:
    """Store a record for the same command; without a cache folder, do nothing."""
    path = _record_path(name)
    if not path.is_absolute():  # a user without a home folder
        return
    with contextlib.suppress(CannotWrite, OSError):  # an export without a record is complete
        with atomic_file(path) as file:
            file.write(json.dumps(record).encode())
        records = path.parent.glob(f"*{_SUFFIX}")
        for old in sorted(records, key=lambda one: one.stat().st_mtime, reverse=True)[MOST_RECORDS:]:
            old.unlink(missing_ok=True)


def _record_path(name: str) -> Path:
    return cache_folder(os.environ, sys.platform) / "blogarchive" / "exports" / f"{name}{_SUFFIX}"


def cache_folder(environment: Mapping[str, str], system: str) -> Path:
    """Return the folder for data that programs can make again (XDG Base Directory; each system's own rule)."""
    if named := environment.get("XDG_CACHE_HOME") or (system == "win32" and environment.get("LOCALAPPDATA")):
        return Path(named)
    return Path(os.path.expanduser("~/Library/Caches" if system == "darwin" else "~/.cache"))  # noqa: PTH111
