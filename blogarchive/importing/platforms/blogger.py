"""Blogger: comments are entries of their own anywhere in the file, so it is read twice.

The first reading stores the places of the comments of each post; the second one reads the posts.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from blogarchive.importing.platforms.xml_file import (
    MAX_BYTES,
    NamedFacts,
    Part,
    PostPage,
    Reject,
    XmlForm,
    XmlHead,
    find_title,
    open_head,
    report_end,
    report_part,
    split_elements,
)
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites.blogger import EntryIds, read_ids
from blogarchive.sites.exports import InvalidExport, child_text, parse_xml

_FORM = XmlForm(
    title="Blogger",
    root="feed",
    container="",
    element="entry",
    stored=("id", "title", "link", "author"),
)
_POSTS = ("post", "page")


@dataclass(frozen=True, kw_only=True, slots=True)
class BloggerFile:
    """An export file of Blogger; implements the `ExportFile` protocol."""

    path: Path
    head: XmlHead

    @property
    def exported_at(self) -> datetime | None:
        """Return the time of the feed: of the last change before the export."""
        try:
            found = datetime.fromisoformat(child_text(self.head.container, "{*}updated"))
        except ValueError:
            return None
        return found if found.tzinfo else None

    def pages(self, reject: Reject) -> Iterator[PostPage]:
        """Yield a page for each post and page of the blog, with its comments."""
        places = self._locate_comments()
        with self.path.open("rb") as file:
            for part in split_elements(self.path, _FORM.element, MAX_BYTES):
                if not report_part(part, self.path, reject):
                    continue
                ids = self._read_ids(part, reject)
                if ids is None or ids.kind not in _POSTS:
                    continue
                body = bytearray(self.head.before + (part.body or b""))
                found = places.pop(ids.number, array("q"))
                for start, end in zip(found[::2], found[1::2], strict=True):
                    file.seek(start)
                    body += file.read(end - start)
                body += self.head.after
                yield PostPage(body=bytes(body), name=find_title(part.body or b""), offset=part.end)
        if places:
            count = sum(len(ends) // 2 for ends in places.values())
            reject(self.path.name, _("comments of posts that the file lacks: {count}").format(count=count))
        report_end(self.path, _FORM, reject)

    def _locate_comments(self) -> dict[str, "array[int]"]:
        """Return the starts and ends of the comments of each post in the file."""
        places: dict[str, array[int]] = {}
        for part in split_elements(self.path, _FORM.element, MAX_BYTES):
            if part.body is None or part.is_cut or not _may_be_comment(part.body):
                continue
            ids = self._read_ids(part, _ignore)
            if ids is not None and ids.kind == "comment":
                places.setdefault(ids.parent, array("q")).extend((part.start, part.end))
        return places

    def _read_ids(self, part: Part, reject: Reject) -> EntryIds | None:
        text = decode(self.head.before + (part.body or b"") + self.head.after).text
        try:
            root, is_damaged = parse_xml(text)
        except InvalidExport as error:
            reject(find_title(part.body or b""), str(error))
            return None
        entry = root.find("{*}entry")
        ids = None if entry is None else read_ids(entry)
        needs_id = is_damaged or ids is None or ids.kind in ("", "comment", *_POSTS)  # settings have none
        if needs_id and (ids is None or not (ids.kind and ids.number)):
            why = (
                _("its XML is damaged") if is_damaged else _("it has no id or no kind, as an entry of a feed")
            )
            reject(find_title(part.body or b""), why)
        return ids


def open_blogger(path: Path, facts: NamedFacts) -> BloggerFile:
    """Return the export file of Blogger at that path. Raises `UsageError`."""
    return BloggerFile(path=path, head=open_head(path, _FORM, facts))


def _may_be_comment(body: bytes) -> bool:
    return b"kind#comment" in body or b"COMMENT" in body


def _ignore(_name: str, _why: str) -> None:
    """Ignore rejections: the second reading reports them."""
