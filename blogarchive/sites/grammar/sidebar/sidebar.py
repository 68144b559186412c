"""The sidebar: the author's card, the latest titles, the categories, the months.

Its sections are found by their labels outside the post and its comments, so that what an author or a commenter
typed there is never taken for the page's own.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from blogarchive.items import CategoryRow, ListedPost, MonthRow, PageKind, Problem
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import fold, may_be_of_calendar, strip_bullets
from blogarchive.sites.grammar.sidebar.author_card import Card, find_card, read_card
from blogarchive.sites.grammar.sidebar.months import months_elsewhere, months_under
from blogarchive.sites.grammar.sidebar.sections import find_sections
from blogarchive.sites.identity_key import IdentityKey

CUT_BYTES = 30  # the site cuts a title in the sidebar at this many GBK bytes
_CATEGORY = re.compile(r"【(?P<name>.+)】\s*(?:[(\[]\s*(?P<count>\d+)\s*篇?\s*[)\]])?")
_COUNT = re.compile(r"\s*[(（\[]\s*\d+\s*篇?\s*[)）\]]\s*$")
_BRACKETS = " []【】「」『』〖〗"
_MORE = frozenset(("更多", "全部", "more", "rss", "查看全部"))
_LONGEST_MORE = 40
_MOST_TITLES = 100  # of a category that is remembered


@dataclass(frozen=True, kw_only=True, slots=True)
class Sidebar:
    """What the sidebar shows, and the lines that are its own."""

    card: Card
    latest: tuple[ListedPost, ...]
    categories: tuple[CategoryRow, ...]
    months: tuple[MonthRow, ...]
    taken: frozenset[int]
    problems: tuple[Problem, ...] = ()


def read_sidebar(view: PageView, outside: Sequence[int]) -> Sidebar:
    """The sidebar, read from the lines `outside` the post and its comments."""
    posts = {i: post for i in outside if i in view.posts and (post := _linked_post(view, i)) is not None}
    card = Card()
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    months: tuple[MonthRow, ...] | None = None
    problems: tuple[Problem, ...] = ()
    taken: set[int] = set()
    for section in find_sections(view, outside):
        lines: Sequence[int] = section.lines
        if section.name == "card":
            card, lines = read_card(view, lines)
        elif section.name == "latest":
            lines = _titled(view, lines, posts)
            latest = _titles(view, lines[1:], posts)
        elif section.name == "categories":
            lines = _titled(view, lines, posts)
            categories = _categories(view, lines[1:], posts)
        elif section.name == "other":
            lines = _titled(view, lines, posts)
        elif section.name == "calendar":
            lines = _calendar(view, lines)
        else:
            months, problems, count = months_under(view, lines[1:])
            lines = lines[: 1 + count]
        taken.update(lines)
    if card == Card():
        card, own = find_card(view, [i for i in outside if i not in taken])
        taken.update(own)
    if not categories:
        lines = _titled(view, _first_category(view, [i for i in outside if i not in taken]), posts)
        categories = _categories(view, lines[1:], posts)
        taken.update(lines[1:])
    if not months:
        found, months = months_elsewhere(view, outside, labelled=months is not None)
        taken.update(found)
        problems = () if months else problems
    return Sidebar(
        card=card,
        latest=latest,
        categories=categories,
        months=months,
        taken=frozenset(taken),
        problems=card.problems + problems,
    )


def cut_title(title: str) -> bool:
    """Whether a title may have been cut: at 30 GBK bytes (29 where a character did not fit), or with dots."""
    return len(title.encode("gb18030", "replace")) >= CUT_BYTES - 1 or title.endswith(("…", "..."))


def _linked_post(view: PageView, index: int) -> ListedPost | None:
    """The post that a line of the sidebar links to."""
    for text, _, parsed_url in view.links[index]:
        if parsed_url is not None and parsed_url.kind is PageKind.POST:
            post = _listed_post(text, parsed_url.number, parsed_url.url)
            if post is not None:
                return post
    return None


@lru_cache(maxsize=4096)  # the same titles stand on every page of a blog
def _listed_post(text: str, number: int | str | None, url: str) -> ListedPost | None:
    title = strip_bullets(text).strip()
    if not title or _says_more(fold(title)):
        return None
    return ListedPost(title=title, number=number, url=url, title_cut=cut_title(title))


def _first_category(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    """From the line before the first heading of a category that links to one, where no label stands above them."""
    for place, index in enumerate(lines):
        if _is_category(view, index) and any(
            parsed_url is not None and parsed_url.kind is PageKind.CATEGORY
            for _, _, parsed_url in view.links[index]
        ):
            return (-1, *lines[place:])
    return (-1,)


def _titled(view: PageView, lines: Sequence[int], posts: Container[int]) -> Sequence[int]:
    """The label and the titles under it; where titles are links, up to the first line that is none."""
    body = lines[1:]
    if not any(index in posts for index in body):
        return lines
    own = {i for i in body if i in posts or _category(view, i) is not None or _says_more(view.folded[i])}
    last = max(own)
    return lines[0], *_while(body, lambda i: i <= last and (i in own or not strip_bullets(view.folded[i])))


def _calendar(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    return lines[0], *_while(lines[1:], lambda i: not view.folded[i] or may_be_of_calendar(view.folded[i]))


def _is_category(view: PageView, index: int) -> bool:
    text = view.folded[index]
    return "【" in text and _CATEGORY.fullmatch(strip_bullets(text).strip()) is not None


def _says_more(text: str) -> bool:
    return len(text) <= _LONGEST_MORE and text.strip(" []<>.").lower() in _MORE


def _while(lines: Sequence[int], keep: Callable[[int], bool]) -> Sequence[int]:
    for count, index in enumerate(lines):
        if not keep(index):
            return lines[:count]
    return lines


def _titles(view: PageView, lines: Sequence[int], posts: Mapping[int, ListedPost]) -> tuple[ListedPost, ...]:
    """The posts that these lines link to; where none is a link, every line is a post's bare title."""
    linked = tuple([posts[i] for i in lines if i in posts])
    if linked:
        return linked
    rows = [i for i in lines if not _says_more(view.folded[i])]
    bare = [title for i in rows if (title := strip_bullets(view.lines[i].text).strip())]
    return tuple([ListedPost(title=title, title_cut=cut_title(title)) for title in bare])


