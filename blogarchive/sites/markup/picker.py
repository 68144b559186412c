"""Apply selectors to a page. Text of people is closed to them, and hidden elements have no value."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from lxml import etree
from parsel import css2xpath

from blogarchive.items import DateText, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import Element, link_url
from blogarchive.sites.explanation import FieldSource
from blogarchive.sites.markup.parts import Pick, Picks
from blogarchive.sites.markup.tree import PageTree, visible_text, with_descendants

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
Node = Element | etree._ElementUnicodeResult


@lru_cache(maxsize=1024)
def compile_selector(selector: str) -> etree.XPath:
    """Return the compiled selector; raises `ValueError` or an error of lxml or cssselect if it is invalid."""
    is_xpath = selector.startswith(("/", ".", "(", "@")) and not re.match(r"\.[A-Za-z_-]", selector)
    return etree.XPath(selector if is_xpath else css2xpath(selector), namespaces=_NAMESPACES)


@dataclass(kw_only=True, slots=True)
class Picker:
    """The selectors of one page.

    `closed` are the elements that contain text of people, found so far, with all elements in them.
    """

    tree: PageTree
    closed: set[Element] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    sources: list[FieldSource] = field(default_factory=list)

    def nodes(
        self, selector: str, within: Element | None = None, closed: Collection[Element] | None = None
    ) -> list[Node]:
        """Return the visible elements, texts and attributes that a selector selects outside closed elements."""
        context = self.tree.root if within is None else within
        found = cast("list[Node]", compile_selector(selector)(context))
        shut, hidden = self.closed if closed is None else closed, self.tree.hidden
        return [node for node in found if (holder := _element_of(node)) not in shut and holder not in hidden]

    def elements(
        self, selector: str, within: Element | None = None, closed: Collection[Element] | None = None
    ) -> list[Element]:
        """Return the elements that a selector selects, without those inside another of them."""
        nodes = self.nodes(selector, within, closed)
        return keep_outermost([node for node in nodes if not isinstance(node, str)])

    def values(
        self, pick: str | Pick, within: Element | None = None, closed: Collection[Element] | None = None
    ) -> list[str]:
        """Return the different values of a pick that are not blank."""
        selector, match = (pick, None) if isinstance(pick, str) else (pick.selector, pick.match)
        shut = self.closed if closed is None else closed
        texts = (
            " ".join(node.split()) if isinstance(node, str) else visible_text(node, self.tree.hidden, shut)
            for node in self.nodes(selector, within, shut)
        )
        found = (_match_text(text, match) for text in texts)
        return list(dict.fromkeys(value for value in found if value))

    def value(
        self,
        name: str,
        picks: Picks | None,
        within: Element | None = None,
        closed: Collection[Element] | None = None,
    ) -> str | None:
        """Return the value of the field `name`; None, and a problem, if the page shows different values for it."""
        if picks is None:
            return None
        parts = []
        for pick in picks if isinstance(picks, tuple) else (picks,):
            values = self.values(pick, within, closed)
            if len(values) > 1:
                self.add_problem(
                    "unreadable", name, Detail.VALUES.format(count=len(values), values=values[:3])
                )
                return None
            parts += values
        if not parts:
            return None
        self.note_source(name, picks, " ".join(parts))
        return " ".join(parts)

    def count(
        self,
        name: str,
        picks: Picks | None,
        within: Element | None = None,
        closed: Collection[Element] | None = None,
    ) -> int | None:
        """Return the count of the field `name`; None, and a problem, if its text is no count."""
        text = self.value(name, picks, within, closed)
        found = None if text is None else parse_count(text)
        if text is not None and found is None:
            self.add_problem("unreadable", name, Detail.NO_COUNT.format(text=text[:80]))
        return found

    def date(
        self,
        name: str,
        picks: Picks | None,
        within: Element | None = None,
        closed: Collection[Element] | None = None,
    ) -> DateText | None:
        """Return the time of the field `name` as the page shows it."""
        text = self.value(name, picks, within, closed)
        return None if text is None else DateText(text=text)

    def url(
        self,
        selector: str | None,
        within: Element | None = None,
        closed: Collection[Element] | None = None,
    ) -> str | None:
        """Return the absolute URL of the first link or attribute that a selector selects, or None."""
        if selector is None:
            return None
        for node in self.nodes(selector, within, closed):
            found = link_url(_as_anchor(node), self.tree.base)
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
    found = re.search(match, text)
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
