"""The links that select an author's posts: years, months of a year, categories, pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from blogarchive.store.read.lists import POSTS_PER_PAGE, CategoryCount, PostSelection
from blogarchive.store.read.models import Month

PERIOD: Final = re.compile(r"(?:1[89]|20|21)\d\d(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
"""A year or a month that can be selected."""

YEAR_LENGTH: Final = len("YYYY")


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that selects posts: its words, the number of posts, its URL, whether it is selected."""

    text: str
    posts: int
    url: str
    selected: bool = False


def list_url(selection: PostSelection) -> str:
    """Return the query that selects these posts on the page of their author."""
    parts = []
    if selection.period:
        name = "month" if len(selection.period) > YEAR_LENGTH else "year"
        parts.append(f"{name}={quote(selection.period)}")
    if selection.category:
        parts.append(f"category={selection.category}")
    if selection.page > 1:
        parts.append(f"page={selection.page}")
    return f"?{'&'.join(parts)}#posts"


def count_years(months: Iterable[Month]) -> dict[str, int]:
    """Return the number of known posts in each year."""
    years: Counter[str] = Counter()
    for month in months:
        years[month.month[:YEAR_LENGTH]] += month.stored + month.missing
    return dict(years)


def count_months(months: Iterable[Month], year: str) -> dict[str, int]:
    """Return the number of known posts in each month of a year."""
    return {
        month.month: month.stored + month.missing for month in months if month.month[:YEAR_LENGTH] == year
    }


def choose_periods(posts: Mapping[str, int], selection: PostSelection) -> Iterator[Choice]:
    """Yield a choice for each year or month that has posts, in the selected category."""
    for period, count in posts.items():
        if count and PERIOD.fullmatch(period):
            is_selected = selection.period.startswith(period)
            wanted = PostSelection(period=period, category=selection.category)
            yield Choice(period, count, list_url(wanted), is_selected)


def choose_categories(categories: Iterable[CategoryCount], chosen: PostSelection) -> Iterator[Choice]:
    """Yield a choice for each category that has posts in the chosen period."""
    for category in categories:
        is_selected = category.id == chosen.category
        if category.posts or is_selected or not chosen.period:
            wanted = PostSelection(period=chosen.period, category=category.id)
            yield Choice(category.name, category.posts, list_url(wanted), is_selected)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a list: the shown and the last number, and the URLs of the neighbours or None."""

    page: int
    last: int
    newer: str | None
    older: str | None


def turn_pages(selection: PostSelection, posts: int) -> Pages:
    """Return the pages of a list of so many posts."""
    last = max(1, -(-posts // POSTS_PER_PAGE))
    page = selection.page

    def url(number: int) -> str | None:
        return list_url(replace(selection, page=number)) if 1 <= number <= last else None

    return Pages(page, last, url(page - 1), url(page + 1))
