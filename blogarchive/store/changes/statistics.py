"""Count the changes of texts by kind, and decide whether most posts of a run show one."""

from collections.abc import Mapping
from dataclasses import dataclass

from blogarchive.store.changes.classify import ChangeKind, TextChange
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import site_changes
from blogarchive.store.ledger.site_changes import TEXTS
from blogarchive.store.rows import Parameters, Value

MIN_POSTS = 5
"""A kind of change is the site's if at least this number of posts of a run shows it …"""

MIN_COMMENTED_POSTS = 4
"""… or this number, if comments changed: fewer posts have any …"""

MIN_EQUAL_POSTS = 3
"""… or an equal change, such as the same added text, at least this number, also of several runs …"""

MIN_SHARE = 0.5
"""… and at least this share of the posts that were compared."""

CERTAIN_KINDS = (ChangeKind.BOUNDS, ChangeKind.DAMAGED, ChangeKind.SHIFTED)
"""Kinds that contradict the stored post without regard to other posts."""

_OF_KIND = (
    "select count(*), count(distinct post_id) from text_changes where run_id = ? and site = ? and kind = ?"
)
_OF_DIGEST = "select count(*), count(distinct post_id) from text_changes where site = ? and digest = ?"
_COMPARED = (
    "select coalesce(sum(filled + empty), 0) from field_counts"
    " where site = ? and kind = 'text' and field = 'text' and run_id >= ?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeScope:
    """A change of a post of a site in a run."""

    run_id: int
    site: str
    change: TextChange

    @property
    def field(self) -> str:
        """Return the name under which a change of the site is recorded."""
        return site_field(self.change.kind)


def site_field(kind: ChangeKind | str) -> str:
    """Return the name of a kind of change among the fields of a site."""
    return f"{TEXTS}.{kind}"


def count_compared(archive: Archive, run_id: int, site: str, field: str, *, is_same: bool) -> None:
    """Count a post whose page was compared with the stored post; `field` is TEXTS or COMMENTS."""
    archive.execute(
        "insert into field_counts(run_id, site, kind, field, filled, empty) values (?, ?, ?, ?, ?, ?)"
        " on conflict(run_id, site, kind, field)"
        " do update set filled = filled + excluded.filled, empty = empty + excluded.empty",
        (run_id, site, TEXTS, field, is_same, not is_same),
    )


def record_change(archive: Archive, scope: ChangeScope, row: Mapping[str, Value]) -> None:
    """Record a change with the values that it replaces; a later one of the same post and run replaces it."""
    archive.execute(
        "delete from text_changes where run_id = ? and post_id = ?", (scope.run_id, row["post_id"])
    )
    archive.insert_row(
        "text_changes",
        {
            "run_id": scope.run_id,
            "site": scope.site,
            "kind": scope.change.kind,
            "digest": scope.change.digest,
            **row,
        },
    )


def mark_held(archive: Archive, scope: ChangeScope, post_id: int) -> None:
    """Record that the change of the post is held."""
    archive.execute(
        "update text_changes set held = 1 where run_id = ? and post_id = ?", (scope.run_id, post_id)
    )


def is_of_most(archive: Archive, scope: ChangeScope) -> bool:
    """Return whether most compared posts show this kind of change, or an equal change."""
    run_id, site, change = scope.run_id, scope.site, scope.change
    if is_kind_of_most(archive, run_id, site, change.kind):
        return True
    if change.digest is None:
        return False
    first = archive.scalar(
        "select min(run_id) from text_changes where site = ? and digest = ?", (site, change.digest)
    )
    compared = archive.scalar(_COMPARED, (site, first))
    return _reaches(archive, _OF_DIGEST, (site, change.digest), MIN_EQUAL_POSTS, compared)


def is_kind_of_most(archive: Archive, run_id: int, site: str, kind: str) -> bool:
    """Return whether most compared posts of the run show this kind of change."""
    compared, _ = site_changes.count_texts(archive, run_id, site, kind)
    least = MIN_COMMENTED_POSTS if ChangeKind(kind).concerns_comments else MIN_POSTS
    return _reaches(archive, _OF_KIND, (run_id, site, kind), least, compared)


def _reaches(archive: Archive, query: str, scope: Parameters, least: int, compared: int) -> bool:
    changes, posts = archive.rows(query, scope)[0]
    return int(posts) >= least and int(changes) >= MIN_SHARE * compared
