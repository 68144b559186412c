"""A page under parsing: its folded lines, links, labels, and the DOM positions of lines."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import wraps
from itertools import accumulate, islice
from typing import Any, TypeVar, TypeVarTuple, cast

from blogarchive.items import PageKind, ParsedUrl, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.parse import ParsedDate, parse_date
from blogarchive.parsing.document import Document, parse_document
from blogarchive.parsing.html import Element, find_base_url
from blogarchive.parsing.lines import Line
from blogarchive.parsing.unicode_form import fold_spelling
from blogarchive.sites.grammar import links as page_links, words as vocabulary

# --- lines joined for matching

MAX_LABEL_LENGTH = 400
"""Longer lines are prose and match no pattern of the page's own lines."""
_LONG_RUN = " " * 64
_MAX_CACHED = 80
# Rows of the archive, days of a calendar.
_NUMBERS_ALONE = re.compile(r"\d{1,4}|\d{4}-\d\d-\d\d ?[-~] ?\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(kw_only=True, slots=True)  # a frozen class takes twice as long to make; so most of the grammar
class LineIndex:
    """The folded lines joined. `text` has each after a LINE_START, without those of numbers alone, which no pattern
    matches. `starts[i]` is the offset of line i, or of the next one in `text`.
    """

    text: str
    starts: Sequence[int]

    def find_lines(self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None) -> Iterator[int]:
        """Return the indexes of the lines `[start, end)` that match `pattern`, which begins with
        LINE_START.
        """
        for found in self.find_matches(pattern, start, end):
            yield self.line_at(found.start() + 1)

    def find_matches(
        self, pattern: "re.Pattern[str]", start: int = 0, end: int | None = None
    ) -> Iterator["re.Match[str]"]:
        """Return the matches of `pattern` at the start of the lines `[start, end)`."""
        if start >= len(self.starts):
            return iter(())
        stop = len(self.text) if end is None or end >= len(self.starts) else self.starts[end] - 1
        return pattern.finditer(self.text, self.starts[start] - 1, stop)

    def line_at(self, offset: int) -> int:
        """Return the line at an offset of `text`."""
        return bisect_right(self.starts, offset) - 1


def _fold_lines(lines: Sequence[Line]) -> tuple[LineIndex, tuple[str, ...]]:
    """Return the index of all lines, and each folded line; prose becomes dots of the same length."""
    texts = [line.text for line in lines]
    pairs = [_folded[text] if len(text) <= _MAX_CACHED else _fold_line(text) for text in texts]
    folded, shown = zip(*pairs, strict=True) if pairs else ((), ())
    starts = list(accumulate(map(len, shown), initial=1))[:-1]
    return LineIndex(text="".join(shown), starts=starts), folded


def _fold_line(text: str) -> tuple[str, str]:
    """Return a folded line, and its text in the index: a dot of prose, nothing of numbers alone."""
    if len(text) > MAX_LABEL_LENGTH:
        return "…" * len(text), vocabulary.LINE_START + "…"
    # Patterns take the cube of the length of a run.
    folded = vocabulary.fold(text).replace(_LONG_RUN, _LONG_RUN[:-1] + "…")
    if len(text) <= _MAX_CACHED and " " in folded:
        folded = vocabulary.drop_translation(folded)
    return folded, "" if _NUMBERS_ALONE.fullmatch(folded) else vocabulary.LINE_START + folded


_folded = page_links.TextCache(_fold_line)


# --- labels of the sidebar


_YEAR = re.compile(r"^\s*\d{4}", re.MULTILINE)
_NOTHING = re.compile("(?!)")
_LABEL_TAGS = frozenset(("h2", "h3", "h4", "h5", "th", "legend"))
_CARD_COUNT = re.compile(r"(?:访问|人气|点击|浏览|注册)[^\d]{0,8}\d")


def _find_section_labels(
    document: Document, folded: Sequence[str], line_index: LineIndex, image_labels: Mapping[int, str]
) -> dict[int, str]:
    """Map the lines that are labels of the sidebar's sections to the sections' names."""
    found = line_index.find_lines(vocabulary.SECTION_START)
    names = {index: vocabulary.match_section(folded[index]) for index in found}
    names.update({index: vocabulary.match_section(words) for index, words in image_labels.items()})
    # 月份, 博主 and 博客信息 are also words of texts, and of buttons.
    below = {"月份": (_YEAR, 3)} | dict.fromkeys(("博主", "主人", "博客信息"), (_CARD_COUNT, 6))
    # 统计 below 关于我 is of the card.
    below["统计"] = (_NOTHING if "card" in names.values() else _CARD_COUNT, 6)
    plain = (i for i in names if document.lines[i].block.tag not in _LABEL_TAGS)
    words = ((i, *below[label]) for i in plain if (label := vocabulary.strip_label(folded[i])) in below)
    wrong = {i for i, sign, count in words if not sign.search("\n".join(folded[i + 1 : i + count]))}
    return {index: name for index, name in sorted(names.items()) if name is not None and index not in wrong}


# --- the view of a page

_Asked = TypeVarTuple("_Asked")
_Found = TypeVar("_Found")
_POST = PageKind.POST  # attribute access to an enum member is five times slower (Python 3.11)
_MAX_FORM_DEPTH = 9
_WORD = re.compile(r"\w")
_SPACES = " \xa0\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(kw_only=True, slots=True)
class PageView:
    """A page under parsing.

    `folded[i]` is line i for matching; `line_index` joins all of them. `links[i]` are the links of line i in order;
    `post_lines` are the lines that link to a post. `sections` maps the lines that are labels of the sidebar to their
    sections. `image_labels` has the text of lines that have images only. `url` is that of the page, `number` that of
    its post. `base` resolves relative links. `now` is the fetch time in the site's zone. `results` are those of
    `once_a_page`.
    """

    document: Document
    lines: tuple[Line, ...]
    folded: tuple[str, ...]
    line_index: LineIndex
    links: tuple[Sequence[page_links.PageLink], ...]
    post_lines: frozenset[int]
    sections: dict[int, str]
    image_labels: Mapping[int, str]
    url: str
    base: str
    now: datetime
    parse_url: Callable[[str], ParsedUrl]
    number: str | None
    results: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False)
    _paths: dict[Element, str] = field(default_factory=dict, repr=False)
    _joined_paths: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)  # one for equal paths

    def links_to_other_post(self, index: int) -> bool:
        """Return True if the line links to a post other than the page's own: it is that post's title."""
        if self.number is None or index not in self.post_lines:
            return False
        return not {to.number for _, _, to in self.links_to(index, _POST)} <= {self.number}

    def links_to(self, index: int, kind: PageKind) -> Sequence[tuple[str, Element, ParsedUrl]]:
        """Return the links of a line to pages of that kind: the text, the element, the target."""
        return [(text, a, to) for text, a, to in self.links[index] if to is not None and to.kind is kind]

    def find_home_link(self, index: int) -> ParsedUrl | None:
        """Return the home page of a blog if the whole line links to it, as a name does; else None."""
        links = self.links[index]
        if len(links) != 1 or links[0][0].strip() != self.lines[index].text.strip():
            return None
        parsed_url = links[0][2]
        return parsed_url if parsed_url is not None and parsed_url.kind is PageKind.HOME else None

    def is_own_home(self, index: int) -> bool:
        """Return True if the whole line links to the home page of the page's blog."""
        parsed_url = self.find_home_link(index)
        return parsed_url is not None and parsed_url.uid == self.parse_url(self.url).uid

    def text_without(self, index: int, parts: Iterable[str]) -> str:
        """Return the text of a line without these parts of it."""
        rest = self.lines[index].text
        for part in parts:
            rest = rest.replace(part, "", 1)
        return rest

    def has_only_links(self, index: int) -> bool:
        """Return True if a line has no word beside those of its links."""
        return not _WORD.search(self.text_without(index, (text for text, _, _ in self.links[index])))

    def shown(self, index: int, match: "re.Match[str]", group: str = "time") -> str:
        """Return a group of a match of the stripped folded line as the page shows it."""
        return self.lines[index].text.strip()[slice(*match.span(group))].strip()

    def find_section(self, start: int) -> int:
        """Return the first line from `start` on that is the label of a parsed section; else the number of lines.

        A label below other lines of its block may be typed.
        """
        later = (i for i in self.sections if i >= start and self.is_section(i))
        blocks = ((i, self.document.lines_in(self.lines[i].block).start) for i in later)
        own = (i for i, begin in blocks if begin < start or not self.has_text(range(begin, i)))
        return next(own, len(self.lines))

    def iter_around(self, index: int) -> Iterator[tuple[Element, range]]:
        """Yield the block of a line and each element around it, the innermost first, with its lines."""
        block = self.lines[index].block
        for node in (block, *block.iterancestors()):
            yield node, self.document.lines_in(node)

    def is_in_form(self, index: int, other: int) -> bool:
        """Return True if a line is in a form, and the line `other` is not: nobody types a form."""
        around = islice(self.iter_around(index), _MAX_FORM_DEPTH)
        return any(node.tag == "form" and other not in inside for node, inside in around)

    def is_in_comment_form(self, index: int) -> bool:
        """Return True if a line is in a form with a text field that is not the whole page."""
        around = islice(self.iter_around(index), _MAX_FORM_DEPTH)
        forms = (node for node, inside in around if node.tag == "form" and 0 not in inside)
        fields = (field for form in forms for field in form.iter("input", "textarea"))
        return any((field.get("type") or "text").lower() == "text" for field in fields)

    def has_text(self, lines: Iterable[int]) -> bool:
        """Return True if any of the lines has text."""
        return any(map(self.folded.__getitem__, lines))

    def is_section(self, index: int) -> bool:
        """Return True if the line is the label of a parsed section of the sidebar."""
        return self.sections.get(index, "other") != "other"

    def parse_date(self, text: str) -> ParsedDate | None:
        """Return the time in `text` with its precision, or None; the dates pipeline resolves the stored one."""
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

    def style(self, node: Element) -> tuple[str, str | None]:
        """Return the tag path and the class of an element: equal styles mean the same part of a template."""
        return self.tag_path(node), node.get("class")

    def lines_with_text(self, lines: Iterable[int]) -> Iterator[int]:
        """Return those of the lines that have text."""
        return (index for index in lines if self.folded[index].strip())

    def lines_below(self, index: int) -> Iterator[int]:
        """Return the lines after line `index` that have text."""
        return self.lines_with_text(range(index + 1, len(self.lines)))

    def join_lines(self, first: int, last: int) -> "JoinedLines":
        """Return the lines `first` to `last`, both included, as one text."""
        return JoinedLines(lines=self.lines[first : last + 1], text=" ".join(self.folded[first : last + 1]))


