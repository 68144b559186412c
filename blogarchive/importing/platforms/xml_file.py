"""WordPress and BlogBus: the comments of a post are in its element."""

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO, Protocol
from xml.sax.saxutils import quoteattr

from lxml import etree

from blogarchive.errors import UsageError
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element
from blogarchive.sites import blogbus
from blogarchive.sites.exports import (
    INSTRUCTION,
    InvalidExport,
    child_text,
    local_time,
    parse_xml,
)

MAX_BYTES = 64 * 2**20
"""The largest post that is imported, with its comments."""

Reject = Callable[[str, str], None]
"""Called with the name of a part that is not imported, and the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedFacts:
    """Options of the user: the URL of the blog, and the zone of times without one; both are stored in each page."""

    url: str | None = None
    zone: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """The bytes of one post's page, its place for messages, and the offset in the file that was read so far."""

    body: bytes
    name: str
    offset: int


class ExportFile(Protocol):
    """An export file of one platform."""

    @property
    def exported_at(self) -> datetime | None:
        """The time of the export (aware) that the file names, None if it names none."""

    def pages(self, reject: Reject) -> Iterator[PostPage]:
        """Yield the pages in the order of the file; `reject` is called for each part that is damaged or cut."""


OpenExport = Callable[[Path, NamedFacts], ExportFile]
"""Returns the export file at a path. Raises `UsageError` if it is none of that platform."""


