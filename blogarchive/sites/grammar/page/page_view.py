"""A page as the grammar sees it: its document, its lines folded, and windows over some lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.dates.parse import ParsedDate, parse_date
from blogarchive.parsing.html.urls import link_url
from blogarchive.parsing.lines.document import Document, Element, Line, read_document
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.grammar.page.line_index import LONGEST_LABEL, LineIndex, fold_lines
from blogarchive.sites.grammar.page.links import Linked, base_of, canonical, links_of, post_lines
from blogarchive.sites.grammar.page.vocabulary import SECTION_BEGINS, fold, section_of

_POST = PageKind.POST  # to name an enum's member takes five times as long (Python 3.11), and links are many
_SPACES = " \xa0\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """A page under reading: `folded[i]` is line i for matching; `now` is the fetch time in the site's zone.

    `lines` are the document's, `whole` is all of `folded` as one text.
    `links[i]` are the links of line i, in order; `posts` are the lines with a link to a post. `sections` names the
    sections whose labels some lines are, `pictured` has what lines of pictures alone say. `url` is the page's own,
    `number` that of its post, `base` the one that its relative links start from.
    """

    document: Document
    lines: tuple[Line, ...]
    folded: tuple[str, ...]
    whole: LineIndex
    links: tuple[Sequence[Linked], ...]
    posts: frozenset[int]
    sections: Mapping[int, str]
    pictured: Mapping[int, str]
    url: str
    base: str
    now: datetime
    parse_url: Callable[[str], ParsedUrl]
    number: int | str | None
    _paths: dict[Element, str] = field(default_factory=dict, repr=False)

    def href(self, anchor: Element) -> str | None:
        """Where a link leads, canonical under the site's rules; None where it leads nowhere on the web."""
        parsed_url = canonical(link_url(anchor, self.base), self.parse_url)
        return None if parsed_url is None else parsed_url.url

    def leads_away(self, index: int) -> bool:
        """Whether the line has a link to another post than the page's own: it names that post, whatever it says."""
        if self.number is None or index not in self.posts:
            return False
        return any(
            parsed_url is not None and parsed_url.kind is _POST and parsed_url.number != self.number
            for _, _, parsed_url in self.links[index]
        )

    def is_section(self, index: int) -> bool:
        """Whether the line is the label of a section of the sidebar that is read."""
        return self.sections.get(index, "other") != "other"

    def moment(self, text: str) -> datetime | None:
        """The time that `text` shows, for comparing only; the dates pipeline gives the one that is stored."""
        shown = self.shown(text)
        return None if shown is None else shown.at

    def shown(self, text: str) -> ParsedDate | None:
        """The same with how much of it is shown."""
        return parse_date(text, self.now)

    def path(self, node: Element) -> str:
        """The tags from the root down to `node`, as `html/body/div`: where two pieces stand alike, it is the same."""
        found = self._paths.get(node)
        if found is not None:
            return found
        inner = [node]
        while (above := inner[-1].getparent()) is not None and above not in self._paths:
            inner.append(above)
        path = "" if above is None else self._paths[above] + "/"
        for element in reversed(inner):  # no recursion, depth is hostile
            self._paths[element] = path + element.tag
            path = self._paths[element] + "/"
        return self._paths[node]

    def window(self, first: int, last: int) -> "Window":
        """The lines `first` to `last`, both included, as one text."""
        return Window(lines=self.lines[first : last + 1], text=" ".join(self.folded[first : last + 1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Some lines joined by spaces: `text` is folded, and a place in it leads back to its line."""

    lines: tuple[Line, ...]
    text: str

    @property
    def first(self) -> int:
        """Index of the first line."""
        return self.lines[0].index

    @property
    def last(self) -> int:
        """Index of the last line."""
        return self.lines[-1].index

    def raw(self, start: int, end: int) -> str:
        """The text as shown at these places."""
        return " ".join(line.text for line in self.lines)[start:end].strip(_SPACES)

    def node_at(self, offset: int) -> Element:
        """The element that holds the character at `offset`."""
        line, inner = self._find(offset)
        return line.node_at(inner)

    def line_at(self, offset: int) -> int:
        """The index of the line that holds the character at `offset`."""
        return self._find(offset)[0].index

    def link_at(self, start: int, end: int) -> Element | None:
        """The first link that holds a character of `[start, end)`."""
        base = 0
        for line in self.lines:
            anchor = line.link_at(max(start - base, 0), min(end - base, len(line.text)))
            if anchor is not None and start - base < len(line.text) and end - base > 0:
                return anchor
            base += len(line.text) + 1
        return None

    def _find(self, offset: int) -> tuple[Line, int]:
        for line in self.lines:
            if offset <= len(line.text):
                return line, offset
            offset -= len(line.text) + 1
        return self.lines[-1], 0


def view_of(
    text: str,
    url: str,
    now: datetime,
    parse_url: Callable[[str], ParsedUrl],
    number: int | str | None = None,
    cache: SubtreeCache | None = None,
) -> PageView:
    """The view of a page's text; `now` is aware, in the site's zone; `number` the post it was fetched for.

    It is the same with `repeats`, sooner where pages are alike.
    """
    document = read_document(text, cache)
    whole, folded = fold_lines(document.lines, document.cache)
    base = base_of(document, url)
    links = links_of(document, base, parse_url)
    pictured = {line.index: picture_words(line) for line in document.lines if line.media and not line.text}
    return PageView(
        document=document,
        lines=document.lines,
        folded=folded,
        whole=whole,
        links=links,
        posts=post_lines(links),
        sections=_sections(folded, whole, pictured),
        pictured=pictured,
        url=url,
        base=base,
        now=now,
        parse_url=parse_url,
        number=parse_url(url).number or number,
    )


def _sections(folded: Sequence[str], whole: LineIndex, pictured: Mapping[int, str]) -> dict[int, str]:
    """The lines that are labels of the sidebar's sections, with the sections' names."""
    names = {index: section_of(folded[index]) for index in whole.beginning(SECTION_BEGINS)}
    names.update({index: section_of(words) for index, words in pictured.items()})
    return {index: name for index, name in sorted(names.items()) if name is not None}


def picture_words(line: Line) -> str:
    """What the pictures of a line say, folded: the first one's `alt` or `title`."""
    words = (node.get(name) for node, _ in line.media for name in ("alt", "title"))
    return fold(next((text for text in words if text), ""))[:LONGEST_LABEL]


def spoken(view: PageView, index: int) -> str:
    """A line's words, folded, with those of its pictures where these stand; without where other lines are beside it."""
    line = view.lines[index]
    if view.document.inside(line.block) != range(index, index + 1):
        return view.folded[index]
    pieces = [line.block.text]
    for node in line.block.iterdescendants():
        pieces += [node.get("alt") or node.get("title"), node.text] if node.tag == "img" else [node.text]
        pieces.append(node.tail)
    return fold(" ".join(filter(None, pieces)))
