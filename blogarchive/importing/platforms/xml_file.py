"""Export files in XML: the head with the facts of the blog, and a stored page for each post."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from blogarchive.errors import UsageError
from blogarchive.importing.platforms.base import MAX_BYTES, NamedFacts, Reject
from blogarchive.importing.platforms.xml_splitter import Part, read_head
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites.exports.document import INSTRUCTION, Element, InvalidExport, parse_xml

_PLACE = "blogarchive-place"
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<\?xml\s[^>]*\?>)")
_TITLE = re.compile(r"<[Tt]itle\b[^>]*>(?:<!\[CDATA\[)?([^<\]]*)")
_TITLE_WITHIN = 4096
_TAIL = 4096
_MAX_TITLE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlForm:
    """The form of a platform's XML: its root, the element of a post, and the parts of the head stored with each post.

    `container` is the element in the root that has the posts, "" if it is the root itself. `dropped` are parts of the
    stored elements that change with each export.
    """

    title: str
    root: str
    container: str
    element: str
    stored: Sequence[str]
    dropped: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlHead:
    """The head of a file: the element that has the posts, and the bytes before and after the post of a stored page."""

    container: Element
    before: bytes
    after: bytes


def open_head(path: Path, form: XmlForm, facts: NamedFacts) -> XmlHead:
    """Return the head of an export file. Raises `UsageError` if the file is no export of that form."""
    try:
        head = read_head(path, form.element, MAX_BYTES)
    except OSError as error:
        raise UsageError(_("{path} cannot be read ({why})").format(path=path, why=error.strerror)) from error
    closing = "".join(f"</{name}>" for name in (form.container, form.root) if name)
    text = decode(head).text
    try:
        root, _damaged = parse_xml(text if f"</{form.root}>" in text else text + closing)
    except InvalidExport as error:
        raise _no_export(path, form, str(error)) from error
    container = root.find(form.container) if form.container else root
    if etree.QName(root).localname != form.root or container is None:
        raise _no_export(path, form, _("it begins with <{name}>").format(name=etree.QName(root).localname))
    before, after = _build_frame(root, container, form, facts)
    declaration = _DECLARATION.match(head)
    lines = (declaration[1] if declaration else b"", _instruction(facts), before)
    return XmlHead(container=container, before=b"\n".join(line for line in lines if line), after=after)


def report_part(part: Part, path: Path, reject: Reject) -> bool:
    """Return whether an element can be parsed; call `reject` if it is cut or too large."""
    if part.is_cut:
        title = find_title(part.body or b"")
        reject(path.name, _("the file is cut short in {title!r}, which is not imported").format(title=title))
    elif part.body is None:
        why = _("the post at byte {start} is larger than {size} MB").format(
            start=part.start, size=MAX_BYTES >> 20
        )
        reject(path.name, why)
    return part.body is not None and not part.is_cut


def report_end(path: Path, form: XmlForm, reject: Reject) -> None:
    """Call `reject` if the file has no end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        if f"</{form.root}>".encode() not in file.read():
            reject(path.name, _("the file is cut short; posts after the last imported one are missing"))


def find_title(body: bytes) -> str:
    """Return the beginning of the title in the bytes of a post, for messages."""
    match = _TITLE.search(decode(body[:_TITLE_WITHIN]).text)
    return " ".join(match[1].split())[:_MAX_TITLE] if match else ""


def _no_export(path: Path, form: XmlForm, why: str) -> UsageError:
    return UsageError(
        _("{path} is no export of {platform} ({why})").format(path=path, platform=form.title, why=why)
    )


def _build_frame(root: Element, container: Element, form: XmlForm, facts: NamedFacts) -> tuple[bytes, bytes]:
    """Return the bytes before and after a post: the tags around it, and the facts of the blog.

    They are ASCII, and so valid in every charset of the file. Nothing in them changes with each export.
    """
    outer = deepcopy(root)
    outer.clear()
    outer.attrib.update(root.attrib)
    inner = outer if container is root else etree.SubElement(outer, container.tag)
    for child in container:
        if isinstance(child.tag, str) and etree.QName(child).localname in form.stored:
            copy = deepcopy(child)
            copy.tail = "\n"
            etree.strip_elements(copy, *form.dropped, with_tail=False)
            inner.append(copy)
    inner.append(etree.Comment(_PLACE))
    before, _place, after = etree.tostring(outer, encoding="ascii").partition(f"<!--{_PLACE}-->".encode())
    return before, after


def _instruction(facts: NamedFacts) -> bytes:
    named = (("url", facts.url), ("zone", facts.zone))
    text = " ".join(f"{name}={quoteattr(value)}" for name, value in named if value)
    return f"<?{INSTRUCTION} {text}?>".encode("ascii", "xmlcharrefreplace") if text else b""
