"""Parts of several reading pages: choices of posts, formats of numbers and times, and keys of single letters."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote_plus

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from blogarchive.messages import N_
from blogarchive.messages.details import gone_reason_words
from blogarchive.store.read.blogs import BlogSummary, Month
from blogarchive.store.read.lists import POSTS_PER_PAGE, CategoryCount, PostSelection

PERIOD: Final = re.compile(r"(?:1[89]|20|21)\d\d(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)
"""A year or a month that can be selected."""

YEAR_LENGTH: Final = len("YYYY")

COOKIE_SECONDS: Final = 400 * 24 * 3600
"""Seconds for which a choice is stored: browsers store a cookie for at most 400 days."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that selects posts: its words, the number of posts, its URL, whether it is selected."""

    text: str
    posts: int
    url: str
    selected: bool = False


def list_url(selection: PostSelection) -> str:
    """Return the query that selects these posts on the page of their author."""
    name = "month" if len(selection.period) > YEAR_LENGTH else "year"
    period = f"{name}={quote_plus(selection.period)}" if selection.period else ""
    category = f"category={selection.category}" if selection.category else ""
    page = f"page={selection.page}" if selection.page > 1 else ""
    return f"?{'&'.join(filter(None, (period, category, page)))}#posts"


def posts_url(home: str, blog: BlogSummary, period: str, category: int | None = None) -> str:
    """Return the URL of the posts of a blog in a year or month, and in a category."""
    return f"{home}/author/{blog.id}{list_url(PostSelection(period=period, category=category))}"


def count_years(months: Iterable[Month]) -> dict[str, int]:
    """Return the number of known posts in each year."""
    years: Counter[str] = Counter()
    for month in months:
        years[month.month[:YEAR_LENGTH]] += month.stored + month.missing
    return years


def count_months(months: Iterable[Month], year: str) -> dict[str, int]:
    """Return the number of known posts in each month of a year."""
    return {one.month: one.stored + one.missing for one in months if one.month[:YEAR_LENGTH] == year}


def choose_periods(posts: Mapping[str, int], selection: PostSelection) -> Iterator[Choice]:
    """Yield a choice for each year or month that has posts, in the selected category."""
    for period, count in posts.items():
        if count and PERIOD.fullmatch(period):
            is_selected = selection.period.startswith(period)  # the year of a selected month is selected too
            wanted = PostSelection(period=period, category=selection.category)
            yield Choice(period, count, list_url(wanted), is_selected)


def choose_categories(categories: Iterable[CategoryCount], chosen: PostSelection) -> Iterator[Choice]:
    """Yield a choice for each category that has posts in the chosen period."""
    for category in categories:
        is_selected = category.id == chosen.category
        # A selected category without posts stays, as the way out of it.
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


def turn_pages(page: int, total: int, url: Callable[[int], str], on_page: int = POSTS_PER_PAGE) -> Pages:
    """Return the pages of a list of so many rows; `url` is called with the number of a page."""
    last = max(1, -(-total // on_page))
    newer, older = (url(number) if 1 <= number <= last else None for number in (page - 1, page + 1))
    return Pages(page, last, newer, older)


_RUN_OUTCOMES = {
    None: N_("running"),
    "done": N_("done"),
    "limited": N_("ended at its limit, continues with the next run"),
    "failures": N_("done, with failures"),
    "interrupted": N_("interrupted, can be continued"),
    "unreachable": N_("not reached"),
    "blocked": N_("blocked by the site"),
    "forbidden": N_("forbidden by robots.txt"),
    "changed": N_("the site seems to have changed"),
    "damaged": N_("archive damaged"),
    "unwritable": N_("cannot write"),
    "killed": N_("killed, can be continued"),
}


_COMMANDS: Final = {
    "backup": N_("backup"),
    "update": N_("update"),
    "discover": N_("search for blogs"),
    "reparse": N_("pages parsed again"),
    "import": N_("import"),
    "merge": N_("merge of another archive"),
}


def format_time(at: str | None) -> str:
    """Return `2025-01-28T01:46:53-08:00` as `2025-01-28 01:46:53 UTC−8`; a shorter time or other text unchanged."""
    if not at or "T" not in at:
        return at or ""
    try:
        offset = datetime.fromisoformat(at).utcoffset()
    except ValueError:  # a merged archive may have any text
        return at
    moment = at[:10] + " " + at[11:].split("+")[0].split("-")[0].removesuffix("Z")
    if offset is None:
        return moment
    minutes = int(offset.total_seconds()) // 60
    sign, hours, rest = "−" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    zone = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"
    return f"{moment} {zone}"


def format_local(at: str | None) -> str:
    """Return a time of ours (UTC) by the clock of this computer, to the minute; other text unchanged."""
    try:
        return f"{datetime.fromisoformat(at or '').astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # a merged archive may have any text
        return at or ""


def year_query(at: str | None) -> str:
    """Return the query that opens the year of a time on its author's page; "" if there is no year."""
    year = (at or "")[:4]
    return f"?year={year}#posts" if year.isascii() and year.isdigit() and len(year) == 4 else ""


def format_count(number: int | None) -> str:
    """Return 1851847 as `1,851,847`, None as ""."""
    return "" if number is None else f"{number:,}"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "archive_time": format_time,
    "archive_local": format_local,
    "archive_day": lambda at: (at or "")[:10],  # the month or year of a time without a day
    "archive_year": year_query,
    "archive_count": format_count,
    "archive_outcome": lambda name: _RUN_OUTCOMES.get(name, name or ""),  # a template translates the words
    "archive_command": lambda name: _COMMANDS.get(name, name),
    "archive_reason": gone_reason_words,
}


KEYS: Final = {
    "s": N_("goes to the search field"),
    "p": N_("previous: the older post, the hit before, the page before"),
    "n": N_("next: the newer post, the hit after, the page after"),
    "l": N_("back to the list or the search that the post is of"),
    "b": N_("the blog of this page"),
    "h": N_("the first page of the archive"),
    "r": N_("a random post"),
    "k": N_("this help"),
}
"""The action of each key. A link or field has its key in the attribute `data-key`."""

_PARAMETER = "keys"
_COOKIE = "blogarchive_keys"


@cache
def script() -> Markup:
    """Return the text of the script, the only one that a reading page may run."""
    text = files("blogarchive.browse.pages").joinpath("keys.js").read_text("utf-8")
    return Markup(text)  # noqa: S704 - a file of this package


def are_on(request: Request) -> bool:
    """Return whether keys work on the page: the choice of `?keys=`, else of the cookie, else yes."""
    chosen: str = request.args.get(_PARAMETER) or request.cookies.get(_COOKIE) or "on"
    return chosen != "off"


def store_choice(response: Response, request: Request) -> None:
    """Store the choice of `?keys=`, if the URL has one, in a cookie for the next pages."""
    chosen = request.args.get(_PARAMETER)
    if chosen in ("on", "off"):
        response.set_cookie(_COOKIE, chosen, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
