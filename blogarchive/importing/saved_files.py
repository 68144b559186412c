"""Load saved pages from a folder, and parse one as a target; refuse a page that is no page of a blog."""

import os
import plistlib
import re
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit
from xml.parsers.expat import ExpatError

from blogarchive.errors import UsageError, UserError
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element, parse_html
from blogarchive.parsing.http import host_of, is_truncated
from blogarchive.sites.base import parse_page, refuse_large_page, site_by_name, site_for_url
from blogarchive.sites.normalize import normalize_page
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
# Of an MHTML: the parser of the standard library compares each line with the boundary of each part around it.
_MAX_CONTAINERS = 20

_SNIFFED = 2048
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_ERROR = timedelta(days=1)  # by which the clock of another machine may be ahead
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """A page from a disk. `name` is its path below the source; `saved_at` is UTC; `url` is None if the format has none.

    `parts` are the files in an MHTML or a web archive of Safari, by absolute URL; `headers` and `status` those of the
    response in a WARC.
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
    """Return the path of a file below `source` as text; file names on a disk from China may be in GBK."""
    raw = os.fsencode(path.name if path == source else path.relative_to(source).as_posix())
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding).translate(_CONTROLS)
    return raw.decode("utf-8", "backslashreplace").translate(_CONTROLS)


def load_page(path: Path, source: Path) -> SavedPage:
    """Return the page in that file. Its time is the plausible one of the MHTML, else the file's. Raises `OSError`."""
    body = path.read_bytes()
    name = display_name(path, source)
    if path.suffix.lower() in _MHTML:
        return _load_mhtml(path, name, body, modified_at(path))
    if path.suffix.lower() == _WEBARCHIVE:
        return _load_webarchive(path, name, body, modified_at(path))
    return SavedPage(path=path, name=name, body=body, saved_at=modified_at(path))


def modified_at(path: Path) -> datetime:
    """Return the modification time of a file (UTC, whole seconds), never in the future."""
    return min(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), utc_now())


def plausible_time(found: datetime | None) -> datetime | None:
    """Return an aware time in UTC, whole seconds; None before 1970 or in the future: its page would stay the newest."""
    try:
        moment = found and found.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None
    return moment if moment and _EARLIEST <= moment <= utc_now() + _CLOCK_ERROR else None


def require_plain_file(source: Path, *packed: bytes) -> bytes:
    """Return the first bytes of a file. Raises `UsageError` if it is no file, or compressed as one of `packed`, or a zip."""
    if source.is_dir():
        raise UsageError(_("{path} is a folder; name the file in it"), path=source)
    if not source.is_file():
        raise UsageError(_("no file at {source}"), source=source)
    try:
        with source.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UsageError(_("{path} cannot be read ({why})"), path=source, why=error.strerror) from error
    if start.startswith((b"PK", b"7z", b"Rar!", *packed)):
        raise UsageError(_("{path} is compressed; unpack it first"), path=source)
    return start


def find_image_file(page: SavedPage, page_url: str, src: str, root: Path) -> tuple[str, bytes] | None:
    """Return the absolute URL and the bytes of an image saved with `page` below `root`, None if there is no file."""
    try:
        url, parts = urljoin(page_url, src), urlsplit(src)
    except ValueError:
        return None
    if url in page.parts:
        return url, page.parts[url]
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    bodies = (_read_below(page.path.parent / name, root) for name in _list_disk_names(parts.path))
    body = next((body for body in bodies if body is not None), None)
    return None if body is None else (url, body)


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


