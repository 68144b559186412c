"""The sidebar: author card, latest titles, categories, months."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, takewhile
from typing import NamedTuple

from blogarchive.items import CategoryRow, DateText, ListedPost, MonthRow, PageKind, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import BULLETS, strip_bullets
from blogarchive.parsing.dates.parse import parse_date
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar import card as cards, words as vocabulary
from blogarchive.sites.grammar.links import TextCache
from blogarchive.sites.grammar.page import PageView, once_a_page

# --- months: rows of dates

_RANGE = re.compile(
    rf"(?:从|自|\d{{4}}\s*+年\s*+\d{{1,2}}\s*+月)?\s*+[\[(]?\s*+(?P<first>{vocabulary.NUMERIC_DATE})\s*+(?:-+|~+|→|\.{{2,3}}|至|到|to)\s*+"
    rf"(?:(?P<last>{vocabulary.NUMERIC_DATE})|\d{{1,2}}\s*+[-/.月]\s*+\d{{1,2}}\s*+日?)"
    r"\s*+[\])]?(?:\s*+[(\[]?\s*+\d++\s*+篇?\s*+[)\]]?)?(?:\s*+\[?(?:查看|浏览|打开)\]?)?"
)
_NUMBERS = re.compile(r"\d+")
_FIRST_ROWS = 4  # below a label
# No blog is older.
_FIRST_YEAR = 1995
_TOLERANCE = timedelta(days=1)  # the site's time zone is a guess
_MAX_LENGTH = 80
_RANGE_START = re.compile(rf"[{re.escape(BULLETS)}\s\u200b]*[从自\[(]?\s*\d{{4}}")


def _parse_row(view: PageView, index: int) -> MonthRow | None:
    url = next((to.url for _, _, to in view.links[index] if to is not None), None)
    return _parse_range(view.lines[index].text, url)


def _matches_range(text: str) -> bool:
    starts = len(text) <= _MAX_LENGTH and _RANGE_START.match(text) is not None
    return starts and _RANGE.fullmatch(strip_bullets(text).strip()) is not None


_are_rows = TextCache(_matches_range)


@lru_cache(maxsize=2048)
def _parse_range(text: str, url: str | None) -> MonthRow | None:
    raw = strip_bullets(text).strip()
    match = _RANGE.fullmatch(vocabulary.fold(raw))
    first = None if match is None else _parse_day(match["first"])
    last = _parse_day(match["last"]) if match and match["last"] else first  # the last day may have no year
    if match is None or first is None or last is None or first > last:
        return None
    spans = (match.span(name) for name in ("first", "last") if match[name])
    begin, *ends = [DateText(text=raw[slice(*span)].strip()) for span in spans]
    month, shown_last = f"{first.year:04}-{first.month:02}", next(iter(ends), None)
    return MonthRow(month=month, first=begin, last=shown_last, url=url)


def _parse_day(text: str) -> date | None:
    """Parse YYYY-MM-DD with any separators; None if there is no such day, or no blog was so early."""
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None


# --- months: names

_COUNT = re.compile(r"(?<!\s)\s*+[(\[]\s*+\d{1,5}\s*+篇?\s*+[)\]]\s*+$|(?<!\s)\s*+\d{1,5}\s*+篇\s*+$")
_DIGITS = re.compile(r"^(\d{4})(?:\.|(?=\d\d$))(\d\d?)$")  # 2025.1 or 202501
_YEAR = re.compile(r"\s*(\d{4})\s*年?度?\s*(?![-/.年月日\d])")


@once_a_page  # a line may have thousands of links
def _link_spans(view: PageView, index: int) -> dict[Element, list[tuple[int, int]]]:
    return view.lines[index].link_spans()


# 时政<span class="badge">12</span>
def _drop_count(view: PageView, index: int, text: str, anchor: Element) -> str:
    """Return the text of a link without the number in an element of its own at an end."""
    spans = _link_spans(view, index) if text[-1:].isdecimal() or text[:1].isdecimal() else {}
    pieces = [view.lines[index].text[start:end].strip() for start, end in spans.get(anchor, ())]
    if len(pieces) > 1 and pieces[-1].isdecimal():
        return text.removesuffix(pieces[-1]).strip()
    return text.removeprefix(pieces[0]).strip() if len(pieces) > 1 and pieces[0].isdecimal() else text


# Promise "any words": an archive may name months instead of their first and last days.
def _parse_month_names(view: PageView, lines: Sequence[int]) -> tuple[tuple[MonthRow, ...], int]:
    """Return the months at the start of these lines, and their number of lines.

    A month is a line or one of several links.
    """
    found: list[MonthRow] = []
    count, year = 0, ""
    for number, index in enumerate(lines, 1):
        if found and _is_count(view, index):
            continue
        heading = _YEAR.match(view.folded[index])
        year = heading[1] if heading else year
        # The page of a month need not link to itself.
        bare = None if view.links[index] else _parse_month(view, view.lines[index].text, None, year)
        rows = _find_months(view, index, year) if bare is None else [bare]
        if view.folded[index].strip() and not rows and not heading:
            break
        found += rows
        count = number if rows else count
    return _select_valid(view, found), count


def _is_count(view: PageView, index: int) -> bool:
    """Check whether a line is the number of posts in a cell of its own."""
    text = view.folded[index].strip(" ()[]")
    return len(text) < len("2025") and text.isdecimal() and not view.links[index]


def _find_months(view: PageView, index: int, year: str) -> list[MonthRow]:
    """Return the months that the links of a line name."""
    links = [(_drop_count(view, index, text, a), each.url) for text, a, each in view.links[index] if each]
    return [row for text, url in links if (row := _parse_month(view, text, url, year)) is not None]


def _parse_month(view: PageView, text: str, url: str | None, year: str) -> MonthRow | None:
    """Return the month that a text names by its two dates, as `2025年1月`, `2025-01` or `January 2025`.

    Without a year it is a month of `year`, which the page shows above.
    """
    month = _name_month(text, year, view.now.replace(hour=0, minute=0, second=0, microsecond=0))
    return None if month is None else MonthRow(month=month, url=url)


@lru_cache(maxsize=2048)  # each page of a blog has the same months
def _name_month(text: str, year: str, today: datetime) -> str | None:
    words = _COUNT.sub("", strip_bullets(vocabulary.fold(text))).strip(" []【】:|")
    with_year = (f"{words} {year}", f"{year}年{words}月") if year else ()
    named = (parse_date(shown, today) for shown in (*with_year, _DIGITS.sub(r"\1-\2", words)))
    return next((f"{at.at:%Y-%m}" for at in named if at is not None and at.precision == "month"), None)


def _select_valid(view: PageView, rows: Sequence[MonthRow]) -> tuple[MonthRow, ...]:
    """Return each month once, without future ones and those before there were blogs."""
    last = f"{view.now + _TOLERANCE:%Y-%m}"
    months: dict[str, MonthRow] = {}
    for row in rows:
        if f"{_FIRST_YEAR}" <= row.month <= last:
            months.setdefault(row.month, row)
    return tuple(months.values())


# --- months: all forms

_YEAR_OR_MONTH = re.compile(r"^\W*\d{4}|月")


def _parse_labelled_months(
    view: PageView, lines: Sequence[int]
) -> tuple[tuple[MonthRow, ...], tuple[Problem, ...], int]:
    """Return the months below their label, problems of rows with invalid dates, and the number of lines.

    A post is pinned by a date in the future, so its month is one.
    """
    rows: dict[int, MonthRow | None] = {}
    count = 0
    for index in lines:
        if text := view.folded[index]:
            if not _are_rows[text]:
                break
            rows[index] = _parse_row(view, index)
        count += 1
    unparsed = [i for i, row in rows.items() if row is None]
    if months := tuple([row for row in rows.values() if row is not None]):
        return months, _report_unparsed(view, unparsed), count
    named, named_count = _parse_month_names(view, lines)
    if named:
        return named, (), named_count
    return (), _report_unparsed(view, unparsed or _find_unparsed(view, lines)), count


def _find_unparsed(view: PageView, lines: Sequence[int]) -> Sequence[int]:
    """Find the first of the next lines with a year or a month: an archive's row in an unknown form."""
    own = (i for i in lines[:_FIRST_ROWS] if i not in view.post_lines)
    return [i for i in own if _YEAR_OR_MONTH.search(view.folded[i])][:1]


