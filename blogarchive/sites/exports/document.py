"""Parts of an export file: its XML or dashed text, times, and bodies with the line ends that a platform shows."""

import re
import sys
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from gettext import gettext as _
from html import unescape
from html.entities import html5
from zoneinfo import ZoneInfo

from lxml import etree

from blogarchive.items import DateText, Image, Page, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.document import Document, extract_text
from blogarchive.parsing.document import parse_document as parse_document_body
from blogarchive.parsing.html import Element as Element_body
from blogarchive.parsing.sanitize import extract_images, sanitize_element

# --- bodies


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body as it is stored; `images` are in document order."""

    html: str
    text: str
    images: tuple[Image, ...] = ()


def parse_body(html: str, base_url: str) -> Body:
    """Return the body of an HTML fragment; URLs are resolved against `base_url`. Never raises."""
    # Without the element, libxml2 wraps text at the beginning in a paragraph.
    document = parse_document_body(f"<body>{html}</body>")
    node = _copy_visible(document)
    if node is None:
        return Body(html="", text="")
    images = extract_images(node, base_url)
    return Body(html=sanitize_element(node, base_url), text=extract_text(document.lines), images=images)


def _copy_visible(document: Document) -> Element_body | None:
    """Return a copy of the body without hidden elements."""
    body = document.root.find("body")
    if body is None:
        return None
    for hidden in document.hidden:
        _remove(hidden)
    copy = deepcopy(body)
    copy.tag, copy.tail = "div", None
    return copy


def _remove(node: Element_body) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


# --- times

_MAX_OFFSET = timedelta(hours=15)


def offset_time(text: str) -> DateText | None:
    """Return the time of an ISO 8601 text with an offset; None if `text` is empty."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return DateText(text=text) if text else None
    if at.tzinfo is None:
        return DateText(text=text)
    return DateText(text=text, at=at.replace(microsecond=0), precision="second")


def local_time(text: str, zone: ZoneInfo) -> DateText | None:
    """Return the time `YYYY-MM-DD HH:MM:SS` in that zone; None if `text` is empty or all zeros."""
    if not text.strip("0-: "):
        return None
    try:
        at = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return DateText(text=text)
    return DateText(text=text, at=at.replace(tzinfo=zone), precision="second")


