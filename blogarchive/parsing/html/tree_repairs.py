"""Trees as browsers would make them, where libxml2 makes others of pages that are not well-formed."""

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

Element = etree._Element

STRAY_END = "Unexpected end tag : p"
"""What libxml2 says of a `</p>` that ends no paragraph."""

_END_OF_P = re.compile(rb"</p\s*>", re.IGNORECASE)
_MARK = "/p"
_MARKED = b"<!--/p-->"
# What may stand in a head (HTML standard, 4.2); anything else begins the body, whose tag may be left out.
_HEAD_TAGS = frozenset(
    "title meta link base script style noscript template object bgsound basefont isindex".split()  # noqa: SIM905
)
_nested_cells = etree.XPath(
    "descendant::td[not(parent::tr)]|descendant::th[not(parent::tr)]"
    "|descendant::tr[not(parent::table or parent::tbody or parent::thead or parent::tfoot)]"
)
_TABLE_PARTS = frozenset(("table", "tr", "td", "th"))


def mark_paragraph_ends(clean: bytes) -> bytes:
    """The page with a comment behind every `</p>`: in its tree they show which of these ended no paragraph."""
    return _END_OF_P.sub(rb"\g<0>" + _MARKED, clean)


def repair_tree(root: Element, clean: bytes) -> None:
    """Move what libxml2 put in the wrong place of the tree that it made of `clean`."""
    _move_body_content(root)
    _empty_voids(root)
    _unnest_definitions(root)
    if _count_tag(clean, b"<td") > _count_tag(
        clean, b"</td"
    ):  # a look at every cell costs a tenth of the parsing
        _unnest_cells(root)
    if _MARKED in clean:
        _insert_empty_paragraphs(root)


def _count_tag(clean: bytes, tag: bytes) -> int:
    return clean.count(tag) + clean.count(tag.upper())


def _move_body_content(root: Element) -> None:
    """Moves out of the head what only a body holds: libxml2 does not know header, main and their like."""
    head = root.find("head")
    if head is None:
        return
    first = next((node for node in head if isinstance(node.tag, str) and node.tag not in _HEAD_TAGS), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    moved = [first, *first.itersiblings()]
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None
    for place, node in enumerate(moved):
        body.insert(place, node)


def _empty_voids(root: Element) -> None:
    """Moves out of void elements what follows them: libxml2 does not know that these are void."""
    for node in list(root.iter("embed", "image", "wbr", "source", "track")):
        text, tail, children = node.text or "", node.tail or "", list(node)
        node.text = node.tail = None
        for child in reversed(children):
            node.addnext(child)
        node.tail = text if children else text + tail
        if children:
            children[-1].tail = (children[-1].tail or "") + tail


def _unnest_definitions(root: Element) -> None:
    """Makes siblings of `dt` and `dd` that libxml2 nests where their end tags are left out."""
    for node in list(root.iter("dt", "dd")):
        parent = node.getparent()
        if parent is not None and parent.tag in ("dt", "dd"):
            for moved in reversed([node, *node.itersiblings()]):
                parent.addnext(moved)


def _unnest_cells(root: Element) -> None:
    """Makes siblings of cells and rows that libxml2 nests where a `font` or the like in a cell is left open."""
    last: dict[Element, Element] = {}  # what was put behind an element last
    for node in cast("list[Element]", _nested_cells(root)):
        around = _find_nesting_ancestor(node)
        if around is None:
            continue
        last.get(around, around).addnext(node)
        last[around] = node


def _find_nesting_ancestor(node: Element) -> Element | None:
    """The cell that a cell stands in, or the row that a row stands in, in the same table."""
    inner: Iterator[Element] = (up for up in node.iterancestors() if up.tag in _TABLE_PARTS)
    around = next(inner, None)
    if around is None or around.tag == "table":
        return None
    if node.tag == "tr" and around.tag != "tr":
        around = next(inner, None)
        return around if around is not None and around.tag == "tr" else None
    return None if node.tag != "tr" and around.tag == "tr" else around


def _insert_empty_paragraphs(root: Element) -> None:
    """Puts an empty paragraph where a `</p>` ended none, as browsers do: else two lines of text become one."""
    for mark in list(root.iter(etree.Comment)):
        parent = mark.getparent()
        if mark.text != _MARK or parent is None:
            continue
        ended = mark.getprevious()
        if ended is not None and ended.tag == "p" and not ended.tail:
            ended.tail = mark.tail
            parent.remove(mark)
        else:
            paragraph = etree.Element("p")
            paragraph.tail = mark.tail
            parent.replace(mark, paragraph)
