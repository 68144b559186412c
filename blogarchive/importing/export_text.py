"""Movable Type: a text file; each entry is a page, below the fields that name its blog and its zone."""

import re
from collections.abc import Iterator
from functools import partial
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.importing.export_xml import MAX_TITLE, ExportFile, PostPage
from blogarchive.importing.saved_files import MAX_BYTES, Reject
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites.exports import begins_entry, ends_section, may_end_entry, parse_entry, unknown_blog_url

_BOM = b"\xef\xbb\xbf"
_LINE = 2**20


def _read_pages(path: Path, prefix: bytes, reject: Reject) -> Iterator[PostPage]:
    """Yield a page for each entry; an entry at the end of the file without a line of dashes is cut short."""
    size = path.stat().st_size
    for body, end in _split_entries(path):
        if body is None:
            why = _("the post before byte {end} is larger than {size} MB")
            reject(path.name, why.format(end=end, size=MAX_BYTES >> 20))
            continue
        name = _find_title(body)
        if end >= size and not _is_whole(body):
            why = _("the file ends in {title!r} without a line of dashes; it is not imported")
            reject(path.name, why.format(title=name))
            continue
        yield PostPage(body=prefix + body, name=name, offset=end)


def open_movabletype(path: Path, url: str | None, zone: str | None) -> ExportFile:
    """Return the export file of Movable Type at that path, with the facts that the user named. Raises `UsageError`.

    The fields of the blog are stored before each post.
    """
    try:
        body, _end = next(_split_entries(path), (None, 0))
    except OSError as error:
        raise UsageError(_("{path} cannot be read ({why})"), path=path, why=error.strerror) from error
    line = _to_text(body.split(b"\n")[0]) if body else ""
    if body is None or not begins_entry(line) or "\r" in line:
        text = _("{path} is no export of Movable Type (it does not begin with a field such as TITLE:)")
        raise UsageError(text, path=path)
    author = parse_entry(decode(body).text)[0].field("AUTHOR")
    blog = f"BLOG: {url or unknown_blog_url(author or path.stem)}\n"
    prefix = f"{blog}ZONE: {zone}\n" if zone else blog
    return ExportFile(exported_at=None, pages=partial(_read_pages, path, prefix.encode()))


def _split_entries(path: Path) -> Iterator[tuple[bytes | None, int]]:
    """Yield the bytes of each entry, None if it is too large, and the place of its end. Raises `OSError`."""
    entry = bytearray()
    waiting = bytearray()  # dashes that end the entry if another begins after them
    end, is_too_large = 0, False
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            text = _to_text(line.removeprefix(_BOM) if end == 0 else line)
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
                entry += line.removeprefix(_BOM) if not entry else line
            if len(entry) > MAX_BYTES:
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
