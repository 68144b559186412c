"""Our own clock as the archive writes it: UTC text with seconds, `2025-02-01T09:00:00+00:00`."""

from datetime import UTC, datetime, timedelta


def utc_text(moment: datetime) -> str:
    """The aware `moment` as UTC text with seconds; such texts sort as the times do."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def from_utc_text(text: str) -> datetime:
    """The aware UTC time that `utc_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def later(text: str, delta: timedelta) -> str:
    """The UTC text `delta` after the UTC text given."""
    return utc_text(from_utc_text(text) + delta)
