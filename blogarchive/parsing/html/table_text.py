"""What stands in a table and in none of its cells, put into cells where it stands.

Whoever reads stored HTML again would put it before its table, as browsers do, away from where a page's lines have it.
"""

from typing import cast

from lxml import etree

from blogarchive.parsing.html.parse import Element

_TABLE_TAGS = ("table", "tbody", "thead", "tfoot", "tr")
_ROW_TAGS = ("tbody", "thead", "tfoot", "tr", "td", "th")
# What may stand between rows and cells (HTML standard, 13.2.6.4.9), or is never shown.
_ALLOWED_TAGS = (*_ROW_TAGS, "caption", "colgroup", "col", "script", "style", "template", "input")
_REPLACED_TAGS = ("img", "image", "iframe", "embed", "object", "video", "audio")
_parent = " or ".join(f"parent::{name}" for name in _TABLE_TAGS)
_allowed = " or ".join(f"self::{name}" for name in _ALLOWED_TAGS)
_parts_with_strays = etree.XPath(
    f"descendant::text()[({_parent}) and normalize-space()]/..|descendant::*[({_parent}) and not({_allowed})]/.."
)


def wrap_stray_content(node: Element) -> None:
    """Give words and elements between the rows and cells of tables in `node` a cell of their own, in their place."""
    if next(node.iter("table", "tr"), None) is None:  # most texts: they are not asked twice
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
    """Puts elements that follow each other, and words behind elements, into one cell where they begin."""
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
    """What `part` can hold: the cell, or a row with it."""
    if part.tag == "tr":
        return cell
    row = etree.Element("tr")
    row.append(cell)
    return row


def _has_visible_content(element: Element) -> bool:
    has_words = any(str(text).strip() for text in element.itertext())
    return has_words or next(element.iter(*_REPLACED_TAGS), None) is not None


def _unwrap(part: Element, table: Element | None) -> None:
    """Takes away elements around rows and cells of this very table, such as a form or a font; what they hold stays."""
    waiting = list(part)
    while waiting:
        child = waiting.pop()
        if not isinstance(child.tag, str) or child.tag in _ALLOWED_TAGS:
            continue
        if any(next(inner.iterancestors("table"), None) is table for inner in child.iter(*_ROW_TAGS)):
            waiting += list(child)
            _replace_by_content(child)


def _replace_by_content(element: Element) -> None:
    """Put what the element holds in its place."""
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
