"""The charsets that a response and its page declare, most trusted first."""

import re
from collections.abc import Iterator

from blogarchive.parsing.charset.whatwg import UTF_8, WINDOWS_1252, Charset, charset_for_label

_PRESCAN_BYTES = 2048  # browsers search 1024 first
_LATE_PRESCAN_BYTES = 65_536  # browsers also accept a late declaration; scripts may precede the <meta>

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([^\s"'/>;,]+)""")
_XML_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']?\s*([^\s"'?>]+)""")
_CHARSET_ATTRIBUTE = re.compile(rb"""[\s/"']charset\s*=""")


def header_charset(content_type: str | None) -> Charset | None:
    """Return the charset that a Content-Type header declares; None if it declares no known charset."""
    labels = _HEADER_CHARSET.findall(content_type or "")
    return next((charset for label in labels if (charset := charset_for_label(label))), None)


def declared_charsets(body: bytes, content_type: str | None) -> list[Charset]:
    """Return the charsets of the header, then of the XML declaration and of every `<meta>`, each once.

    A `<meta>` that declares UTF-16 means UTF-8, because an ASCII scan found it (HTML standard, "prescan a
    byte stream"). A `<meta>` in a comment is ignored.
    """
    header = header_charset(content_type)
    found = [header, *page_charsets(body, _PRESCAN_BYTES if header else _LATE_PRESCAN_BYTES)]
    return list({charset.name: charset for charset in found if charset}.values())


def page_charsets(body: bytes, limit: int = _LATE_PRESCAN_BYTES) -> list[Charset]:
    """Return the charsets declared in the first `limit` bytes of the page, in document order."""
    for size in dict.fromkeys((_PRESCAN_BYTES, limit)):
        if declared := [
            charset for label in _iter_labels(body[:size].lower()) if (charset := _resolve_label(label))
        ]:
            return declared
    return []


def _iter_labels(head: bytes) -> Iterator[str]:
    if xml := _XML_ENCODING.match(head):
        yield xml.group(1).decode("latin-1")
    position = head.find(b"charset")
    while position >= 0:
        tag = head[max(head.rfind(b"<", 0, position), 0) : max(head.find(b">", position), position + 64)]
        if (
            (label := _META_CHARSET.match(head, position))
            and _is_charset_meta(tag)
            and not _is_in_comment(head, position)
        ):
            yield label.group(1).decode("latin-1")
        position = head.find(b"charset", position + 7)


def _is_charset_meta(tag: bytes) -> bool:
    """Return whether `tag` is `<meta charset>` or the http-equiv pragma."""
    is_meta = tag.startswith(b"<meta") and not tag[5:6].isalnum()
    return is_meta and (b"http-equiv" in tag or _CHARSET_ATTRIBUTE.search(tag) is not None)


def _is_in_comment(head: bytes, position: int) -> bool:
    return head.rfind(b"<!--", 0, position) > head.rfind(b"-->", 0, position)


def _resolve_label(label: str) -> Charset | None:
    charset = charset_for_label(label)
    if charset and charset.name.startswith("utf-16"):
        return UTF_8
    return WINDOWS_1252 if charset and charset.name == "x-user-defined" else charset
