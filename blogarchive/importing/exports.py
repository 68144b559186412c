"""`import blogger`, `wordpress`, `movabletype`, `blogbus`: store the posts of a platform's export file.

Each post is one stored page: a small export with the post and its comments. A later export is a later page of the
same post, so an edit becomes a revision.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import cast

from blogarchive.errors import UsageError
from blogarchive.importing.export_text import open_movabletype
from blogarchive.importing.export_xml import ExportFile, PostPage, open_xml
from blogarchive.importing.importer import ImportReport, PageImporter
from blogarchive.importing.saved_files import CannotIdentify, modified_at, plausible_time, require_plain_file
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import site_by_name
from blogarchive.sites.exports import ExportSite, InvalidExport, PostStatus, find_zone, web_url
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.rows import Progress, no_progress

PLATFORMS = ("blogger", "wordpress", "movabletype", "blogbus")
"""The sites of export files."""

_WITH_OFFSETS = ("blogger",)


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
    site = cast(ExportSite, site_by_name(platform))
    export = _open(source, site, url, zone)
    with PageImporter.open(archive) as importer:
        run = _ExportImport(
            importer=importer,
            site=site,
            source=source.name,
            fetched_at=plausible_time(export.exported_at) or modified_at(source),
            drafts=drafts,
        )
        size = source.stat().st_size
        for page in export.pages(importer.reject):
            with importer.isolate_failure(page.name or source.name):
                run.import_post(page)
            progress(page.offset, size)
        return replace(importer.report(), drafts=run.draft_count)


def _open(source: Path, site: ExportSite, url: str | None, zone: str | None) -> ExportFile:
    if require_plain_file(source, b"\x1f\x8b").startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError(_("{path} is UTF-16; save it as UTF-8 first"), path=source)
    if url is not None and web_url(url) is None:
        raise UsageError(_("{url!r} is no URL; write it as https://example.blogspot.com/"), url=url)
    if zone is not None and site.name in _WITH_OFFSETS:
        raise UsageError(_("times in this file have their zones: leave out --zone"))
    if zone is not None and find_zone(zone) is None:
        raise UsageError(_("{zone!r} is no time zone; write it as Asia/Shanghai"), zone=zone)
    if site.form is None:
        return open_movabletype(source, url, zone)
    return open_xml(source, site.title, site.form, url, zone)


@dataclass(kw_only=True, slots=True)
class _ExportImport:
    """The import of one export file; `fetched_at` is the time of its pages."""

    importer: PageImporter
    site: ExportSite
    source: str
    fetched_at: datetime
    drafts: bool
    draft_count: int = 0
    numbers: Counter[str] = field(default_factory=Counter)

    def import_post(self, post_page: PostPage) -> None:
        """Import the post of a page, unless it is none or a draft. Raises `CannotIdentify`."""
        page = Page(
            url="",
            fetched_at=self.fetched_at,
            status=200,
            headers=(("Content-Type", self.site.content_type), ("X-Imported-From", self.source)),
            body=post_page.body,
        )
        status, parsed = self._number_anew(page, *self._read(page, None))
        if status is PostStatus.NO_POST and parsed.problems:
            raise CannotIdentify(_("its XML is damaged"))
        if status is PostStatus.DRAFT:
            self.draft_count += 1
        if status is PostStatus.PUBLISHED or (self.drafts and status is PostStatus.DRAFT):
            self._store(post_page.name, page, parsed)

    def _read(self, page: Page, number: str | None) -> tuple[PostStatus, ParsedPage]:
        target = Target(url="", site=self.site.name, kind=PageKind.POST, number=number)
        try:
            return self.site.read_post(page, target, self.site.zone)
        except InvalidExport as error:
            raise CannotIdentify(str(error)) from error

    def _number_anew(
        self, page: Page, status: PostStatus, parsed: ParsedPage
    ) -> tuple[PostStatus, ParsedPage]:
        """Return the post with another number if its own is a time that an earlier post of the file has too."""
        number = parsed.posts[0].number
        self.numbers[number] += 1
        if self.numbers[number] == 1:
            return status, parsed
        return self._read(page, f"{number}-{self.numbers[number]}")

    def _store(self, name: str, page: Page, parsed: ParsedPage) -> None:
        post, uid = parsed.posts[0], parsed.author.uid if parsed.author else None
        target = Target(url=post.url, site=self.site.name, kind=PageKind.POST, uid=uid, number=post.number)
        crawled = CrawledPage(target=target, page=replace(page, url=target.url), parsed=parsed)
        self.importer.import_page(name, normalize_page(crawled))
