"""Pick values and bodies out of a page by selectors."""

import re
import zlib
from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from lxml import etree
from parsel import css2xpath

from blogarchive.items import DateText, Image, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing import html as dom
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.document import extract_text
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import split_lines
from blogarchive.parsing.sanitize import extract_images, sanitize_element
from blogarchive.sites.base import FieldSource
from blogarchive.sites.markup.elements import names_of
from blogarchive.sites.markup.parts import Pick, Picks

# A label of a template is short; what is longer is somebody's text.
_LONGEST_LABEL = 1_000

# --- the tree

# Elements that end without an end tag if a sibling begins. A commenter may type <li>, which ends the site's own.
_IMPLIED_ENDS = ("li", "dd", "dt", "td", "th", "tr")

_END_TAG = re.compile(rf"</(?:{'|'.join(_IMPLIED_ENDS)})\s*>", re.IGNORECASE)

# How deep a theme indents an answer.
_DEPTH = re.compile(
    r"(?:^|[\s-])(?:comment-?level|depth|indent)-?(\d)(?!\S)|(?:margin|padding)-left: *(\d{1,4})"
)


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

    def some_end_implied(self, elements: Iterable[Element]) -> bool:
        """Return whether some elements have an end tag, and others end because a sibling begins.

        A template either closes all of them or none. So someone typed one of the siblings.
        """
        ended = [self.has_end_tag(element) for element in elements if element.tag in _IMPLIED_ENDS]
        return any(ended) and not all(ended)

    def text_at_end(self, node: Element) -> str:
        """Return the text between the last element inside `node` and its end."""
        last = next(node.iterchildren(reversed=True), None)
        if last is not None and self.has_end_tag(node):
            before = last.getprevious()
            return (node.text if before is None else before.tail) or ""
        return (node.text if last is None else last.tail) or ""


def parse_tree(text: str, url: str, opened: str = "") -> PageTree:
    """Return the tree of a page's text; never raises. The XPath `opened` selects elements that a script of it shows."""
    # The text of the page decides the mark, so that nobody can type it.
    mark = f"end {zlib.crc32(text.encode('utf-8', 'replace')):x}"
    root = dom.parse_html(_END_TAG.sub(lambda tag: f"<!--{mark}-->{tag[0]}", text))
    shown = cast("list[Element]", root.xpath(opened)) if opened else []
    hidden = frozenset(with_descendants(dom.hidden_elements(root).difference(shown)))
    title, base = dom.window_title(root), dom.find_base_url(root, url)
    return PageTree(root=root, title=title, url=url, base=base, end_mark=mark, hidden=hidden)


def with_descendants(elements: Iterable[Element]) -> set[Element]:
    """Return the elements and all elements in them; each is visited once if outer ones come first."""
    found: set[Element] = set()
    for element in elements:
        if element not in found:
            found.update(element.iter())
    return found


def answered(elements: list[Element]) -> dict[Element, Element]:
    """Return for each indented element of a thread the one that it answers: the last one a step above it.

    Drupal has `div.indented` around answers, Argon a list `children` behind the item, Serendipity `commentlevel-1`,
    other themes a margin. Nothing is returned if one is more than a step deeper than the one before: then the classes
    mean something else.
    """
    marks = (_DEPTH.search(f"{node.get('class')} {node.get('style')}") for node in elements)
    own = [int(mark[mark.lastindex or 0]) if mark else 0 for mark in marks]
    around = ([names_of(one) for one in node.iterancestors("div", "ul")] for node in elements)
    outer = (sum("indented" in names or "children" in names for names in row) for row in around)
    depths = [sum(pair) for pair in zip(own, outer, strict=True)]
    steps = {depth: step for step, depth in enumerate(sorted({*depths}))}
    row, found = list[Element](), dict[Element, Element]()
    for step, node in zip(map(steps.__getitem__, depths), elements, strict=True):
        if step > len(row):
            return {}
        row[step:] = [node]
        if step:
            found[node] = row[step - 1]
    return found


