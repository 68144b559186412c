"""Repair trees of malformed pages that libxml2 builds otherwise than browsers."""

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

Element = etree._Element

STRAY_END = "Unexpected end tag : p"
"""libxml2's message for a `</p>` without a paragraph."""

_END_OF_P = re.compile(rb"</p\s*>", re.IGNORECASE)
_MARK = "/p"
_MARKED = b"<!--/p-->"
# Allowed in a head (HTML standard, 4.2); any other element begins the body, with or without its tag.
_HEAD_TAGS = frozenset(
    "title meta link base script style noscript template object bgsound basefont isindex".split()  # noqa: SIM905
)
_nested_cells = etree.XPath(
    "descendant::td[not(parent::tr)]|descendant::th[not(parent::tr)]"
    "|descendant::tr[not(parent::table or parent::tbody or parent::thead or parent::tfoot)]"
)
_TABLE_PARTS = frozenset(("table", "tr", "td", "th"))


def mark_paragraph_ends(clean: bytes) -> bytes:
    """Return the page with a comment behind every `</p>`, to find those without a paragraph in its tree."""
    return _END_OF_P.sub(rb"\g<0>" + _MARKED, clean)


def repair_tree(root: Element, clean: bytes) -> None:
    """Move the elements that libxml2 misplaced in the tree of `clean`."""
    _move_body_content(root)
    _empty_voids(root)
    _unnest_definitions(root)
    if _count_tag(clean, b"<td") > _count_tag(
        clean, b"</td"
    ):  # searching every cell takes a tenth of the parsing time
        _unnest_cells(root)
    if _MARKED in clean:
        _insert_empty_paragraphs(root)


def _count_tag(clean: bytes, tag: bytes) -> int:
    return clean.count(tag) + clean.count(tag.upper())


def _move_body_content(root: Element) -> None:
    """Move body content out of the head: libxml2 does not know header, main and other new elements."""
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
    for position, node in enumerate(moved):
        body.insert(position, node)


def _empty_voids(root: Element) -> None:
    """Move content out of void elements that libxml2 does not know as void."""
    for node in list(root.iter("embed", "image", "wbr", "source", "track")):
        text, tail, children = node.text or "", node.tail or "", list(node)
        node.text = node.tail = None
        for child in reversed(children):
            node.addnext(child)
        node.tail = text if children else text + tail
        if children:
            children[-1].tail = (children[-1].tail or "") + tail


def _unnest_definitions(root: Element) -> None:
    """Make siblings of nested `dt` and `dd`: libxml2 nests them if their end tags are omitted."""
    for node in list(root.iter("dt", "dd")):
        parent = node.getparent()
        if parent is not None and parent.tag in ("dt", "dd"):
            for moved in reversed([node, *node.itersiblings()]):
                parent.addnext(moved)


def _unnest_cells(root: Element) -> None:
    """Make siblings of nested cells and rows: libxml2 nests them if a `font` in a cell is not closed."""
    last: dict[Element, Element] = {}  # the last element moved behind another
    for node in cast("list[Element]", _nested_cells(root)):
        around = _find_nesting_ancestor(node)
        if around is None:
            continue
        last.get(around, around).addnext(node)
        last[around] = node


def _find_nesting_ancestor(node: Element) -> Element | None:
    """Return the cell that contains a cell, or the row that contains a row, in the same table; else None."""
    inner: Iterator[Element] = (up for up in node.iterancestors() if up.tag in _TABLE_PARTS)
    around = next(inner, None)
    if around is None or around.tag == "table":
        return None
    if node.tag == "tr" and around.tag != "tr":
        around = next(inner, None)
        return around if around is not None and around.tag == "tr" else None
    return None if node.tag != "tr" and around.tag == "tr" else around


def _insert_empty_paragraphs(root: Element) -> None:
    """Insert an empty paragraph for a `</p>` without one, as browsers do: it separates two lines."""
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
