"""The sidebar: author card, latest titles, categories, months."""

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from blogarchive.items import CategoryRow, ListedPost, MonthRow, PageKind, Problem
from blogarchive.sites.grammar.card import (
    AuthorCard,
    find_card,
    parse_labelled_card,
)
from blogarchive.sites.grammar.months import parse_labelled_months, parse_unlabelled_months
from blogarchive.sites.grammar.page import PageView
from blogarchive.sites.grammar.words import fold, is_calendar_text, strip_bullets, strip_count
from blogarchive.sites.links import IdentityKey

# --- sections

_SECTIONS_WITH_POSTS = ("latest", "categories")
_FIRST_ROWS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The lines of a section, its label first, up to the next label."""

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    offset: int  # among the lines searched
    name: str
    path: str


def _find_sections(view: PageView, outside: Sequence[int]) -> Iterator[Section]:
    """Return the sections among the lines `outside` the post and its comments, each name once.

    A section ends at the next label, or above the post.
    """
    labels = _choose_labels(view, outside, list(_find_labels(view, outside)))
    ends = [*(label.offset for label in labels[1:]), len(outside)]
    for label, end in zip(labels, ends, strict=False):  # one end too many if there is no label
        yield Section(name=label.name, lines=tuple(_lines_together(outside[label.offset : end])))


def _lines_together(lines: Sequence[int]) -> Sequence[int]:
    """Return the lines up to the first gap between them."""
    if lines[-1] - lines[0] == len(lines) - 1:
        return lines
    return lines[: next(i for i in range(1, len(lines)) if lines[i] - lines[i - 1] > 1)]


def _find_labels(view: PageView, outside: Sequence[int]) -> Iterator[_Label]:
    labels = view.sections.keys() - view.post_lines  # a link to a post is its title, whatever its words
    for offset, index in enumerate(outside):
        if index in labels:
            path = view.tag_path(view.lines[index].node_at(0))
            yield _Label(offset=offset, name=view.sections[index], path=path)


def _choose_labels(view: PageView, outside: Sequence[int], labels: Sequence[_Label]) -> list[_Label]:
    """Choose the page's own labels: for each name the one in the position of most other names."""
    names: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        if label.name != "other":
            names[label.path].add(label.name)
    most: dict[str, int] = defaultdict(int)
    for label in labels:
        most[label.name] = max(most[label.name], len(names[label.path]))
    best: dict[str, list[_Label]] = defaultdict(list)
    for label in labels:
        if len(names[label.path]) == most[label.name]:
            best[label.name].append(label)
    others = best.pop("other", [])
    sole = [rivals[0].offset for rivals in best.values() if len(rivals) == 1]
    chosen = [_choose_nearest(view, outside, rivals, sole) for rivals in best.values()]
    paths = {label.path for label in chosen}
    chosen += [label for label in others if label.path in paths]
    return sorted(chosen, key=lambda label: label.offset)


def _choose_nearest(
    view: PageView, outside: Sequence[int], rivals: Sequence[_Label], sole: Collection[int]
) -> _Label:
    """Of labels in equal positions, choose one with links below it, nearest to labels without a rival."""
    linked = [
        label for label in rivals if label.name in _SECTIONS_WITH_POSTS and _has_links(view, outside, label)
    ]
    return min(
        linked or rivals,
        key=lambda label: min((abs(label.offset - offset) for offset in sole), default=-label.offset),
    )


def _has_links(view: PageView, outside: Sequence[int], label: _Label) -> bool:
    return any(
        index in view.post_lines for index in outside[label.offset + 1 : label.offset + 1 + _FIRST_ROWS]
    )


# --- the sidebar

_NO_CARD = AuthorCard()
_CATEGORY = re.compile(r"【(?P<name>.+)】\s*(?:[(\[]\s*(?P<count>\d+)\s*篇?\s*[)\]])?")
_MORE_WORDS = frozenset(("更多", "全部", "more", "rss", "查看全部"))
_MAX_MORE_LENGTH = 40
_CUT_BYTES = 30  # of titles in the sidebar of creaders
_MAX_CACHED_TITLES = 100  # of a category in the cache


