"""A page under parsing: its document, folded lines, links and labels."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.dates.parse import ParsedDate, parse_date
from blogarchive.parsing.document import Document, parse_document
from blogarchive.parsing.html import Element, absolute_url, link_url
from blogarchive.parsing.lines import Line
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.grammar.page.hints import NO_HINTS, MarkupHints
from blogarchive.sites.grammar.page.line_index import MAX_LABEL_LENGTH, LineIndex, fold_lines
from blogarchive.sites.grammar.page.links import (
    PageLink,
    find_base_url,
    find_foreign_lines,
    find_foreign_urls,
    find_post_lines,
    parse_canonical,
    resolve_links,
)
from blogarchive.sites.grammar.page.section_labels import find_section_labels
from blogarchive.sites.grammar.page.vocabulary import fold

_POST = PageKind.POST  # attribute access to an enum member is five times slower (Python 3.11)
_SPACES = " \xa0\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """A page under parsing.

    `folded[i]` is line i for matching; `line_index` joins all of them. `links[i]` are the links of line i
    in order; `post_lines` are the lines that link to a post. `sections` maps the lines that are labels of
    the sidebar to their sections; `image_labels` has the text of lines that have images only. `url` is that
    of the page, `number` that of its post, `base` resolves relative links, `now` is the fetch time in the
    site's zone.
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
    number: str | None
    hints: MarkupHints
    _paths: dict[Element, str] = field(default_factory=dict, repr=False)
    _joined_paths: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)  # one for equal paths

    def resolve_href(self, anchor: Element) -> str | None:
        """Return the canonical target of a link; None if it leads nowhere on the web."""
        parsed_url = parse_canonical(link_url(anchor, self.base), self.parse_url)
        return None if parsed_url is None else parsed_url.url

    def links_to_other_post(self, index: int) -> bool:
        """Return True if the line links to a post other than the page's own: it is that post's title."""
        if self.number is None or index not in self.post_lines:
            return False
        return any(
            parsed_url is not None and parsed_url.kind is _POST and parsed_url.number != self.number
            for _, _, parsed_url in self.links[index]
        )

    def foreign_urls(self, own: Iterable[str]) -> Iterable[ParsedUrl]:
        """Return the targets of links to blogs with a uid that is not in `own`, each URL once."""
        uids, root = frozenset([*own, None]), absolute_url("/", self.base)
        lines = self.document.select_lines(
            lambda subtree: find_foreign_lines(subtree, root, self.parse_url, uids)
        )
        return find_foreign_urls([self.links[index] for index in lines], uids).values()

    def is_home_link(self, index: int) -> bool:
        """Return True if the whole line links to a blog's home page: it is the name of a blog or of a person."""
        links = self.links[index]
        if len(links) != 1 or links[0][0].strip() != self.lines[index].text.strip():
            return False
        parsed_url = links[0][2]
        return parsed_url is not None and parsed_url.kind is PageKind.HOME

    def is_section(self, index: int) -> bool:
        """Return True if the line is the label of a parsed section of the sidebar."""
        return self.sections.get(index, "other") != "other"

    def parse_datetime(self, text: str) -> datetime | None:
        """Return the time in `text` for comparison; the dates pipeline resolves the stored one."""
        parsed = self.parse_date(text)
        return None if parsed is None else parsed.at

    def parse_date(self, text: str) -> ParsedDate | None:
        """Return the time in `text` with its precision, or None."""
        return parse_date(text, self.now)

    def tag_path(self, node: Element) -> str:
        """Return the tags from the root to `node`, as `html/body/div`; equal paths mean equal structure."""
        found = self._paths.get(node)
        if found is not None:
            return found
        inner = [node]
        while (above := inner[-1].getparent()) is not None and above not in self._paths:
            inner.append(above)
        path = "" if above is None else self._paths[above]
        for element in reversed(inner):  # no recursion: a hostile page may be very deep
            key = (path, element.tag)
            if key not in self._joined_paths:
                self._joined_paths[key] = f"{path}/{element.tag}" if path else element.tag
            path = self._paths[element] = self._joined_paths[key]
        return path

    def lines_with_text(self, lines: Iterable[int]) -> Iterator[int]:
        """Return those of the lines that have text."""
        return (index for index in lines if self.folded[index].strip())

    def lines_below(self, index: int) -> Iterator[int]:
        """Return the lines after line `index` that have text."""
        return self.lines_with_text(range(index + 1, len(self.lines)))

    def join_lines(self, first: int, last: int) -> "JoinedLines":
        """Return the lines `first` to `last`, both included, as one text."""
        return JoinedLines(lines=self.lines[first : last + 1], text=" ".join(self.folded[first : last + 1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedLines:
    """Some lines joined by spaces: `text` is folded; an offset in it leads back to its line."""

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
        """Return the text as shown between two offsets."""
        return " ".join(line.text for line in self.lines)[start:end].strip(_SPACES)

    def node_at(self, offset: int) -> Element:
        """Return the element of the character at `offset`."""
        line, inner = self._find(offset)
        return line.node_at(inner)

    def line_at(self, offset: int) -> int:
        """Return the index of the line of the character at `offset`."""
        return self._find(offset)[0].index

    def link_at(self, start: int, end: int) -> Element | None:
        """Return the first link in `[start, end)`, or None."""
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
    number: str | None = None,
    cache: SubtreeCache | None = None,
    hints: MarkupHints = NO_HINTS,
) -> PageView:
    """Return the view of a page's text.

    `now` is aware, in the site's zone. `number` is that of the post the page was fetched for. `cache` only
    makes pages with equal parts faster.
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
        sections=find_section_labels(folded, line_index, image_labels, links),
        image_labels=image_labels,
        url=url,
        base=base,
        now=now,
        parse_url=parse_url,
        number=parse_url(url).number or number,
        hints=hints,
    )


def read_image_text(line: Line) -> str:
    """Return the folded `alt` or `title` of the first image of a line that has one."""
    words = (node.get(name) for node, _ in line.media for name in ("alt", "title"))
    return fold(next((text for text in words if text), ""))[:MAX_LABEL_LENGTH]


def text_with_images(view: PageView, index: int) -> str:
    """Return a folded line with the texts of its images in place; without them if its block has other
    lines.
    """
    line = view.lines[index]
    if view.document.lines_in(line.block) != range(index, index + 1):
        return view.folded[index]
    pieces = [line.block.text]
    for node in line.block.iterdescendants():
        pieces += [node.get("alt") or node.get("title"), node.text] if node.tag == "img" else [node.text]
        pieces.append(node.tail)
    return fold(" ".join(filter(None, pieces)))
