"""`export atom`: the posts as one Atom feed (RFC 4287), for feed readers and other blog hosts."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from blogarchive.export.folder import Digests, atomic_file, output_file
from blogarchive.export.posts import iterate_posts
from blogarchive.export.run import Exported
from blogarchive.rendering.atom import NAMESPACE, NAMESPACES, build_entry, build_head
from blogarchive.store.read.exports import ExportReader, Filters, open_reader
from blogarchive.store.rows import Progress, no_progress


def export_atom(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the posts with a stored body as a feed to the file `out`, or to `feed.xml` in it if it is a folder.

    Entries are sorted oldest first within a blog and have sanitized HTML; images have their URLs at the site.
    Raises as `export_jsonl`.
    """
    path = output_file(archive, out, "feed.xml")
    posts = missing = 0
    files: Digests = {}
    with open_reader(archive, filters) as reader:
        with atomic_file(path, files) as file:
            for written in _write(reader, file, progress):
                posts += written
                missing += not written
        state = reader.finish()
    return Exported(out=path, posts=posts, missing=missing, files=files, archive_state=state)


def _write(reader: ExportReader, file: BinaryIO, progress: Progress) -> Iterator[bool]:
    """Write the feed; yield for each post whether it has an entry."""
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{NAMESPACE}}}feed", nsmap=NAMESPACES):
            for element in build_head(reader.blogs()):
                xml.write(element)
            for blog, post in iterate_posts(reader, progress):
                if post.has_text:
                    xml.write(build_entry(blog, post))
                yield post.has_text