@dataclass(frozen=True, kw_only=True, slots=True)
class Sidebar:
    """The contents of the sidebar, and the indexes of its lines."""

    card: AuthorCard
    latest: tuple[ListedPost, ...]
    categories: tuple[CategoryRow, ...]
    months: tuple[MonthRow, ...]
    own_lines: frozenset[int]
    problems: tuple[Problem, ...] = ()


def parse_sidebar(view: PageView, outside: Sequence[int]) -> Sidebar:
    """Return the sidebar on the lines `outside` the post and its comments."""
    posts = {
        i: post for i in outside if i in view.post_lines and (post := _find_linked_post(view, i)) is not None
    }
    parser = _SidebarParser(view=view, outside=outside, posts=posts)
    for section in _find_sections(view, outside):
        parser.own_lines.update(parser.parse_section(section))
    parser.parse_unlabelled()
    return Sidebar(
        card=parser.card,
        latest=parser.latest,
        categories=parser.categories,
        months=parser.months or (),
        own_lines=frozenset(parser.own_lines),
        problems=parser.card.problems + parser.problems,
    )


@dataclass(kw_only=True, slots=True)
class _SidebarParser:
    """The parts of the sidebar found so far; `months` is None before a section of months."""

    view: PageView
    outside: Sequence[int]
    posts: Mapping[int, ListedPost]
    card: AuthorCard = _NO_CARD
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    months: tuple[MonthRow, ...] | None = None
    problems: tuple[Problem, ...] = ()
    own_lines: set[int] = field(default_factory=set)

    def parse_section(self, section: Section) -> Sequence[int]:
        """Parse a section and return those of its lines that belong to it."""
        view, lines = self.view, section.lines
        if section.name == "card":
            self.card, lines = parse_labelled_card(view, lines)
            return lines
        if section.name == "calendar":
            return _trim_calendar(view, lines)
        if section.name == "months":
            self.months, self.problems, count = parse_labelled_months(view, lines[1:])
            return lines[: 1 + count]
        titled = _trim_section(view, lines, self.posts)
        if section.name == "latest":
            self.latest = _parse_titles(view, titled[1:], self.posts)
        elif section.name == "categories":
            self.categories = _parse_categories(view, titled[1:], self.posts)
        return titled

    def parse_unlabelled(self) -> None:
        """Parse the parts that have no label, if they were not found below one."""
        view = self.view
        if self.card == _NO_CARD:
            self.card, own_lines = find_card(view, [i for i in self.outside if i not in self.own_lines])
            self.own_lines.update(own_lines)
        if not self.months:
            labelled = self.months is not None
            found, self.months = parse_unlabelled_months(view, self.outside, labelled=labelled)
            self.own_lines.update(found)
            self.problems = () if self.months else self.problems


def is_title_cut(title: str) -> bool:
    """Return True if a title may be cut: dots at its end, or 30 bytes in GBK, one less for a whole character."""
    return len(title.encode("gb18030", "replace")) >= _CUT_BYTES - 1 or title.endswith(("…", "..."))


def _find_linked_post(view: PageView, index: int) -> ListedPost | None:
    """Find the post that a line of the sidebar links to."""
    for text, _, parsed_url in view.links[index]:
        if parsed_url is not None and parsed_url.kind is PageKind.POST:
            post = _build_listed_post(text, parsed_url.number, parsed_url.url)
            if post is not None:
                return post
    return None


@lru_cache(maxsize=2048)  # each page of a blog has the same titles
def _build_listed_post(text: str, number: str | None, url: str) -> ListedPost | None:
    title = strip_bullets(text).strip()
    if not title or _is_more_link(fold(title)):
        return None
    return ListedPost(title=title, number=number, url=url, title_cut=is_title_cut(title))


def _trim_section(view: PageView, lines: Sequence[int], posts: Container[int]) -> Sequence[int]:
    """Return the label and the titles below it; if titles are links, up to the first line without one."""
    body = lines[1:]
    if not any(index in posts for index in body):
        return lines
    own = {
        i for i in body if i in posts or _parse_category(view, i) is not None or _is_more_link(view.folded[i])
    }
    last = max(own)
    taken = [*takewhile(lambda i: i <= last and (i in own or not strip_bullets(view.folded[i])), body)]
    return lines[0], *_drop_other_rows(view, taken, posts)


