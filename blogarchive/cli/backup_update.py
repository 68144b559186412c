"""The commands that crawl blogs: `backup` and `update`."""

import sys
from dataclasses import replace
from gettext import gettext as _, ngettext
from pathlib import Path
from typing import Any, TextIO

import click
from click.core import ParameterSource

from blogarchive.cli import options, output
from blogarchive.cli.options import Count
from blogarchive.cli.output import has_news, note, print_json, print_result, result_json, summary_lines
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import open_observer, stamped
from blogarchive.crawl.result import CrawlResult
from blogarchive.crawl.run import build_settings, crawl, planned_urls
from blogarchive.crawl.session import CrawlObserver
from blogarchive.crawl.targets import read_url_list
from blogarchive.errors import BlogArchiveError, UsageError
from blogarchive.parsing.http import parse_hosts
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery import waiting_urls
from blogarchive.store.ledger.blogs import NAMED_SETTINGS, BlogSettings
from blogarchive.store.read.status import digest_of


@click.command(help=_("Run it again to update them. An interrupted backup continues where it stopped."))
@click.argument("urls", nargs=-1, metavar="URL...")
@options.site
@options.url_list(
    _("Also back up the blogs of a list: one URL a line, # begins a comment, - is the standard input.")
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
    **flags: Any,
) -> int:
    """Back up blogs."""
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
            note(_("no discovered blog waits for a backup; `blogarchive discover` finds some"))
            return 0
        listed, digest = (*listed, *found), f"{digest or ''}discovered"
    chosen = CrawlOptions(command="backup", db=db, urls=urls, listed=listed, list_digest=digest, site=site)
    return run_crawl(chosen, **flags)


@click.command(help=_("It is made for cron, and prints nothing with -q if all is well."))
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--full", is_flag=True, help=_("Fetch all pages again."))
@click.option(
    "--accept-changes",
    is_flag=True,
    help=_("Agree with the changes of a site that made a run end with exit code 5, and store them."),
)
@options.crawl_flags
def update(uids: tuple[str, ...], full: bool, accept_changes: bool, db: Path, **flags: Any) -> int:
    """Update the blogs of the archive."""
    chosen = CrawlOptions(command="update", db=db, uids=uids, full=full, accept_changes=accept_changes)
    return run_crawl(chosen, **flags)


def run_crawl(
    crawl_options: CrawlOptions,
    *,
    no_media: bool,
    ignore_robots: bool,
    ignore_certificates: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    notify: str | None,
    **values: Any,
) -> int:
    """Run a crawl, or print its requests with `dry_run`; return the exit code. `values` are limits and settings."""
    values |= _settings(**{name: values.pop(name) for name in NAMED_SETTINGS})
    crawl_options = replace(crawl_options, media=not no_media, **values)
    if dry_run:
        return _print_requests(crawl_options, robots=not ignore_robots, as_json=as_json)
    try:
        ignored = {"ignore_robots": ignore_robots, "ignore_certificates": ignore_certificates}
        result = _crawl(crawl_options, quiet=quiet, verbose=verbose, **ignored)
    except BlogArchiveError as error:
        if notify and not isinstance(error, UsageError):
            output.notify(notify, summary=result_json(crawl_options, error), sentence=str(error))
        raise
    _report(crawl_options, result, as_json=as_json, quiet=quiet, notify=notify)
    return result.exit_code


def _crawl(crawl_options: CrawlOptions, *, quiet: bool, verbose: bool, **ignored: bool) -> CrawlResult:
    cookies = crawl_options.named.cookies or crawl_options.defaults.cookies
    path = Path(cookies) if cookies else None
    settings = build_settings(delay=crawl_options.named.delay, cookies=path, **ignored)
    with open_observer(sys.stderr, quiet=quiet, verbose=verbose) as observer:
        return crawl(crawl_options, observer, settings)


def _report(
    crawl_options: CrawlOptions, result: CrawlResult, *, as_json: bool, quiet: bool, notify: str | None
) -> None:
    """Print the result of a run, and run the command of `--notify` if it is worth it."""
    if not quiet and not as_json:
        for line in summary_lines(result):
            note(line)
    if result.message:
        note(stamped(f"blogarchive: {result.message}", sys.stderr))
    summary = result_json(crawl_options, result)
    if as_json:
        print_result(summary)
    if notify and (result.message or has_news(result)):
        output.notify(notify, summary=summary, sentence=result.message or next(summary_lines(result)))


def _settings(*, cookies: Path | None, **values: Any) -> dict[str, BlogSettings]:
    """Return the settings of blogs in the options that the command line names, and those in all others."""
    values |= {
        "cookies": str(cookies.absolute()) if cookies else None,
        "media_hosts": parse_hosts(values["media_hosts"]),
    }
    source = click.get_current_context().get_parameter_source
    named = {name for name in values if source(name) is ParameterSource.COMMANDLINE}
    return {
        "named": BlogSettings(**{name: values[name] for name in named}),
        "defaults": BlogSettings(**{name: values[name] for name in values.keys() - named}),
    }


def _print_requests(crawl_options: CrawlOptions, *, robots: bool, as_json: bool) -> int:
    urls = planned_urls(crawl_options, CrawlObserver(), robots=robots)
    if as_json:
        print_json({"requests": len(urls), "urls": urls})
    else:
        for url in urls:
            click.echo(url)
        note(
            ngettext(
                "{count} request, and those for new links on this page",
                "{count} requests, and those for new links on these pages",
                len(urls),
            ).format(count=len(urls))
        )
    return 0
