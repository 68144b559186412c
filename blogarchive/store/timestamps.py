"""Format and parse our own times: UTC text that sorts in the order of the times."""

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def format_utc(moment: datetime) -> str:
    """Return the aware `moment` as UTC text with seconds, `2025-02-01T09:00:00+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def format_utc_precise(moment: datetime) -> str:
    """Return the aware `moment` as UTC text with microseconds, for the frontier: two runs may share a second."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_utc(text: str) -> datetime:
    """Return the aware UTC time of a text of `format_utc` or `format_utc_precise`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def shift_utc(text: str, delta: timedelta) -> str:
    """Return the time `delta` after the UTC text `text`, as UTC text with seconds."""
    return format_utc(parse_utc(text) + delta)
