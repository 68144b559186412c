"""The commands that crawl blogs: `backup` and `update`."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blogarchive.cli import options
from blogarchive.cli.options import CrawlFlags
from blogarchive.cli.stdio import print_result
from blogarchive.crawl.dry_run import planned_urls
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import NullObserver, open_observer, stamped
from blogarchive.parsing.media.hosts import parse_hosts

if TYPE_CHECKING:  # Scrapy is imported when a crawl begins
    from blogarchive.crawl.result import CrawlResult


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--site", metavar="NAME", help="Name of the site, for an unknown host.")
@options.crawl_flags
def backup(urls: tuple[str, ...], site: str | None, db: Path, flags: CrawlFlags) -> int:
    """Back up blogs by the URL of the blog or of a post; run it again to update them.

    An interrupted backup goes on where it stopped.
    """
    return run_crawl(CrawlOptions(command="backup", db=db, urls=urls, site=site), flags)


@click.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--full", is_flag=True, help="Fetch all pages again.")
@options.crawl_flags
def update(uids: tuple[str, ...], full: bool, db: Path, flags: CrawlFlags) -> int:
    """Update every blog of the archive, or those with these UIDs; made for cron."""
    return run_crawl(CrawlOptions(command="update", db=db, uids=uids, full=full), flags)


def run_crawl(crawl_options: CrawlOptions, flags: CrawlFlags) -> int:
    """Run a crawl, or print its requests with `--dry-run`; return the exit code."""
    crawl_options = replace(
        crawl_options,
        limit=flags.limit,
        since=flags.since,
        media=not flags.no_media,
        media_hosts=parse_hosts(flags.media_hosts),
    )
    if flags.dry_run:
        return _print_requests(crawl_options, flags)
    from blogarchive.crawl.run import build_settings, crawl

    settings = build_settings(delay=flags.delay, cookies=flags.cookies, ignore_robots=flags.ignore_robots)
    with open_observer(sys.stderr, quiet=flags.quiet, verbose=flags.verbose) as observer:
        result = crawl(crawl_options, observer, settings)
    if result.message:
        click.echo(stamped(f"blogarchive: {result.message}", sys.stderr), err=True)
    if flags.as_json:
        print_result(result_json(crawl_options, result))
    elif not flags.quiet:
        click.echo(_summary(result), err=True)
    return result.exit_code


def result_json(crawl_options: CrawlOptions, result: "CrawlResult") -> str:
    """Return the result of a run as one line of JSON."""
    return json.dumps(
        {
            "command": crawl_options.command,
            "db": str(crawl_options.db),
            "outcome": result.outcome,
            "exit_code": result.exit_code,
            "message": result.message,
            **asdict(result.counts),
        },
        ensure_ascii=False,
    )


def _summary(result: "CrawlResult") -> str:
    counts = result.counts
    return (
        f"{result.outcome}: {counts.requests} requests, {counts.posts_new} new posts,"
        f" {counts.posts_changed} changed, {counts.posts_gone} gone, {counts.comments_new} new comments,"
        f" {counts.media} images"
    )


def _print_requests(crawl_options: CrawlOptions, flags: CrawlFlags) -> int:
    urls = planned_urls(crawl_options, NullObserver(), robots=not flags.ignore_robots)
    if flags.as_json:
        click.echo(json.dumps({"requests": len(urls), "urls": urls}, ensure_ascii=False))
    else:
        for url in urls:
            click.echo(url)
        click.echo(f"{len(urls)} requests, and those for new links on these pages", err=True)
    return 0