def _report_unparsed(view: PageView, lines: Sequence[int]) -> tuple[Problem, ...]:
    """Build a problem for each row with invalid dates."""
    details = (Detail.NO_DATES.format(text=view.lines[i].text[:80]) for i in lines)
    return tuple(Problem(kind="unreadable", field="archive_months", detail=detail) for detail in details)


# --- sections


class _Label(NamedTuple):
    offset: int  # among the lines searched
    name: str
    path: str


def _find_sections(view: PageView, outside: Sequence[int]) -> Iterator[tuple[str, Sequence[int]]]:
    """Return the names and lines of the sections among the lines `outside` the post and its comments, each name once.

    The label is the first line. A section ends at the next label, or above the post.
    """
    labels = _choose_labels(list(_find_labels(view, outside)))
    ends = [*(label.offset for label in labels[1:]), len(outside)]
    for label, end in zip(labels, ends, strict=False):  # one end too many if there is no label
        part = outside[label.offset : end]
        yield label.name, [i for i, line in enumerate(part, part[0]) if i == line]  # up to the first gap


def _find_labels(view: PageView, outside: Sequence[int]) -> Iterator[_Label]:
    # A link to a post is its title, whatever its words.
    for index in sorted((view.sections.keys() - view.post_lines).intersection(outside)):
        path = view.tag_path(view.lines[index].node_at(0))
        yield _Label(bisect_left(outside, index), view.sections[index], path)


