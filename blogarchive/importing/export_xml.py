"""Split an export file of XML into stored pages, one for each post, without parsing it as a whole.

The site of the platform parses these pages.
"""

import mmap
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from blogarchive.errors import UsageError
from blogarchive.importing.saved_files import MAX_BYTES, Reject, readable_file
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element
from blogarchive.sites.exports import INSTRUCTION, InvalidExport, XmlForm, parse_xml


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """The bytes of one post's page, its title for messages, and the offset read so far in the file."""

    body: bytes
    name: str
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportFile:
    """An export file. `exported_at` is the time of the export (aware) that it names, None if it names none.

    `pages` yields the pages in the order of the file. It calls `reject` for each damaged or cut part.
    """

    exported_at: datetime | None
    pages: Callable[[Reject], Iterator[PostPage]]


_SECTION_ENDS = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_PLACE = "blogarchive-place"
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(<\?xml\s[^>]*+>)")
_TITLE = re.compile(r"<[Tt]itle\b[^>]*>(?:<!\[CDATA\[)?([^<\]]*)")
_TITLE_WITHIN = 4096  # bytes of a post that are searched for its title, for messages
_TAIL = 4096  # the root element ends within so many bytes of the end of the file
MAX_TITLE = 40
_MAX_HEAD = 65_536  # bytes; the head of the file is stored with each post

Data = mmap.mmap | bytes
"""The bytes of a file, which the system reads when they are asked for."""


@contextmanager
def _open_data(path: Path) -> Iterator[Data]:
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # nothing to map
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def split_elements(data: Data, name: str) -> Iterator[tuple[slice, bool]]:
    """Yield the place of each element of that name, in order, and whether it is whole; a cut file ends in one.

    Tags in CDATA sections and comments are none.
    """
    tag = name.encode()
    token = re.compile(rb"<!\[CDATA\[|<!--|<" + tag + rb"(?=[\s>])|</" + tag + rb"\s{0,9}>")
    position, start = 0, None
    while position >= 0 and (match := token.search(data, position)):
        position = match.end()
        if match[0] in _SECTION_ENDS:
            position = data.find(_SECTION_ENDS[match[0]], position)
        elif not match[0].startswith(b"</"):
            start = match.start() if start is None else start
        elif start is not None:
            yield slice(start, position), True
            start = None
    if start is not None:
        yield slice(start, len(data)), False


def open_xml(path: Path, title: str, form: XmlForm, url: str | None, zone: str | None) -> ExportFile:
    """Open the export file at that path, with the facts that the user named. Raises `UsageError` for another file."""
    head = _read_head(path, form)
    closing = "".join(f"</{name}>" for name in (form.container, form.root) if name)
    text = decode(head).text
    try:
        root, _damaged = parse_xml(text if f"</{form.root}>" in text else text + closing)
        container = root.find(form.container) if form.container else root
        if _local_name(root) != form.root or container is None:
            raise InvalidExport(_("it begins with <{name}>").format(name=_local_name(root)))
        before, after = _build_frame(root, container, form)
        if len(before) > 2 * _MAX_HEAD:
            message = _("its first element is larger than {size} KB")
            raise InvalidExport(message.format(size=2 * _MAX_HEAD >> 10))
    except InvalidExport as error:
        text = _("{path} is no export of {platform} ({why})")
        raise UsageError(text, path=path, platform=title, why=error) from error
    declaration = _DECLARATION.match(head)
    lines = (declaration[1] if declaration else b"", _instruction(url, zone), before)
    pages = _XmlPages(path=path, form=form, before=b"\n".join(filter(None, lines)), after=after)
    return ExportFile(exported_at=form.exported_at(container), pages=pages.read)


def _read_head(path: Path, form: XmlForm) -> bytes:
    """Return the bytes before the first element, b"" if they are too many to be the head of an export."""
    with readable_file(path), _open_data(path) as data:
        end = next((part.start for part, _is_whole in split_elements(data, form.element)), len(data))
        return data[:end] if end <= MAX_BYTES else b""


def _local_name(element: Element) -> str:
    """Return the name of an element without its namespace; lxml's `QName` refuses names of a damaged file."""
    return str(element.tag).rpartition("}")[2]


