"""The charsets that a response and its page claim for themselves, most trusted first."""

import re
from collections.abc import Iterator

from blogarchive.reading.charset_whatwg import UTF_8, WINDOWS_1252, Charset, charset_for

_HEADS = 4096, 65_536  # bytes: browsers look at 1024 and change their mind later; scripts may come first


_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_TAG = re.compile(rb"<!--.*?-->|<\?xml\s[^>]*|<meta[\s/](?:[^>\"']|\"[^\"]*\"|'[^']*')*", re.DOTALL)
_LOOSE_TAG = re.compile(rb"<!--.*?-->|<\?xml\s[^>]*|<meta[\s/][^>]*", re.DOTALL)
_LABEL = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([^\s"'/>;,]+)""")
_ATTRIBUTE = re.compile(rb"""[\s/"']charset\s*=""")


def header_charset(content_type: str | None) -> Charset | None:
    """Give the charset that a Content-Type header names, None where it names none that is known."""
    labels = _PARAMETER.findall(content_type or "")
    return next((charset for label in labels if (charset := charset_for(label))), None)


def declared_charsets(body: bytes, content_type: str | None) -> list[Charset]:
    """Give the charsets claimed by the header, then by the XML declaration and every `<meta>`, each once.

    A page that is read as bytes to find its `<meta>` is not UTF-16, so there UTF-16 means UTF-8 (as the HTML
    standard says under "prescan a byte stream"). `<meta>` in a comment claims nothing.
    """
    found = [header_charset(content_type), *page_charsets(body)]
    return list({charset.name: charset for charset in found if charset}.values())


def page_charsets(body: bytes) -> list[Charset]:
    """Give the charsets claimed inside the page, in the order of the page."""
    for size in _HEADS:
        if claims := [charset for label in _labels(body[:size].lower()) if (charset := _as_read(label))]:
            return claims
    return []


def _labels(head: bytes) -> Iterator[str]:
    if b"charset" not in head and b"encoding" not in head:
        return
    tags = _TAG.findall(head)
    if not any(b"charset" in tag for tag in tags):
        tags = _LOOSE_TAG.findall(head)  # a quote that never closes
    for tag in tags:
        if not tag.startswith(b"<!--") and (label := _LABEL.search(tag)) and _is_claim(tag):
            yield label.group(1).decode("latin-1")


def _is_claim(tag: bytes) -> bool:
    """Tell `<meta charset>` and the http-equiv pragma from a description that speaks of charsets."""
    return tag.startswith(b"<?xml") or b"http-equiv" in tag or _ATTRIBUTE.search(tag) is not None


def _as_read(label: str) -> Charset | None:
    charset = charset_for(label)
    if charset and charset.name.startswith("utf-16"):
        return UTF_8
    return WINDOWS_1252 if charset and charset.name == "x-user-defined" else charset
