"""`seal`: an archive for a stick or a disc, with a website, an explanation and checksums beside it."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from urllib.parse import quote

from blogarchive.errors import UsageError
from blogarchive.export.folder import MARKER, atomic_file, read_digest, require_other_file, to_user_error
from blogarchive.export.html import export_html
from blogarchive.store.rows import Progress, no_progress
from blogarchive.store.verify import is_sealed, read_readme, write_sealed_copy

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


def seal_archive(archive: Path, out: Path, *, progress: Progress = no_progress) -> Sealed:
    """Write a verified copy of the archive, its website, `README.txt` and `SHA256SUMS` into the folder `out`.

    If `out` ends in `.db`, `.sqlite` or `.sqlite3`, the copy has that name. The other files are beside it, under its
    name. The copy opens from a read-only folder. An earlier sealed archive is replaced. Raises `UsageError` if `out`
    has other files of these names or is the archive itself, and as `write_sealed_copy`.
    """
    is_named = out.suffix.lower() in _DATABASE_SUFFIXES and not out.is_dir()
    database, prefix = (out, f"{out.stem}-") if is_named else (out / "archive.db", "")
    folder = database.parent
    others = ("html", "README.txt", "index.html", "SHA256SUMS")
    html, readme, index, checksums = (folder / f"{prefix}{name}" for name in others)
    require_other_file(archive, database)
    _require_free(database, readme, index, checksums)
    _copy_database(archive, database)
    exported = export_html(database, html, years=True, progress=progress)
    names = {"database": database.name, "html": html.name, "index": index.name, "checksums": checksums.name}
    _write(readme, _compose_readme(database, names))
    _write(index, _INDEX.format(html=f"{quote(html.name)}/index.html"))
    pages = sorted(path for path in html.rglob("*") if path.is_file() and path.name != MARKER)
    sealed = [database, readme, index, *pages]
    _write(checksums, "".join(_checksum_line(path, folder) for path in sealed))
    size = sum(path.stat().st_size for path in sealed)
    counts = {name: getattr(exported, name) for name in ("posts", "comments", "pictures")}
    return Sealed(out=out, checksums=checksums, files=len(sealed), bytes=size, **counts)


def _copy_database(archive: Path, database: Path) -> None:
    folder = database.parent
    is_new = not folder.exists()
    with to_user_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        write_sealed_copy(archive, database)
    except BaseException:
        if is_new:
            folder.rmdir()  # an empty folder looks like a copy
        raise


def _require_free(database: Path, *others: Path) -> None:
    """Raise `UsageError` if one of the files exists and no earlier `seal` wrote it."""
    taken = [path for path in (database, *others) if path.exists()]
    if taken and not is_sealed(database):
        text = _("{path} exists and is no part of a sealed archive; name another folder")
        raise UsageError(text, path=taken[0])


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as file:
        file.write(text.encode())


def _compose_readme(database: Path, names: dict[str, str]) -> str:
    texts = []
    for language, text in zip(("zh", "en"), read_readme(database), strict=True):
        heading = Path(__file__).with_name("texts").joinpath(f"seal.{language}.txt").read_text("utf-8")
        texts.append(f"{heading.format(**names)}\n{text.replace('archive.db', database.name)}")
    return "\n\n".join(texts)


def _checksum_line(path: Path, folder: Path) -> str:
    """Return a line that `sha256sum -c` reads."""
    with path.open("rb") as file:
        return f"{read_digest(file.fileno())}  {path.relative_to(folder).as_posix()}\n"
