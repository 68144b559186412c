"""Unpack a page that an extension of a browser wrote into one file, with its images as base64 in tags."""

import re
from base64 import b64decode
from hashlib import sha256
from html import unescape
from typing import NamedTuple

# Extensions of browsers write the files of a page into its tags. SingleFile states URL and date before the head, Save Page
# WE at its end; the date is that of JavaScript, `Wed May 06 2020 12:00:00 GMT+0800 (…)`.
_SINGLE_FILE = re.compile(
    rb"(?:(?!<body\b).)*?<!--\s*Page saved with SingleFile\s+url: (\S+)\s+saved date: ([^\r\n]+)", re.DOTALL
)
_SAVE_PAGE = re.compile(rb'<meta name="savepage-(url|date)" content="([^"]*)')
_HEAD_BYTES = 2048
_TAG = re.compile(rb"<style\b[^<]*|<[a-z][^<>]*", re.IGNORECASE)
_BASE64 = rb"base64,([A-Za-z0-9+/]++={0,2})"
_EMBEDDED = re.compile(rb"data:[a-z]+/([a-z\d]*)[\w.+=;-]{0,60};" + _BASE64)
_WITH_URL = re.compile(rb'\bdata-savepage-src="([^"<>]*)" src="data:[^",<>]{0,80};' + _BASE64 + rb'"')
# An image that a page of SingleFile shows twice is a variable of its style; both `img` show a blank SVG in front of it.
_VARIABLE = re.compile(rb'--sf-img-(\d+): ?url\("?([^")]{1,80})"?\)')
_SHOWS_VARIABLE = re.compile(
    rb"<img\b([^<>]*?)\ssrc='data:image/svg\+xml,<svg[^']*'([^<>]*?\bvar\(--sf-img-(\d+)\))", re.IGNORECASE
)


class UnpackedPage(NamedTuple):
    """URL of the page, date of the copy, its HTML, and its files by their names in that HTML."""

    url: str
    date: str
    body: bytes
    files: dict[str, bytes]


def unpack_page(body: bytes) -> UnpackedPage | None:
    """Return the page with a name in place of the bytes of each file in its tags; None if no extension saved it.

    The name is the URL that Save Page WE keeps. Otherwise it is a path, as browsers save files beside a page.
    """
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
    return UnpackedPage(*head, small, files)


def _read_head(body: bytes) -> tuple[str, str] | None:
    """Return the URL and the date that an extension states before or in the head; None if there is no URL."""
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