def _build_frame(root: Element, container: Element, form: XmlForm) -> tuple[bytes, bytes]:
    """Return the bytes before and after a post: the tags around it, and the facts of the blog.

    They are ASCII, and so valid in every charset of the file. Nothing in them changes with each export.
    """
    outer = deepcopy(root)
    del outer[:]
    outer.text = outer.tail = None
    inner, size = outer if container is root else etree.SubElement(outer, container.tag), 0
    for child in container:
        if isinstance(child.tag, str) and _local_name(child) in form.stored:
            copy = deepcopy(child)
            copy.tail = "\n"  # white space that differs between exports would make each post a new page
            etree.strip_elements(copy, *form.dropped, with_tail=False)
            size += len(etree.tostring(copy))
            if size < _MAX_HEAD:
                inner.append(copy)
    inner.append(etree.Comment(_PLACE))
    before, _place, after = etree.tostring(outer, encoding="ascii").partition(f"<!--{_PLACE}-->".encode())
    return before, after


def _instruction(url: str | None, zone: str | None) -> bytes:
    text = " ".join(f"{name}={quoteattr(value)}" for name, value in (("url", url), ("zone", zone)) if value)
    return f"<?{INSTRUCTION} {text}?>".encode("ascii", "xmlcharrefreplace") if text else b""


@dataclass(frozen=True, kw_only=True, slots=True)
class _XmlPages:
    """The pages of a file; `before` and `after` are the bytes around the post of a stored page."""

    path: Path
    form: XmlForm
    before: bytes
    after: bytes

    def read(self, reject: Reject) -> Iterator[PostPage]:
        """Yield a page for each post, with its comments; if the form has no ids, also for elements that are no post."""
        comments: dict[str, list[slice]] = {}
        with _open_data(self.path) as data:
            posts: Iterable[tuple[slice, str]] = ((part, "") for part in self._find_parts(data, reject))
            if self.form.read_ids is not None:
                posts = self._sort_entries(data, comments, reject)
            for part, number in posts:
                found = (data[comment] for comment in comments.pop(number, ()))
                body = b"".join((self.before, data[part], *found, self.after))
                yield PostPage(body=body, name=_find_title(data, part), offset=part.stop)
                if sys.platform != "win32" and isinstance(data, mmap.mmap):
                    data.madvise(mmap.MADV_DONTNEED)  # the file may be larger than the memory
            if f"</{self.form.root}>".encode() not in data[max(0, len(data) - _TAIL) :]:
                text = _("the file is cut short; posts after the last imported one are missing")
                reject(self.path.name, text)
        if comments:
            count = sum(map(len, comments.values()))
            reject(self.path.name, _("comments of posts that the file lacks: {count}").format(count=count))

    def _find_parts(self, data: Data, reject: Reject) -> Iterator[slice]:
        """Yield the places of the elements that are whole and not too large."""
        for part, is_whole in split_elements(data, self.form.element):
            if not is_whole:
                why = _("the file is cut short in {title!r}, which is not imported")
                reject(self.path.name, why.format(title=_find_title(data, part)))
            elif part.stop - part.start > MAX_BYTES:
                why = _("the post at byte {start} is larger than {size} MB")
                reject(self.path.name, why.format(start=part.start, size=MAX_BYTES >> 20))
            else:
                yield part

    def _sort_entries(
        self, data: Data, comments: dict[str, list[slice]], reject: Reject
    ) -> list[tuple[slice, str]]:
        """Return the places and numbers of the posts; add those of the comments by their post.

        Comments may precede their post.
        """
        posts = []
        for part in self._find_parts(data, reject):
            try:
                kind, number, parent = self._read_ids(data[part])
            except InvalidExport as error:
                reject(_find_title(data, part), str(error))
                continue
            if kind == "comment":
                comments.setdefault(parent, []).append(part)
            elif kind in ("post", "page"):
                posts.append((part, number))
        return posts

    def _read_ids(self, entry: bytes) -> tuple[str, str, str]:
        """Return kind, number and post of an entry. Raises `InvalidExport` if it is damaged, or no entry of a feed."""
        root, is_damaged = parse_xml(decode(self.before + entry + self.after).text)
        node = root.find("{*}" + self.form.element)
        if node is not None and self.form.read_ids is not None:
            kind, number, parent = self.form.read_ids(node)
            if kind and number:
                return kind, number, parent
            if kind not in ("", "comment", "post", "page") and not is_damaged:  # settings have no number
                return kind, number, parent
        text = _("its XML is damaged") if is_damaged else _("it has no id or no kind, as an entry of a feed")
        raise InvalidExport(text)


def _find_title(data: Data, part: slice) -> str:
    """Return the beginning of the title of a post, for messages."""
    match = _TITLE.search(decode(data[part.start : min(part.stop, part.start + _TITLE_WITHIN)]).text)
    return " ".join(match[1].split())[:MAX_TITLE] if match else ""
