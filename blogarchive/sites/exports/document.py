"""Parse the XML of an export safely: no document type, no entities of its own, no network, bounded depth.

Exports are often damaged: control characters, a bare `&`, HTML entities such as `&nbsp;`, bytes of another charset.
"""

import re
import sys
from dataclasses import dataclass
from gettext import gettext as _
from html import unescape
from html.entities import html5
from zoneinfo import ZoneInfo

from lxml import etree

from blogarchive.items import Page, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset.decoding import decode

Element = etree._Element

INSTRUCTION = "blogarchive"
"""The processing instruction in a stored page with facts that the user named: `url` of the blog, `zone` of times."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s[^>]*\?>")
# Before the root only white space, comments and instructions: a document type can make entities that fill the memory.
_PROLOG = re.compile(r"(?>\s|<\?.*?\?>|<!--.*?-->)*+<[A-Za-z_]", re.DOTALL)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_REFERENCE = re.compile(
    r"&(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));|(amp|lt|gt|quot|apos);|([A-Za-z][A-Za-z0-9]*);|)"
)


class InvalidExport(ValueError):
    """The text is no export that can be read; the message is the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlDocument:
    """The root of a page, its charset, the problems of parsing it, and the facts of its instruction."""

    root: Element
    encoding: str
    problems: tuple[Problem, ...]
    facts: dict[str, str]

    def zone_or(self, zone: ZoneInfo) -> ZoneInfo:
        """Return the zone that the user named for times without one, else `zone`."""
        return find_zone(self.facts.get("zone", "")) or zone


def parse_document(page: Page) -> XmlDocument:
    """Return the XML document of a page. Raises `InvalidExport`."""
    decoded = decode(page.body, page.header("Content-Type"))
    root, is_damaged = parse_xml(decoded.text)
    problem = Problem(kind="incomplete", field="body", detail=Detail.XML_DAMAGED)
    return XmlDocument(
        root=root,
        encoding=decoded.encoding,
        problems=(problem,) if is_damaged else (),
        facts=_read_facts(root),
    )


def parse_xml(text: str) -> tuple[Element, bool]:
    """Return the root of an XML text, and whether parts of it may be missing because it is damaged.

    Raises `InvalidExport` if it has a document type, or is no XML.
    """
    text = _FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1))
    if _PROLOG.match(text) is None:
        raise InvalidExport(_("it has a document type, or is no XML"))
    for candidate in (text, _escape_references(text)):
        try:
            return _parse(candidate, recover=False), False
        except etree.XMLSyntaxError:
            continue
    try:
        root: Element | None = _parse(_escape_references(text), recover=True)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise InvalidExport(_("it is no XML"))
    return root, True


def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of that name; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def child_text(node: Element, path: str) -> str:
    """Return the text of the first child at `path`, without white space around it; "" if there is none."""
    return (node.findtext(path) or "").strip()


def _parse(text: str, *, recover: bool) -> Element:
    # huge_tree: a post may have images of megabytes in data: URLs. libxml2 still limits the depth.
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
    )
    return etree.fromstring(text.encode(), parser)


def _escape_references(text: str) -> str:
    """Return the text with HTML entities as characters and each bare `&` escaped, outside CDATA sections."""
    parts = _CDATA.split(text)
    parts[::2] = [_REFERENCE.sub(_escape_reference, part) for part in parts[::2]]
    return "".join(parts)


def _escape_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal, known, name = match.groups()
    if hexadecimal or decimal:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return "" if code > sys.maxunicode or _FORBIDDEN.match(chr(code)) else match[0]
    if known:
        return match[0]
    return html5.get(f"{name};", f"&amp;{name};") if name else "&amp;"


def _read_facts(root: Element) -> dict[str, str]:
    for node in root.itersiblings(preceding=True):
        if isinstance(node, etree._ProcessingInstruction) and node.target == INSTRUCTION:
            return {str(name): unescape(str(value)) for name, value in node.attrib.items()}
    return {}
