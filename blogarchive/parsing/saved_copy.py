"""Restore a page as its site served it, from a browser extension's file or a Wayback Machine copy."""

import re
from base64 import b64decode
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import unescape
from typing import NamedTuple

from blogarchive.parsing.urls import repair_url

# Extensions of browsers write the files of a page into its tags. SingleFile states URL and date before the head, Save Page
# WE at its end. The date has the form of JavaScript: `Wed May 06 2020 12:00:00 GMT+0800 (…)`.
_SINGLE_FILE = re.compile(
    rb"(?:(?!<body\b).)*?<!--\s*Page saved with SingleFile\s+url: (\S+)\s+saved date: ([^\r\n]+)", re.DOTALL
)
_SAVE_PAGE = re.compile(rb'<meta name="savepage-(url|date)" content="([^"]*)')
_HEAD_BYTES = 2048
_TAG = re.compile(rb"<style\b[^<]*|<[a-z][^<>]*", re.IGNORECASE)
_BASE64 = rb"base64,([A-Za-z0-9+/]++={0,2})"
_EMBEDDED = re.compile(rb"data:[a-z]+/([a-z\d]*)[\w.+=;-]{0,60};" + _BASE64)
_WITH_URL = re.compile(rb'\bdata-savepage-src="([^"<>]*)" src="data:[^",<>]{0,80};' + _BASE64 + rb'"')
# An image that a page of SingleFile shows twice is a variable of its style. Both `img` show a blank SVG before it.
_VARIABLE = re.compile(rb'--sf-img-(\d+): ?url\("?([^")]{1,80})"?\)')
_SHOWS_VARIABLE = re.compile(
    rb"<img\b([^<>]*?)\ssrc='data:image/svg\+xml,<svg[^']*'([^<>]*?\bvar\(--sf-img-(\d+)\))", re.IGNORECASE
)

# Chrome, Edge and IE write it before <html>; the number is the length of the URL. HTTrack leaves the scheme out.
# A text may quote a saved page with its comment.
_SAVED_FROM = re.compile(
    r"(?:(?!<body\b).)*?<!--\s*(?:saved from url=\(\d+\)|Mirrored from )(\S+?)(?:\s*-->| by HTTrack)",
    re.IGNORECASE | re.DOTALL,
)
_MAX_HEAD = 4000

# The Wayback Machine adds a toolbar to a page, and a comment below it. It prefixes each URL in a tag with its own, which
# has the time of the copy. A link of the author to a copy has another time.
_COPY = re.compile(r"https?://web\.archive\.org/web/(\d{4,14})(?:[a-z]{2}_)?/(?=https?:)")
_ARCHIVED = re.compile(
    rb"<!--\s*+FILE ARCHIVED ON (\d\d:\d\d:\d\d) (\w{3}) (\d\d?), (\d{4}) AND RETRIEVED FROM THE\s+INTERNET ARCHIVE[^<>]*>"
)
_TOOLBAR = b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"<!-- END WAYBACK TOOLBAR INSERT -->"
_TOOLBAR_URL = re.compile(rb'\bid="wmtbURL" value="([^"]+)')
_TAG_OR_SAVED_FROM = re.compile(rb"<(?:[a-z]|!--\s*saved from url=)[^<>]*", re.IGNORECASE)


class RestoredPage(NamedTuple):
    """A page as its site served it: its URL, its HTML, and its files by their names in that HTML.

    `date` is that of the copy, in the form of a mail header. `is_packed` is set if an extension of a browser wrote it.
    """

    url: str | None
    date: str
    body: bytes
    files: dict[str, bytes]
    is_packed: bool = False


def restore_page(body: bytes, url: str | None = None) -> RestoredPage | None:
    """Return the page without the parts that an extension or the Wayback Machine added; None without such parts.

    `url` is the one that the format of the file states. An image in a tag becomes a file; its name is the URL that
    Save Page WE keeps. Otherwise it is a path, as browsers save files beside a page.
    """
    unpacked = _unpack(body)
    return _restore_copy(unpacked or RestoredPage(url, "", body, {})) or unpacked


