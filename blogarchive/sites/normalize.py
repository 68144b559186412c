"""The steps between a site's parser and the store: repair texts, resolve times.

Backups, the Scrapy pipelines, `reparse` and `import` call these same functions. Each returns the same object if
nothing changes.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from operator import is_not
from typing import TypeVar
from zoneinfo import ZoneInfo

from blogarchive import items
from blogarchive.messages.details import Detail
from blogarchive.post_facts import FACTS
from blogarchive.sites.base import parse_page, site_by_name
from blogarchive.sites.links import Rows

_T = TypeVar("_T")

# Fields that hold words of people, by type; URLs and ids are none.
_TEXT_FIELDS: dict[type, tuple[str, ...]] = {
    items.ParsedPage: ("listing",),
    items.Author: ("nickname", "blog_title", "tagline"),
    items.Post: ("title", "body_html", "body_text", "categories", *FACTS),
    items.Comment: ("author_name", "reply_to", "body_html", "body_text"),
    items.ListedPost: ("title",),
    items.CategoryRow: ("name",),
    items.Notice: ("text",),
}

# Fields that hold a `DateText`, by type, with their name in a failure row.
_TIME_FIELDS: dict[type, tuple[tuple[str, str], ...]] = {
    items.Author: (("registered", "registered_on"),),
    items.Post: (("posted", "posted_at"),),
    items.Comment: (("posted", "comments.posted_at"),),
    items.ListedPost: (("posted", "listed.posted_at"),),
    items.MonthRow: (("first", "archive_months.first_post_on"), ("last", "archive_months.last_post_on")),
}

# Fields that hold further items, by type. Rows of the archive have no words and are resolved by `resolve_dates`.
_CHILD_FIELDS: dict[type, tuple[str, ...]] = {
    items.ParsedPage: ("author", "posts", "listed", "latest", "categories", "notice"),
    items.Post: ("comments",),
    items.CategoryRow: ("posts",),
}

_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?", re.ASCII)


def normalize_page(crawled: items.CrawledPage) -> items.CrawledPage:
    """Return the crawled page with its texts repaired and its times resolved, ready for the store."""
    zone = site_by_name(crawled.target.site).zone
    parsed = resolve_dates(tidy_texts(crawled.parsed), crawled.page.fetched_at, zone)
    return replace(crawled, parsed=parsed, is_normalized=True)


def parse_normalized(page: items.Page, target: items.Target) -> items.ParsedPage:
    """Return the normalized result of `blogarchive.sites.base.parse_page`; raises the same errors."""
    parsed = tidy_texts(parse_page(page, target))
    return resolve_dates(parsed, page.fetched_at, site_by_name(target.site).zone)


def tidy_texts(parsed: items.ParsedPage) -> items.ParsedPage:
    """Return the parsed page without stray controls and without mojibake that is certain."""
    return _apply(parsed, _tidy_fields)


def resolve_dates(parsed: items.ParsedPage, fetched_at: datetime, zone: ZoneInfo) -> items.ParsedPage:
    """Return the parsed page with each time resolved against `fetched_at` (aware) in `zone`.

    If a text is no time, its `at` stays None, and the page gets one `Problem` of kind unreadable. It quotes the text.
    """
    resolver = _DateResolver(now=fetched_at.astimezone(zone))
    months = _resolve_full_dates(Rows(parsed.months), zone)
    resolved = _apply(parsed, resolver.resolve_fields, **({"months": months} if months else {}))
    if months is None:
        months = _merge_months([_apply(row, resolver.resolve_fields) for row in parsed.months])
        resolved = replace(resolved, months=months)
    problems = tuple(problem for problem in resolver.problems if problem not in parsed.problems)
    return replace(resolved, problems=parsed.problems + problems) if problems else resolved


@dataclass(kw_only=True, slots=True)
class _DateResolver:
    """Resolve the times of items of one page, and collect problems of texts that are no time."""

    now: datetime
    problems: dict[items.Problem, None] = field(default_factory=dict)  # ordered set

    def resolve_fields(self, item: object) -> dict[str, object]:
        """Return the times of an item that are resolved now, by the names of their fields."""
        changes: dict[str, object] = {}
        for name, column in _TIME_FIELDS.get(type(item), ()):
            date_text: items.DateText | None = getattr(item, name)
            if date_text is None or date_text.at is not None or date_text.precision is not None:
                continue
            # Not above: each command that looks for a site imports this module.
            from blogarchive.parsing.dates.parse import parse_date

            found = parse_date(date_text.text, self.now)
            if found is None:
                detail = Detail.NO_DATE.format(text=date_text.text[:80])
                self.problems[items.Problem(kind="unreadable", field=column, detail=detail)] = None
            else:
                changes[name] = items.DateText(text=date_text.text, at=found.at, precision=found.precision)
        return changes


def _merge_months(rows: Sequence[items.MonthRow]) -> tuple[items.MonthRow, ...]:
    """Merge rows of one month: a page may show a month in two halves, or twice."""
    months: dict[str, items.MonthRow] = {}
    for row in rows:
        # Two rows of one month must not replace each other in the archive, whose key is the month.
        other = months.setdefault(row.month, row)
        if other is not row:
            first, last = min(other.first, row.first, key=_sort_key), max(other.last, row.last, key=_sort_key)
            months[row.month] = replace(other, first=first, last=last, url=other.url or row.url)
    return tuple(months.values())


def _sort_key(date_text: items.DateText | None) -> str:
    return "" if date_text is None or date_text.at is None else date_text.at.isoformat()


@lru_cache(maxsize=16)  # each page of a blog shows the same months; the store compares their objects first
def _resolve_full_dates(rows: Rows[items.MonthRow], zone: ZoneInfo) -> tuple[items.MonthRow, ...] | None:
    """Return the rows with resolved dates; None if one lacks digits of year, month or day, or is no date.

    The fetch time does not change such dates.
    """
    resolver = _DateResolver(now=datetime(2000, 1, 1, tzinfo=zone))
    shown = [date_text.text for row in rows for date_text in (row.first, row.last) if date_text]
    resolved = _merge_months([_apply(row, resolver.resolve_fields) for row in rows])
    return resolved if all(map(_FULL_DATE.fullmatch, shown)) and not resolver.problems else None


def _tidy_fields(item: object) -> dict[str, object]:
    names = _TEXT_FIELDS.get(type(item), ())
    return {name: new for name in names if (new := _tidy(old := getattr(item, name))) != old}


def _tidy(value: object) -> object:
    """Return a text, or each text of a tuple, repaired; other values as they are."""
    if isinstance(value, tuple):
        return tuple(map(_tidy, value))
    if not isinstance(value, str):
        return value
    return _repair_short(value) if len(value) <= _SHORT else _repair(value)


def _repair(text: str) -> str:
    from blogarchive.parsing.charset.decoding import repair_text

    return repair_text(text)


_SHORT = 100  # characters: each page of a blog shows the titles of its sidebar
_repair_short = lru_cache(maxsize=2048)(_repair)


_SIDEBAR_FIELDS = ("latest", "categories")


@lru_cache(maxsize=16)  # each page of a blog has the same sidebar
def _is_settled(rows: Rows[items.ListedPost | items.CategoryRow]) -> bool:
    """Return whether no text of these rows of a sidebar needs repair, and none has a time."""
    posts = (post for row in rows for post in (row.posts if isinstance(row, items.CategoryRow) else (row,)))
    is_timeless = all(post.posted is None for post in posts)
    return is_timeless and all(_apply(row, _tidy_fields) is row for row in rows)


def _apply(item: _T, change: Callable[[object], dict[str, object]], **others: object) -> _T:
    """Return `item` with the changes that `change` returns for it and for each item in it, and with `others`."""
    changes = others | change(item)
    for name in _CHILD_FIELDS.get(type(item), ()):
        part = getattr(item, name)
        if name in _SIDEBAR_FIELDS and _is_settled(Rows(part)):
            continue
        if isinstance(part, tuple):
            parts = tuple([_apply(one, change) for one in part])
            if any(map(is_not, parts, part)):
                changes[name] = parts
        elif part is not None and (whole := _apply(part, change)) is not part:
            changes[name] = whole
    return replace(item, **changes) if changes else item  # type: ignore[type-var]
