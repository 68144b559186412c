"""Load saved pages from a disk: from HTML files, MHTML, web archives of Safari, with the images beside them."""

import os
import plistlib
import re
import stat
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit
from xml.parsers.expat import ExpatError

from blogarchive.errors import UsageError, UserError
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import parse_html
from blogarchive.parsing.saved_copy import original_url, restore_page
from blogarchive.store.rows import utc_now

_PAGES = {".html", ".htm", ".shtml", ".xhtml", ".php", ".asp", ".aspx", ".jsp"}
_MHTML = {".mht", ".mhtml"}
_WEBARCHIVE = ".webarchive"
# Mirrors name pages as their URLs, so that files of any name are opened, but not these.
_NO_PAGES = {".css", ".js", ".json", ".xml", ".txt", ".gif", ".jpg", ".jpeg", ".png", ".webp", ".ico", ".db"}
MAX_BYTES = 64 * 2**20
"""The largest page or image that is imported, or post of an export with its comments."""

_MAX_HEADER = 8_192
_CONTAINERS = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
# The standard library's parser of MHTML compares each line with the boundary of each part around it.
_MAX_CONTAINERS = 20

_SNIFFED = 2048
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_ERROR = timedelta(days=1)  # the clock of another machine may be ahead
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """A page from a disk. `name` is its path below the source; `saved_at` is UTC; `url` is None if the format has none.

    `parts` are the files in an MHTML or a web archive of Safari, by absolute URL. Those in a page of SingleFile or Save
    Page WE have the names in `body`, and `whole` is that page. `headers` and `status` are those of the response in a
    WARC.
    """

    path: Path
    name: str
    body: bytes
    saved_at: datetime
    url: str | None = None
    content_type: str | None = None
    parts: Mapping[str, bytes] = field(default_factory=dict)
    whole: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


class CannotIdentify(UserError):
    """A saved page is not imported; the message is the reason."""


Reject = Callable[[str, str], None]
"""Called with the name of a file, or of a part of one, that is not imported, and the reason."""
Unreadable = list[tuple[Path, str]]
"""The files and folders that cannot be read, each with the reason."""


def find_pages(source: Path) -> tuple[list[Path], Unreadable]:
    """Return the files that look like pages: `source` itself, or those below it, sorted by path; and unreadable ones.

    Folders that a browser wrote beside a page for its images and scripts (`标题_files`) are skipped. Raises
    `UsageError` if there is no page.
    """
    if source.is_file():
        return [source], []
    if not source.is_dir():
        raise UsageError(_("no file or folder at {source}"), source=source)
    unreadable: Unreadable = []
    found = sorted(_walk(source, unreadable), key=lambda path: path.relative_to(source).parts)
    if not found and not unreadable:
        raise UsageError(_("no saved page in {source}"), source=source)
    return found, unreadable


def display_name(path: Path, source: Path) -> str:
    """Return the path of a file below `source` as text. File names on a disk from China may be GBK."""
    raw = os.fsencode(path.name if path == source else path.relative_to(source).as_posix())
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding).translate(_CONTROLS)
    return raw.decode("utf-8", "backslashreplace").translate(_CONTROLS)


def load_page(path: Path, source: Path) -> SavedPage:
    """Return the page in that file, of the plausible time that it states, else of the file. Raises `OSError`."""
    body, name, saved_at = path.read_bytes(), display_name(path, source), modified_at(path)
    saved = SavedPage(path=path, name=name, body=body, saved_at=saved_at)
    if path.suffix.lower() in _MHTML:
        saved = _unpack_mhtml(saved)
    if path.suffix.lower() == _WEBARCHIVE:
        saved = _unpack_webarchive(saved)
    if (page := restore_page(saved.body, saved.url)) is None:
        return saved
    saved_at = _parse_date(page.date) or saved.saved_at
    parts = {original_url(place): part for place, part in (*saved.parts.items(), *page.files.items())}
    whole = saved.body if page.is_packed else None
    return replace(saved, body=page.body, saved_at=saved_at, url=page.url, parts=parts, whole=whole)


def modified_at(path: Path) -> datetime:
    """Return the modification time of a file (UTC, whole seconds), never in the future."""
    return min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), utc_now())


def plausible_time(found: datetime | None) -> datetime | None:
    """Return an aware time in UTC, in whole seconds.

    Return None before 1970 or in the future: its page would stay the newest.
    """
    try:
        moment = found and found.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None
    return moment if moment and _EARLIEST <= moment <= utc_now() + _CLOCK_ERROR else None


@contextmanager
def readable_file(path: Path) -> Iterator[None]:
    """Raise `UsageError` for an `OSError` in the block, which reads the file that the user named."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise UsageError(_("{path} cannot be read ({why})"), path=path, why=why) from error


def require_plain_file(source: Path, *packed: bytes) -> bytes:
    """Return the first bytes of a file. Raises `UsageError` if it is no file, or compressed as one of `packed`, or a zip."""
    if source.is_dir():
        raise UsageError(_("{path} is a folder; name the file in it"), path=source)
    if not source.is_file():
        raise UsageError(_("no file at {source}"), source=source)
    with readable_file(source), source.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"PK", b"7z", b"Rar!", *packed)):
        raise UsageError(_("{path} is compressed; unpack it first"), path=source)
    return start


def find_image_sources(body: bytes, content_type: str | None) -> tuple[str, ...]:
    """Return the `src` of every image of a page, each once, as written."""
    root = parse_html(decode(body, content_type).text)
    return tuple(filter(None, dict.fromkeys(image.get("src", "").strip() for image in root.iter("img"))))


def find_image_file(page: SavedPage, page_url: str, src: str, root: Path) -> tuple[str, bytes] | None:
    """Return the absolute URL and the bytes of an image saved with `page` below `root`; None without a file."""
    try:
        url, parts = urljoin(page_url, src), urlsplit(src)
    except ValueError:
        return None
    if (part := page.parts.get(url, page.parts.get(src))) is not None:
        return url, part
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    for name in _list_disk_names(parts.path):
        if (body := _read_below(page.path.parent / name, root)) is not None:
            return url, body
    return None


def _list_disk_names(path: str) -> Iterator[str]:
    """Yield the paths that a URL's path may have on a disk: file names are bytes in any charset."""
    yield os.fsdecode(unquote_to_bytes(path))
    with suppress(UnicodeEncodeError):
        yield os.fsdecode(unquote(path).encode("gb18030"))


