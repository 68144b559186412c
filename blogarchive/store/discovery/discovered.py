"""The table `discovered_blogs`: blogs that were found, and whether a backup of them is complete."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blogarchive.items import BlogLink
from blogarchive.store.database.archive import Archive
from blogarchive.store.kept_totals import CURRENT_NUMBERS
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.timestamps import format_utc

Source = Literal["comments", "links", "file", "page", "ids", "uids"]

_INSERT = """
insert into discovered_blogs(site, uid, url, source, found_on, first_seen_at, found_by)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7
 where not exists (select 1 from authors where site = ?1 and uid = ?2)
   and not exists (select 1 from author_aliases l join authors a on a.id = l.author_id
                    where l.alias = ?2 and a.site = ?1)
    on conflict(site, uid) do nothing
"""
_UNREPORTED = """
select source, count(*) from discovered_blogs where reported_at is null and backed_up_at is null group by source
"""
_COVERAGE = f"""
select s.site, (select count(*) from authors a where a.site = s.site) as blogs,
       (select count(*) from discovered_blogs d where d.site = s.site) as blogs_discovered,
       (select count(*) from discovered_blogs d where d.site = s.site and d.backed_up_at is null) as blogs_waiting,
       coalesce(n.numbers, 0) as numbers_known, n.highest as highest_number
  from (select site from authors union select site from discovered_blogs) s
  left join ({CURRENT_NUMBERS}) n on n.site = s.site order by s.site
"""  # noqa: S608 - a constant
_BACKED_UP = """
update discovered_blogs set backed_up_at = ?2 where backed_up_at is null
   and exists (select 1 from json_each(?1) b
                where b.value ->> 0 = discovered_blogs.site and b.value ->> 1 = discovered_blogs.uid)
   and not exists (select 1 from frontier f
                    where f.site = discovered_blogs.site and f.uid = discovered_blogs.uid and f.state = 'todo')
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Known posts and blogs of a site. The fields are keys of `status --json`.

    `numbers_known` counts distinct post numbers of up to 15 digits, `highest_number` is the largest; None if the site
    has no such numbers.
    `blogs_discovered` counts the rows of `discovered_blogs`, `blogs_waiting` those that are not backed up.
    """

    site: str
    blogs: int
    blogs_discovered: int
    blogs_waiting: int
    numbers_known: int
    highest_number: int | None


def add_blogs(
    archive: Archive,
    blogs: Iterable[BlogLink],
    *,
    source: Source,
    found_on: str | None,
    now: datetime,
    found_by: str | None = None,
) -> int:
    """Insert the blogs that neither the table nor the archive contains; return the number of new ones.

    `found_by` is the uid of the blog whose page names them.
    """
    moment = format_utc(now)
    rows = [(blog.site, blog.uid, blog.url, source, found_on, moment, found_by) for blog in blogs]
    return archive.execute_many(_INSERT, rows)


def count_found_by(archive: Archive, blog: Blog) -> int:
    """Return how many discovered blogs were found on pages of `blog`."""
    return archive.scalar(
        "select count(*) from discovered_blogs where site = ? and found_by is ?", (blog.site, blog.uid)
    )


def report_new(archive: Archive, *, now: datetime) -> Counter[Source]:
    """Return how many blogs wait and were not reported before, by source; they are reported now."""
    found: Counter[Source] = Counter()
    with archive.atomic():
        found.update(dict(archive.rows(_UNREPORTED)))
        archive.execute(
            "update discovered_blogs set reported_at = ? where reported_at is null", (format_utc(now),)
        )
    return found


def waiting_urls(archive: Archive, *, site: str | None = None, at_most: int | None = None) -> list[str]:
    """Return the home pages of discovered blogs whose backup is not complete, in order of discovery."""
    return archive.column(
        "select url from discovered_blogs where backed_up_at is null and (?1 is null or site = ?1)"
        " order by id limit coalesce(?2, -1)",
        (site, at_most),
    )


def mark_backed_up(archive: Archive, blogs: Sequence[Blog], *, now: datetime) -> None:
    """Mark the discovered blogs among `blogs` that have nothing left to fetch."""
    names = json.dumps([[blog.site, blog.uid] for blog in blogs])
    archive.execute(_BACKED_UP, (names, format_utc(now)))


def read_coverage(archive: Archive) -> tuple[Coverage, ...]:
    """Return the coverage of each site in the archive."""
    return archive.all_as(Coverage, _COVERAGE)
