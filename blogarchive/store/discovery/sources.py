"""Sources of blogs that need no request: the names of commenters and the anchors of stored pages."""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from blogarchive.items import Page
from blogarchive.sites.base import Site, site_by_name
from blogarchive.sites.links.blog_links import BlogLink, blogs_of_urls, page_links
from blogarchive.store.database.archive import Archive
from blogarchive.store.pages.page_rows import count_pages, stored_pages
from blogarchive.store.progress import Progress, no_progress

_MAX_CACHED_LINKS = 500_000

Found = Callable[[Iterable[BlogLink], str], int]
"""Stores blogs that the URL of a page names, and returns how many are new."""


def stored_hosts(archive: Archive, site: str) -> set[str]:
    """Return the hosts (with a port that is not the default) of the site's blogs in the archive."""
    urls = archive.column("select url from authors where site = ? and url <> ''", (site,))
    return {urlsplit(url).netloc for url in urls}


def stored_sites(archive: Archive) -> list[Site]:
    """Return the sites that have blogs in the archive."""
    return [site_by_name(name) for name in archive.column("select distinct site from authors order by site")]


def find_in_comments(archive: Archive, site: Site, found: Found) -> int:
    """Find the blogs of commenters; return how many are new."""
    rows = archive.rows(
        "select c.author_url, min(p.url) from comments c join posts p on p.id = c.post_id"
        " join authors a on a.id = p.author_id where a.site = ? and c.author_url is not null group by 1 order by 1",
        (site.name,),
    )
    hosts = {*site.hosts, *stored_hosts(archive, site.name)}
    return sum(found(blogs_of_urls(site, [str(url)], hosts), str(found_on)) for url, found_on in rows)


def find_in_pages(archive: Archive, found: Found, progress: Progress = no_progress) -> int:
    """Find the blogs that anchors of stored pages name; return how many are new."""
    total, new = count_pages(archive), 0
    finder = AnchorFinder(archive)
    damaged: list[str] = []
    for done, stored in enumerate(stored_pages(archive, damaged=damaged), 1):
        new += found(finder.find(site_by_name(stored.target.site), stored.page), stored.page.url)
        progress(done, total)
    return new


class AnchorFinder:
    """Finds the blogs of anchors, and remembers the anchors: most pages repeat those of their sidebar."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._hosts: dict[str, set[str]] = {}
        self._seen: set[str] = set()

    def find(self, site: Site, page: Page) -> Iterator[BlogLink]:
        """Yield the blogs on the page's host, and on the hosts of the site, that its anchors name.

        A name instead of a number is accepted only if blogs of the archive have names: each short path of a host, such
        as `/about/`, may be the home page of a blog with that name.
        """
        if site.name not in self._hosts:
            self._hosts[site.name] = {*site.hosts, *stored_hosts(self._archive, site.name)}
        if len(self._seen) > _MAX_CACHED_LINKS:
            self._seen.clear()
        new = [url for url in page_links(page) if url not in self._seen]
        self._seen.update(new)
        hosts = {*self._hosts[site.name], urlsplit(page.url).netloc}
        has_names = self._has_names(site)
        return (blog for blog in blogs_of_urls(site, new, hosts) if has_names or blog.uid.isdigit())

    def _has_names(self, site: Site) -> bool:
        return self._archive.exists(
            "select 1 from authors where site = ? and uid glob '*[^0-9]*' limit 1", (site.name,)
        )
