"""Times of the site, cut to the precision shown, as formats take them that know only whole ones."""

from datetime import UTC, date, datetime


def whole_date(posted_at: str | None) -> str | None:
    """The day, or the time with all its parts, in ISO 8601; parts that were not shown are at their minimum.

    None for None, and for what is no time.
    """
    if posted_at is None:
        return None
    day = posted_at + "0000-01-01"[len(posted_at) :] if len(posted_at) < 10 else posted_at
    try:
        return (
            datetime.fromisoformat(day).isoformat() if len(day) > 10 else date.fromisoformat(day).isoformat()
        )
    except ValueError:
        return None


def whole_moment(posted_at: str | None) -> str | None:
    """The same as RFC 3339 asks for it, with time and offset; where there is no offset, that of UTC."""
    whole = whole_date(posted_at)
    if whole is None:
        return None
    moment = datetime.fromisoformat(whole)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