def once_a_page(function: Callable[[PageView, *_Asked], _Found]) -> Callable[[PageView, *_Asked], _Found]:
    """Return `function`, which runs once on a page for the same arguments; a page asks several times."""

    @wraps(function)
    def find(view: PageView, *asked: *_Asked) -> _Found:
        key = (function, *asked)
        if key not in view.results:
            view.results[key] = function(view, *asked)
        return cast(_Found, view.results[key])

    return find


@dataclass(kw_only=True, slots=True)
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
        return " ".join([line.text for line in self.lines])[start:end].strip(_SPACES)

    def node_at(self, offset: int) -> Element:
        """Return the element of the character at `offset`."""
        line, inner = self._find(offset)
        return line.node_at(inner)

    def line_at(self, offset: int) -> int:
        """Return the index of the line of the character at `offset`."""
        return self._find(offset)[0].index

    def link_at(self, offset: int) -> Element | None:
        """Return the link around the character at `offset`, or None."""
        line, inner = self._find(offset)
        return line.link_at(inner, inner + 1)

    def link_end(self, offset: int) -> int:
        """Return the offset at which the link around the character at `offset` ends, in the same line."""
        line, inner = self._find(offset)
        link, at = line.link_at(inner, inner + 1), inner
        for start, end, _, anchor in line.spans:
            if anchor is link and start <= at < end:
                at = end
        return offset + at - inner

    def _find(self, offset: int) -> tuple[Line, int]:
        for line in self.lines:
            if offset <= len(line.text):
                return line, offset
            offset -= len(line.text) + 1
        return self.lines[-1], 0


