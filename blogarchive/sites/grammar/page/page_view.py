"""A page as the grammar sees it: its document, its lines folded, and windows over some lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.dates.parse import ParsedDate, parse_date
from blogarchive.parsing.html.urls import link_url
from blogarchive.parsing.lines.document import Document, Element, Line, parse_document
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.grammar.page.hints import NO_HINTS, MarkupHints
from blogarchive.sites.grammar.page.line_index import MAX_LABEL_LENGTH, LineIndex, fold_lines
from blogarchive.sites.grammar.page.links import (
    PageLink,
    find_base_url,
    find_post_lines,
    parse_canonical,
    resolve_links,
)
from blogarchive.sites.grammar.page.vocabulary import SECTION_START, fold, match_section

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
    line_index: LineIndex
    links: tuple[Sequence[PageLink], ...]
    post_lines: frozenset[int]
    sections: Mapping[int, str]
    image_labels: Mapping[int, str]
    url: str
    base: str
    now: datetime
    parse_url: Callable[[str], ParsedUrl]
    number: int | str | None
    hints: MarkupHints
    _paths: dict[Element, str] = field(default_factory=dict, repr=False)

    def resolve_href(self, anchor: Element) -> str | None:
        """Where a link leads, canonical under the site's rules; None where it leads nowhere on the web."""
        parsed_url = parse_canonical(link_url(anchor, self.base), self.parse_url)
        return None if parsed_url is None else parsed_url.url

    def links_to_other_post(self, index: int) -> bool:
        """Whether the line has a link to another post than the page's own: it names that post, whatever it says."""
        if self.number is None or index not in self.post_lines:
            return False
        return any(
            parsed_url is not None and parsed_url.kind is _POST and parsed_url.number != self.number
            for _, _, parsed_url in self.links[index]
        )

    def is_section(self, index: int) -> bool:
        """Whether the line is the label of a section of the sidebar that is read."""
        return self.sections.get(index, "other") != "other"

    def parse_datetime(self, text: str) -> datetime | None:
        """The time that `text` shows, for comparing only; the dates pipeline gives the one that is stored."""
        shown = self.parse_date(text)
        return None if shown is None else shown.at

    def parse_date(self, text: str) -> ParsedDate | None:
        """The same with how much of it is shown."""
        return parse_date(text, self.now)

    def tag_path(self, node: Element) -> str:
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

    def join_lines(self, first: int, last: int) -> "JoinedLines":
        """The lines `first` to `last`, both included, as one text."""
        return JoinedLines(lines=self.lines[first : last + 1], text=" ".join(self.folded[first : last + 1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedLines:
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

    def raw_text(self, start: int, end: int) -> str:
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


def build_page_view(
    text: str,
    url: str,
    now: datetime,
    parse_url: Callable[[str], ParsedUrl],
    number: int | str | None = None,
    cache: SubtreeCache | None = None,
    hints: MarkupHints = NO_HINTS,
) -> PageView:
    """The view of a page's text; `now` is aware, in the site's zone; `number` the post it was fetched for.

    It is the same with `repeats`, sooner where pages are alike.
    """
    document = parse_document(text, cache)
    line_index, folded = fold_lines(document.lines, document.cache)
    base = find_base_url(document, url)
    links = resolve_links(document, base, parse_url)
    image_labels = {
        line.index: read_image_text(line) for line in document.lines if line.media and not line.text
    }
    return PageView(
        document=document,
        lines=document.lines,
        folded=folded,
        line_index=line_index,
        links=links,
        post_lines=find_post_lines(links),
        sections=_find_sections(folded, line_index, image_labels),
        image_labels=image_labels,
        url=url,
        base=base,
        now=now,
        parse_url=parse_url,
        number=parse_url(url).number or number,
        hints=hints,
    )


def _find_sections(
    folded: Sequence[str], line_index: LineIndex, image_labels: Mapping[int, str]
) -> dict[int, str]:
    """The lines that are labels of the sidebar's sections, with the sections' names."""
    names = {index: match_section(folded[index]) for index in line_index.find_lines(SECTION_START)}
    names.update({index: match_section(words) for index, words in image_labels.items()})
    return {index: name for index, name in sorted(names.items()) if name is not None}


def read_image_text(line: Line) -> str:
    """What the pictures of a line say, folded: the first one's `alt` or `title`."""
    words = (node.get(name) for node, _ in line.media for name in ("alt", "title"))
    return fold(next((text for text in words if text), ""))[:MAX_LABEL_LENGTH]


def text_with_images(view: PageView, index: int) -> str:
    """A line's words, folded, with those of its pictures where these stand; without where other lines are beside it."""
    line = view.lines[index]
    if view.document.lines_in(line.block) != range(index, index + 1):
        return view.folded[index]
    pieces = [line.block.text]
    for node in line.block.iterdescendants():
        pieces += [node.get("alt") or node.get("title"), node.text] if node.tag == "img" else [node.text]
        pieces.append(node.tail)
    return fold(" ".join(filter(None, pieces)))
