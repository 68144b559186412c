"""Detect a changed site: count which fields of its pages each run found filled and empty.

A redesigned site still answers, but some field is empty on all pages. So each run counts the fields of its pages. A
field that earlier runs filled and this run leaves empty on many pages raises `SiteChanged`.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from blogarchive.errors import SiteChanged
from blogarchive.items import PageKind, ParsedPage, Post, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import site_changes
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.ledger.runs import Run
from blogarchive.store.ledger.site_changes import SiteChange
from blogarchive.store.rows import Value

MIN_EMPTY_PAGES = 5
"""A field counts as lost if it is empty on at least this number of the run's pages …"""

MIN_EMPTY_SHARE = 0.5
"""… and on this share of its pages of a kind …"""

MIN_FILLED_SHARE = 0.9
"""… and earlier runs filled it on this share."""

COMPARED_RUNS = 100
"""Earlier runs compared. Without a limit, a field that a site removed would raise an error for years."""

WHOLE_PAGE = "the page"


def count_fields(archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage) -> None:
    """Count the fields of a saved page of a run."""
    if run_id is None:
        return
    is_post = parsed.kind is PageKind.POST
    kind, filled = (
        (PageKind.POST, _post_fields(parsed)) if is_post else (PageKind.HOME, _listing_fields(parsed))
    )
    _add_counts(archive, run_id, target.site, kind, {WHOLE_PAGE: True, **filled})


def count_rejected(
    archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage, failure: Failure
) -> None:
    """Count a rejected page: the fields of its post, or the field that could not be parsed."""
    if parsed.kind is PageKind.POST and parsed.posts:
        count_fields(archive, run_id, target, parsed)
    elif run_id is not None and failure.kind == "unreadable":
        kind = target.kind if target.kind is PageKind.POST else PageKind.HOME
        _add_counts(archive, run_id, target.site, kind, {failure.field or WHOLE_PAGE: False})


def has_posts(archive: Archive, blogs: Iterable[Blog]) -> bool:
    """Return whether a post of any of these blogs is stored."""
    return any(
        archive.exists(
            "select 1 from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid is ? limit 1",
            (blog.site, blog.uid),
        )
        for blog in blogs
    )


def check_coverage(archive: Archive, run: Run, sites: Iterable[str] = (), *, now: datetime) -> None:
    """Record the lost fields of the run, and end the changes of its sites that the run disproved.

    Raises `SiteChanged` if a change of these sites, or of one with lost fields, is open.
    """
    lost = _find_lost(archive, run)
    with archive.atomic():
        for field in lost:
            site_changes.open_change(archive, field.site, field.name, run_id=run.id, now=now)
        checked = {*sites, *(field.site for field in lost)}
        for change in site_changes.open_changes(archive, checked):
            if site_changes.is_disproved(archive, run.id, change.site, change.field):
                site_changes.end_change(archive, change.site, change.field, now=now)
    left = site_changes.open_changes(archive, checked)
    if left:
        raise SiteChanged(_message(left, {field.name for field in lost}))


def accept_changes(archive: Archive, run: Run, sites: Iterable[str], *, now: datetime) -> None:
    """End every change of these sites, and compare later runs with this one alone."""
    for site in set(sites):
        for field in {*site_changes.open_fields(archive, site), *_lost_names(archive, run, site)}:
            site_changes.end_change(archive, site, field, now=now, accepted=True)
            kind, _, name = field.partition(".")
            archive.execute(
                "delete from field_counts where site = ? and kind = ? and field = ? and run_id < ?",
                (site, kind, name, run.id),
            )
        archive.execute("delete from text_changes where site = ?", (site,))


@dataclass(frozen=True, kw_only=True, slots=True)
class _LostField:
    site: str
    name: str


def _find_lost(archive: Archive, run: Run) -> tuple[_LostField, ...]:
    """Return the fields, as `post.views`, that earlier runs filled and that are empty on many pages of the run."""
    return archive.all_as(
        _LostField,
        "select n.site, n.kind || '.' || n.field as name from field_counts n join (select site, kind, field,"
        " sum(filled) as filled, sum(empty) as empty from (select *, row_number() over"
        " (partition by site, kind, field order by run_id desc) as age from field_counts where run_id < ?)"
        " where age <= ? group by 1, 2, 3) b"
        " on b.site = n.site and b.kind = n.kind and b.field = n.field"
        " where n.run_id = ? and n.kind <> 'text' and n.empty >= ? and n.empty >= ? * (n.empty + n.filled)"
        " and b.filled >= ? * (b.filled + b.empty) order by 1, 2",
        (run.id, COMPARED_RUNS, run.id, MIN_EMPTY_PAGES, MIN_EMPTY_SHARE, MIN_FILLED_SHARE),
    )


def _lost_names(archive: Archive, run: Run, site: str) -> list[str]:
    return [field.name for field in _find_lost(archive, run) if field.site == site]


def _message(left: Sequence[SiteChange], lost: Container[str]) -> str:
    """Return the message about the open changes: those that the run found, then earlier ones."""
    empty = [change.field for change in left if change.field in lost]
    ways = [change.field for change in left if change.field.startswith("text.")]
    earlier = [
        f"{change.field} ({change.found_at[:10]})" for change in left if change.field not in {*empty, *ways}
    ]
    parts = []
    if empty:
        parts.append(_("empty on many pages of this run: {fields}").format(fields=", ".join(empty)))
    if ways:
        parts.append(_("many posts differ in one way: {fields}").format(fields=", ".join(ways)))
    if earlier:
        parts.append(_("found empty, and not filled since: {fields}").format(fields=", ".join(earlier)))
    return _(
        "the site seems to have changed: {changes}; see `blogarchive doctor URL`;"
        " if the site is right, `blogarchive update --accept-changes` agrees with it"
    ).format(changes="; ".join(parts))


def _post_fields(parsed: ParsedPage) -> dict[str, bool]:
    found = _author_fields(parsed)
    for post in parsed.posts[:1]:
        found |= {
            "title": bool(post.title),
            "posted_at": post.posted is not None and post.posted.at is not None,
            "body": bool(post.body_text) or bool(post.images),
            "views": post.views is not None,
            "likes": post.likes is not None,
            "comment_count": post.comment_count is not None,
        }
        if post.comment_count or post.comments:
            found |= _comment_fields(post)
    return found


def _author_fields(parsed: ParsedPage) -> dict[str, bool]:
    author = parsed.author
    return {
        "author": author is not None,
        "author.nickname": author is not None and author.nickname is not None,
        "author.registered_on": author is not None and author.registered is not None,
        "author.total_visits": author is not None and author.total_visits is not None,
    }


def _comment_fields(post: Post) -> dict[str, bool]:
    return {
        "comments": bool(post.comments),
        "comments.posted_at": any(comment.posted is not None for comment in post.comments),
    }


def _listing_fields(parsed: ParsedPage) -> dict[str, bool]:
    return {
        **_author_fields(parsed),
        "archive_months": bool(parsed.months),
        "categories": bool(parsed.categories),
        "posts": bool(parsed.listed or parsed.posts or parsed.latest),
    }


def _add_counts(archive: Archive, run_id: int, site: str, kind: PageKind, fields: Mapping[str, bool]) -> None:
    page: dict[str, Value] = {"run_id": run_id, "site": site, "kind": kind}
    archive.insert_rows(
        "field_counts",
        [{**page, "field": field, "filled": filled, "empty": not filled} for field, filled in fields.items()],
        on_conflict="on conflict(run_id, site, kind, field)"
        " do update set filled = filled + excluded.filled, empty = empty + excluded.empty",
    )