def build_page_view(
    text: str, url: str, now: datetime, parse_url: Callable[[str], ParsedUrl], number: str | None = None
) -> PageView:
    """Return the view of a page's text.

    `now` is aware, in the site's zone. `number` is that of the post the page was fetched for.
    """
    document = parse_document(text)
    line_index, folded = _fold_lines(document.lines)
    base = find_base_url(document.root, url)
    links, post_lines = page_links.resolve_links(document, base, parse_url)
    image_labels = {one.index: _read_image_text(one) for one in document.lines if one.media and not one.text}
    return PageView(
        document=document,
        lines=document.lines,
        folded=folded,
        line_index=line_index,
        links=links,
        post_lines=post_lines,
        sections=_find_section_labels(document, folded, line_index, image_labels),
        image_labels=image_labels,
        url=url,
        base=base,
        now=now,
        parse_url=parse_url,
        number=parse_url(url).number or number,
    )


def _read_image_text(line: Line) -> str:
    """Return the folded `alt` or `title` of the first image of a line that has one."""
    words = (node.get(name) for node, _ in line.media for name in ("alt", "title"))
    return vocabulary.fold(next((text for text in words if text), ""))[:MAX_LABEL_LENGTH]


# --- positions of lines

_STYLE_ATTRIBUTES = ("class", "bgcolor", "align", "valign", "colspan", "width", "style")


