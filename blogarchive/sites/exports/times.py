"""The times of an export, each with its own zone: by an offset, by the same time in UTC, or by a named zone."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from blogarchive.items import DateText

_MAX_OFFSET = timedelta(hours=15)


def offset_time(text: str) -> DateText | None:
    """Return the time of an ISO 8601 text with an offset; None if `text` is empty."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return DateText(text=text) if text else None
    if at.tzinfo is None:
        return DateText(text=text)
    return DateText(text=text, at=at.replace(microsecond=0), precision="second")


def local_time(text: str, zone: ZoneInfo) -> DateText | None:
    """Return the time `YYYY-MM-DD HH:MM:SS` in that zone; None if `text` is empty or all zeros."""
    if not text.strip("0-: "):
        return None
    try:
        at = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return DateText(text=text)
    return DateText(text=text, at=at.replace(tzinfo=zone), precision="second")


def time_with_utc(text: str, utc_text: str, zone: ZoneInfo) -> DateText | None:
    """Return the local time `text` with the offset to the same time in UTC; in `zone` if `utc_text` is no time."""
    local, in_utc = local_time(text, zone), local_time(utc_text, ZoneInfo("UTC"))
    if local is None:
        return in_utc
    if local.at is None or in_utc is None or in_utc.at is None:
        return local
    offset = local.at.replace(tzinfo=UTC) - in_utc.at
    if abs(offset) > _MAX_OFFSET:
        return local
    at = local.at.replace(tzinfo=timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
    return DateText(text=local.text, at=at, precision="second")
