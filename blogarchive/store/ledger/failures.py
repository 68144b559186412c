"""The ledger of what could not be had: one open row for a URL, kind and field, counted up until it is resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.timestamps import format_utc, parse_utc

FailureKind = Literal[
    "network",
    "http",
    "blocked",
    "cut",
    "notice",
    "unreadable",
    "incomplete",
    "robots",
    "forged",
    "picture",
    "mistake",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why something could not be had. `field` names what of a page is concerned; None: the page as a whole."""

    kind: FailureKind
    detail: str
    field: str | None = None
    permanent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFailure:
    """An unresolved row of the ledger; times are UTC text, `next_try_at` None where it is not tried by itself."""

    id: int
    site: str | None
    uid: str | None
    url: str
    kind: str
    field: str | None
    detail: str
    permanent: bool
    attempts: int
    first_failed_at: str
    last_failed_at: str
    next_try_at: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureCounts:
    """Open failures of some blogs: `new` since the run began, `retrying` by itself, and all."""

    new: int
    retrying: int
    all: int


def record_failure(
    archive: Archive,
    blog: Blog,
    url: str,
    failure: Failure,
    *,
    run_id: int | None,
    now: datetime,
    next_try_at: str | None = None,
) -> None:
    """Open a failure of that URL, kind and field, or count one that is open once more."""
    moment = format_utc(now)
    values = (
        run_id,
        failure.detail,
        failure.permanent,
        moment,
        next_try_at,
        url,
        failure.kind,
        failure.field,
    )
    changed = archive.execute(
        "update failures set run_id = ?, detail = ?, permanent = ?, last_failed_at = ?, next_try_at = ?,"
        " attempts = attempts + 1 where url = ? and kind = ? and field is ? and resolved_at is null",
        values,
    ).rowcount
    if not changed:
        archive.execute(
            "insert into failures(run_id, detail, permanent, last_failed_at, next_try_at, url, kind, field,"
            " first_failed_at, site, uid) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, moment, blog.site, blog.uid),
        )


def resolve(archive: Archive, url: str, *, now: datetime, keep: Sequence[tuple[str, str | None]] = ()) -> int:
    """Close the open failures of `url`, except those of the kinds and fields in `keep`; gives how many."""
    found = archive.rows("select id, kind, field from failures where url = ? and resolved_at is null", (url,))
    closed = [int(str(row[0])) for row in found if (row[1], row[2]) not in keep]
    for failure_id in closed:
        archive.execute("update failures set resolved_at = ? where id = ?", (format_utc(now), failure_id))
    return len(closed)


def resolve_field(archive: Archive, url: str, field: str, *, now: datetime) -> None:
    """Close the open failures of `url` that concern that field."""
    archive.execute(
        "update failures set resolved_at = ? where url = ? and field = ? and resolved_at is null",
        (format_utc(now), url, field),
    )


def change_url(archive: Archive, old: str, new: str) -> None:
    """What failed at the URL `old` is to be had at `new` now: its open failures are those of that URL."""
    archive.execute("update failures set url = ? where url = ? and resolved_at is null", (new, old))


def is_open(archive: Archive, url: str, failure: Failure) -> bool:
    """Whether the ledger holds that failure of `url` unresolved."""
    row = archive.row(
        "select 1 from failures where url = ? and kind = ? and field is ? and resolved_at is null",
        (url, failure.kind, failure.field),
    )
    return row is not None


def open_failures(archive: Archive, blogs: Sequence[Blog] = ()) -> list[OpenFailure]:
    """The open failures, oldest first; of these blogs only, where given."""
    found = archive.all_as(OpenFailure, "select * from open_failures order by id")
    wanted = {(blog.site, blog.uid) for blog in blogs}
    return [failure for failure in found if not wanted or (failure.site, failure.uid) in wanted]


def count_failures(archive: Archive, blogs: Sequence[Blog], *, since: str) -> FailureCounts:
    """How many failures of these blogs are open; new are those first seen at or after the UTC text `since`.

    A picture that is gone for good is not new: it is listed, and no run can do anything about it.
    """
    found, since = open_failures(archive, blogs), format_utc(parse_utc(since))
    return FailureCounts(
        new=sum(
            failure.first_failed_at >= since and not (failure.kind == "picture" and failure.permanent)
            for failure in found
        ),
        retrying=sum(failure.next_try_at is not None for failure in found),
        all=len(found),
    )


def requeue_failed(archive: Archive, blogs: Sequence[Blog] = ()) -> int:
    """Make everything with an open failure to be fetched by the next run, permanent ones too; gives how many."""
    with archive.atomic():
        return sum(
            archive.execute(
                "update frontier set state = 'todo', due_at = null where url = ? and state <> 'todo'", (url,)
            ).rowcount
            for url in {failure.url for failure in open_failures(archive, blogs)}
        )


def retry_outage_now(archive: Archive, run_id: int, *, now: datetime) -> int:
    """An outage ended the run: the pages that it cost are asked for by the next one at once; gives how many.

    Only those that failed for the first time. Some pages that never come would else end every run before the others.
    """
    moment = format_utc(now)
    with archive.atomic():
        archive.execute(
            "update failures set next_try_at = ? where run_id = ? and resolved_at is null and attempts = 1"
            " and next_try_at is not null and (kind in ('network', 'cut') or kind = 'http' and detail like 'status 5%')",
            (moment, run_id),
        )
        return archive.execute(
            "update frontier set due_at = ? where state = 'failed' and attempts = 1 and url in"
            " (select url from failures where run_id = ? and resolved_at is null and next_try_at = ?)",
            (moment, run_id, moment),
        ).rowcount