def _read_below(file: Path, root: Path) -> bytes | None:
    """Return the bytes of a file below `root`; None if it is missing, unreadable or too large."""
    with suppress(OSError, ValueError, RuntimeError):  # an invalid file name, a loop of links
        within = file.resolve().is_relative_to((root if root.is_dir() else root.parent).resolve())
        if within and file.is_file() and file.stat().st_size <= MAX_BYTES:
            return file.read_bytes()
    return None


def _walk(source: Path, unreadable: Unreadable) -> Iterator[Path]:
    """Yield the files below a folder that look like pages; add those that cannot be read to `unreadable`."""

    def note(error: OSError) -> None:
        unreadable.append((Path(error.filename), error.strerror or "cannot be read"))

    for folder, folders, names in os.walk(source, onerror=note):
        stems = set()
        for path in (Path(folder, name) for name in names):
            try:
                is_page = _may_be_page(path)
            except OSError as error:
                note(error)
                is_page = False
            if is_page:
                yield path
            if is_page or _has_page_suffix(path):
                stems.add(path.stem)
        folders[:] = [name for name in folders if not _is_page_folder(name, stems)]


def _is_page_folder(folder: str, stems: Container[str]) -> bool:
    """Return whether a browser made the folder for the files of one of the pages with these file names.

    `标题_files`, `标题.files`, `标题-Dateien`: the page's name and one more word, in the browser's language.
    """
    return any(folder[: match.start()] in stems for match in re.finditer(r"(?<=.)[_.-]", folder))


def _has_page_suffix(path: Path) -> bool:
    return path.suffix.lower() in _PAGES | _MHTML | {_WEBARCHIVE}


def _may_be_page(path: Path) -> bool:
    """Return whether a file looks like a page. Raises `OSError`."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= MAX_BYTES:
        return False
    if _has_page_suffix(path):
        return True
    if path.suffix.lower() in _NO_PAGES:
        return False
    with path.open("rb") as file:
        start = file.read(_SNIFFED).lower()
    return b"<html" in start or b"<!doctype html" in start


def _unpack_mhtml(saved: SavedPage) -> SavedPage:
    """Return the page in an MHTML file; its body is empty if no part is HTML. Raises `CannotIdentify`."""
    if len(_CONTAINERS.findall(saved.body)) > _MAX_CONTAINERS:
        raise CannotIdentify(_("its parts are nested too deep"))
    message = message_from_bytes(saved.body, policy=_ShortHeaders())
    parts = [part for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    if not pages:
        return replace(saved, body=b"")
    own_url = _location(message, "Snapshot-Content-Location")
    page = next((part for part in pages if _location(part) == own_url), pages[0])  # a frame may be before it
    url, text = _location(page), _decode_part(page)
    if page.defects or (message.defects and page is parts[-1]):  # a cut file lacks its last boundary
        raise CannotIdentify(_("its text is cut short or damaged"))
    return replace(
        saved,
        body=text,
        saved_at=_parse_date(message.get("Date")) or saved.saved_at,
        url=url if own_url in (None, url) else None,  # Chrome writes both
        content_type=_join_header(page.get("Content-Type")),
        parts={place: _decode_part(part) for part in parts if (place := _location(part))},
    )


def _unpack_webarchive(saved: SavedPage) -> SavedPage:
    """Return the page in a property list, as Safari saves it; the list has no time."""
    try:
        archive = plistlib.loads(saved.body)
        page, others = archive["WebMainResource"], archive.get("WebSubresources", ())
        files = ((row["WebResourceURL"].partition("#")[0], row["WebResourceData"]) for row in (page, *others))
        parts = {url: b"".join([data]) for url, data in files}  # `bytes` of a number would be that many zeros
        charset = str(page.get("WebResourceTextEncodingName", "utf-8"))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ExpatError) as error:
        raise CannotIdentify(_("its text is cut short or damaged")) from error
    url, text = next(iter(parts.items()))
    return replace(saved, body=text, url=url, content_type=f"text/html; charset={charset}", parts=parts)


class _ShortHeaders(Compat32):
    """Reads headers as plain text, without the long ones: the time of a structured header grows with its square."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value if len(value) <= _MAX_HEADER else ""


def _decode_part(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _location(part: Message, header: str = "Content-Location") -> str | None:
    """Return the URL of a part without its fragment; None if it has none."""
    return (_join_header(part.get(header)) or "").partition("#")[0] or None


def _join_header(header: object) -> str | None:
    try:
        return "".join(str(make_header(decode_header(str(header)))).split()) if header else None
    except (ValueError, LookupError, HeaderParseError):  # a damaged encoded word
        return None


def _parse_date(header: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(header)) if header else None
    except (ValueError, OverflowError):
        return None
    return plausible_time(found) if found and found.tzinfo else None
