"""Decide when a page is due again, and when a failed target is retried: pure functions of its kind, age and history.

Young posts are due daily. The interval grows to an eighth of the time without a change, at most half a year.
Listings are due within thirty days. A hash of the target's key spreads the due times, so that pages of one night do not
become due in one night.
"""

from datetime import datetime, timedelta
from zlib import crc32

from blogarchive.items import PageKind
from blogarchive.store.rows import format_utc

MIN_INTERVAL = timedelta(hours=20)
"""Less than a day: in a run at the same hour each day, the posts of the previous run are due."""

MAX_INTERVAL = timedelta(days=180)
QUIET_DIVISOR = 8
UNDATED_QUIET_TIME = timedelta(days=60)
"""Time without a change that is assumed for a post without a date."""

LISTING_INTERVAL = timedelta(days=16)
LISTING_SPREAD = timedelta(days=9)
LISTING_DEADLINE = timedelta(days=29)
"""Age at which a listing is fetched regardless of the budget, so that a daily run stays within thirty days."""

MIN_RETRY_DELAY = timedelta(minutes=10)
MAX_RETRY_DELAY = timedelta(days=7)

MIN_BUDGET = 20
BUDGET_DIVISOR = 20
HOST_BUDGET = 5000
"""Requests of a run for due pages of all blogs of a host: 83 minutes at one a second."""


def request_budget(stored_posts: int) -> int:
    """Return how many requests a run may make for due pages: a twentieth of the stored posts, at least 20."""
    return max(MIN_BUDGET, stored_posts // BUDGET_DIVISOR)


def post_due_at(
    key: str, fetched_at: datetime, posted_at: datetime | None, changed_at: datetime | None
) -> str:
    """Return when a post is due again (UTC text), by its age and its last change."""
    quiet = fetched_at - posted_at if posted_at is not None else UNDATED_QUIET_TIME
    if changed_at is not None:
        quiet = min(quiet, fetched_at - changed_at)
    interval = min(max(MIN_INTERVAL, quiet / QUIET_DIVISOR), MAX_INTERVAL)
    if interval > MIN_INTERVAL:
        interval *= 0.75 + 0.5 * _hash_fraction(key)
    return format_utc(fetched_at + max(MIN_INTERVAL, interval))


def listing_due_at(key: str, fetched_at: datetime) -> str:
    """Return when a listing is due again (UTC text)."""
    return format_utc(fetched_at + LISTING_INTERVAL + LISTING_SPREAD * _hash_fraction(key))


def retry_delay(attempts: int) -> timedelta:
    """Return the delay before the next retry: fourfold for each of the earlier failed `attempts`, at most a week."""
    delay: timedelta = MIN_RETRY_DELAY * 4 ** min(attempts, 8)
    return min(delay, MAX_RETRY_DELAY)


def is_listing(kind: PageKind) -> bool:
    """Return whether pages of that kind list posts and continue on next pages."""
    return kind in (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


def _hash_fraction(key: str) -> float:
    """Return a number from 0 to 1 that depends on `key` alone."""
    return crc32(key.encode()) / 0xFFFFFFFF
