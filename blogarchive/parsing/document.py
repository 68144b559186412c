"""A page as a document: its tree, its visible lines, and ranges of lines as HTML and as text."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import chain
from typing import cast

from lxml import etree, html

from blogarchive.parsing import html as dom
from blogarchive.parsing.lines import Line, split_lines

# --- the document

_MAX_INLINE_DEPTH = 200  # elements between a text and the link around it


@dataclass(slots=True, eq=False)
class Document:
    """A page as visible lines over its tree."""

    root: dom.Element
    lines: tuple[Line, ...]
    title: str
    hidden: frozenset[dom.Element] = field(repr=False)
    starts: list[int] = field(repr=False)
    _positions: dict[dom.Element, tuple[int, int]] = field(repr=False)

    def positions(self, node: dom.Element) -> tuple[int, int] | None:
        """Return the positions at which an element opens and closes; None if it is inside hidden content."""
        return self._positions.get(node)

    def lines_in(self, node: dom.Element) -> range:
        """Return the indexes of the lines that overlap `node`; an empty range if it is hidden."""
        opened, closed = self._positions.get(node, (0, 0))
        return range(bisect_left(self.starts, opened), bisect_left(self.starts, closed))

    def contains(self, node: dom.Element, line: Line) -> bool:
        """Return whether all of `line` is in `node`."""
        opened, closed = self._positions.get(node, (0, 0))
        return opened <= line.start and line.end <= closed

    def common_ancestor(self, first: Line, last: Line) -> dom.Element:
        """Return the innermost element that contains both lines."""
        around = chain((first.block,), first.block.iterancestors())
        return next(node for node in around if self.contains(node, last) and self.contains(node, first))

    def child_containing(self, ancestor: dom.Element, line: Line) -> dom.Element:
        """Return the child of `ancestor` that contains `line`, or `ancestor` if the line is its own."""
        node = line.block
        while node is not ancestor:
            parent = node.getparent()
            if parent is None or parent is ancestor:
                return node
            node = parent
        return ancestor


def parse_document(text: str) -> Document:
    """Return the document of a page's text; never raises, an empty page has no lines."""
    root = dom.parse_html(text)
    if any(pattern.search(text) for pattern in _MAY_HAVE_TIMES):
        _show_exact_times(root)
    _show_icon_labels(root)
    hidden = dom.hidden_elements(root)
    lines, positions = split_lines(root, hidden)
    title, starts = dom.window_title(root), [line.start for line in lines]
    return Document(root=root, lines=lines, title=title, hidden=hidden, starts=starts, _positions=positions)


# `in` takes twice as long for these.
_MAY_HAVE_TIMES = [re.compile(words) for words in ("datetime=", "前<", "刚刚<")]
# Selecting attributes, then their elements, takes half the time of testing every element.
_may_have_time = etree.XPath("//time/@datetime/..|descendant-or-self::*/@title[contains(., ':')]/..")
_EXACT_TIME = re.compile(r"(\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d)(?:(:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?")
_AGO = re.compile(r"\s*(?:刚刚|[今昨前]天.{0,9}|\d{1,3}\s*\S{1,3}前|(?:an?|\d{1,3}) \w+ ago)?\s*")


# A script writes such a time, or a reader sees it as a tip beside 3天前.
def _show_exact_times(root: dom.Element) -> None:
    """Replace times as a distance from now, and empty ones, by the exact time in an attribute of their element."""
    for node in cast("list[dom.Element]", _may_have_time(root)):
        exact = _EXACT_TIME.fullmatch(node.get("datetime") or node.get("title") or "")
        if exact is not None and not len(node) and _AGO.fullmatch(node.text or ""):
            node.text = "".join(filter(None, exact.groups()))


_LABEL = (
    r"(?:[浏瀏][览覽]|[阅閱][读讀]|[点點][击擊]|[評评][论論]|[回迴][复覆復响響]|留言|喜[欢歡]|推[荐薦]|[点點]?[赞讚]|[顶頂]"
    "|注册日期|註冊日期|访问总量|訪問總量)"
)
_LABEL_AND_COUNT = re.compile(rf"回[复覆復]:.*|{_LABEL}(?:\s+\d[\d,]*\s?\w?)?:\s*\d[\d,-]*\s*", re.DOTALL)


# Instead of the icon, a reader hears its label, or sees it if the file is missing.
def _show_icon_labels(root: dom.Element) -> None:
    """Add the labels of icons before the numbers after these, and 回复 before any text."""
    for node in root.iter("img", "i", "svg"):
        tip = "" if node.getprevious() is not None else next(node.iterancestors()).get("title", "")
        label, after = node.get("alt") or node.get("title") or node.get("aria-label") or tip, node.tail or ""
        if label and not node.text and _LABEL_AND_COUNT.fullmatch(f"{label}:{after}"):
            node.tail = f" {label.split()[0]} {after.lstrip()}"


def find_enclosing(node: dom.Element | None, tag: str) -> dom.Element | None:
    """Return the nearest ancestor with `tag`, `node` included, up to the parent of the block of `node`; else None."""
    for _ in range(_MAX_INLINE_DEPTH):
        if node is None or node.tag == tag:
            return node
        if node.tag in dom.BLOCKS:
            parent = node.getparent()
            return parent if parent is not None and parent.tag == tag else None
        node = node.getparent()
    return None


# --- ranges of lines

_VOID = dom.REPLACED | {"br", "hr"}
# Names that lxml accepts; the parser returns others if a tag is not closed: `<font<b>`.
_NAME = re.compile(r"[^\s&<>/\"'{}]+")


