"""`import blogger`, `wordpress`, `movabletype`, `blogbus`: store the posts of a platform's export file.

Each post is one stored page: a small export with the post and its comments. A later export is a later page of the
same post, so an edit becomes a revision.
"""

import mmap
import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import cast
from xml.sax.saxutils import quoteattr

from lxml import etree

from blogarchive.errors import UsageError
from blogarchive.importing import saved_files
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element
from blogarchive.sites import exports as forms
from blogarchive.sites.base import site_by_name
from blogarchive.sites.movabletype import begins_entry, ends_section, may_end_entry, parse_entry
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.rows import Progress, no_progress

PLATFORMS = ("blogger", "wordpress", "movabletype", "blogbus")
"""The sites of export files."""

_WITH_OFFSETS = ("blogger",)  # each time in their files has its offset from UTC
_MAX_TITLE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class _PostPage:
    """The bytes of one post's page, its title for messages, and the offset read so far in the file."""

    body: bytes
    name: str
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _ExportFile:
    """An export file. `exported_at` is the time of the export (aware) that it names, None if it names none.

    `pages` yields the pages in the order of the file. It calls `reject` for each damaged or cut part.
    """

    exported_at: datetime | None
    pages: Callable[[saved_files.Reject], Iterator[_PostPage]]


def import_export(
    archive: Path,
    source: Path,
    platform: str,
    *,
    url: str | None = None,
    zone: str | None = None,
    drafts: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Import the export file `source` of that platform; create the archive if there is none.

    `url` is the URL of the blog, for a file that names none or an old one. `zone` is the time zone of times without
    one, by default the site's. `drafts` imports drafts and scheduled posts too. The time of the pages is that of the
    export, else of the file. A part that is damaged or cut is listed in the report, all others are imported. The same
    import again changes nothing. `progress` counts bytes. Raises `UsageError`, `ArchiveBusy`, `ArchiveDamaged`,
    `CannotWrite`.
    """
    site = cast(forms.ExportSite, site_by_name(platform))
    export = _open(source, site, url, zone)
    with PageImporter.open(archive) as importer:
        fetched_at = saved_files.plausible_time(export.exported_at) or saved_files.modified_at(source)
        run = _ExportImport(
            importer=importer, site=site, source=source.name, fetched_at=fetched_at, drafts=drafts
        )
        size = source.stat().st_size
        for page in export.pages(importer.reject):
            # One damaged post must not lose the others.
            with importer.isolate_failure(page.name or source.name):
                run.import_post(page)
            progress(page.offset, size)
        return replace(importer.report(), drafts=run.draft_count)


def _open(source: Path, site: forms.ExportSite, url: str | None, zone: str | None) -> _ExportFile:
    """Return the export file. Raises `UsageError` for an argument that does not fit it."""
    if saved_files.require_plain_file(source, b"\x1f\x8b").startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError(_("{path} is UTF-16; save it as UTF-8 first"), path=source)
    if url is not None and forms.web_url(url) is None:
        raise UsageError(_("{url!r} is no URL; write it as https://example.blogspot.com/"), url=url)
    if zone is not None and site.name in _WITH_OFFSETS:
        raise UsageError(_("times in this file have their zones: leave out --zone"))
    if zone is not None and forms.find_zone(zone) is None:
        raise UsageError(_("{zone!r} is no time zone; write it as Asia/Shanghai"), zone=zone)
    if site.form is None:
        return _open_movabletype(source, url, zone)
    return _open_xml(source, site.title, site.form, url, zone)


@dataclass(kw_only=True, slots=True)
class _ExportImport:
    """The import of one export file; `fetched_at` is the time of its pages."""

    importer: PageImporter
    site: forms.ExportSite
    source: str
    fetched_at: datetime
    drafts: bool
    draft_count: int = 0
    numbers: Counter[str] = field(default_factory=Counter)

    def import_post(self, post_page: _PostPage) -> None:
        """Import the post of a page, unless it is a draft or another kind of entry. Raises `CannotIdentify`."""
        headers = (("Content-Type", self.site.content_type), ("X-Imported-From", self.source))
        page = Page(url="", fetched_at=self.fetched_at, status=200, headers=headers, body=post_page.body)
        status, parsed = self._read(page)
        if status is forms.PostStatus.NO_POST and parsed.problems:
            raise saved_files.CannotIdentify(_("its XML is damaged"))
        is_draft = status is forms.PostStatus.DRAFT
        self.draft_count += is_draft
        if status is forms.PostStatus.PUBLISHED or (is_draft and self.drafts):
            self._store(post_page.name, page, parsed)

    def _read(self, page: Page) -> tuple[forms.PostStatus, ParsedPage]:
        """Parse the post of a page. Give it another number if an earlier post of the file has its time."""
        target = Target(url="", site=self.site.name, kind=PageKind.POST)
        try:
            status, parsed = self.site.read_post(page, target, self.site.zone)
            number = parsed.posts[0].number
            self.numbers[number] += 1
            if self.numbers[number] > 1:
                target = replace(target, number=f"{number}-{self.numbers[number]}")
                status, parsed = self.site.read_post(page, target, self.site.zone)
        except forms.InvalidExport as error:
            raise saved_files.CannotIdentify(str(error)) from error
        return status, parsed

    def _store(self, name: str, page: Page, parsed: ParsedPage) -> None:
        post, uid = parsed.posts[0], parsed.author.uid if parsed.author else None
        target = Target(url=post.url, site=self.site.name, kind=PageKind.POST, uid=uid, number=post.number)
        crawled = CrawledPage(target=target, page=replace(page, url=target.url), parsed=parsed)
        self.importer.import_page(name, normalize_page(crawled))


# Movable Type: a text file; each entry is a page, below the fields that name its blog and its zone

_LINE = 2**20  # a line without an end is read in parts of so many bytes


def _read_pages(path: Path, prefix: bytes, reject: saved_files.Reject) -> Iterator[_PostPage]:
    """Yield a page for each entry. An entry at the end of the file without a line of dashes is cut short."""
    size = path.stat().st_size
    for body, end in _split_entries(path):
        if body is None:
            why = _("the post before byte {end} is larger than {size} MB")
            reject(path.name, why.format(end=end, size=saved_files.MAX_BYTES >> 20))
            continue
        name = _entry_title(body)
        if end >= size and not _is_whole(body):
            why = _("the file ends in {title!r} without a line of dashes; it is not imported")
            reject(path.name, why.format(title=name))
            continue
        yield _PostPage(body=prefix + body, name=name, offset=end)


def _open_movabletype(path: Path, url: str | None, zone: str | None) -> _ExportFile:
    """Return the export file of Movable Type at that path, with the facts that the user named. Raises `UsageError`.

    The fields of the blog are stored before each post.
    """
    with saved_files.readable_file(path):
        body, _end = next(_split_entries(path), (None, 0))
    line = _to_text(body.split(b"\n")[0]) if body else ""
    if body is None or not begins_entry(line) or "\r" in line:
        text = _("{path} is no export of Movable Type (it does not begin with a field such as TITLE:)")
        raise UsageError(text, path=path)
    author = parse_entry(decode(body).text)[0].field("AUTHOR")
    blog = f"BLOG: {url or forms.unknown_blog_url(author or path.stem)}\n"
    prefix = f"{blog}ZONE: {zone}\n" if zone else blog
    return _ExportFile(exported_at=None, pages=partial(_read_pages, path, prefix.encode()))


def _split_entries(path: Path) -> Iterator[tuple[bytes | None, int]]:
    """Yield the bytes of each entry, None if it is too large, and the place of its end. Raises `OSError`."""
    entry = bytearray()
    waiting = bytearray()  # dashes that end the entry if another begins after them
    end, is_too_large = 0, False
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            text = _to_text(line.removeprefix(BOM_UTF8) if end == 0 else line)
            if waiting and text.strip():
                if begins_entry(text):
                    yield None if is_too_large else bytes(entry + waiting), end
                    entry, is_too_large = bytearray(), False
                else:
                    entry += waiting
                waiting = bytearray()
            end += len(line)
            if may_end_entry(text) or waiting:
                waiting += line
            elif entry or text.strip():
                entry += line.removeprefix(BOM_UTF8) if not entry else line
            if len(entry) > saved_files.MAX_BYTES:
                entry, is_too_large = bytearray(), True
    if entry or is_too_large:
        yield None if is_too_large else bytes(entry + waiting), end


def _is_whole(body: bytes) -> bool:
    last = _to_text(body.rstrip().rpartition(b"\n")[2])
    return ends_section(last) or may_end_entry(last)


def _entry_title(body: bytes) -> str:
    match = re.search(rb"^TITLE:(.*)$", body, re.MULTILINE)
    return " ".join(decode(match[1]).text.split())[:_MAX_TITLE] if match else ""


def _to_text(line: bytes) -> str:
    """Return the text of a line for its ASCII markup, in whatever charset the file is."""
    return line.rstrip(b"\r\n").decode("latin-1")


# XML: the file is split into stored pages without parsing it as a whole. The platform's site parses them.

_SECTION_ENDS = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_PLACE = "blogarchive-place"
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(<\?xml\s[^>]*+>)")
_TITLE = re.compile(r"<[Tt]itle\b[^>]*>(?:<!\[CDATA\[)?([^<\]]*)")
_TITLE_WITHIN = 4096  # bytes of a post that are searched for its title, for messages
_TAIL = 4096  # the root element ends within so many bytes of the end of the file
_MAX_HEAD = 65_536  # bytes; the head of the file is stored with each post

_Data = mmap.mmap | bytes
"""The bytes of a file, which the system reads when they are asked for."""


@contextmanager
def _open_data(path: Path) -> Iterator[_Data]:
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # nothing to map
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def split_elements(data: _Data, name: str) -> Iterator[tuple[slice, bool]]:
    """Yield the place of each element of that name, in order, and whether it is whole: a cut file ends in one.

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


def _open_xml(path: Path, title: str, form: forms.XmlForm, url: str | None, zone: str | None) -> _ExportFile:
    """Open the export file at that path, with the facts that the user named. Raises `UsageError` for another file."""
    head = _read_head(path, form)
    closing = "".join(f"</{name}>" for name in (form.container, form.root) if name)
    text = decode(head).text
    try:
        root, _damaged = forms.parse_xml(text if f"</{form.root}>" in text else text + closing)
        container = root.find(form.container) if form.container else root
        if _local_name(root) != form.root or container is None:
            raise forms.InvalidExport(_("it begins with <{name}>").format(name=_local_name(root)))
        before, after = _build_frame(root, container, form)
        if len(before) > 2 * _MAX_HEAD:
            message = _("its first element is larger than {size} KB")
            raise forms.InvalidExport(message.format(size=2 * _MAX_HEAD >> 10))
    except forms.InvalidExport as error:
        text = _("{path} is no export of {platform} ({why})")
        raise UsageError(text, path=path, platform=title, why=error) from error
    declaration = _DECLARATION.match(head)
    lines = (declaration[1] if declaration else b"", _instruction(url, zone), before)
    pages = _XmlPages(path=path, form=form, before=b"\n".join(filter(None, lines)), after=after)
    return _ExportFile(exported_at=form.exported_at(container), pages=pages.read)


def _read_head(path: Path, form: forms.XmlForm) -> bytes:
    """Return the bytes before the first element, b"" if they are too many to be the head of an export."""
    with saved_files.readable_file(path), _open_data(path) as data:
        end = next((part.start for part, _is_whole in split_elements(data, form.element)), len(data))
        return data[:end] if end <= saved_files.MAX_BYTES else b""


def _local_name(element: Element) -> str:
    """Return the name of an element without its namespace; lxml's `QName` refuses names of a damaged file."""
    return str(element.tag).rpartition("}")[2]


def _build_frame(root: Element, container: Element, form: forms.XmlForm) -> tuple[bytes, bytes]:
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
    return f"<?{forms.INSTRUCTION} {text}?>".encode("ascii", "xmlcharrefreplace") if text else b""


@dataclass(frozen=True, kw_only=True, slots=True)
class _XmlPages:
    """The pages of a file; `before` and `after` are the bytes around the post of a stored page."""

    path: Path
    form: forms.XmlForm
    before: bytes
    after: bytes

    def read(self, reject: saved_files.Reject) -> Iterator[_PostPage]:
        """Yield a page for each post, with its comments. If the form has no ids, also for elements that are no post."""
        comments: dict[str, list[slice]] = {}
        with _open_data(self.path) as data:
            posts: Iterable[tuple[slice, str]] = ((part, "") for part in self._find_parts(data, reject))
            if self.form.read_ids is not None:
                posts = self._sort_entries(data, comments, reject)
            for part, number in posts:
                found = (data[comment] for comment in comments.pop(number, ()))
                body = b"".join((self.before, data[part], *found, self.after))
                yield _PostPage(body=body, name=_xml_title(data, part), offset=part.stop)
                if sys.platform != "win32" and isinstance(data, mmap.mmap):
                    data.madvise(mmap.MADV_DONTNEED)  # the file may be larger than the memory
            if f"</{self.form.root}>".encode() not in data[max(0, len(data) - _TAIL) :]:
                text = _("the file is cut short; posts after the last imported one are missing")
                reject(self.path.name, text)
        if comments:
            count = sum(map(len, comments.values()))
            reject(self.path.name, _("comments of posts that the file lacks: {count}").format(count=count))

    def _find_parts(self, data: _Data, reject: saved_files.Reject) -> Iterator[slice]:
        """Yield the places of the elements that are whole and not too large."""
        for part, is_whole in split_elements(data, self.form.element):
            if not is_whole:
                why = _("the file is cut short in {title!r}, which is not imported")
                reject(self.path.name, why.format(title=_xml_title(data, part)))
            elif part.stop - part.start > saved_files.MAX_BYTES:
                why = _("the post at byte {start} is larger than {size} MB")
                reject(self.path.name, why.format(start=part.start, size=saved_files.MAX_BYTES >> 20))
            else:
                yield part

    def _sort_entries(
        self, data: _Data, comments: dict[str, list[slice]], reject: saved_files.Reject
    ) -> list[tuple[slice, str]]:
        """Return the places and numbers of the posts; add those of the comments by their post.

        Comments may precede their post.
        """
        posts = []
        for part in self._find_parts(data, reject):
            try:
                kind, number, parent = self._read_ids(data[part])
            except forms.InvalidExport as error:
                reject(_xml_title(data, part), str(error))
                continue
            if kind == "comment":
                comments.setdefault(parent, []).append(part)
            elif kind in ("post", "page"):
                posts.append((part, number))
        return posts

    def _read_ids(self, entry: bytes) -> tuple[str, str, str]:
        """Return kind, number and post of an entry. Raises `InvalidExport` if it is damaged, or no entry of a feed."""
        root, is_damaged = forms.parse_xml(decode(self.before + entry + self.after).text)
        node = root.find("{*}" + self.form.element)
        if node is not None and self.form.read_ids is not None:
            kind, number, parent = self.form.read_ids(node)
            if kind and number:
                return kind, number, parent
            if kind not in ("", "comment", "post", "page") and not is_damaged:  # settings have no number
                return kind, number, parent
        text = _("its XML is damaged") if is_damaged else _("it has no id or no kind, as an entry of a feed")
        raise forms.InvalidExport(text)


def _xml_title(data: _Data, part: slice) -> str:
    """Return the beginning of the title of a post, for messages."""
    match = _TITLE.search(decode(data[part.start : min(part.stop, part.start + _TITLE_WITHIN)]).text)
    return " ".join(match[1].split())[:_MAX_TITLE] if match else ""
