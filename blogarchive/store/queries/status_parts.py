"""Read parts of the state of all blogs, each by one statement: the work does not grow with the number of blogs."""

from collections import defaultdict
from typing import Any

from blogarchive.store import status_totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.month_check import MonthCoverage
from blogarchive.store.media.queue import ImageCounts
from blogarchive.store.rows import dicts

_MONTHS = f"""
with held as ({status_totals.CURRENT_MONTHS}),
     newest as (select author_id, max(last_seen_at) as seen_at from archive_months group by author_id)
select m.author_id, m.month, m.first_post_on, m.last_post_on, h.first_held, h.last_held,
       coalesce(h.named, 0), coalesce(h.read, 0), m.proved_at is not null
  from archive_months m join newest n on n.author_id = m.author_id and n.seen_at = m.last_seen_at
  left join held h on h.author_id = m.author_id and h.month = m.month
 order by m.author_id, m.month desc
"""  # noqa: S608 - a constant
_IMAGES = """
select p.author_id, coalesce(m.status, 'todo'), count(distinct pm.url)
  from post_media pm cross join posts p indexed by posts_newest on p.id = pm.post_id
  left join media m on m.id = pm.media_id group by 1, 2
"""
_LAST_GOOD_RUNS = """
select b.author_id, max(r.finished_at) from runs r join run_blogs b on b.run_id = r.id
 where r.exit_code = 0 group by b.author_id
"""
_HOME_FAILURES = """
select f.site, f.uid from frontier f join failures x on x.url = f.url and x.resolved_at is null where f.kind = 'home'
 union
select a.site, a.uid from authors a join failures x on x.url = a.url and x.resolved_at is null
"""


def read_totals(archive: Archive) -> dict[int, dict[str, Any]]:
    """Return the fields of `BlogStatus` for posts and comments, by author."""
    return {row.pop("author_id"): row for row in dicts(archive.execute(status_totals.CURRENT_BLOGS))}


def read_months(archive: Archive) -> dict[int, tuple[MonthCoverage, ...]]:
    """Return the months that the archive of each blog shows, newest first, by author."""
    found = defaultdict(list)
    for author_id, month, first_shown, last_shown, first, last, named, read, proved in archive.each(_MONTHS):
        found[author_id].append(
            MonthCoverage(
                month=month,
                first_shown=first_shown,
                last_shown=last_shown,
                first_held=first,
                last_held=last,
                named=named,
                read=read,
                proved=bool(proved),
            )
        )
    return {author_id: tuple(months) for author_id, months in found.items()}


def read_images(archive: Archive) -> dict[int, ImageCounts]:
    """Return the counts of the images that the posts of each blog show, by author."""
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for author_id, status, count in archive.each(_IMAGES):
        counts[author_id][status] = count
    return {author_id: ImageCounts.from_statuses(found) for author_id, found in counts.items()}


def read_last_good_runs(archive: Archive) -> dict[int, str]:
    """Return the end of the last run with exit code 0, by author."""
    return dict(archive.rows(_LAST_GOOD_RUNS))


def count_open_failures(archive: Archive) -> dict[Blog, int]:
    """Return the number of open failures of each blog that has some."""
    return _by_blog(archive, "select site, uid, count(*) from open_failures group by site, uid")


def count_waiting(archive: Archive) -> dict[Blog, int]:
    """Return the number of pages to fetch of each blog that has some."""
    return _by_blog(
        archive, "select site, uid, count(*) from frontier where state = 'todo' group by site, uid"
    )


def read_pauses(archive: Archive) -> dict[Blog, str]:
    """Return the time since which each paused blog is paused."""
    return _by_blog(archive, "select site, uid, paused_at from blog_settings where paused_at is not null")


def blogs_with_home_failures(archive: Archive) -> set[Blog]:
    """Return the blogs of which a home page has an open failure."""
    return set(archive.all_as(Blog, _HOME_FAILURES))


def _by_blog(archive: Archive, query: str) -> dict[Blog, Any]:
    return {Blog(site=site, uid=uid): value for site, uid, value in archive.each(query)}
