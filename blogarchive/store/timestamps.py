"""Our own clock as the archive writes it: UTC text that sorts as the times do."""

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def format_utc(moment: datetime) -> str:
    """The aware `moment` as UTC text with seconds, `2025-02-01T09:00:00+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def format_utc_precise(moment: datetime) -> str:
    """The aware `moment` as UTC text with microseconds: for the schedule, where two runs share a second."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_utc(text: str) -> datetime:
    """The aware UTC time that `utc_text` or `fine_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def shift_utc(text: str, delta: timedelta) -> str:
    """The UTC text with seconds `delta` after the UTC text given."""
    return format_utc(parse_utc(text) + delta)
