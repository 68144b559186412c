"""Pages as a person saved them: single files, "complete page" folders, MHTML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from blogarchive.errors import UsageError
from blogarchive.store.times import now

_PAGES = {".html", ".htm", ".shtml", ".xhtml", ".php", ".asp", ".aspx", ".jsp"}
_MHTML = {".mht", ".mhtml"}
_NO_PAGES = {".css", ".js", ".json", ".xml", ".txt", ".gif", ".jpg", ".jpeg", ".png", ".webp", ".ico", ".db"}
LARGEST = 64 * 2**20
"""Bytes: what is larger is no page of a blog, nor a picture of one."""

_SNIFFED = 2048


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


def files_in(source: Path) -> list[Path]:
    """The files of `source`, itself or below it, that look like pages, in the order of their names.

    Folders that a browser put beside a page for its pictures and scripts (`标题_files`) are left out. Raises
    `UsageError` where there is nothing.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UsageError(f"no file or folder at {source}")
    found = sorted(_walk(source), key=lambda path: path.relative_to(source).parts)
    if not found:
        raise UsageError(f"no saved page in {source}")
    return found


def load(path: Path, source: Path) -> SavedPage:
    """The page in that file; its time is the file's, or the one that an MHTML tells, and never to come."""
    body = path.read_bytes()
    name = path.name if path == source else path.relative_to(source).as_posix()
    if path.suffix.lower() in _MHTML:
        return _unpacked(path, name, body, saved_at(path))
    return SavedPage(path=path, name=name, body=body, saved_at=saved_at(path))


def saved_at(path: Path) -> datetime:
    """The time of a file (UTC, whole seconds), never one to come."""
    return min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), now())


def local_file(page: SavedPage, page_url: str, src: str, root: Path) -> tuple[str, bytes] | None:
    """The absolute URL of a picture of `page`, and its bytes where they were saved with it below `root`."""
    url = urljoin(page_url, src)
    if url in page.parts:
        return url, page.parts[url]
    parts = urlsplit(src)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    file = page.path.parent / unquote(parts.path)
    within = file.resolve().is_relative_to((root if root.is_dir() else root.parent).resolve())
    if not within or not file.is_file() or file.stat().st_size > LARGEST:
        return None
    return url, file.read_bytes()


def belongs_to_page(folder: str, stem: str) -> bool:
    """Whether a folder of that name was made for a page's files.

    `标题_files`, `标题.files`, `标题-Dateien`: the page's name and one more word, in every browser's language.
    """
    return bool(stem) and folder.startswith(stem) and folder[len(stem) :][:1] in ("_", ".", "-")


def _walk(folder: Path) -> Iterator[Path]:
    names = list(folder.iterdir())
    stems = {path.stem for path in names if path.is_file() and _may_be_page(path)}
    for path in names:
        if path.is_symlink():
            continue
        if path.is_dir():
            if not any(belongs_to_page(path.name, stem) for stem in stems):
                yield from _walk(path)
        elif path.is_file() and _may_be_page(path) and 0 < path.stat().st_size <= LARGEST:
            yield path


def _may_be_page(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in _PAGES or suffix in _MHTML:
        return True
    if suffix in _NO_PAGES:
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
