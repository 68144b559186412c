"""When a page is looked at again, or asked for again: pure functions of its kind, its age, its last change, its tries.

Young posts are looked at daily, old ones ever more rarely: after an eighth of the time for which nothing changed,
at most half a year. Listings are proved again within thirty days. Times are spread by what the page is, so that
what was fetched in one night does not come due in one night.
"""

from datetime import datetime, timedelta
from zlib import crc32

from blogarchive.items import PageKind
from blogarchive.store.timestamps import format_utc

MIN_INTERVAL = timedelta(hours=20)
"""Less than a day, so that a run at the same hour each day finds the posts of the day before due."""

MAX_INTERVAL = timedelta(days=180)
QUIET_DIVISOR = 8
UNDATED_QUIET_TIME = timedelta(days=60)
"""For how long nothing is taken to have changed on a post without a date."""

LISTING_INTERVAL = timedelta(days=16)
LISTING_SPREAD = timedelta(days=9)
LISTING_DEADLINE = timedelta(days=29)
"""Past this a listing is proved again whatever the run's budget; a run a day keeps it within thirty."""

MIN_RETRY_DELAY = timedelta(minutes=10)
MAX_RETRY_DELAY = timedelta(days=7)

MIN_BUDGET = 20
BUDGET_DIVISOR = 20


def request_budget(posts_held: int) -> int:
    """How many requests for what is merely due a run may make: 20, or a twentieth of the posts held."""
    return max(MIN_BUDGET, posts_held // BUDGET_DIVISOR)


def post_due_at(
    key: str, fetched_at: datetime, posted_at: datetime | None, changed_at: datetime | None
) -> str:
    """When to look at a post again (UTC text), by its age and the last change that was seen."""
    quiet = fetched_at - posted_at if posted_at is not None else UNDATED_QUIET_TIME
    if changed_at is not None:
        quiet = min(quiet, fetched_at - changed_at)
    wait = min(max(MIN_INTERVAL, quiet / QUIET_DIVISOR), MAX_INTERVAL)
    if wait > MIN_INTERVAL:
        wait *= 0.75 + 0.5 * _spread(key)
    return format_utc(fetched_at + max(MIN_INTERVAL, wait))


def listing_due_at(key: str, fetched_at: datetime) -> str:
    """When a listing is to be proved again (UTC text)."""
    return format_utc(fetched_at + LISTING_INTERVAL + LISTING_SPREAD * _spread(key))


def retry_delay(tries: int) -> timedelta:
    """How long to leave alone what failed, after so many `tries` that failed before: fourfold each time, at most a week."""
    wait: timedelta = MIN_RETRY_DELAY * 4 ** min(tries, 8)
    return min(wait, MAX_RETRY_DELAY)


def is_listing(kind: PageKind) -> bool:
    """Whether pages of that kind list posts in a chain."""
    return kind in (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


def _spread(key: str) -> float:
    """A number from 0 to 1 that is always the same for the same page."""
    return crc32(key.encode()) / 0xFFFFFFFF