def _categories(
    view: PageView, lines: Sequence[int], posts: Mapping[int, ListedPost]
) -> tuple[CategoryRow, ...]:
    headings = {i: row for i in lines if i not in view.posts and (row := _category(view, i)) is not None}
    places = [place for place, index in enumerate(lines) if index in headings]
    rows = []
    ends = [*places[1:], len(lines)]
    for start, end in zip(places, ends, strict=False):  # one end too many where there is no heading
        rows += [_row(name, url, IdentityKey(())) for name, url in _beside(view, lines[start])]
        name, url = headings[lines[start]]
        titles = _titles(view, lines[start + 1 : end], posts)
        make = _row if len(titles) <= _MOST_TITLES else _row.__wrapped__
        rows.append(make(name, url, IdentityKey(titles)))
    return tuple(rows)


@lru_cache(maxsize=256)  # a blog shows the same ones on every page
def _row(name: str, url: str | None, titles: IdentityKey[ListedPost]) -> CategoryRow:
    return CategoryRow(name=name, url=url, posts=titles.items)


def _beside(view: PageView, index: int) -> Sequence[tuple[str, str]]:
    """The categories that stand on one line before its last one."""
    return _linked_categories(view, index)[:-1] if len(view.links[index]) > 1 else ()


def _linked_categories(view: PageView, index: int) -> Sequence[tuple[str, str]]:
    """The names and the links of the categories that a line links to."""
    return [
        (name, parsed_url.url)
        for text, _, parsed_url in view.links[index]
        if parsed_url is not None and parsed_url.kind is PageKind.CATEGORY
        if (name := _COUNT.sub("", strip_bullets(text)).strip(_BRACKETS))
    ]


def _category(view: PageView, index: int) -> tuple[str, str | None] | None:
    """The name and the link of the category whose heading a line is: in 【】, or all that a link to a category says."""
    if index in view.posts:
        return None
    linked = _linked_categories(view, index)
    if "【" in view.lines[index].text and len(linked) < 2:
        raw = strip_bullets(view.lines[index].text).strip()
        match = _CATEGORY.fullmatch(raw.replace("（", "(").replace("）", ")"))
        if match is not None:
            parsed_urls = [parsed_url for _, _, parsed_url in view.links[index] if parsed_url is not None]
            name = raw[match.start("name") : match.end("name")].strip()
            return name, (parsed_urls[0].url if parsed_urls else None)
    return linked[-1] if linked else None
