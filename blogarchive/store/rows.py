"""The columns of a post, and values as SQLite stores them: UTC as text, JSON, checksums of texts."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from gettext import gettext as _
from hashlib import sha256
from typing import TypeVar


def text_checksum(body_html: str | None, body_text: str | None) -> int:
    """Return 63 bits of the SHA-256 of both forms of a text."""
    digest = sha256(f"{body_html or ''}\0{body_text or ''}".encode())
    return int.from_bytes(digest.digest()[:8]) >> 1


Progress = Callable[[int, int], None]
"""Called with the number of posts, pages or files done and their total; the total is 0 if unknown."""


def no_progress(_done: int, _total: int) -> None:
    """Report progress to nobody."""


ALL_ROWS = 10_000_000
"""A limit that no query reaches."""

Value = str | int | float | bytes | None
"""A value that SQLite stores."""

Parameters = Sequence[Value] | Mapping[str, Value]
"""The parameters of a statement: positional for `?`, by name for `:name`."""

Json = TypeVar("Json")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that end a line or control a terminal."""

_MAX_JSON = 1_000_000


def describe_value(table: str, row: object, column: str, value: object) -> str:
    """Return the message that a stored value is damaged."""
    return _("{table}, row {row}: {column} has a wrong value ({found}); a copy restores it").format(
        table=table, row=clip(row), column=column, found=clip(value, 40)
    )


def clip(value: object, length: int = 300) -> str:
    """Return the beginning of a stored value without control characters, for a message."""
    text = value[: length * 4] if isinstance(value, str | bytes) else value
    return CONTROLS.sub(" ", str(text))[:length]


def escape_formula(value: object) -> object:
    """Return the value of a cell; an apostrophe in front disables a formula (OWASP, CSV injection)."""
    if not isinstance(value, str) or not value.lstrip().startswith(_FORMULAS) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


def load_json(text: object, kind: type[Json]) -> Json:
    """Return stored JSON of that type. Raises `ValueError` if it is other, too large, or nested without end."""
    if not isinstance(text, str) or len(text) > _MAX_JSON:
        raise ValueError("no JSON text")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, kind):
        raise ValueError(f"no {kind.__name__}")
    return value


NOW_VARIABLE = "BLOGARCHIVE_NOW"
"""Environment variable for tests: the time at which this process begins, as ISO 8601 with an offset."""

YEARS = range(1970, 2201)
"""Years in which a page may be fetched: parsers add years to the time of its fetch."""


def utc_now() -> datetime:
    """Return the current time in UTC, or that of a clock which began at BLOGARCHIVE_NOW."""
    return datetime.now(UTC) + _clock_offset()


@cache
def _clock_offset() -> timedelta:
    given = os.environ.get(NOW_VARIABLE)
    return datetime.fromisoformat(given) - datetime.now(UTC) if given else timedelta()


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


def complete_date(posted_at: str | None) -> str | None:
    """Return the time of a site as a day, or a full time, in ISO 8601. Parts that were not shown have their minimum.

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


LACKS_COMMENTS = (
    "p.gone_at is null and p.content_hash is not null and p.comment_count <>"
    " (select count(*) from comments c where c.post_id = p.id and c.gone_at is null and c.is_counted)"
    # Some counts include hidden comments; the save of the page compared them.
    " and (p.comments_complete_at is null or p.comments_complete_at <"
    " (select max(s.captured_at) from post_stats s where s.post_id = p.id))"
)
"""Condition on a post `p`: more or fewer comments are stored than counted, and no save since then agreed."""


CATEGORIES = """(select json_group_array(name) from (select substr(c.name, 1, 1000) as name from posts_in_categories pc
    join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name))"""
"""The names of the categories of `posts p` as a JSON array."""

HAS_TEXT = "p.content_hash is not null"
"""The field `has_text` of a query of `posts p`."""

TEXT_SINCE = "coalesce(version_at, first_seen_at)"
"""When the current text of a post or a comment was first seen."""
