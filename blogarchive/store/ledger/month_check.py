"""Compare the months that a blog's archive shows with the stored posts."""

from dataclasses import dataclass
from datetime import datetime

from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure

FIELD = "archive_months"


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthCoverage:
    """A month as the archive shows it and as stored. Days are `2025-01-29`.

    `proved`: its listing was fetched to the last page. `named` counts the month's posts that any page names, `read`
    those with a stored text; gone posts are not counted.
    """

    month: str
    first_shown: str | None
    last_shown: str | None
    first_held: str | None
    last_held: str | None
    named: int
    read: int
    proved: bool

    @property
    def agrees(self) -> bool:
        """Return whether the first and last day shown are those of stored posts."""
        if self.first_shown is None or self.last_shown is None:
            return self.named > 0 or not self.proved
        return self.first_shown == self.first_held and self.last_shown == self.last_held

    @property
    def complete(self) -> bool:
        """Return whether the days agree and every named post is stored."""
        return self.agrees and self.named == self.read


def month_coverage(archive: Archive, blog: Blog) -> tuple[MonthCoverage, ...]:
    """Return every month that the blog's archive shows, newest first."""
    return archive.all_as(
        MonthCoverage,
        "with held as (select substr(posted_at, 1, 7) as month, min(substr(posted_at, 1, 10)) as first,"
        " max(substr(posted_at, 1, 10)) as last, count(*) as named, count(content_hash) as read"
        " from posts where author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and gone_at is null group by 1)"
        " select m.month, m.first_post_on as first_shown, m.last_post_on as last_shown, h.first as first_held,"
        " h.last as last_held, coalesce(h.named, 0) as named, coalesce(h.read, 0) as read,"
        " m.proved_at is not null as proved from archive_months m"
        " left join held h on h.month = m.month"
        " where m.author_id = (select id from authors where site = ?1 and uid = ?2)"
        " and m.last_seen_at = (select max(last_seen_at) from archive_months x where x.author_id = m.author_id)"
        " order by m.month desc",
        (blog.site, blog.uid),
    )


def check_months(archive: Archive, blog: Blog, *, run_id: int | None, now: datetime) -> bool:
    """Return whether all months agree; record a failure of the home page if not, and resolve it if they do."""
    url = archive.text("select url from authors where site = ? and uid = ?", (blog.site, blog.uid))
    if url is None:
        return True
    differing = [month.month for month in month_coverage(archive, blog) if not month.agrees]
    if not differing:
        failures.resolve_field(archive, url, FIELD, now=now)
        return True
    named = ", ".join(differing[:6]) + (" …" if len(differing) > 6 else "")
    detail = Detail.MONTHS_DIFFER.format(count=len(differing), months=named)
    failure = Failure(kind="incomplete", field=FIELD, detail=detail)
    if not failures.is_open(archive, url, failure):
        failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now)
    return False