def _drop_other_rows(view: PageView, rows: list[int], posts: Container[int]) -> list[int]:
    """Drop the last rows in another position than the first title: they begin a list of posts below."""
    titles = [i for i in rows if i in posts]
    if len(titles) < 2:
        return rows
    path = view.tag_path(view.lines[titles[0]].node_at(0))
    last = next(i for i in reversed(titles) if view.tag_path(view.lines[i].node_at(0)) == path)
    return rows if last == titles[-1] else [i for i in rows if i <= last]


def _trim_calendar(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    return lines[0], *takewhile(lambda i: not view.folded[i] or is_calendar_text(view.folded[i]), lines[1:])


def _is_more_link(text: str) -> bool:
    return len(text) <= _MAX_MORE_LENGTH and text.strip(" []<>.").lower() in _MORE_WORDS


def _parse_titles(
    view: PageView, lines: Sequence[int], posts: Mapping[int, ListedPost]
) -> tuple[ListedPost, ...]:
    """Parse the linked posts of these lines; if none is a link, each line is a title."""
    linked = tuple([posts[i] for i in lines if i in posts])
    if linked:
        return linked
    rows = [i for i in lines if not _is_more_link(view.folded[i])]
    bare = [title for i in rows if (title := strip_bullets(view.lines[i].text).strip())]
    return tuple([ListedPost(title=title, title_cut=is_title_cut(title)) for title in bare])


def _parse_categories(
    view: PageView, lines: Sequence[int], posts: Mapping[int, ListedPost]
) -> tuple[CategoryRow, ...]:
    headings = {
        i: row for i in lines if i not in view.post_lines and (row := _parse_category(view, i)) is not None
    }
    offsets = [offset for offset, index in enumerate(lines) if index in headings]
    rows = []
    ends = [*offsets[1:], len(lines)]
    for start, end in zip(offsets, ends, strict=False):  # one end too many if there is no heading
        rows += [
            _build_category(name, url, IdentityKey(()))
            for name, url in _categories_before_last(view, lines[start])
        ]
        name, url = headings[lines[start]]
        titles = _parse_titles(view, lines[start + 1 : end], posts)
        make = _build_category if len(titles) <= _MAX_CACHED_TITLES else _build_category.__wrapped__
        rows.append(make(name, url, IdentityKey(titles)))
    return tuple(rows)


@lru_cache(maxsize=256)  # each page of a blog has the same categories
def _build_category(name: str, url: str | None, titles: IdentityKey[ListedPost]) -> CategoryRow:
    return CategoryRow(name=name, url=url, posts=titles.items)


def _categories_before_last(view: PageView, index: int) -> Sequence[tuple[str, str]]:
    """Return the categories on a line before its last one."""
    return _find_linked_categories(view, index)[:-1] if len(view.links[index]) > 1 else ()


def _find_linked_categories(view: PageView, index: int) -> Sequence[tuple[str, str]]:
    """Return names and URLs of the categories that a line links to."""
    return [
        (name, parsed_url.url)
        for text, _, parsed_url in view.links[index]
        if parsed_url is not None and parsed_url.kind is PageKind.CATEGORY
        if (name := strip_count(text))
    ]


def _parse_category(view: PageView, index: int) -> tuple[str, str | None] | None:
    """Return name and URL of a category's heading: text in 【】, or a link to a category."""
    if index in view.post_lines:
        return None
    linked = _find_linked_categories(view, index)
    if "【" in view.lines[index].text and len(linked) < 2:
        raw = strip_bullets(view.lines[index].text).strip()
        match = _CATEGORY.fullmatch(raw.replace("（", "(").replace("）", ")"))
        if match is not None:
            parsed_urls = [parsed_url for _, _, parsed_url in view.links[index] if parsed_url is not None]
            name = raw[match.start("name") : match.end("name")].strip()
            return name, (parsed_urls[0].url if parsed_urls else None)
    return linked[-1] if linked else None
