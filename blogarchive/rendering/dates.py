"""Complete the times of a site, cut to the precision shown, for formats that require full ones."""

from datetime import UTC, date, datetime


def complete_date(posted_at: str | None) -> str | None:
    """Return the day, or the full time, in ISO 8601; parts that were not shown have their minimum.

    Returns None for None and for an invalid time.
    """
    if posted_at is None:
        return None
    day = posted_at + "0000-01-01"[len(posted_at) :]
    kind = datetime if len(day) > len("YYYY-MM-DD") else date
    try:
        return kind.fromisoformat(day).isoformat()
    except ValueError:
        return None


def complete_time(posted_at: str | None) -> str | None:
    """Return the full time with its offset (RFC 3339); UTC if it has none. Returns None as `complete_date`."""
    complete = complete_date(posted_at)
    if complete is None:
        return None
    time = datetime.fromisoformat(complete)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()