def _load_mhtml(path: Path, name: str, body: bytes, saved_at: datetime) -> SavedPage:
    if len(_CONTAINERS.findall(body)) > _MAX_CONTAINERS:
        raise CannotIdentify(_("its parts are nested too deep"))
    message = message_from_bytes(body, policy=_ShortHeaders())
    parts = [part for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    if not pages:
        return SavedPage(path=path, name=name, body=b"", saved_at=saved_at)
    own_url = _location(message, "Snapshot-Content-Location")
    page = next((part for part in pages if _location(part) == own_url), pages[0])  # a frame may be before it
    url, text = _location(page), _decode_part(page)
    if page.defects or (message.defects and page is parts[-1]):  # a cut file lacks its last boundary
        raise CannotIdentify(_("its text is cut short or damaged"))
    return SavedPage(
        path=path,
        name=name,
        body=text,
        saved_at=_parse_date(message.get("Date")) or saved_at,
        url=url if own_url in (None, url) else None,  # Chrome writes both
        content_type=_join_header(page.get("Content-Type")),
        parts={place: _decode_part(part) for part in parts if (place := _location(part))},
    )


def _load_webarchive(path: Path, name: str, body: bytes, saved_at: datetime) -> SavedPage:
    """Return the page in a property list, as Safari saves it; the list has no time."""
    try:
        archive = plistlib.loads(body)
        page, others = archive["WebMainResource"], archive.get("WebSubresources", ())
        files = ((row["WebResourceURL"].partition("#")[0], row["WebResourceData"]) for row in (page, *others))
        parts = {url: b"".join([data]) for url, data in files}  # no bytes of a number
        charset = str(page.get("WebResourceTextEncodingName", "utf-8"))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ExpatError) as error:
        raise CannotIdentify(_("its text is cut short or damaged")) from error
    url, text = next(iter(parts.items()))
    kind = f"text/html; charset={charset}"
    return SavedPage(
        path=path, name=name, body=text, saved_at=saved_at, url=url, content_type=kind, parts=parts
    )


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
    except (ValueError, LookupError, HeaderParseError):  # an encoded word that is none
        return None


def _parse_date(header: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(header)) if header else None
    except (ValueError, OverflowError):
        return None
    return plausible_time(found) if found and found.tzinfo else None


