"""Cut the body of a post or a comment out of a page: HTML, text and images."""

from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass

from blogarchive.items import Image
from blogarchive.parsing.document import extract_text
from blogarchive.parsing.html import NEVER_SHOWN, Element
from blogarchive.parsing.lines import LineBuilder
from blogarchive.parsing.sanitize import extract_images, sanitize_element
from blogarchive.sites.markup.picker import Picker


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The content of an element that a reader sees."""

    html: str
    text: str
    images: tuple[Image, ...]


def read_body(picker: Picker, element: Element, drop: Iterable[str] = (), opened: Iterable[str] = ()) -> Body:
    """Return the body in `element`, without hidden elements and those that `drop` and `opened` select.

    The elements of `opened` are open to other selectors from now on.
    """
    own = {node for selector in opened for node in picker.elements(selector, element, ())}
    dropped = own.union(node for selector in drop for node in picker.elements(selector, element, ()))
    picker.open(own)
    copy = _copy_visible(element, picker.tree.hidden, dropped)
    builder = LineBuilder()
    builder.walk(copy)
    text = extract_text(builder.lines)
    images = extract_images(copy, picker.tree.base)  # sanitizing changes the copy
    return Body(html=sanitize_element(copy, picker.tree.base), text=text, images=images)


def _copy_visible(element: Element, hidden: Collection[Element], dropped: Collection[Element]) -> Element:
    """Return a `div` with a copy of the content of `element` that is shown."""
    copy = deepcopy(element)
    pairs = list(zip(element.iter(), copy.iter(), strict=True))
    for original, node in pairs[1:]:
        if (
            not isinstance(node.tag, str)
            or node.tag in NEVER_SHOWN
            or original in hidden
            or original in dropped
        ):
            _remove(node)
    copy.tag, copy.tail = "div", None
    copy.attrib.clear()
    return copy


def _remove(node: Element) -> None:
    """Remove an element and keep the text after it."""
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if node.tail and before is not None:
        before.tail = (before.tail or "") + node.tail
    elif node.tail:
        parent.text = (parent.text or "") + node.tail
    parent.remove(node)
