"""WordPress and BlogBus: the comments of a post are in its element."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from blogarchive.importing.platforms.base import MAX_BYTES, NamedFacts, PostPage, Reject
from blogarchive.importing.platforms.xml_file import (
    XmlForm,
    XmlHead,
    find_title,
    open_head,
    report_end,
    report_part,
)
from blogarchive.importing.platforms.xml_splitter import split_elements
from blogarchive.sites import blogbus
from blogarchive.sites.exports.document import child_text, local_time

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