def time_with_utc(text: str, utc_text: str, zone: ZoneInfo) -> DateText | None:
    """Return the local time `text` with the offset to the same time in UTC; in `zone` if `utc_text` is no time."""
    local, in_utc = local_time(text, zone), local_time(utc_text, ZoneInfo("UTC"))
    if local is None:
        return in_utc
    if local.at is None or in_utc is None or in_utc.at is None:
        return local
    offset = local.at.replace(tzinfo=UTC) - in_utc.at
    if abs(offset) > _MAX_OFFSET:
        return local
    at = local.at.replace(tzinfo=timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
    return DateText(text=local.text, at=at, precision="second")


# --- the document

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


# --- dashed text

_FIELD_NAMES = (
    "TITLE|AUTHOR|DATE|BASENAME|STATUS|ALLOW COMMENTS|ALLOW PINGS|CONVERT BREAKS|PRIMARY CATEGORY|CATEGORY|TAGS|"
    "NO ENTRY|UNIQUE URL|IMAGE"
)
_FIRST_FIELD = re.compile(rf"(?:{_FIELD_NAMES}):(?: |\t|$)")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Z ]*):[ \t]*(?P<value>.*)")
_SECTION = re.compile(r"(?P<name>BODY|EXTENDED BODY|EXCERPT|KEYWORDS|COMMENT|PING):[ \t]*")
_SECTION_END = re.compile(r"-{4,5}[ \t]*")
_ENTRY_END = re.compile(r"-{8}[ \t]*")
_COMMENT_FIELD = re.compile(r"(?P<name>AUTHOR|EMAIL|IP|URL|DATE|TITLE|BLOG NAME):[ \t]*(?P<value>.*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section; `fields` are the lines at its beginning in comments and pings."""

    name: str
    fields: tuple[tuple[str, str], ...]
    text: str

    def field(self, name: str) -> str:
        """Return the value of the first field of that name, "" if there is none."""
        return next((value for key, value in self.fields if key == name), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class DashedEntry:
    """An entry; a field may be repeated."""

    fields: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def field(self, name: str) -> str:
        """Return the value of the first field of that name, "" if there is none."""
        return next((value for key, value in self.fields if key == name), "")

    def text(self, name: str) -> str:
        """Return the text of the first section of that name, "" if there is none."""
        return next((section.text for section in self.sections if section.name == name), "")


def begins_entry(line: str) -> bool:
    """Return whether a line is a field that an entry may begin with."""
    return _FIRST_FIELD.match(line) is not None


def may_end_entry(line: str) -> bool:
    """Return whether a line ends an entry if the next one begins an entry or the file ends."""
    return _ENTRY_END.fullmatch(line) is not None


def ends_section(line: str) -> bool:
    """Return whether a line has the dashes of the end of a section."""
    return _SECTION_END.fullmatch(line) is not None


def parse_entry(text: str) -> DashedEntry:
    """Return the entry of a text that contains one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = _split_sections(text.split("\n"))
    fields = [
        (match["name"], match["value"].strip()) for line in blocks[0] if (match := _FIELD.fullmatch(line))
    ]
    return DashedEntry(fields=tuple(fields), sections=tuple(_parse_section(block) for block in blocks[1:]))


def _split_sections(lines: list[str]) -> list[list[str]]:
    """Return the lines of the fields and of each section, without dashes; a section begins with its name."""
    while lines and (not lines[-1].strip() or may_end_entry(lines[-1])):
        lines.pop()
    blocks: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        following = next((other for other in lines[index + 1 : index + 3] if other.strip()), "")
        if ends_section(line) and (index == len(lines) - 1 or _SECTION.fullmatch(following)):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [blocks[0], *(block for block in blocks[1:] if any(line.strip() for line in block))]


def _parse_section(lines: Sequence[str]) -> Section:
    start = next(index for index, line in enumerate(lines) if line.strip())
    match = _SECTION.fullmatch(lines[start])
    fields: list[tuple[str, str]] = []
    start += 1
    if match and match["name"] in ("COMMENT", "PING"):
        while start < len(lines) and (found := _COMMENT_FIELD.fullmatch(lines[start])):
            fields.append((found["name"], found["value"].strip()))
            start += 1
    text = "\n".join(lines[start:]).strip("\n")
    return Section(name=match["name"] if match else "", fields=tuple(fields), text=text)


# --- line ends

_BLOCK_NAMES = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|"
    "footer|form|h[1-6]|header|hr|iframe|li|main|nav|object|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_BLOCK = re.compile(rf"(</?(?:{_BLOCK_NAMES})\b[^>]*>)", re.IGNORECASE)
_UNCHANGED = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2\s*>|<!--.*?-->)", re.IGNORECASE | re.DOTALL)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_BREAK = re.compile(r"(?:<br\s*/?>)?\n", re.IGNORECASE)


def add_line_breaks(html: str) -> str:
    """Return `html` with a paragraph for text between blank lines, and `<br>` for each other line end.

    Text in `pre`, `script`, `style` and comments stays as it is, and so do line ends beside a block element.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in html:
        return html
    parts: list[str] = []
    end = 0
    for match in _UNCHANGED.finditer(html):
        parts += [_break_blocks(html[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, _break_blocks(html[end:])])


def _break_blocks(html: str) -> str:
    depth, parts = 0, []
    for index, part in enumerate(_BLOCK.split(html)):
        if index % 2 == 0:
            parts.append(_break_text(part, is_top=depth == 0))
            continue
        parts.append(part)
        if not re.match(r"<(?:hr|col|iframe)\b", part, re.IGNORECASE):
            depth = max(0, depth - 1) if part.startswith("</") else depth + 1
    return "".join(parts)


def _break_text(text: str, *, is_top: bool) -> str:
    text = text.strip("\n \t")
    paragraphs = [_BREAK.sub("<br>\n", part) for part in _BLANK_LINES.split(text) if part.strip()]
    if not paragraphs or (len(paragraphs) == 1 and not is_top):
        return "".join(paragraphs)
    return "".join(f"<p>{part}</p>\n" for part in paragraphs)