class BlockPosition(IntEnum):
    """The position of some lines in the block element of the first one."""

    WHOLE = 0  # no other line
    FIRST = 1  # other lines follow
    INNER = 2  # other lines precede


@dataclass(kw_only=True, slots=True, unsafe_hash=True)
class DomPosition:
    """The DOM position of a marker.

    `paths` are the tags from the root to the node of each part. `style` joins the attributes of the block
    that set its look.
    """

    block_position: BlockPosition
    paths: tuple[str, ...]
    style: str

    @property
    def without_style(self) -> tuple[BlockPosition, tuple[str, ...]]:
        """The position without its style, which may alternate from row to row."""
        return self.block_position, self.paths

    @property
    def is_split(self) -> bool:
        """Whether the parts lie in different elements, unlike words typed as plain text."""
        return len(set(self.paths)) > 1


def find_dom_position(view: PageView, first: int, last: int, nodes: tuple[Element, ...]) -> DomPosition:
    """Return the position of the lines `first` to `last`; `nodes` are the elements of their parts."""
    attributes = cast("dict[str, str]", dict(view.lines[first].block.items()))
    style = "/".join([attributes.get(name, "") for name in _STYLE_ATTRIBUTES]) if attributes else ""
    paths = tuple([view.tag_path(node) for node in nodes])
    return DomPosition(block_position=_find_block_position(view, first, last), paths=paths, style=style)


def _find_block_position(view: PageView, first: int, last: int) -> BlockPosition:
    inside = view.document.lines_in(view.lines[first].block)
    if view.has_text(range(inside.start, first)):
        return BlockPosition.INNER
    return BlockPosition.FIRST if view.has_text(range(last + 1, inside.stop)) else BlockPosition.WHOLE


# --- witness of a title

UNCONFIRMED_TITLE = Problem(kind="incomplete", field="title", detail=Detail.TITLE_UNCONFIRMED)
"""The problem of a title without a witness; the store drops it if a listing shows the same title."""