# Chrome, Edge and IE write it before <html>; the number is the length of the URL.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_HEAD = 4000
_URL = re.compile(r"https?://[^\s<>\"'）)，。]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

# The start of the URL of a copy in the Wayback Machine; the URL of the page follows it.
_COPY = re.compile(r"https?://web\.archive\.org/web/\d+(?:[a-z]{2}_)?/(?=https?:)")
_CANONICAL = re.compile(r"(^|\s)canonical(\s|$)", re.IGNORECASE)
_DIGITS = re.compile(r"\s*[0-9]+\s*")
_MAX_URL = 2_048
_MAX_LINK_TEXT = 1_000  # titles are shorter; a tag without an end makes one link of a whole page


@dataclass(frozen=True, kw_only=True, slots=True)
class PageUrls:
    """The URLs in a page."""

    saved_from: str | None  # written by the browser
    declared: tuple[str, ...]  # by the site: canonical, og:url
    links: tuple[tuple[str, str], ...]  # absolute URLs with the text of the link
    written: tuple[str, ...]  # in the text
    number_fields: tuple[tuple[str, str], ...]  # form fields with digits


def read_page_urls(text: str, base: str | None = None) -> PageUrls:
    """Return the URLs in the page `text`; relative links are resolved against `base` unless the page has a base."""
    match = _SAVED_FROM.search(text, 0, _HEAD)
    saved_from = _COPY.sub("", match[1]) if match else None
    root = parse_html(text)
    declared = [link.get("href", "") for link in root.iter("link") if _CANONICAL.search(link.get("rel", ""))]
    declared += [
        meta.get("content", "")
        for meta in root.iter("meta")
        if "og:url" in (meta.get("property", "").lower(), meta.get("name", "").lower())
    ]
    return PageUrls(
        saved_from=saved_from,
        declared=tuple(filter(None, (_COPY.sub("", url.strip()) for url in declared))),
        links=tuple(_read_links(root.iter("a"), _read_base(root, saved_from or base))),
        written=tuple(_URL.findall(" ".join(_read_texts(root)))),
        number_fields=tuple(
            (field.get("name", ""), field.get("value", "").strip())
            for field in root.iter("input")
            if "name" in field.attrib and _DIGITS.fullmatch(field.get("value", ""))
        ),
    )


def find_image_sources(body: bytes, content_type: str | None) -> tuple[str, ...]:
    """Return the `src` of every image of a page, each once, as written."""
    root = parse_html(decode(body, content_type).text)
    sources = (image.get("src", "").strip() for image in root.iter("img"))
    return tuple(filter(None, dict.fromkeys(sources)))


def url_from_path(name: str) -> str | None:
    """Return the URL in the path of a mirroring tool (`blog.example.net/u/1/202501/2.html`), None if it has none."""
    steps = name.split("/")
    for place, step in enumerate(steps[:-1]):
        if _HOST.fullmatch(step.lower()):
            return "https://" + "/".join(steps[place:])
    return None


def _read_texts(root: Element) -> Iterator[str]:
    """Yield the texts that are no script and no style."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style"):
            yield element.text or ""
        yield element.tail or ""


def _read_base(root: Element, url: str | None) -> str | None:
    href = next(filter(None, (base.get("href", "").strip() for base in root.iter("base"))), "")
    try:
        base = urljoin(url or "", href) or None
    except ValueError:
        return url
    return base if base is None or len(base) <= _MAX_URL else url


def _read_links(anchors: Iterable[Element], base: str | None) -> Iterator[tuple[str, str]]:
    for anchor in anchors:
        href = anchor.get("href", "").strip()
        try:
            url = urljoin(base, href) if base and len(href) <= _MAX_URL else href
        except ValueError:
            continue
        if url.startswith(("http://", "https://")) and len(url) <= _MAX_URL:
            yield url, _read_link_text(anchor)


def _read_link_text(anchor: Element) -> str:
    found, length = [], 0
    for text in anchor.itertext():
        found.append(str(text))
        length += len(text)
        if length > _MAX_LINK_TEXT:
            break
    return " ".join("".join(found).split())


class CannotIdentify(UserError):
    """A saved page is not imported; the message is the reason."""


def find_target(url: str, site: str | None, *, known: bool = False) -> Target | None:
    """Return the target of `url` at the site of that name, else at the site of its host; None if no site has it.

    `known` finds only sites that have the host by name.
    """
    try:
        found = site_by_name(site) if site else site_for_url(url)
        parsed = found.parse_url(url)
    except (UsageError, ValueError):
        return None
    if not host_of(parsed.url) or (known and found.has_any_host and site is None):
        return None
    return Target(url=parsed.url, site=found.name, kind=parsed.kind, uid=parsed.uid, number=parsed.number)


def parse_as(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page, parsed and normalized as `target`. Raises `CannotIdentify` if it is no page of a blog."""
    if saved.status != HTTPStatus.OK:
        raise CannotIdentify(_("it came with status {status}"), status=saved.status)
    crawled = to_crawled_page(saved, target)
    if crawled.parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        notice = crawled.parsed.notice
        why = explain_detail(notice.text[:80], "notice") if notice else _("it is no page of a blog")
        raise CannotIdentify(why)
    if crawled.parsed.author is None and crawled.target.uid is None:
        raise CannotIdentify(_("it does not say which blog it belongs to"))
    return _as_old_as_its_post(saved, normalize_page(crawled))


def _as_old_as_its_post(saved: SavedPage, crawled: CrawledPage) -> CrawledPage:
    """Return the page, parsed at the time of its post if the file claims to be older: many ZIP files say 1980."""
    if all(post.posted or post.read_by is None for post in crawled.parsed.posts):
        return crawled
    later = normalize_page(to_crawled_page(replace(saved, saved_at=utc_now()), crawled.target))
    times = [post.posted.at for post in later.parsed.posts if post.posted and post.posted.at]
    if not times or max(times) <= saved.saved_at:
        return crawled
    return normalize_page(
        to_crawled_page(replace(saved, saved_at=max(times).astimezone(UTC)), crawled.target)
    )


def to_crawled_page(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page parsed as `target` in this process, unchecked and not normalized."""
    headers = saved.headers or ((("Content-Type", saved.content_type),) if saved.content_type else ())
    page = Page(
        url=saved.url if saved.headers and saved.url else target.url,
        fetched_at=saved.saved_at,
        status=saved.status,
        headers=(*headers, ("X-Imported-From", saved.name)),
        body=saved.body,
    )
    return CrawledPage(target=target, page=page, parsed=parse_page(page, target))


def require_parsable(saved: SavedPage) -> None:
    """Raise `CannotIdentify` if the page is beyond the limits of the parsers, before it is searched for its URL."""
    refused = refuse_large_page(saved.body)
    if refused is not None:
        raise CannotIdentify(explain_detail(refused.problems[0].detail))


def require_whole(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the page ends before the counters and comments under the post's text."""
    post = next(iter(crawled.parsed.posts), None)
    if post is not None and post.views is post.comment_count is None and is_truncated(crawled.page.body):
        raise CannotIdentify(_("it ends before the end of the post"))


def require_blog(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the URL and the page name different blogs."""
    asked, author = crawled.target.uid or "", crawled.parsed.author
    if author is not None and asked.isdigit() and author.uid.isdigit() and asked != author.uid:
        text = _("it is of the blog {uid}, and its URL of the blog {asked}")
        raise CannotIdentify(text, uid=author.uid, asked=asked)
