"""`seal`: an archive for a stick or a disc, with a website, an explanation and checksums beside it."""

import hashlib
from dataclasses import dataclass
from gettext import gettext as _
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.export.folder import MARKER, atomic_file, require_other_file
from blogarchive.store.rows import Progress, no_progress
from blogarchive.store.sealed_copy import is_sealed, read_readme, write_sealed_copy

_INDEX = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>博客备份 · Blog backup</title>
<meta http-equiv="refresh" content="0; url={html}"><p><a href="{html}">打开博客 · Open the blog</a></p></html>
"""

_DATABASE_SUFFIXES = {".db", ".sqlite", ".sqlite3"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """The result of `seal`: the number of `files` with a checksum and their size in `bytes`; keys of `--json`."""

    out: Path
    checksums: Path
    files: int
    bytes: int
    posts: int
    comments: int
    pictures: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Paths:
    """The files of a sealed archive; the checksums name the others relative to `folder`."""

    folder: Path
    database: Path
    html: Path
    readme: Path
    index: Path
    checksums: Path


def seal_archive(archive: Path, out: Path, *, progress: Progress = no_progress) -> Sealed:
    """Write a verified copy of the archive, its website, `README.txt` and `SHA256SUMS` into the folder `out`.

    If `out` ends in `.db`, `.sqlite` or `.sqlite3`, the copy has that name, and the others are beside it under its
    name. The copy opens from a read-only folder. An earlier sealed archive is replaced. Raises `UsageError` if `out`
    has other files of these names or is the archive itself, and as `write_sealed_copy`.
    """
    from blogarchive.export.html import export_html  # the module of `export` starts without its templates

    paths = _plan(out)
    require_other_file(archive, paths.database)
    _require_free(paths)
    _make_folder(paths.folder)
    write_sealed_copy(archive, paths.database)
    exported = export_html(paths.database, paths.html, years=True, progress=progress)
    with atomic_file(paths.readme) as file:
        file.write(_compose_readme(paths).encode())
    with atomic_file(paths.index) as file:
        file.write(_INDEX.format(html=f"{quote(paths.html.name)}/index.html").encode())
    sealed = _list_files(paths)
    with atomic_file(paths.checksums) as file:
        file.write("".join(_checksum_line(path, paths.folder) for path in sealed).encode())
    return Sealed(
        out=out,
        checksums=paths.checksums,
        files=len(sealed),
        bytes=sum(path.stat().st_size for path in sealed),
        posts=exported.posts,
        comments=exported.comments,
        pictures=exported.pictures,
    )


def _plan(out: Path) -> _Paths:
    if out.suffix.lower() in _DATABASE_SUFFIXES and not out.is_dir():
        folder, name, prefix = out.parent, out.name, f"{out.stem}-"
    else:
        folder, name, prefix = out, "archive.db", ""
    return _Paths(
        folder=folder,
        database=folder / name,
        html=folder / f"{prefix}html",
        readme=folder / f"{prefix}README.txt",
        index=folder / f"{prefix}index.html",
        checksums=folder / f"{prefix}SHA256SUMS",
    )


def _require_free(paths: _Paths) -> None:
    """Raise `UsageError` if a file of these names exists and no earlier `seal` wrote it."""
    if is_sealed(paths.database):
        return
    for path in (paths.database, paths.readme, paths.index, paths.checksums):
        if path.exists():
            raise UsageError(
                _("{path} exists and is no part of a sealed archive; name another folder").format(path=path)
            )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            _("cannot write {path} ({reason}); name another place").format(path=folder, reason=error.strerror)
        ) from error


def _compose_readme(paths: _Paths) -> str:
    texts = []
    for language, text in zip(("zh", "en"), read_readme(paths.database), strict=True):
        names = files("blogarchive.export").joinpath("texts", f"seal.{language}.txt").read_text("utf-8")
        heading = names.format(
            database=paths.database.name,
            html=paths.html.name,
            index=paths.index.name,
            checksums=paths.checksums.name,
        )
        texts.append(f"{heading}\n{text.replace('archive.db', paths.database.name)}")
    return "\n\n".join(texts)


def _list_files(paths: _Paths) -> list[Path]:
    pages = sorted(path for path in paths.html.rglob("*") if path.is_file() and path.name != MARKER)
    return [paths.database, paths.readme, paths.index, *pages]


def _checksum_line(path: Path, folder: Path) -> str:
    """Return a line that `sha256sum -c` reads."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{digest}  {path.relative_to(folder).as_posix()}\n"
