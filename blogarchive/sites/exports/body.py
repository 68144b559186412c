"""The bodies of exported posts and comments: sanitized HTML, the text that a reader sees, the images."""

from copy import deepcopy
from dataclasses import dataclass

from blogarchive.items import Image
from blogarchive.parsing.document import Document, extract_text, parse_document
from blogarchive.parsing.html import Element
from blogarchive.parsing.sanitize import extract_images, sanitize_element


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body as it is stored; `images` are in document order."""

    html: str
    text: str
    images: tuple[Image, ...] = ()


def parse_body(html: str, base_url: str) -> Body:
    """Return the body of an HTML fragment; URLs are resolved against `base_url`. Never raises."""
    # Without the element, libxml2 wraps text at the beginning in a paragraph.
    document = parse_document(f"<body>{html}</body>")
    node = _copy_visible(document)
    if node is None:
        return Body(html="", text="")
    images = extract_images(node, base_url)
    return Body(html=sanitize_element(node, base_url), text=extract_text(document.lines), images=images)


def _copy_visible(document: Document) -> Element | None:
    """Return a copy of the body without hidden elements."""
    body = document.root.find("body")
    if body is None:
        return None
    for hidden in document.hidden:
        _remove(hidden)
    copy = deepcopy(body)
    copy.tag, copy.tail = "div", None
    return copy


def _remove(node: Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)
