"""Changes of a site that wait for a person: a later run cannot end better than the one that found them.

A change is open until a run disproves it, or a person accepts it (`update --accept-changes`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from blogarchive.store.database.archive import Archive
from blogarchive.store.timestamps import format_utc

TEXTS = "text"
"""The kind in `field_counts` under which compared posts are counted, and its field of texts; begins fields of changes."""

COMMENTS = "comments"
"""The field of posts whose comments were compared; begins the kinds of changes of comments."""

_MIN_SHARE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteChange:
    """An open change: the field, such as `post.views`, and when a run found it (UTC text)."""

    site: str
    field: str
    found_at: str


def open_change(archive: Archive, site: str, field: str, *, run_id: int, now: datetime) -> None:
    """Record that the site seems to have changed, unless that is recorded."""
    archive.execute(
        "insert or ignore into site_changes(site, field, run_id, found_at) values (?, ?, ?, ?)",
        (site, field, run_id, format_utc(now)),
    )


def is_open(archive: Archive, site: str, field: str) -> bool:
    """Return whether the change waits for a person."""
    return archive.exists(
        "select 1 from site_changes where site = ? and field = ? and ended_at is null", (site, field)
    )


def open_fields(archive: Archive, site: str) -> list[str]:
    """Return the fields of the open changes of a site."""
    return archive.column(
        "select field from site_changes where site = ? and ended_at is null order by id", (site,)
    )


def accepted_fields(archive: Archive, site: str, kind: str) -> frozenset[str]:
    """Return the fields of pages of that kind that the site no longer shows, and with which a person agreed."""
    found = archive.column(
        "select distinct substr(field, length(?2) + 2) from site_changes"
        " where accepted and site = ?1 and field like ?2 || '.%'",
        (site, kind),
    )
    return frozenset(found)


def open_changes(archive: Archive, sites: Iterable[str]) -> list[SiteChange]:
    """Return the open changes of these sites, oldest first."""
    wanted = set(sites)
    found = archive.all_as(
        SiteChange, "select site, field, found_at from site_changes where ended_at is null order by id"
    )
    return [change for change in found if change.site in wanted]


def end_change(archive: Archive, site: str, field: str, *, now: datetime, accepted: bool = False) -> None:
    """End an open change, because a run disproved it or a person accepted it."""
    archive.execute(
        "update site_changes set ended_at = ?, accepted = ? where site = ? and field = ? and ended_at is null",
        (format_utc(now), accepted, site, field),
    )


def count_texts(archive: Archive, run_id: int, site: str, kind: str) -> tuple[int, int]:
    """Return how many posts the run compared with stored ones, and how many changes of that kind it found."""
    compared = archive.scalar(
        "select sum(filled + empty) from field_counts where run_id = ? and site = ? and kind = ? and field = ?",
        (run_id, site, TEXTS, COMMENTS if kind.startswith(COMMENTS) else TEXTS),
    )
    changed = archive.scalar(
        "select count(*) from text_changes where run_id = ? and site = ? and kind = ?", (run_id, site, kind)
    )
    return compared, changed


def is_disproved(archive: Archive, run_id: int, site: str, field: str) -> bool:
    """Return whether most pages of the run that may have the field, or that change of text, show the contrary."""
    kind, _, name = field.partition(".")
    if kind == TEXTS:
        compared, changed = count_texts(archive, run_id, site, name)
        return compared > 0 and changed < _MIN_SHARE * compared
    return archive.exists(
        "select 1 from field_counts where run_id = ? and site = ? and kind = ? and field = ?"
        " and filled > ? * (filled + empty)",
        (run_id, site, kind, name, _MIN_SHARE),
    )
