"""The command that finds the other blogs of a host: `discover`."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _, ngettext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count
from blogarchive.cli.output import note, print_json, progress_bar
from blogarchive.errors import UsageError
from blogarchive.messages.details import list_counts
from blogarchive.parsing.urls import repair_url
from blogarchive.sites.base import Site, site_by_name, site_for_url, site_names
from blogarchive.sites.links import blogs_of_urls, text_urls
from blogarchive.store import discovery
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_locked
from blogarchive.store.discovery import Source
from blogarchive.store.ledger.blogs import site_of_host
from blogarchive.store.pages.pages import count_stale_pages
from blogarchive.store.rows import Progress, no_progress, utc_now

if TYPE_CHECKING:  # Scrapy is imported when a request is sent
    from scrapy.crawler import AsyncCrawlerProcess

_FAILURES_SHOWN = 5  # of a host that is down all lookups fail, for one reason


class UidRange(click.ParamType[tuple[int, int]]):
    """Two uids as A-B."""

    name = "range"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return the first and last uid; raises `click.BadParameter` for other text."""
        first, _dash, last = str(value).partition("-")
        if not (first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last) < 2**31):
            self.fail(_("{value!r} is no range of uids; write it as 1-20000").format(value=value), param, ctx)
        return int(first), int(last)


@click.command(
    help=_(
        """`backup --discovered` backs them up.

    Without arguments: those that stored pages link to, without a request.
    URL... are directory or ranking pages of the host.
    """
    )
)
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--site", metavar="NAME", help=_("Name of the site, if the archive has several."))
@options.url_list(
    _("Find blogs in any text with URLs: a list, a sitemap, a CDX list, a saved page."), errors="replace"
)
@click.option("--pages", type=Count(min=1), default=1, help=_("Fetch this many pages of each directory."))
@click.option("--ids", "step", type=Count(min=1), metavar="STEP", help=_("Fetch every STEP-th post number."))
@click.option(
    "--uids", type=UidRange(), metavar="A-B", help=_("Fetch the home page of every uid in a range.")
)
@options.delay
@options.duration
@options.max_requests
@options.ignore_robots
@options.ignore_certificates
@options.db
@options.config
@options.as_json
@options.quiet
def discover(list_file: TextIO | None, db: Path, as_json: bool, quiet: bool, **values: Any) -> int:
    """Find the other blogs of a host."""
    settings = {name: values.pop(name) for name in ("delay", "ignore_robots", "ignore_certificates")}
    lookups, failed = Lookups(**values), list[str]()
    with open_locked(db, "discover") as archive:
        if list_file is not None:
            _find_in_file(archive, list_file)
        if lookups.urls or lookups.step or lookups.uids:
            from scrapy.crawler import AsyncCrawlerProcess

            from blogarchive.crawl.run import build_settings

            process = AsyncCrawlerProcess(build_settings(**settings))
            with progress_bar(_("looking for blogs"), quiet=quiet) as progress:
                failed = send_lookups(process, archive, lookups, progress)
        found = discovery.report_new(archive, now=utc_now())
        waiting = len(discovery.waiting_urls(archive))
        stale = count_stale_pages(archive)
    _print_found(found, failed, waiting, stale, as_json=as_json, quiet=quiet)
    return 1 if failed else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookups:
    """The lookups that a user asked for: directories at `urls`, every `step`-th post number, a range of uids."""

    urls: tuple[str, ...]
    site: str | None = None
    pages: int = 1
    step: int | None = None
    uids: tuple[int, int] | None = None
    duration: timedelta | None = None
    max_requests: int | None = None


def send_lookups(
    process: "AsyncCrawlerProcess", archive: Archive, lookups: Lookups, progress: Progress = no_progress
) -> list[str]:
    """Fetch the lookups and return a message for each that failed. Raises `UsageError` if their site is not clear."""
    from blogarchive.crawl import discovery as crawl
    from blogarchive.crawl.run import run_lookups

    urls = tuple(map(repair_url, lookups.urls))
    site, base_url = _site_and_host(archive, urls, lookups.site)
    wanted = chain(
        (crawl.Lookup(url=url, source="page", pages_left=lookups.pages - 1) for url in urls),
        crawl.sample_lookups(archive, site, base_url, lookups.step) if lookups.step else (),
        crawl.uid_lookups(archive, site, base_url, *lookups.uids) if lookups.uids else (),
    )
    session = crawl.DiscoverySession(
        archive, site, base_url, wanted, max_requests=lookups.max_requests, progress=progress
    )
    run_lookups(session, process, lookups.duration)
    return session.failed


def _find_in_file(archive: Archive, file: TextIO) -> None:
    """Add the blogs that a text names on hosts of known sites."""
    urls, name = list(text_urls(file.read())), Path(file.name).name
    with archive.atomic():
        for site in map(site_by_name, site_names()):
            blogs = blogs_of_urls(site, urls, (*site.hosts, *discovery.stored_hosts(archive, site.name)))
            discovery.add_blogs(archive, blogs, source="file", found_on=name, now=utc_now())


def _site_and_host(archive: Archive, urls: tuple[str, ...], site_name: str | None) -> tuple[Site, str]:
    """Return the site, and a URL of its host: of a directory page, else of a blog in the archive."""
    if site_name is None and urls:
        site_name = site_of_host(archive, urls[0]) or site_for_url(urls[0]).name
    names = [site_name] if site_name else discovery.stored_sites(archive)
    if len(names) != 1:
        raise UsageError(_("the archive has blogs of {count} sites; name one with --site"), count=len(names))
    site = site_by_name(names[0])
    if site.has_any_host:  # the URL of a blog has no form of its own there
        text = _(
            "this host is of no known site, so its links do not show which are blogs; `backup --from FILE` takes a list of"
            " URLs"
        )
        raise UsageError(text)
    base_url = urls[0] if urls else discovery.first_url(archive, site.name)
    if base_url is None:
        raise UsageError(_("the archive has no blog of {site}; give a URL of its host"), site=site.name)
    return site, base_url


def _print_found(
    found: Counter[Source], failed: list[str], waiting: int, stale: int, *, as_json: bool, quiet: bool
) -> None:
    """Print the new blogs and those that wait, the first failures, and the number of stale pages."""
    new = sum(found.values())
    if as_json:
        print_json({"new": new, "sources": found, "failed": len(failed), "waiting": waiting})
    for line in failed[:_FAILURES_SHOWN]:
        note(line)
    if len(failed) > _FAILURES_SHOWN:
        note(_("{count} more").format(count=len(failed) - _FAILURES_SHOWN))
    if not quiet and not as_json:
        parts = list_counts(dict(sorted(found.items())))
        text = ngettext("{count} new blog", "{count} new blogs", new).format(count=new)
        click.echo(f"{text} ({parts})" if parts else text)
        click.echo(_("waiting for `backup --discovered`: {count}").format(count=waiting))
    if stale and not quiet:
        text = _(
            "pages that an older version parsed: {count}; `blogarchive reparse --stale` finds the blogs that they link to"
        )
        note(text.format(count=stale))