def find_container(document: Document, first: Line, last: Line) -> dom.Element | None:
    """Return the outermost element that contains exactly these lines and all between; None if there is none."""
    node = document.common_ancestor(first, last)
    wanted = range(first.index, last.index + 1)
    if document.lines_in(node) != wanted:
        return None
    parent = node.getparent()
    while parent is not None and parent.tag not in ("body", "html") and document.lines_in(parent) == wanted:
        node, parent = parent, parent.getparent()
    return node


def extract_html(document: Document, first: Line, last: Line) -> dom.Element:
    """Return a new `div` with the content of the lines from `first` to `last`, and nothing else of the page.

    Elements that contain some of the lines stay around them; images between the lines stay too.
    """
    container = find_container(document, first, last)
    if container is not None and all(_is_visible(document, node) for node in container.iter()):
        return _copy_whole(container)
    if container is not None and (places := document.positions(container)):
        return _copy_range(document, container, *places)
    return _copy_range(document, document.common_ancestor(first, last), first.start, last.end)


def extract_text(lines: Sequence[Line]) -> str:
    """Return the text that a reader sees, by lines: spaces between the cells of a table row, `pre` unchanged."""
    parts: list[str] = []
    before: Line | None = None
    for line in lines:
        if not line.text.strip():
            continue
        if before is not None:
            parts.append(" " if are_in_same_row(before, line) else "\n")
        parts.append(line.text)
        before = line
    return "".join(parts)


def are_in_same_row(first: Line, second: Line) -> bool:
    """Return whether two lines are in different cells of one row."""
    one, other = first.block, second.block
    if one is other or one.tag not in dom.CELLS or other.tag not in dom.CELLS:
        return False
    row = one.getparent()
    return row is not None and row is other.getparent()


def _is_visible(document: Document, node: dom.Element) -> bool:
    """Return whether the content of the element is shown: no script, no comment, not hidden."""
    tag = node.tag
    seen = isinstance(tag, str) and tag not in dom.NEVER_SHOWN and document.positions(node) is not None
    return seen and node not in document.hidden


def _copy_whole(container: dom.Element) -> dom.Element:
    """Return a `div` with all content of `container`."""
    copy = deepcopy(container)
    copy.tag, copy.tail = "div", None
    copy.attrib.clear()
    return copy


def _copy_range(document: Document, top: dom.Element, start: int, end: int) -> dom.Element:
    """Copy the content of `top` between two positions into a `div`; no recursion, because nesting may be hostile."""
    copier = _Copier(document, start, end)
    holder: dom.Element = html.Element("div")
    if copier.wants_text(top):
        copier.append(holder, top.text)
    path: list[tuple[dom.Element, dom.Element | None]] = [(top, holder)]  # open elements and their copies
    for node in top.iterdescendants():
        parent = node.getparent()
        while path[-1][0] is not parent:
            copier.leave(path)
        above = path[-1][1]
        copy = None if above is None else copier.enter(node, above)
        if copy is not None and copier.wants_text(node):
            copier.append(copy, node.text)
        path.append((node, copy))
    while len(path) > 1:
        copier.leave(path)
    copier.flush()
    return holder


def _copy_element(node: dom.Element, above: dom.Element) -> dom.Element:
    """Append an element with the tag and the attributes of `node` to `above`."""
    copy: dom.Element = etree.SubElement(above, node.tag if _NAME.fullmatch(node.tag) else "span")
    for name, value in node.items():
        if _NAME.fullmatch(str(name)):
            copy.set(name, value)
    return copy


class _Copier:
    """Copies the elements and texts between two positions of a document.

    Adjacent texts, separated by dropped comments or scripts, are joined before they are inserted. Otherwise a page with
    100,000 comments would take minutes.
    """

    def __init__(self, document: Document, start: int, end: int) -> None:
        self._document = document
        self._start = start
        self._end = end
        self._texts: list[str] = []
        self._above: dom.Element | None = None  # the copy that the texts are appended to

    def enter(self, node: dom.Element, above: dom.Element) -> dom.Element | None:
        """Return the copy of an element that overlaps the positions; None if it does not, or is never shown."""
        places = self._document.positions(node)
        if places is None or places[0] >= self._end or not _is_visible(self._document, node):
            return None
        tag, (opened, closed) = node.tag, places
        if closed < self._start or (opened < self._start and tag in _VOID):
            return None
        self.flush()
        copy = _copy_element(node, above)
        if tag in dom.REPLACED:  # their parts name the file
            for part in node.iterdescendants(*dom.PLAYER_PARTS):
                _copy_element(part, copy)
        return copy

    def leave(self, path: list[tuple[dom.Element, dom.Element | None]]) -> None:
        """Close the innermost open element and copy its tail."""
        node, _ = path.pop()
        above = path[-1][1]
        places = self._document.positions(node)
        if above is not None and node.tail and places and self._start <= places[1] + 1 < self._end:
            self.append(above, node.tail)

    def wants_text(self, node: dom.Element) -> bool:
        """Return whether the first text of an element is between the positions."""
        places = self._document.positions(node)
        return places is not None and self._start <= places[0] + 1 < self._end

    def append(self, above: dom.Element, text: str | None) -> None:
        """Append `text` to a copy."""
        if not text:
            return
        if above is not self._above:
            self.flush()
            self._above = above
        self._texts.append(text)

    def flush(self) -> None:
        """Insert the collected texts into the tree."""
        if self._above is None or not self._texts:
            return
        text = "".join(self._texts)
        self._texts.clear()
        last = next(self._above.iterchildren(reversed=True), None)  # len() would count all children
        if last is None:
            self._above.text = (self._above.text or "") + text
        else:
            last.tail = (last.tail or "") + text
