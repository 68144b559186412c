"""Wrap content between the cells of a table in cells of its own, at its position.

A parser of the stored HTML would move such content before its table, as browsers do, away from its line on
the page.
"""

from typing import cast

from lxml import etree

from blogarchive.parsing.html.elements import REPLACED, TABLE_PARTS
from blogarchive.parsing.html.parse import Element

_ROW_TAGS = ("tbody", "thead", "tfoot", "tr", "td", "th")
# Allowed between rows and cells (HTML standard, 13.2.6.4.9), or never shown.
_ALLOWED_TAGS = (*_ROW_TAGS, "caption", "colgroup", "col", "script", "style", "template", "input")
_parent = " or ".join(f"parent::{name}" for name in TABLE_PARTS)
_allowed = " or ".join(f"self::{name}" for name in _ALLOWED_TAGS)
_parts_with_strays = etree.XPath(
    f"descendant::text()[({_parent}) and normalize-space()]/..|descendant::*[({_parent}) and not({_allowed})]/.."
)


def wrap_stray_content(node: Element) -> None:
    """Wrap text and elements between the rows and cells of the tables in `node` in new cells, in place."""
    if next(node.iter("table", "tr"), None) is None:  # most bodies have no table
        return
    for part in cast("list[Element]", _parts_with_strays(node)):
        table = part if part.tag == "table" else next(part.iterancestors("table"), None)
        _unwrap(part, table)
        if part.text and part.text.strip():
            cell = etree.Element("td")
            cell.text, part.text = part.text, None
            part.insert(0, _make_row(part, cell))
        _wrap_runs(part)


def _wrap_runs(part: Element) -> None:
    """Wrap adjacent stray elements, and text behind elements, in one cell each."""
    cell: Element | None = None
    for child in list(part):
        if (
            isinstance(child.tag, str)
            and child.tag not in _ALLOWED_TAGS
            and (cell is not None or _has_visible_content(child))
        ):
            if cell is None:
                cell = etree.Element("td")
                child.addprevious(_make_row(part, cell))
            cell.append(child)
        elif child.tail and child.tail.strip():
            cell = etree.Element("td")
            cell.text, child.tail = child.tail, None
            child.addnext(_make_row(part, cell))
        else:
            cell = None


def _make_row(part: Element, cell: Element) -> Element:
    """Return the cell, or a row with it if `part` holds rows."""
    if part.tag == "tr":
        return cell
    row = etree.Element("tr")
    row.append(cell)
    return row


def _has_visible_content(element: Element) -> bool:
    has_words = any(str(text).strip() for text in element.itertext())
    return has_words or next(element.iter(*REPLACED), None) is not None


def _unwrap(part: Element, table: Element | None) -> None:
    """Replace elements around rows and cells of this table, such as a form or a font, by their content."""
    waiting = list(part)
    while waiting:
        child = waiting.pop()
        if not isinstance(child.tag, str) or child.tag in _ALLOWED_TAGS:
            continue
        if any(next(inner.iterancestors("table"), None) is table for inner in child.iter(*_ROW_TAGS)):
            waiting += list(child)
            _replace_by_content(child)


def _replace_by_content(element: Element) -> None:
    """Replace the element by its content."""
    before: Element = etree.Comment("")
    element.addprevious(before)
    before.tail = element.text
    for child in list(element):
        before.addnext(child)
        before = child
    before.tail = (before.tail or "") + (element.tail or "")
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)
