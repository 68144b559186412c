"""Queries of `discover`: what is known already, and what was requested lately."""

from datetime import datetime
from urllib.parse import urlsplit

from blogarchive.sites.base import Site, site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.timestamps import format_utc


def stored_hosts(archive: Archive, site: str) -> set[str]:
    """Return the hosts (with a port that is not the default) of the site's blogs in the archive."""
    urls = archive.column("select url from authors where site = ? and url <> ''", (site,))
    return {urlsplit(url).netloc for url in urls}


def stored_sites(archive: Archive) -> list[Site]:
    """Return the sites that have blogs in the archive."""
    return [site_by_name(name) for name in archive.column("select distinct site from authors order by site")]


def highest_number(archive: Archive, site: str) -> int:
    """Return the highest post number that the archive contains, or 0."""
    return archive.scalar(
        "select max(cast(number as integer)) from frontier"
        " where site = ? and kind = 'post' and number not glob '*[^0-9]*'",
        (site,),
    )


def is_number_stored(archive: Archive, site: str, number: str) -> bool:
    """Return whether a blog of the archive has a post with that number."""
    return archive.exists(
        "select 1 from authors a join posts p on p.author_id = a.id and p.number = ? where a.site = ? limit 1",
        (number, site),
    )


def is_uid_known(archive: Archive, site: str, uid: str) -> bool:
    """Return whether a blog is in the archive or was discovered."""
    return archive.exists(
        "select 1 from authors where site = ?1 and uid = ?2 union all"
        " select 1 from discovered_blogs where site = ?1 and uid = ?2 limit 1",
        (site, uid),
    )


def has_names(archive: Archive, site: str) -> bool:
    """Return whether a blog of the archive has a name instead of a number."""
    return archive.exists("select 1 from authors where site = ? and uid glob '*[^0-9]*' limit 1", (site,))


def was_requested(archive: Archive, url: str, *, since: datetime) -> bool:
    """Return whether a page came from `url` since that time, for a lookup."""
    return archive.exists(
        "select 1 from discovery_requests where url = ? and requested_at >= ?", (url, format_utc(since))
    )


def record_request(archive: Archive, url: str, *, now: datetime) -> None:
    """Record that a page came from `url`, for a lookup."""
    archive.execute(
        "insert into discovery_requests(url, requested_at) values (?1, ?2)"
        " on conflict(url) do update set requested_at = excluded.requested_at",
        (url, format_utc(now)),
    )