_BLOCK = 2**20
_LONGEST_TOKEN = 64
_SECTION_ENDS = {b"<![CDATA[": re.compile(rb"\]\]>"), b"<!--": re.compile(rb"-->")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An element and its place in the file. `body` is None if it is larger than the limit.

    `is_cut`: the file ends in the element.
    """

    start: int
    end: int
    body: bytes | None
    is_cut: bool = False


def read_head(path: Path, name: str, limit: int) -> bytes:
    """Return the bytes before the first element of that name; none if they are more than `limit`. Raises `OSError`."""
    with path.open("rb") as file:
        return _Splitter(file, name.encode(), limit).read_head()


def split_elements(path: Path, name: str, limit: int) -> Iterator[Part]:
    """Yield the elements of that name in the order of the file, each of at most `limit` bytes. Raises `OSError`."""
    with path.open("rb") as file:
        yield from _Splitter(file, name.encode(), limit).split()


class _Splitter:
    def __init__(self, file: BinaryIO, name: bytes, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._opening = re.compile(rb"<!\[CDATA\[|<!--|<" + name + rb"(?=[\s>])")
        self._closing = re.compile(rb"<!\[CDATA\[|<!--|</" + name + rb"\s{0,9}>")
        self._buffer = bytearray()
        self._offset = 0  # of the buffer in the file
        self._position = 0  # in the buffer, of the next byte to search
        self._start: int | None = None  # of the open element in the file
        self._is_too_large = False

    def read_head(self) -> bytes:
        self._start = 0
        end = self._find(self._opening)
        return b"" if self._is_too_large else bytes(self._buffer[:end])

    def split(self) -> Iterator[Part]:
        while (start := self._find(self._opening)) is not None:
            self._start, self._is_too_large = start, False
            is_whole = self._find(self._closing) is not None
            yield self._cut_element(start, is_whole=is_whole)

    def _find(self, pattern: re.Pattern[bytes]) -> int | None:
        """Return the place of the next match outside CDATA sections and comments; None at the end of the file."""
        while (found := self._search(pattern)) is not None:
            section_end = _SECTION_ENDS.get(found[1])
            if section_end is None:
                return found[0]
            if self._search(section_end) is None:
                return None
        return None

    def _search(self, pattern: re.Pattern[bytes]) -> tuple[int, bytes] | None:
        """Return the place and the bytes of the next match; None at the end of the file."""
        while (match := pattern.search(self._buffer, self._position)) is None:
            self._position = max(self._position, len(self._buffer) - _LONGEST_TOKEN)
            self._drop()
            block = self._file.read(_BLOCK)
            if not block:
                return None
            self._buffer += block
        self._position = match.end()
        return self._offset + match.start(), match[0]

    def _drop(self) -> None:
        """Drop the bytes that no element needs."""
        if self._start is not None and self._offset + self._position - self._start > self._limit:
            self._is_too_large = True
        needed = self._position
        if self._start is not None and not self._is_too_large:
            needed = self._start - self._offset
        del self._buffer[:needed]
        self._offset += needed
        self._position -= needed

    def _cut_element(self, start: int, *, is_whole: bool) -> Part:
        end = self._offset + (self._position if is_whole else len(self._buffer))
        body = None
        if not self._is_too_large and end - start <= self._limit:
            body = bytes(self._buffer[start - self._offset : end - self._offset])
        self._start = None
        return Part(start=start, end=end, body=body, is_cut=not is_whole)


_PLACE = "blogarchive-place"
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(<\?xml\s[^>]*+>)")
_TITLE = re.compile(r"<[Tt]itle\b[^>]*>(?:<!\[CDATA\[)?([^<\]]*)")
_TITLE_WITHIN = 4096
_TAIL = 4096
_MAX_TITLE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlForm:
    """The form of a platform's XML: its root, the element of a post, and the parts of the head stored with each post.

    `container` is the element in the root that has the posts, "" if it is the root itself. `dropped` are parts of the
    stored elements that change with each export.
    """

    title: str
    root: str
    container: str
    element: str
    stored: Sequence[str]
    dropped: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlHead:
    """The head of a file: the element that has the posts, and the bytes before and after the post of a stored page."""

    container: Element
    before: bytes
    after: bytes


def open_head(path: Path, form: XmlForm, facts: NamedFacts) -> XmlHead:
    """Return the head of an export file. Raises `UsageError` if the file is no export of that form."""
    try:
        head = read_head(path, form.element, MAX_BYTES)
    except OSError as error:
        raise UsageError(_("{path} cannot be read ({why})").format(path=path, why=error.strerror)) from error
    closing = "".join(f"</{name}>" for name in (form.container, form.root) if name)
    text = decode(head).text
    try:
        root, _damaged = parse_xml(text if f"</{form.root}>" in text else text + closing)
    except InvalidExport as error:
        raise _no_export(path, form, str(error)) from error
    container = root.find(form.container) if form.container else root
    if etree.QName(root).localname != form.root or container is None:
        raise _no_export(path, form, _("it begins with <{name}>").format(name=etree.QName(root).localname))
    before, after = _build_frame(root, container, form, facts)
    declaration = _DECLARATION.match(head)
    lines = (declaration[1] if declaration else b"", _instruction(facts), before)
    return XmlHead(container=container, before=b"\n".join(line for line in lines if line), after=after)


def report_part(part: Part, path: Path, reject: Reject) -> bool:
    """Return whether an element can be parsed; call `reject` if it is cut or too large."""
    if part.is_cut:
        title = find_title(part.body or b"")
        reject(path.name, _("the file is cut short in {title!r}, which is not imported").format(title=title))
    elif part.body is None:
        why = _("the post at byte {start} is larger than {size} MB").format(
            start=part.start, size=MAX_BYTES >> 20
        )
        reject(path.name, why)
    return part.body is not None and not part.is_cut


def report_end(path: Path, form: XmlForm, reject: Reject) -> None:
    """Call `reject` if the file has no end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        if f"</{form.root}>".encode() not in file.read():
            reject(path.name, _("the file is cut short; posts after the last imported one are missing"))


def find_title(body: bytes) -> str:
    """Return the beginning of the title in the bytes of a post, for messages."""
    match = _TITLE.search(decode(body[:_TITLE_WITHIN]).text)
    return " ".join(match[1].split())[:_MAX_TITLE] if match else ""


def _no_export(path: Path, form: XmlForm, why: str) -> UsageError:
    return UsageError(
        _("{path} is no export of {platform} ({why})").format(path=path, platform=form.title, why=why)
    )


def _build_frame(root: Element, container: Element, form: XmlForm, facts: NamedFacts) -> tuple[bytes, bytes]:
    """Return the bytes before and after a post: the tags around it, and the facts of the blog.

    They are ASCII, and so valid in every charset of the file. Nothing in them changes with each export.
    """
    outer = deepcopy(root)
    outer.clear()
    outer.attrib.update(root.attrib)
    inner = outer if container is root else etree.SubElement(outer, container.tag)
    for child in container:
        if isinstance(child.tag, str) and etree.QName(child).localname in form.stored:
            copy = deepcopy(child)
            copy.tail = "\n"
            etree.strip_elements(copy, *form.dropped, with_tail=False)
            inner.append(copy)
    inner.append(etree.Comment(_PLACE))
    before, _place, after = etree.tostring(outer, encoding="ascii").partition(f"<!--{_PLACE}-->".encode())
    return before, after


def _instruction(facts: NamedFacts) -> bytes:
    named = (("url", facts.url), ("zone", facts.zone))
    text = " ".join(f"{name}={quoteattr(value)}" for name, value in named if value)
    return f"<?{INSTRUCTION} {text}?>".encode("ascii", "xmlcharrefreplace") if text else b""


_WORDPRESS = XmlForm(
    title="WordPress",
    root="rss",
    container="channel",
    element="item",
    stored=("title", "link", "description", "base_site_url", "base_blog_url", "author"),
)
_BLOGBUS = XmlForm(
    title="BlogBus",
    root="BlogBusCom",
    container="",
    element="Log",
    stored=("Description",),
    dropped=("ExportTime",),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NestedFile:
    """An export file with one element for each post; implements the `ExportFile` protocol."""

    path: Path
    form: XmlForm
    head: XmlHead
    exported_at: datetime | None

    def pages(self, reject: Reject) -> Iterator[PostPage]:
        """Yield a page for each element; those that are no post too."""
        for part in split_elements(self.path, self.form.element, MAX_BYTES):
            if report_part(part, self.path, reject) and part.body is not None:
                body = self.head.before + part.body + self.head.after
                yield PostPage(body=body, name=find_title(part.body), offset=part.end)
        report_end(self.path, self.form, reject)


def open_wordpress(path: Path, facts: NamedFacts) -> NestedFile:
    """Return the export file of WordPress at that path; its time is that of the channel. Raises `UsageError`."""
    head = open_head(path, _WORDPRESS, facts)
    return NestedFile(
        path=path,
        form=_WORDPRESS,
        head=head,
        exported_at=_parse_mail_date(child_text(head.container, "pubDate")),
    )


def open_blogbus(path: Path, facts: NamedFacts) -> NestedFile:
    """Return the export file of BlogBus at that path; its time is the one in its description. Raises `UsageError`."""
    head = open_head(path, _BLOGBUS, facts)
    found = local_time(child_text(head.container, "Description/ExportTime"), blogbus.SITE.zone)
    return NestedFile(path=path, form=_BLOGBUS, head=head, exported_at=found.at if found else None)


def _parse_mail_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
