"""When a page is looked at again, or asked for again: pure functions of its kind, its age, its last change, its tries.

Young posts are looked at daily, old ones ever more rarely: after an eighth of the time for which nothing changed,
at most half a year. Listings are proved again within thirty days. Times are spread by what the page is, so that
what was fetched in one night does not come due in one night.
"""

from datetime import datetime, timedelta
from zlib import crc32

from blogarchive.items import PageKind
from blogarchive.store.timestamps import utc_text

DAILY = timedelta(hours=20)
"""Less than a day, so that a run at the same hour each day finds the posts of the day before due."""

RAREST = timedelta(days=180)
QUIET_SHARE = 8
UNDATED = timedelta(days=60)
"""For how long nothing is taken to have changed on a post without a date."""

LISTINGS_FROM = timedelta(days=16)
LISTINGS_SPREAD = timedelta(days=9)
LISTINGS_BY = timedelta(days=29)
"""Past this a listing is proved again whatever the run's budget; a run a day keeps it within thirty."""

FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(days=7)

POSTS_AT_LEAST = 20
POSTS_SHARE = 20


def budget(posts_held: int) -> int:
    """How many requests for what is merely due a run may make: 20, or a twentieth of the posts held."""
    return max(POSTS_AT_LEAST, posts_held // POSTS_SHARE)


def post_due(key: str, fetched_at: datetime, posted_at: datetime | None, changed_at: datetime | None) -> str:
    """When to look at a post again (UTC text), by its age and the last change that was seen."""
    quiet = fetched_at - posted_at if posted_at is not None else UNDATED
    if changed_at is not None:
        quiet = min(quiet, fetched_at - changed_at)
    wait = min(max(DAILY, quiet / QUIET_SHARE), RAREST)
    if wait > DAILY:
        wait *= 0.75 + 0.5 * _spread(key)
    return utc_text(fetched_at + max(DAILY, wait))


def listing_due(key: str, fetched_at: datetime) -> str:
    """When a listing is to be proved again (UTC text)."""
    return utc_text(fetched_at + LISTINGS_FROM + LISTINGS_SPREAD * _spread(key))


def pause(tries: int) -> timedelta:
    """How long to leave alone what failed, after so many `tries` that failed before: fourfold each time, at most a week."""
    wait: timedelta = FIRST_RETRY * 4 ** min(tries, 8)
    return min(wait, LAST_RETRY)


def is_listing(kind: PageKind) -> bool:
    """Whether pages of that kind list posts in a chain."""
    return kind in (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


def _spread(key: str) -> float:
    """A number from 0 to 1 that is always the same for the same page."""
    return crc32(key.encode()) / 0xFFFFFFFF