# Promise "no forgery": a line of a text may have the words of a label.
def _choose_labels(labels: Sequence[_Label]) -> list[_Label]:
    """Choose the page's own labels: for each name the one in the position of most other names."""
    named = [label for label in labels if label.name != "other"]
    names = Counter(path for _, path in {(label.name, label.path) for label in named})
    best = {each.name: each for each in sorted(named, key=lambda label: (names[label.path], -label.offset))}
    paths = {label.path for label in best.values()}
    others = [label for label in labels if label.name == "other" and label.path in paths]
    return sorted([*best.values(), *others], key=lambda label: label.offset)


# --- the sidebar

_CATEGORY = re.compile(r"【(?P<name>[^】]+)】\s*(?:[(\[]\s*(?P<count>\d+)\s*篇?\s*[)\]])?")
_OTHER_WORD = re.compile(r"^(?!\s*\w{2,6}\s*[:：]).*?[^\W\d篇]|[:：].*?[^\W\d篇]")
_CUT_BYTES = 30  # of titles in the sidebar of creaders
# Attribute access to an enum member is five times slower (Python 3.11).
_Posts = Mapping[int, Sequence[ListedPost]]
_POST, _CATEGORY_KIND = PageKind.POST, PageKind.CATEGORY


@dataclass(kw_only=True, slots=True)
class Sidebar:
    """The contents of the sidebar found so far, and the indexes of its lines."""

    card: cards.AuthorCard = cards.NO_CARD
    statistics: cards.AuthorCard = cards.NO_CARD
    latest: tuple[ListedPost, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    months: tuple[MonthRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    own_lines: set[int] = field(default_factory=set)


def parse_sidebar(view: PageView, outside: Sequence[int]) -> Sidebar:
    """Return the sidebar on the lines `outside` the post and its comments."""
    own = sorted(view.post_lines.intersection(outside))
    posts = {i: found for i in own if (found := _find_linked_posts(view, i))}
    sidebar = Sidebar()
    for name, lines in _find_sections(view, outside):
        sidebar.own_lines.update(_add_section(sidebar, view, name, lines, posts))
    _add_unlabelled(sidebar, view, outside)
    sidebar.problems = sidebar.card.problems + sidebar.problems
    return sidebar


def _add_section(
    sidebar: Sidebar, view: PageView, name: str, lines: Sequence[int], posts: _Posts
) -> Sequence[int]:
    """Add a section to the sidebar and return those of its lines that belong to it."""
    if name == "card":
        sidebar.card, lines = cards.parse_labelled_card(view, lines)
        return lines
    if name == "statistics":
        sidebar.statistics, own_lines = cards.parse_card(view, lines)
        return own_lines if sidebar.statistics != cards.NO_CARD else lines[:1]
    if name == "months":
        sidebar.months, sidebar.problems, count = _parse_labelled_months(view, lines[1:])
        return lines[: 1 + count]
    titled = _trim_section(view, lines, posts)
    if name == "latest":
        sidebar.latest = _parse_titles(view, titled[1:], posts)
    elif name == "categories":
        sidebar.categories = _parse_categories(view, titled[1:], posts)
    return titled


def _add_unlabelled(sidebar: Sidebar, view: PageView, outside: Sequence[int]) -> None:
    """Add the parts that have no label, if they were not found below one."""
    if sidebar.card.total_visits is None and sidebar.statistics.total_visits is None:
        found, own_lines = cards.find_card(view, [i for i in outside if i not in sidebar.own_lines])
        sidebar.card = found if sidebar.card == cards.NO_CARD else cards.complete_card(sidebar.card, found)
        sidebar.own_lines.update(own_lines)
    if sidebar.statistics is not cards.NO_CARD:
        sidebar.card = cards.complete_card(sidebar.card, sidebar.statistics)
    if sidebar.card.nickname is None:
        sidebar.card = replace(sidebar.card, nickname=cards.find_followed_name(view, outside))
    if not sidebar.categories:
        own = _find_longest_run(sidebar, view, outside, _has_only_categories)
        sidebar.categories = _parse_categories(view, own, {})
        sidebar.own_lines.update(own)
    if not sidebar.months:
        own = _find_longest_run(sidebar, view, outside, _has_only_months)
        sidebar.months = _select_valid(view, [row for i in own for row in _find_months(view, i, "")])
        sidebar.own_lines.update(own)
        sidebar.problems = () if sidebar.months else sidebar.problems


def _has_only_categories(view: PageView, index: int) -> bool:
    """Check whether a line links to a category, and has no word beside its links and the number of posts."""
    rest = view.text_without(index, (text for text, _, _ in view.links[index]))
    return _parse_category(view, index) is not None and not _OTHER_WORD.search(rest)


def _has_only_months(view: PageView, index: int) -> bool:
    """Check whether the links of a line name months."""
    return bool(_find_months(view, index, ""))


# Promise "any words": the URLs of the links name months or categories, whatever the label above them.
def _find_longest_run(
    sidebar: Sidebar, view: PageView, outside: Sequence[int], is_row: Callable[[PageView, int], bool]
) -> Sequence[int]:
    """Return the most rows of the rest without another line between them; none if there is no second row."""
    rest = (i for i in view.lines_with_text(outside) if i not in sidebar.own_lines)
    rest = (i for i in rest if not _is_count(view, i))
    runs = groupby(rest, lambda i: bool(view.links[i]) and i not in view.post_lines and is_row(view, i))
    longest = max((list(run) for is_found, run in runs if is_found), key=len, default=[])
    return longest if sum(len(view.links[i]) for i in longest) > 1 else []


def is_title_cut(title: str) -> bool:
    """Return True if a title may be cut: dots at its end, or 30 bytes in GBK (29 for whole characters)."""
    return len(title.encode("gb18030", "replace")) >= _CUT_BYTES - 1 or title.endswith(("…", "..."))


def _find_linked_posts(view: PageView, index: int) -> Sequence[ListedPost]:
    """Find the posts that a line of the sidebar links to, each once."""
    found: dict[str | None, ListedPost] = {}
    for text, _, to in view.links[index]:
        if to is not None and to.kind is _POST and (post := _build_listed_post(text, to.number, to.url)):
            found.setdefault(post.url, post)
    return list(found.values())


@lru_cache(maxsize=2048)  # each page of a blog has the same titles
def _build_listed_post(text: str, number: str | None, url: str) -> ListedPost | None:
    title = strip_bullets(text).strip()
    return ListedPost(title=title, number=number, url=url, title_cut=is_title_cut(title)) if title else None


def _trim_section(view: PageView, lines: Sequence[int], posts: _Posts) -> Sequence[int]:
    """Return the label and the titles below it; if titles are links, up to the first line without one."""
    body = lines[1:]
    if posts.keys().isdisjoint(body):
        return lines
    # 最新评论: a link to a post and its time on a line each, in the element of the label.
    row = next(i for i in body if i in posts)
    inside = view.document.lines_in(view.document.common_ancestor(view.lines[lines[0]], view.lines[row]))
    if view.sections[lines[0]] == "other" and inside.start == lines[0] and inside.stop <= lines[-1] + 1:
        return range(inside.start, inside.stop)
    own = {i for i in body if i in posts or _parse_category(view, i)}
    shown = list(takewhile(lambda i: i in own or not strip_bullets(view.folded[i]), body))
    rows = [i for i in shown if i in own] or [lines[0]]
    # A list of posts may be right below the section.
    row = next((i for i in reversed(rows) if i not in view.post_lines), rows[:2][-1])
    inside = view.document.lines_in(view.document.common_ancestor(view.lines[lines[0]], view.lines[row]))
    return lines[0], *(i for i in shown if i in inside and i <= rows[-1])


def _parse_titles(view: PageView, lines: Sequence[int], posts: _Posts) -> tuple[ListedPost, ...]:
    """Parse the linked posts of these lines; if none is a link, each line is a title."""
    linked = tuple([post for i in lines if i in posts for post in posts[i]])
    if linked:
        return linked
    bare = [title for i in lines if (title := strip_bullets(view.lines[i].text).strip())]
    return tuple([ListedPost(title=title, title_cut=is_title_cut(title)) for title in bare])


def _parse_categories(view: PageView, lines: Sequence[int], posts: _Posts) -> tuple[CategoryRow, ...]:
    headings = {i: row for i in lines if i not in view.post_lines and (row := _parse_category(view, i))}
    offsets = [offset for offset, index in enumerate(lines) if index in headings]
    rows = []
    ends = [*offsets[1:], len(lines)]
    for start, end in zip(offsets, ends, strict=False):  # one end too many if there is no heading
        if len(view.links[lines[start]]) > 1:  # several categories on a line
            before = _find_linked_categories(view, lines[start])[:-1]
            rows += [CategoryRow(name=name, url=url) for name, url in before]
        name, url = headings[lines[start]]
        below = lines[start + 1 : end]
        titles = () if url and posts.keys().isdisjoint(below) else _parse_titles(view, below, posts)
        rows.append(CategoryRow(name=name, url=url, posts=titles))
    # The path of the page, such as 首页 > 时政, may follow the sidebar.
    firsts = {(row.name, row.url): row for row in reversed(rows)}
    return tuple([row for row in rows if firsts[row.name, row.url] is row])


def _find_linked_categories(view: PageView, index: int) -> Sequence[tuple[str, str]]:
    """Return names and URLs of the categories that a line links to."""
    links = view.links_to(index, _CATEGORY_KIND)
    named = ((vocabulary.strip_count(_drop_count(view, index, text, a)), to.url) for text, a, to in links)
    return [(name, url) for name, url in named if name]


@once_a_page
def _parse_category(view: PageView, index: int) -> tuple[str, str | None] | None:
    """Return name and URL of a category's heading: text in 【】, or a link to a category."""
    linked = _find_linked_categories(view, index)
    if "【" in view.lines[index].text and len(linked) < 2:
        raw = strip_bullets(view.lines[index].text).strip()
        match = _CATEGORY.fullmatch(raw.replace("（", "(").replace("）", ")"))
        if match is not None:
            parsed_urls = [parsed_url for _, _, parsed_url in view.links[index] if parsed_url is not None]
            name = raw[match.start("name") : match.end("name")].strip()
            return name, (parsed_urls[0].url if parsed_urls else None)
    return linked[-1] if linked else None