def find_saved_from(text: str) -> str | None:
    """Return the URL that a browser or HTTrack wrote above a page, None if there is none."""
    match = _SAVED_FROM.match(text, 0, _MAX_HEAD)
    return repair_url(match[1]) if match else None


def original_url(url: str) -> str:
    """Return the URL of the page of which `url` is a copy in the Wayback Machine, else `url`."""
    copy = _COPY.match(url)
    return url[copy.end() :] if copy else url


def _restore_copy(page: RestoredPage) -> RestoredPage | None:
    """Return the page as its site served it; None if it is no copy of the Wayback Machine."""
    stated = page.url or find_saved_from(page.body[:_MAX_HEAD].decode("utf-8", "replace")) or ""
    copy = _COPY.match(stated)
    if (time := copy[1] if copy else _read_time(page.body)) is None:
        return None
    above, _, rest = page.body.partition(_TOOLBAR[0])
    toolbar, end, below = rest.partition(_TOOLBAR[1])
    shown = _TOOLBAR_URL.search(toolbar)
    url = stated or (unescape(shown[1].decode("utf-8", "replace")) if shown else "")
    added = re.compile(
        rb"(?:(?:https?:)?//web\.archive\.org)?/web/%s(?:[a-z]{2}_)?/(?=https?:)" % time.encode()
    )
    body = _ARCHIVED.sub(b"", above + below if end else page.body)
    body = _TAG_OR_SAVED_FROM.sub(lambda tag: added.sub(b"", tag[0]), body)
    return page._replace(url=original_url(url) or None, date=_date_of(time), body=body)


def _read_time(body: bytes) -> str | None:
    """Return the copy's time, as in its URL, from the Wayback Machine's comment; None without a valid one."""
    if (found := _ARCHIVED.search(body)) is None:
        return None
    time, month, day, year = (part.decode() for part in found.groups())
    try:
        return f"{parsedate_to_datetime(f'{day} {month} {year} {time} +0000'):%Y%m%d%H%M%S}"
    except ValueError:
        return None


def _date_of(digits: str) -> str:
    """Return the date of a mail's header; an empty one if a time of 14 digits is cut or impossible."""
    try:
        return format_datetime(datetime.strptime(digits.ljust(14, "-"), "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return ""


def _unpack(body: bytes) -> RestoredPage | None:
    """Return the page with names in place of the files' bytes in its tags; None if no extension saved it."""
    if (head := _read_head(body)) is None:
        return None
    files: dict[str, bytes] = {}

    def restore(match: re.Match[bytes]) -> bytes:
        files[unescape(match[1].decode("utf-8", "replace"))] = _decode(match[2])
        return b'src="%s"' % match[1]

    def name(match: re.Match[bytes]) -> bytes:
        data = _decode(match[2])
        path = f"page_files/{sha256(data).hexdigest()[:32]}.{match[1].decode()}"
        files[path] = data
        return path.encode()

    small = _TAG.sub(lambda tag: _EMBEDDED.sub(name, _WITH_URL.sub(restore, tag[0])), body)
    variables = dict(_VARIABLE.findall(small))
    small = _SHOWS_VARIABLE.sub(
        lambda tag: b'<img%s src="%s"%s' % (tag[1], variables.get(tag[3], b""), tag[2]), small
    )
    url, date = head
    return RestoredPage(url, date.partition("(")[0].replace("GMT", ""), small, files, is_packed=True)


def _read_head(body: bytes) -> tuple[str, str] | None:
    """Return the URL and the date that an extension states before or in the head; None without a URL."""
    if match := _SINGLE_FILE.match(body, 0, _HEAD_BYTES):
        return match[1].decode("utf-8", "replace"), match[2].decode("utf-8", "replace")
    if b"savepage-url" not in body:
        return None
    found = _SAVE_PAGE.findall(body, 0, max(0, body.find(b"</head>")))
    stated = {name: unescape(value.decode("utf-8", "replace")) for name, value in found}
    return (url, stated.get(b"date", "")) if (url := stated.get(b"url")) else None


def _decode(text: bytes) -> bytes:
    bare = text.rstrip(b"=")
    is_odd = len(bare) % 4 == 1  # as in a page that someone has cut
    return b64decode(bare[: len(bare) - is_odd] + b"==")
