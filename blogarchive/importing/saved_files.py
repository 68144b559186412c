"""Pages as a person saved them: single files, "complete page" folders, MHTML."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit

from blogarchive.errors import UsageError
from blogarchive.store.timestamps import utc_now

_PAGES = {".html", ".htm", ".shtml", ".xhtml", ".php", ".asp", ".aspx", ".jsp"}
_MHTML = {".mht", ".mhtml"}
_NO_PAGES = {".css", ".js", ".json", ".xml", ".txt", ".gif", ".jpg", ".jpeg", ".png", ".webp", ".ico", ".db"}
LARGEST = 64 * 2**20
"""Bytes: what is larger is no page of a blog, nor a picture of one."""

_SNIFFED = 2048
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """A page from a disk. `name` is its path below the source, `saved_at` UTC; `url` where the format tells it.

    `parts` are the files that an MHTML carries, by their absolute URLs; `headers` and `status` what a WARC tells of the
    answer; `beside` the pictures whose true addresses were put back: those, and what stood in their place.
    """

    path: Path
    name: str
    body: bytes
    saved_at: datetime
    url: str | None = None
    content_type: str | None = None
    parts: Mapping[str, bytes] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The files that look like pages, and the files and folders that may not be read, each with the reason."""

    files: tuple[Path, ...] = ()
    closed: tuple[tuple[Path, str], ...] = ()


def files_in(source: Path) -> Found:
    """The files of `source`, itself or below it, that look like pages, in the order of their names.

    Folders that a browser put beside a page for its pictures and scripts (`标题_files`) are left out. Raises
    `UsageError` where there is nothing.
    """
    if source.is_file():
        return Found(files=(source,))
    if not source.is_dir():
        raise UsageError(f"no file or folder at {source}")
    closed: list[tuple[Path, str]] = []
    found = sorted(_walk(source, closed), key=lambda path: path.relative_to(source).parts)
    if not found and not closed:
        raise UsageError(f"no saved page in {source}")
    return Found(files=tuple(found), closed=tuple(closed))


def name_of(path: Path, source: Path) -> str:
    """The name of a file below `source` as a person reads it: a disk from China may have it in GBK."""
    raw = os.fsencode(path.name if path == source else path.relative_to(source).as_posix())
    for encoding in ("utf-8", "gb18030"):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return name.translate(_CONTROLS)
    return raw.decode("utf-8", "backslashreplace").translate(_CONTROLS)


def load(path: Path, source: Path) -> SavedPage:
    """The page in that file; its time is the file's, or the one that an MHTML tells, and never to come.

    Raises `OSError`.
    """
    body = path.read_bytes()
    name = name_of(path, source)
    if path.suffix.lower() in _MHTML:
        return _unpacked(path, name, body, saved_at(path))
    return SavedPage(path=path, name=name, body=body, saved_at=saved_at(path))


def saved_at(path: Path) -> datetime:
    """The time of a file (UTC, whole seconds), never one to come."""
    return min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), utc_now())


def local_file(page: SavedPage, page_url: str, src: str, root: Path) -> tuple[str, bytes] | None:
    """The absolute URL of a picture of `page`, and its bytes where they were saved with it below `root`."""
    try:
        url, parts = urljoin(page_url, src), urlsplit(src)
    except ValueError:
        return None
    if url in page.parts:
        return url, page.parts[url]
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    bodies = (_bytes_at(page.path.parent / name, root) for name in _names_on_disk(parts.path))
    body = next((body for body in bodies if body is not None), None)
    return None if body is None else (url, body)


def belongs_to_page(folder: str, stem: str) -> bool:
    """Whether a folder of that name was made for a page's files.

    `标题_files`, `标题.files`, `标题-Dateien`: the page's name and one more word, in every browser's language.
    """
    return bool(stem) and folder.startswith(stem) and folder[len(stem) :][:1] in ("_", ".", "-")


def _names_on_disk(path: str) -> Iterator[str]:
    """What a path in a URL may be called on a disk, whose names are bytes of any charset."""
    yield os.fsdecode(unquote_to_bytes(path))
    with suppress(UnicodeEncodeError):
        yield os.fsdecode(unquote(path).encode("gb18030"))


def _bytes_at(file: Path, root: Path) -> bytes | None:
    """The bytes of a file below `root`; None where it is not there, may not be read, or is too large."""
    try:
        within = file.resolve().is_relative_to((root if root.is_dir() else root.parent).resolve())
        if within and file.is_file() and file.stat().st_size <= LARGEST:
            return file.read_bytes()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have, links in a circle
        return None
    return None


def _walk(folder: Path, closed: list[tuple[Path, str]]) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError as error:
        closed.append((folder, error.strerror or "cannot be read"))
        return
    files = [Path(entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
    pages = [path for path in files if _looks_like_page(path, closed)]
    stems = {path.stem for path in files if path in pages or _has_page_s_name(path)}
    yield from pages
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and not any(
            belongs_to_page(entry.name, stem) for stem in stems
        ):
            yield from _walk(Path(entry.path), closed)


def _looks_like_page(path: Path, closed: list[tuple[Path, str]]) -> bool:
    try:
        return 0 < path.stat().st_size <= LARGEST and _may_be_page(path)
    except OSError as error:
        closed.append((path, error.strerror or "cannot be read"))
        return False


def _has_page_s_name(path: Path) -> bool:
    return path.suffix.lower() in _PAGES | _MHTML


def _may_be_page(path: Path) -> bool:
    if _has_page_s_name(path):
        return True
    if path.suffix.lower() in _NO_PAGES:
        return False
    with path.open("rb") as file:
        start = file.read(_SNIFFED).lower()
    return b"<html" in start or b"<!doctype html" in start


def _unpacked(path: Path, name: str, body: bytes, saved_at: datetime) -> SavedPage:
    message = message_from_bytes(body, policy=policy.default)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    if page is None:
        return SavedPage(path=path, name=name, body=b"", saved_at=saved_at)
    return SavedPage(
        path=path,
        name=name,
        body=_bytes(page),
        saved_at=_date(message.get("Date")) or saved_at,
        url=_text(message.get("Snapshot-Content-Location")) or _text(page.get("Content-Location")),
        content_type=_text(page.get("Content-Type")),
        parts={url: _bytes(part) for part in parts if (url := _text(part.get("Content-Location")))},
    )


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(header: object) -> str | None:
    return "".join(str(header).split()) if header else None


def _date(header: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(header)) if header else None
    except ValueError:
        return None
    return found.astimezone(UTC).replace(microsecond=0) if found and found.tzinfo else None
