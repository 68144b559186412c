"""Parse the text of a page into the tree that browsers build, also if libxml2 builds another."""

import re
from collections.abc import Sequence

from lxml import etree

from blogarchive.parsing.html.attribute_limit import drop_excess_attributes
from blogarchive.parsing.html.tree_repairs import STRAY_END, mark_paragraph_ends, repair_tree
from blogarchive.parsing.html.tree_repairs import Element as Element

_NON_XML_BYTES = bytes({*range(0x20)} - {*b"\t\n\r"})
_NON_XML_CHARACTERS = ("\ufffe", "\uffff")
_REFERENCE = re.compile(rb"&#(?:[xX](?P<hex>[0-9a-fA-F]{1,8})|(?P<decimal>[0-9]{1,9}));?")
_STRAY_BREAK_END = re.compile(rb"</[bB][rR]\s*/?>")  # browsers make it a line break
# libxml2 ends the page here, browsers do not; many pages consist of several closed documents.
_PAGE_END = re.compile(rb"</(?:html|body)\b[^>]*>", re.IGNORECASE)
# Tags removed step by step from a page nested deeper than libxml2's limit (2048): first style, then structure.
_DEPTH_REDUCTIONS = (
    (
        r"</?(?:font|span|b|i|u|em|strong|big|small|center|tt|s|strike|nobr|o:p|ins|del|sub|sup|label)\b[^>]*>",
        b"",
    ),
    (r"</?(?:div|p|blockquote|section|article|dl|dt|dd|ul|ol|li|form|fieldset|pre|h[1-6])\b[^>]*>", b"<br>"),
    (r"</?(?:table|tbody|thead|tfoot|tr|td|th|caption)\b[^>]*>", b"<br>"),
    (r"<(?!br\b|a\b|/a\b|img\b)[^>]*>", b" "),
)
_DEPTH_PATTERNS = tuple(
    (re.compile(pattern.encode(), re.IGNORECASE), instead) for pattern, instead in _DEPTH_REDUCTIONS
)


def parse_html(text: str) -> Element:
    """Return the root of the tree of a page; never raises. An empty page returns an empty `html`."""
    clean = _encode_for_libxml2(text)
    root, errors = _parse(clean)
    if any(isinstance(node.tag, str) for node in root.itersiblings()):
        clean = _PAGE_END.sub(b"", clean)
        root, errors = _parse(clean)
    if any(STRAY_END in error for error in errors):
        clean = mark_paragraph_ends(clean)
        root, errors = _parse(clean)
    for pattern, instead in _DEPTH_PATTERNS:
        if not errors or "depth" not in errors[-1]:
            break
        clean = pattern.sub(instead, clean)
        root, errors = _parse(clean)
    repair_tree(root, clean)
    return root


def parse_html_strict(text: str) -> Element | None:
    """Return the root of the tree of a page; None if libxml2 reports any error."""
    clean = _encode_for_libxml2(text)
    root, errors = _parse(clean)
    if errors:
        return None
    repair_tree(root, clean)
    return root


def _encode_for_libxml2(text: str) -> bytes:
    for other in _NON_XML_CHARACTERS:
        text = text.replace(other, "")
    # libxml2 stops at a NUL, so a page could hide text behind one.
    clean = text.encode("utf-8", "replace").translate(None, _NON_XML_BYTES)
    clean = _STRAY_BREAK_END.sub(b"<br>", drop_control_references(clean))
    return drop_excess_attributes(clean)


def drop_control_references(html: bytes) -> bytes:
    """Return `html` without character references to characters that XML forbids: lxml refuses them in attributes."""
    return _REFERENCE.sub(_drop_control_reference, html)


def _drop_control_reference(found: re.Match[bytes]) -> bytes:
    """Return the character reference, or nothing if XML forbids its character."""
    code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
    control = (code < 0x20 and code not in (9, 10, 13)) or code in (0xFFFE, 0xFFFF)
    return b"" if control else found[0]


def _parse(clean: bytes) -> tuple[Element, Sequence[str]]:
    """Return the root and libxml2's errors; the last error is "depth" if it stopped at too deep nesting."""
    empty: Element = etree.Element("html")
    if not clean.strip():
        return empty, ()
    # Not lxml.html's parser: it looks up a Python class for every element.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_blank_text=False)
    try:
        root: Element | None = etree.fromstring(clean, parser)
    except etree.ParserError:
        return empty, ()
    return empty if root is None else root, [error.message for error in parser.error_log]
