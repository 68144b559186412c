"""Save the other blogs that a page links to."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blogarchive.items import BlogLink
from blogarchive.messages.details import Detail
from blogarchive.parsing.urls import netloc_of
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.totals import CURRENT_NUMBERS
from blogarchive.store.ledger.blogs import Blog, blogs_json
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.rows import format_utc


def stored_hosts(archive: Archive, site: str) -> set[str]:
    """Return the hosts (with a port that is not the default) of the site's blogs in the archive."""
    urls = archive.column("select url from authors where site = ? and url <> ''", (site,))
    return {netloc_of(url) for url in urls}


def first_url(archive: Archive, site: str) -> str | None:
    """Return the URL of the oldest blog of the site in the archive."""
    return archive.text("select url from authors where site = ? and url <> '' order by id", (site,))


def stored_sites(archive: Archive) -> list[str]:
    """Return the names of the sites that have blogs in the archive."""
    return archive.column("select distinct site from authors order by site")


def highest_number(archive: Archive, site: str) -> int:
    """Return the highest post number that the archive contains, or 0."""
    query = """select max(cast(number as integer)) from frontier
            where site = ? and kind = 'post' and number not glob '*[^0-9]*'"""
    return archive.scalar(query, (site,))


def is_number_stored(archive: Archive, site: str, number: str) -> bool:
    """Return whether a blog of the archive has a post with that number."""
    query = """select 1 from authors a join posts p on p.author_id = a.id
            where p.number = ? and a.site = ? limit 1"""
    return archive.exists(query, (number, site))


def is_uid_known(archive: Archive, site: str, uid: str) -> bool:
    """Return whether a blog is in the archive or was discovered."""
    query = """select 1 from authors where site = ?1 and uid = ?2 union all
            select 1 from discovered_blogs where site = ?1 and uid = ?2 limit 1"""
    return archive.exists(query, (site, uid))


def has_names(archive: Archive, site: str) -> bool:
    """Return whether a blog of the archive has a name instead of a number."""
    return archive.exists("select 1 from authors where site = ? and uid glob '*[^0-9]*' limit 1", (site,))


def was_requested(archive: Archive, url: str, *, since: datetime) -> bool:
    """Return whether a page came from `url` since that time, for a lookup."""
    query = "select 1 from _discovery_requests where url = ? and requested_at >= ?"
    return archive.exists(query, (url, format_utc(since)))


def record_request(archive: Archive, url: str, *, now: datetime) -> None:
    """Record that a page came from `url`, for a lookup."""
    insert = """insert into _discovery_requests(url, requested_at) values (?1, ?2)
            on conflict(url) do update set requested_at = excluded.requested_at"""
    archive.execute(insert, (url, format_utc(now)))


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
   and (site, uid) in (select value ->> 0, value ->> 1 from json_each(?1))
   and not exists (select 1 from frontier f
                    where f.site = discovered_blogs.site and f.uid = discovered_blogs.uid and f.state = 'todo')
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteTotals:
    """Known posts and blogs of a site. The fields are keys of `status --json`.

    `numbers_known` counts distinct post numbers of up to 15 digits, `highest_number` is the largest. Both are None if
    the site has none. `blogs_discovered` counts the rows of `discovered_blogs`, `blogs_waiting` those not backed up.
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
    commenters: Collection[str | None] = (),
) -> int:
    """Insert the blogs that neither the table nor the archive contains; return the number of new ones.

    `found_by` is the uid of the blog whose page names them. The source of those of `commenters` is their comments.
    """
    moment = format_utc(now)
    sources: dict[str | None, Source] = dict.fromkeys(commenters, "comments")
    rows = [(x.site, x.uid, x.url, sources.get(x.uid, source), found_on, moment, found_by) for x in blogs]
    return archive.execute_many(_INSERT, rows)


def report_new(archive: Archive, *, now: datetime) -> Counter[Source]:
    """Return how many blogs wait and were not reported before, by source; they are reported now."""
    with archive.atomic():
        found: Counter[Source] = Counter(dict(archive.rows(_UNREPORTED)))
        update = "update discovered_blogs set reported_at = ? where reported_at is null"
        archive.execute(update, (format_utc(now),))
    return found


def waiting_urls(archive: Archive, *, site: str | None = None, at_most: int | None = None) -> list[str]:
    """Return the home pages of discovered blogs whose backup is not complete, in order of discovery."""
    query = """select url from discovered_blogs where backed_up_at is null and (?1 is null or site = ?1)
            order by id limit coalesce(?2, -1)"""
    return archive.column(query, (site, at_most))


def mark_backed_up(archive: Archive, blogs: Sequence[Blog], *, now: datetime) -> None:
    """Mark the discovered blogs among `blogs` that have nothing left to fetch."""
    archive.execute(_BACKED_UP, (blogs_json(blogs), format_utc(now)))


def read_coverage(archive: Archive) -> tuple[SiteTotals, ...]:
    """Return the coverage of each site in the archive."""
    return archive.all_as(SiteTotals, _COVERAGE)


MAX_FOUND_BY = 10_000
"""Discovered blogs that the pages of one blog name: its author and commenters can type links without end."""

_MAX_CACHED_BLOGS = 100_000  # as `_MAX_CACHED_KEYS` of links: only memory is at stake
_TOO_MANY_BLOGS = Detail.TOO_MANY_BLOGS.format(limit=MAX_FOUND_BY)
_TOO_MANY = Failure(kind="incomplete", field="blogs", detail=_TOO_MANY_BLOGS, permanent=True)


def save_blogs(context: SaveContext) -> None:
    """Store the blogs that the page links to, unless they are known."""
    site, cache = context.blog.site, context.archive.cache
    linked = [blog for blog in context.parsed.blogs if (site, blog.uid) not in cache.blogs]
    if not linked:
        return
    new = [blog for blog in linked if not is_uid_known(context.archive, site, blog.uid)]
    room = max(0, MAX_FOUND_BY - _count_found_by(context)) if new else 0
    if room:
        urls = (comment.author_url for post in context.parsed.posts for comment in post.comments)
        commenters = {context.site.parse_url(url).uid for url in urls if url}
        uid, url, now = context.blog.uid, context.page.url, context.now
        cache.found_by[site, uid] += add_blogs(
            context.archive,
            new[:room],
            source="links",
            found_on=url,
            found_by=uid,
            now=now,
            commenters=commenters,
        )
    if len(new) > room:
        context.problems.append(_TOO_MANY)
    if len(cache.blogs) > _MAX_CACHED_BLOGS:
        cache.blogs.clear()
    cache.blogs.update({(site, blog.uid) for blog in linked} - {(site, blog.uid) for blog in new[room:]})


def _count_found_by(context: SaveContext) -> int:
    """Return the number of blogs that pages of this blog name; they are counted once in a run."""
    found_by, blog = context.archive.cache.found_by, context.blog
    if (blog.site, blog.uid) not in found_by:
        query = "select count(*) from discovered_blogs where site = ? and found_by is ?"
        found_by[blog.site, blog.uid] = context.archive.scalar(query, (blog.site, blog.uid))
    return found_by[blog.site, blog.uid]
