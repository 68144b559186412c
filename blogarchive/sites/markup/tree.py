"""The tree of a page under parsing: hidden elements, tag paths, end tags, visible text."""

import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from lxml import etree

from blogarchive.parsing.html import BLOCKS, NEVER_SHOWN, Element, absolute_url, hidden_elements, parse_html

_IMPLIED_ENDS = "li|dd|dt|td|th|tr"
"""Elements that end without an end tag if a sibling begins."""

_END_TAG = re.compile(rf"</(?:{_IMPLIED_ENDS})\s*>", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageTree:
    """A page's tree; `title` is that of the window, `base` resolves relative links.

    `hidden` are the elements that their attributes hide, with all elements in them. A comment with the text
    `end_mark` is the last child of every element of `_IMPLIED_ENDS` that has an end tag.
    """

    root: Element
    title: str
    url: str
    base: str
    end_mark: str
    hidden: frozenset[Element] = field(repr=False)

    def has_end_tag(self, node: Element) -> bool:
        """Return whether an element of `_IMPLIED_ENDS` ends by an end tag, and not by a sibling that someone typed."""
        last = next(node.iterchildren(reversed=True), None)
        return isinstance(last, etree._Comment) and last.text == self.end_mark

    def text_at_end(self, node: Element) -> str:
        """Return the text between the last element inside `node` and its end."""
        last = next(node.iterchildren(reversed=True), None)
        if last is not None and self.has_end_tag(node):
            before = last.getprevious()
            return (node.text if before is None else before.tail) or ""
        return (node.text if last is None else last.tail) or ""

    def may_end_implied(self, node: Element) -> bool:
        """Return whether the element is one of `_IMPLIED_ENDS`."""
        return node.tag in _IMPLIED_ENDS.split("|")


def parse_tree(text: str, url: str) -> PageTree:
    """Return the tree of a page's text; never raises."""
    # The text of the page decides the mark, so that nobody can type it.
    mark = f"end {zlib.crc32(text.encode('utf-8', 'replace')):x}"
    root = parse_html(_END_TAG.sub(rf"<!--{mark}-->\g<0>", text))
    title = root.find(".//title")
    href = next((node.get("href") for node in root.iterfind("head/base") if node.get("href")), None)
    base = absolute_url(href, url) if href else None
    return PageTree(
        root=root,
        title="" if title is None else " ".join("".join(map(str, title.itertext())).split()),
        url=url,
        base=base if base is not None and base.startswith(("http://", "https://")) else url,
        end_mark=mark,
        hidden=frozenset(with_descendants(hidden_elements(root))),
    )


def with_descendants(elements: Iterable[Element]) -> set[Element]:
    """Return the elements and all elements in them; each is visited once if outer ones come first."""
    found: set[Element] = set()
    for element in elements:
        if element not in found:
            found.update(element.iter())
    return found


def have_one_path(elements: Iterable[Element]) -> bool:
    """Return whether all elements have equal tag paths."""
    parents = {(element.getparent(), element.tag): element for element in elements}
    return len({tag_path(element) for element in parents.values()}) <= 1


def tag_path(node: Element) -> str:
    """Return the tags from the root to the element; equal paths mean equal structure."""
    return "/".join(str(above.tag) for above in (node, *node.iterancestors()))


def visible_text(node: Element, *skipped: Collection[Element]) -> str:
    """Return the text of an element as a reader sees it, on one line, without the elements in any of `skipped`."""
    parts: list[str] = []
    walker = etree.iterwalk(node, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            if element is not node and (
                element.tag in NEVER_SHOWN or any(element in group for group in skipped)
            ):
                walker.skip_subtree()
            else:
                parts += (" ", element.text or "") if _breaks_text(element) else (element.text or "",)
        elif element is not node:
            parts += (" ", element.tail or "") if _breaks_text(element) else (element.tail or "",)
    return " ".join("".join(parts).split())


def _breaks_text(element: Element) -> bool:
    return element.tag in BLOCKS or element.tag == "br"
