"""`import blogger`, `wordpress`, `movabletype`, `blogbus`: store the posts of a platform's export file.

Each post is one stored page: a small export with the post and its comments. A later export is a later page of the
same post, so an edit becomes a revision.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import cast

from blogarchive.errors import UsageError
from blogarchive.importing import saved_files
from blogarchive.importing.export_xml import MAX_TITLE, ExportFile, PostPage, open_xml
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites import exports as forms
from blogarchive.sites.base import site_by_name
from blogarchive.sites.movabletype import begins_entry, ends_section, may_end_entry, parse_entry
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.rows import Progress, no_progress

PLATFORMS = ("blogger", "wordpress", "movabletype", "blogbus")
"""The sites of export files."""

_WITH_OFFSETS = ("blogger",)  # each time in their files has its offset from UTC


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


def _open(source: Path, site: forms.ExportSite, url: str | None, zone: str | None) -> ExportFile:
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
    return open_xml(source, site.title, site.form, url, zone)


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

    def import_post(self, post_page: PostPage) -> None:
        """Import the post of a page, unless it is a draft or another kind of entry. Raises `CannotIdentify`."""
        headers = (("Content-Type", self.site.content_type), ("X-Imported-From", self.source))
        page = Page(url="", fetched_at=self.fetched_at, status=200, headers=headers, body=post_page.body)
        status, parsed = self._read(page)
        if status is forms.PostStatus.NO_POST and parsed.problems:
            raise saved_files.CannotIdentify(_("its XML is damaged"))
        if status is forms.PostStatus.DRAFT:
            self.draft_count += 1
        if status is forms.PostStatus.PUBLISHED or (self.drafts and status is forms.PostStatus.DRAFT):
            self._store(post_page.name, page, parsed)

    def _read(self, page: Page) -> tuple[forms.PostStatus, ParsedPage]:
        """Parse the post of a page; give it another number if an earlier post of the file has the same time."""
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


def _read_pages(path: Path, prefix: bytes, reject: saved_files.Reject) -> Iterator[PostPage]:
    """Yield a page for each entry; an entry at the end of the file without a line of dashes is cut short."""
    size = path.stat().st_size
    for body, end in _split_entries(path):
        if body is None:
            why = _("the post before byte {end} is larger than {size} MB")
            reject(path.name, why.format(end=end, size=saved_files.MAX_BYTES >> 20))
            continue
        name = _find_title(body)
        if end >= size and not _is_whole(body):
            why = _("the file ends in {title!r} without a line of dashes; it is not imported")
            reject(path.name, why.format(title=name))
            continue
        yield PostPage(body=prefix + body, name=name, offset=end)


def _open_movabletype(path: Path, url: str | None, zone: str | None) -> ExportFile:
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
    return ExportFile(exported_at=None, pages=partial(_read_pages, path, prefix.encode()))


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


def _find_title(body: bytes) -> str:
    match = re.search(rb"^TITLE:(.*)$", body, re.MULTILINE)
    return " ".join(decode(match[1]).text.split())[:MAX_TITLE] if match else ""


def _to_text(line: bytes) -> str:
    """Return the text of a line for its ASCII markup, in whatever charset the file is."""
    return line.rstrip(b"\r\n").decode("latin-1")