def have_one_path(elements: Iterable[Element]) -> bool:
    """Return whether all elements have equal tag paths."""
    parents = {(element.getparent(), element.tag): element for element in elements}
    return len({tag_path(element) for element in parents.values()}) <= 1


def tag_path(node: Element) -> str:
    """Return the tags from the root to the element; equal paths mean equal structure."""
    return "/".join(str(above.tag) for above in (node, *node.iterancestors()))


def visible_text(node: Element, *skipped: Collection[Element]) -> str:
    """Return the text of an element as a reader sees it, on one line, without the `skipped` elements."""
    parts: list[str] = []
    # An iterator and no recursion: a hostile page nests elements deeper than Python's stack.
    walker = etree.iterwalk(node, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            if element is not node and (
                element.tag in dom.NEVER_SHOWN or any(element in group for group in skipped)
            ):
                walker.skip_subtree()
            else:
                parts += (" ", element.text or "") if _breaks_text(element) else (element.text or "",)
        elif element is not node:
            parts += (" ", element.tail or "") if _breaks_text(element) else (element.tail or "",)
    return " ".join("".join(parts).split())


def _breaks_text(element: Element) -> bool:
    return element.tag in dom.BLOCKS or element.tag == "br"


# --- picks

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
Node = Element | etree._ElementUnicodeResult


def is_media(node: Element, time: re.Pattern[str]) -> bool:
    """Return whether Bootstrap shows a comment as a media object: with its time in a heading."""
    headings = node.iter("h1", "h2", "h3", "h4", "h5", "h6") if "media" in names_of(node) else ()
    return any(time.search(visible_text(one)) for one in headings)


@lru_cache(maxsize=1024)
def compile_selector(selector: str) -> etree.XPath:
    """Return the compiled selector; raises `ValueError` or an error of lxml or cssselect if it is invalid."""
    is_xpath = selector.startswith(("/", ".", "(", "@")) and not re.match(r"\.[A-Za-z_-]", selector)
    return etree.XPath(selector if is_xpath else css2xpath(selector), namespaces=_NAMESPACES)


def select_all(root: Element, selector: str) -> list[Element]:
    """Return the elements that a selector selects, also those that are not shown."""
    found = compile_selector(selector)(root)
    return [node for node in found if isinstance(node, etree._Element)] if isinstance(found, list) else []


@dataclass(kw_only=True, slots=True)
class Picker:
    """The selectors of one page.

    `closed` are the elements that contain text of people, found so far, with all elements in them.
    """

    tree: PageTree
    closed: set[Element] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    sources: list[FieldSource] = field(default_factory=list)

    def with_closed(self, elements: Iterable[Element] = ()) -> "Picker":
        """Return a picker for which these elements alone, and all in them, are closed; it shares problems and sources."""
        return replace(self, closed=with_descendants(elements))

    def nodes(self, selector: str, within: Element | None = None) -> list[Node]:
        """Return the visible elements, texts and attributes that a selector selects outside closed elements."""
        context = self.tree.root if within is None else within
        found = cast("list[Node]", compile_selector(selector)(context))
        # Text of people is closed: a typed 浏览(9999) or a link 下一页 in it must not be read.
        shut, hidden = self.closed, self.tree.hidden
        return [node for node in found if (holder := _element_of(node)) not in shut and holder not in hidden]

    def elements(self, selector: str | None, within: Element | None = None) -> list[Element]:
        """Return the elements that a selector selects, without those inside another of them; none without one."""
        nodes = [] if selector is None else self.nodes(selector, within)
        return keep_outermost([node for node in nodes if not isinstance(node, str)])

    def values(self, pick: str | Pick, within: Element | None = None) -> list[str]:
        """Return the different values of a pick that are not blank."""
        selector, match = (pick, None) if isinstance(pick, str) else (pick.selector, pick.match)
        hidden, closed = self.tree.hidden, self.closed
        texts = (
            " ".join(node.split()) if isinstance(node, str) else visible_text(node, hidden, closed)
            for node in self.nodes(selector, within)
        )
        found = (_match_text(text, match) for text in texts)
        return list(dict.fromkeys(value for value in found if value))

    def value(self, name: str, picks: Picks | None, within: Element | None = None) -> str | None:
        """Return the value of the field `name`; None, and a problem, if the page shows different values for it."""
        if picks is None:
            return None
        parts = []
        for pick in picks if isinstance(picks, tuple) else (picks,):
            values = self.values(pick, within)
            # A template writes a field once. If there are two, one may be typed, and nobody knows which.
            if len(values) > 1:
                detail = Detail.VALUES.format(count=len(values), values=values[:3])
                self.add_problem("unreadable", name, detail)
                return None
            parts += values
        if not parts:
            return None
        self.note_source(name, picks, " ".join(parts))
        return " ".join(parts)

    def count(self, name: str, picks: Picks | None, within: Element | None = None) -> int | None:
        """Return the count of the field `name`; None, and a problem, if its text is no count."""
        text = self.value(name, picks, within)
        found = None if text is None else parse_count(text)
        if text is not None and found is None:
            self.add_problem("unreadable", name, Detail.NO_COUNT.format(text=text[:80]))
        return found

    def date(self, name: str, picks: Picks | None, within: Element | None = None) -> DateText | None:
        """Return the time of the field `name` as the page shows it."""
        text = self.value(name, picks, within)
        return None if text is None else DateText(text=text)

    def url(self, selector: str | None, within: Element | None = None) -> str | None:
        """Return the absolute URL of the first link or attribute that a selector selects, or None."""
        for node in [] if selector is None else self.nodes(selector, within):
            found = dom.link_url(_as_anchor(node), self.tree.base)
            # A script's link (javascript:) leads to no page.
            if found is not None and found.startswith(("http://", "https://")):
                return found
        return None

    def close(self, elements: Iterable[Element]) -> None:
        """Close elements that contain text of people."""
        self.closed |= with_descendants(elements)

    def open(self, elements: Iterable[Element]) -> None:
        """Open elements inside closed ones: the site adds them."""
        self.closed -= with_descendants(elements)

    def add_problem(self, kind: str, name: str, detail: str) -> None:
        """Add a problem of the field `name`, each once."""
        problem = Problem(kind=kind, field=name, detail=detail)  # type: ignore[arg-type]
        if problem not in self.problems:
            self.problems.append(problem)

    def note_source(self, name: str, picks: Picks, value: str) -> None:
        """Note the selector that filled a field, for `doctor`."""
        pieces = picks if isinstance(picks, tuple) else (picks,)
        selector = " + ".join(piece if isinstance(piece, str) else piece.selector for piece in pieces)
        self.sources.append(FieldSource(field=name, selector=selector, value=value))


def keep_outermost(elements: Iterable[Element]) -> list[Element]:
    """Return the elements in order, without those inside another of them."""
    found = list(dict.fromkeys(elements))
    if len(found) <= 1:
        return found
    inner: set[Element] = set()
    for node in found:
        if node not in inner:
            inner.update(node.iterdescendants())
    return [node for node in found if node not in inner]


def _element_of(node: Node) -> Element | None:
    """Return the element that contains a text or has an attribute; an element is returned itself."""
    if not isinstance(node, str):
        return node
    parent = node.getparent()
    return parent.getparent() if parent is not None and node.is_tail else parent


def _match_text(text: str, match: str | None) -> str:
    if match is None:
        return text
    found = re.search(match, text) if len(text) <= _LONGEST_LABEL else None  # steps may grow with its square
    if found is None:
        return ""
    return next((group for group in found.groups() if group), "").strip() if found.re.groups else found[0]


def _as_anchor(node: Node) -> Element:
    """Return a link; an attribute or a text becomes one."""
    if not isinstance(node, str):
        return node if node.tag == "a" else next(node.iter("a"), node)
    anchor: Element = etree.Element("a")
    anchor.set("href", str(node))
    return anchor


# --- bodies

_REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The content of an element that a reader sees."""

    html: str
    text: str
    images: tuple[Image, ...]


def read_body(
    picker: Picker,
    element: Element,
    drop: Iterable[str] = (),
    opened: Iterable[str] = (),
    removed: Collection[Element] = (),
    head: Element | None = None,
) -> Body:
    """Return the body in `element`, without hidden elements, `removed`, and those that `drop` and `opened` select.

    The elements of `opened` are open to other selectors from now on. The text up to `head` is none of the body. If
    `head` is one of those removed, the signs behind it are none either.
    """
    unclosed = picker.with_closed()
    # The body is closed by now, so its own elements are selected by a picker without closed ones.
    own = {node for selector in opened for node in unclosed.elements(selector, element)}
    dropped = own.union(removed, (node for selector in drop for node in unclosed.elements(selector, element)))
    picker.open(own)
    copy = _copy_visible(element, picker.tree.hidden, dropped, head)
    text = extract_text(split_lines(copy)[0])
    images = extract_images(copy, picker.tree.base)  # sanitizing changes the copy
    return Body(html=sanitize_element(copy, picker.tree.base), text=text, images=images)


def _copy_visible(
    element: Element, hidden: Collection[Element], dropped: Collection[Element], head: Element | None
) -> Element:
    """Return a `div` with a copy of the content of `element` that is shown, without its text up to `head`."""
    # The page is read further: its own tree stays as it is.
    copy = deepcopy(element)
    pairs = list(zip(element.iter(), copy.iter(), strict=True))
    # Gatsby and Next.js have the image in a `noscript` beside a blank; one of a single pixel counts readers.
    for node in select_all(copy, "noscript:has(img:not([width='1']):not([width='0']))"):
        near = (one for one in (node.getprevious(), node.getnext()) if one is not None)
        loaded = (one for x in near if x.tag in ("img", "picture", "iframe") for one in x.iter())
        if all(dom.is_blank(one) and not any(dom.lazy_urls(one)) for one in loaded):
            node.tag = "span"
    shut = [n for one, n in pairs[1:] if n.tag in dom.NEVER_SHOWN or one in hidden or one in dropped]
    if head is not None:
        _remove_head(pairs, head, is_last=head in dropped)
    _remove_elements(copy, shut)
    copy.tag, copy.tail = "div", None
    copy.attrib.clear()
    return copy


def _remove_head(pairs: Iterable[tuple[Element, Element]], head: Element, *, is_last: bool) -> None:
    """Remove the texts up to the copy of `head`. If it is the last, also remove the signs behind it.

    `pairs` are elements and their copies.
    """
    around = {*head.iterancestors()}
    for original, node in pairs:
        if original is head:
            node.tail = (node.tail or "").lstrip(" \t\r\n:：,，") if is_last else node.tail
            return
        node.text, node.tail = None, node.tail if original in around else None


def _remove_elements(root: Element, nodes: Iterable[Element]) -> None:
    """Remove elements inside `root`, and all comments, in one walk; the texts after them stay.

    A page may have a comment after each character, so the texts of neighbours are not joined one by one.
    """
    for node in nodes:
        if isinstance(node.tag, str):
            node.tag = _REMOVED
    etree.strip_elements(root, _REMOVED, etree.Comment, etree.ProcessingInstruction, with_tail=False)


def selector_of(node: Element) -> str:
    """Return the element as a person writes a selector for it."""
    if node.get("id"):
        return f"{node.tag}#{node.get('id')}"
    classes = "".join(f".{name}" for name in (node.get("class") or "").split()[:2])
    return f"{node.tag}{classes}" if classes else tag_path(node).rsplit("/", 3)[0]


def leads_home(anchor: Element, tree: PageTree) -> bool:
    """Return whether a link leads to the home page, or a folder above the page: such links show the blog's name."""
    link, own = anchor.get("href") or "#", urlunsplit(("", "", *urlsplit(tree.url)[2:]))
    is_path = not link.startswith("#") and "?" not in link and dom.absolute_url(link, tree.base)
    path = re.sub(r"(?i)(?<=/)(?:index|default)\.\w+$", "", urlsplit(link).path) if is_path else "#"
    return path in ("/", "") or (path.endswith("/") and own != path and own.startswith(path))
