"""The charsets that a response and its page claim for themselves, most trusted first."""

import re
from collections.abc import Iterator

from blogarchive.parsing.charset.whatwg import UTF_8, WINDOWS_1252, Charset, charset_for_label

_PRESCAN_BYTES = 2048  # bytes: browsers look at 1024 first
_LATE_PRESCAN_BYTES = 65_536  # and change their mind later on; scripts may stand before the <meta>

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([^\s"'/>;,]+)""")
_XML_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']?\s*([^\s"'?>]+)""")
_CHARSET_ATTRIBUTE = re.compile(rb"""[\s/"']charset\s*=""")


def header_charset(content_type: str | None) -> Charset | None:
    """Give the charset that a Content-Type header names, None where it names none that is known."""
    labels = _HEADER_CHARSET.findall(content_type or "")
    return next((charset for label in labels if (charset := charset_for_label(label))), None)


def declared_charsets(body: bytes, content_type: str | None) -> list[Charset]:
    """Give the charsets claimed by the header, then by the XML declaration and every `<meta>`, each once.

    A page that is read as bytes to find its `<meta>` is not UTF-16, so there UTF-16 means UTF-8 (as the HTML
    standard says under "prescan a byte stream"). `<meta>` in a comment claims nothing.
    """
    header = header_charset(content_type)
    found = [header, *page_charsets(body, _PRESCAN_BYTES if header else _LATE_PRESCAN_BYTES)]
    return list({charset.name: charset for charset in found if charset}.values())


def page_charsets(body: bytes, far: int = _LATE_PRESCAN_BYTES) -> list[Charset]:
    """Give the charsets claimed inside the page, in the order of the page; `far` is how many bytes to search."""
    for size in (_PRESCAN_BYTES, far):
        if declared := [
            charset for label in _iter_labels(body[:size].lower()) if (charset := _resolve_label(label))
        ]:
            return declared
    return []


def _iter_labels(head: bytes) -> Iterator[str]:
    if xml := _XML_ENCODING.match(head):
        yield xml.group(1).decode("latin-1")
    at = head.find(b"charset")
    while at >= 0:
        tag = head[max(head.rfind(b"<", 0, at), 0) : max(head.find(b">", at), at + 64)]
        if (
            (label := _META_CHARSET.match(head, at))
            and _is_charset_meta(tag)
            and not _is_in_comment(head, at)
        ):
            yield label.group(1).decode("latin-1")
        at = head.find(b"charset", at + 7)


def _is_charset_meta(tag: bytes) -> bool:
    """Tell `<meta charset>` and the http-equiv pragma from a description that speaks of charsets."""
    is_meta = tag.startswith(b"<meta") and not tag[5:6].isalnum()
    return is_meta and (b"http-equiv" in tag or _CHARSET_ATTRIBUTE.search(tag) is not None)


def _is_in_comment(head: bytes, at: int) -> bool:
    return head.rfind(b"<!--", 0, at) > head.rfind(b"-->", 0, at)


def _resolve_label(label: str) -> Charset | None:
    charset = charset_for_label(label)
    if charset and charset.name.startswith("utf-16"):
        return UTF_8
    return WINDOWS_1252 if charset and charset.name == "x-user-defined" else charset
