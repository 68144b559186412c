"""Decide when a page is due again, and when a failed target is retried, by kind, age and history.

Young posts are due daily at first. The interval of an older post adapts: shorter after a change, longer without one.
Listings are due within thirty days. A hash of the target's key spreads the due times: pages fetched in one night
become due in different nights. `bench/schedule_model.py` measures the effect of these numbers.
"""

from datetime import datetime, timedelta
from zlib import crc32

from blogarchive.store.rows import format_utc

MIN_INTERVAL = timedelta(hours=20)
"""Less than a day: in a daily run at the same hour, the posts of the previous run are due."""

MAX_INTERVAL = timedelta(days=180)
YOUNG = timedelta(days=60)
"""A post is young for this long after it was written, changed or commented."""

QUIET_DIVISOR = 8
FIRST_INTERVAL = timedelta(days=30)
"""At most, before it is known how often an older post changes."""

CHANGED_FACTOR, UNCHANGED_FACTOR = 0.5, 1.3
YOUNG_SHARE = 0.3
"""Of the budget that listings leave, at least, for young posts."""

# The longest interval is this many times the nights in which a chosen budget fetches every post once.
_ROUNDS = 2

LISTING_INTERVAL = timedelta(days=24)
LISTING_SPREAD = timedelta(days=4)
"""Added by the key of a listing: after a first backup, all of them would be due in one night."""

LISTING_DEADLINE = timedelta(days=29)
"""Age at which a listing is fetched regardless of the budget, so that a daily run stays within thirty days."""

MIN_RETRY_DELAY = timedelta(minutes=10)
MAX_RETRY_DELAY = timedelta(days=7)

MIN_BUDGET = 20
BUDGET_DIVISOR = 25
HOST_BUDGET = 5000
"""Requests of a run for due pages of all blogs of a host: 83 minutes at one a second."""


def request_budget(stored_posts: int) -> int:
    """Return how many due pages a run requests by default: one for 25 stored posts, at least 20."""
    return max(MIN_BUDGET, stored_posts // BUDGET_DIVISOR)


def longest_interval(stored_posts: int, budget: int) -> timedelta:
    """Return the longest time between fetches of a post if a person chose the budget, so that it is used."""
    rounds = stored_posts / max(1.0, budget * (1 - YOUNG_SHARE))
    return min(MAX_INTERVAL, timedelta(days=_ROUNDS * rounds))


def next_interval(quiet: timedelta, before: timedelta | None, *, changed: bool) -> timedelta:
    """Return the time until a post is fetched again.

    `quiet` is the time without a change. `before` is the last interval, None after the first fetch; `changed`: the fetch
    after it found a change.
    """
    if quiet < YOUNG or before is None:
        return min(max(MIN_INTERVAL, quiet / QUIET_DIVISOR), FIRST_INTERVAL)
    factor = CHANGED_FACTOR if changed else UNCHANGED_FACTOR
    return min(max(MIN_INTERVAL, before * factor), MAX_INTERVAL)


def post_due_at(key: str, fetched_at: datetime, interval: timedelta) -> str:
    """Return when a post is due again (UTC text); the longest interval is a limit."""
    spread = 1 if interval <= MIN_INTERVAL else 0.75 + 0.5 * _hash_fraction(key)
    return format_utc(fetched_at + min(max(MIN_INTERVAL, interval * spread), MAX_INTERVAL))


def listing_due_at(key: str, fetched_at: datetime) -> str:
    """Return when a listing is due again (UTC text)."""
    return format_utc(fetched_at + LISTING_INTERVAL + LISTING_SPREAD * _hash_fraction(key))


def retry_delay(attempts: int) -> timedelta:
    """Return the delay before the next retry: fourfold for each of the earlier failed `attempts`, at most a week."""
    delay: timedelta = MIN_RETRY_DELAY * 4 ** min(attempts, 8)
    return min(delay, MAX_RETRY_DELAY)


def _hash_fraction(key: str) -> float:
    """Return a number from 0 to 1 that depends on `key` alone."""
    return crc32(key.encode()) / 0xFFFFFFFF