_CUT = re.compile(r"(?:…|\.\.\.|⋯).*")
_MIN_CUT_LENGTH = 4
_MARK = re.compile(r"^[\[【](?:原创|转[载载贴貼]|置顶|置頂|推荐|推薦|精华|精華)[\]】]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def confirms_title(window_title: str, title: str) -> bool:
    """Return whether the window title has the title among its words, or begins with a cut form of it.

    Spaces, signs, case and width are ignored: sites write them otherwise in the window title.
    """
    (window, edges), (own, _) = _folded_words[window_title], _folded_words[_MARK.sub("", title)]
    # NAME is no title beside NAME的博客, nor the 20 of a calendar beside 2025.
    if own and any({at, at + len(own)} <= edges for at in {window.find(own), window.rfind(own)} - {-1}):
        return True
    if not own:  # a title of signs alone, such as ……
        return bool(title) and title in window_title
    cut = _folded_words[_CUT.sub("", window_title)][0] if _CUT.search(window_title) else ""
    return len(cut) >= _MIN_CUT_LENGTH and own.startswith(cut)


def _fold_words(text: str) -> tuple[str, frozenset[int]]:
    """Return the folded words joined, and the offsets at which words begin or end."""
    words = [fold_spelling(word) for word in _BETWEEN_WORDS.split(text)]
    return "".join(words), frozenset(accumulate(map(len, words), initial=0))


_folded_words = page_links.TextCache(_fold_words)  # a window title is compared with several lines


# --- labels of post and comments


def is_label(view: PageView, index: int, label: "re.Pattern[str]") -> bool:
    """Return True if the line is this label alone, as text or as an image, and no link."""
    text = _strip(view.folded[index] or view.image_labels.get(index, ""))
    if text is None or label.fullmatch(text) is None:
        return False
    line = view.lines[index]
    if line.link_at(0, len(line.text)) is not None or any(anchor is not None for _, anchor in line.media):
        return False
    # 喜欢 9 评论 2, an element each: counts of an author.
    near = [text.strip().isdecimal() for text in view.folded[max(index - 1, 0) : index + 2 : 2]]
    return near != [True, True]


BUTTON_TARGET = re.compile("javascript:|#|$")
"""The targets of links that a script answers."""
_QUOTES = ("《", "“", "「", "『")
_COUNTS = ("count", "number", "titled")
_MAX_LABELS = 16  # from the top of a page, and as many from its end: a text may have thousands
_RESPONSES_TO = re.compile(r"\d{1,6}\s*(?:responses?|comments?) to ", re.IGNORECASE)


_BEFORE_LABEL = rf"{vocabulary.LINE_START}[{re.escape(vocabulary.AROUND_LABEL)}]*+"
_STARTS = {
    label: re.compile(f"{_BEFORE_LABEL}(?:{label.pattern})")
    for label in (vocabulary.COMMENTS_LABEL, vocabulary.POST_LABEL)
}


@once_a_page
def find_labels(view: PageView, label: "re.Pattern[str]") -> Sequence[int]:
    """Return the indexes of all lines that are this label alone."""
    starts = {*view.line_index.find_lines(_STARTS[label]), *view.image_labels}
    replies = {i for i in starts if view.folded[i].strip()[:2] in ("回复", "回帖")}
    starts -= replies if len(replies) > 1 else set()  # 回复(2) below each comment is a button
    found = sorted(index for index in starts if is_label(view, index, label))
    return [*found[:_MAX_LABELS], *found[_MAX_LABELS:][-_MAX_LABELS:]]


def _strip(folded: str) -> str | None:
    """Return the words of a label; a label with the title of the post in quotes may be longer."""
    if folded.lstrip()[:1] in _QUOTES:
        return folded.strip()
    label = vocabulary.strip_label(folded)
    titled = label is None and _RESPONSES_TO.match(folded.lstrip()) is not None
    return folded.strip(" :") if titled else label


@once_a_page
def find_comment_labels(view: PageView) -> Sequence[int]:
    """Return the indexes of lines that are the label of comments, and of no section or form's field."""
    labels = find_labels(view, vocabulary.COMMENTS_LABEL)
    return [i for i in labels if i not in view.sections and not view.is_in_comment_form(i)]


def read_label_count(view: PageView, index: int) -> int | None:
    """Return the number of comments that a label shows, or None."""
    text = _strip(view.folded[index])
    label = None if text is None else vocabulary.COMMENTS_LABEL.fullmatch(text)
    if label is None:
        return None
    count = next(filter(None, map(label.group, _COUNTS)), None)
    return 1 if label["one"] else None if count is None else int(count)


def has_post_label(view: PageView) -> bool:
    """Return True if the page has the label 网络日志正文, which only a page of a post shows."""
    return bool(find_labels(view, vocabulary.POST_LABEL))
