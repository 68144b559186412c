"""The commands that crawl blogs: `backup` and `update`."""

import sys
from dataclasses import replace
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count, CrawlFlags
from blogarchive.cli.output import (
    error_json,
    has_news,
    notify,
    print_json,
    print_result,
    result_json,
    summary_lines,
)
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import open_observer, stamped
from blogarchive.crawl.run import planned_urls
from blogarchive.crawl.session import CrawlObserver
from blogarchive.crawl.targets import digest_of, read_url_list
from blogarchive.errors import BlogArchiveError, UsageError
from blogarchive.parsing.http import parse_hosts
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery import waiting_urls
from blogarchive.store.ledger.blogs import BlogSettings

if TYPE_CHECKING:  # Scrapy is imported when a crawl begins
    from blogarchive.crawl.result import CrawlResult

_STORED: Final = ("delay", "media_hosts", "cookies", "revisits")


@click.command(help=_("Run it again to update them. An interrupted backup goes on where it stopped."))
@click.argument("urls", nargs=-1, metavar="URL...")
@options.site
@click.option(
    "--from",
    "list_file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help=_("Also back up the blogs of a list: one URL a line, # begins a comment, - is the standard input."),
)
@click.option("--discovered", is_flag=True, help=_("Also back up the blogs that `discover` has found."))
@click.option("--at-most", type=Count(min=1), help=_("Back up at most this many of them in this run."))
@options.crawl_flags
def backup(
    urls: tuple[str, ...],
    site: str | None,
    list_file: TextIO | None,
    discovered: bool,
    at_most: int | None,
    db: Path,
    flags: CrawlFlags,
) -> int:
    """Back up blogs by the URL of the blog or of a post; run it again to update them.

    An interrupted backup goes on where it stopped.
    """
    if at_most is not None and not discovered:
        raise click.UsageError(_("--at-most needs --discovered"))
    if not urls and list_file is None and not discovered:
        raise click.UsageError(_("give the URL of a blog, or a list of them with --from FILE"))
    listed = read_url_list(list_file, db, site) if list_file else ()
    digest = digest_of(listed) if listed else None
    if discovered:
        with Archive.open(db, read_only=True) as archive:
            found = waiting_urls(archive, site=site, at_most=at_most)
        if not found and not urls and not listed:
            click.echo(
                _("no discovered blog waits for a backup; `blogarchive discover` finds some"), err=True
            )
            return 0
        listed, digest = (*listed, *found), f"{digest or ''}discovered"
    chosen = CrawlOptions(command="backup", db=db, urls=urls, listed=listed, list_digest=digest, site=site)
    return run_crawl(chosen, flags)


@click.command(help=_("It is made for cron, and prints nothing with -q if all is well."))
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--full", is_flag=True, help=_("Fetch all pages again."))
@click.option(
    "--accept-changes",
    is_flag=True,
    help=_("Agree with the changes of a site that made a run end with exit code 5, and store them."),
)
@options.crawl_flags
def update(uids: tuple[str, ...], full: bool, accept_changes: bool, db: Path, flags: CrawlFlags) -> int:
    """Update every blog of the archive, or those with these UIDs; made for cron."""
    chosen = CrawlOptions(command="update", db=db, uids=uids, full=full, accept_changes=accept_changes)
    return run_crawl(chosen, flags)


def run_crawl(crawl_options: CrawlOptions, flags: CrawlFlags) -> int:
    """Run a crawl, or print its requests with `--dry-run`; return the exit code."""
    crawl_options = replace(
        crawl_options,
        limit=flags.limit,
        since=flags.since,
        duration=flags.duration,
        max_requests=flags.max_requests,
        media=not flags.no_media,
        named=_settings(flags, named=True),
        defaults=_settings(flags, named=False),
    )
    if flags.dry_run:
        return _print_requests(crawl_options, flags)
    from blogarchive.crawl.run import build_settings, crawl

    named = crawl_options.named
    settings = build_settings(delay=named.delay, cookies=flags.cookies, ignore_robots=flags.ignore_robots)
    try:
        with open_observer(sys.stderr, quiet=flags.quiet, verbose=flags.verbose) as observer:
            result = crawl(crawl_options, observer, settings)
    except BlogArchiveError as error:
        if flags.notify and not isinstance(error, UsageError):
            summary = error_json(crawl_options, error)
            notify(flags.notify, summary=summary, sentence=str(error))
        raise
    _report(result, crawl_options, flags)
    return result.exit_code


def _report(result: "CrawlResult", crawl_options: CrawlOptions, flags: CrawlFlags) -> None:
    """Print the result of a run, and run the command of `--notify` if there is news."""
    if not flags.quiet and not flags.as_json:
        for line in summary_lines(result):
            click.echo(line, err=True)
    if result.message:
        click.echo(stamped(f"blogarchive: {result.message}", sys.stderr), err=True)
    if flags.as_json:
        print_result(result_json(crawl_options, result))
    if flags.notify and (result.message or has_news(result)):
        sentence = result.message or next(summary_lines(result))
        notify(flags.notify, summary=result_json(crawl_options, result), sentence=sentence)


def _settings(flags: CrawlFlags, *, named: bool) -> BlogSettings:
    """Return the settings of blogs in the options that the command line names, or in all others."""
    chosen = {name for name in _STORED if (name in flags.named) == named}
    cookies = flags.cookies if "cookies" in chosen else None
    return BlogSettings(
        delay=flags.delay if "delay" in chosen else None,
        media_hosts=parse_hosts(flags.media_hosts) if "media_hosts" in chosen else (),
        cookies=str(cookies.absolute()) if cookies else None,
        revisits=flags.revisits if "revisits" in chosen else None,
    )


def _print_requests(crawl_options: CrawlOptions, flags: CrawlFlags) -> int:
    urls = planned_urls(crawl_options, CrawlObserver(), robots=not flags.ignore_robots)
    if flags.as_json:
        print_json({"requests": len(urls), "urls": urls})
    else:
        for url in urls:
            click.echo(url)
        click.echo(
            ngettext(
                "{count} request, and those for new links on this page",
                "{count} requests, and those for new links on these pages",
                len(urls),
            ).format(count=len(urls)),
            err=True,
        )
    return 0
