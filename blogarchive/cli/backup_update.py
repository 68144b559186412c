"""The commands that walk blogs: `backup` and `update`."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blogarchive.cli import options
from blogarchive.cli.options import CrawlFlags
from blogarchive.cli.stdio import last_words
from blogarchive.crawl.dry_run import planned_urls
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import NullObserver, open_observer, stamped
from blogarchive.parsing.media.hosts import parse_hosts

if TYPE_CHECKING:  # Scrapy is imported when a walk begins
    from blogarchive.crawl.result import CrawlResult


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--site", metavar="NAME", help="The site's name, for a host that is not known.")
@options.walking
def backup(urls: tuple[str, ...], site: str | None, db: Path, manner: CrawlFlags) -> int:
    """Back up blogs, by the URL of the blog or of a post; again, bring them up to date.

    A backup that was stopped goes on where it was stopped.
    """
    return walk(CrawlOptions(command="backup", db=db, urls=urls, site=site), manner)


@click.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--full", is_flag=True, help="Look at everything again.")
@options.walking
def update(uids: tuple[str, ...], full: bool, db: Path, manner: CrawlFlags) -> int:
    """Bring every blog of the archive up to date, or those of these UIDs; made for cron."""
    return walk(CrawlOptions(command="update", db=db, uids=uids, full=full), manner)


def walk(order: CrawlOptions, manner: CrawlFlags) -> int:
    """Carry out an order in that manner, or say what it would ask for; gives the exit code."""
    order = replace(
        order,
        limit=manner.limit,
        since=manner.since,
        media=not manner.no_media,
        media_hosts=parse_hosts(manner.media_hosts),
    )
    if manner.dry_run:
        return _tell(order, manner)
    from blogarchive.crawl.run import build_settings, crawl

    chosen = build_settings(delay=manner.delay, cookies=manner.cookies, ignore_robots=manner.ignore_robots)
    with open_observer(sys.stderr, quiet=manner.quiet, verbose=manner.verbose) as observer:
        report = crawl(order, observer, chosen)
    if report.message:
        click.echo(stamped(f"blogarchive: {report.message}", sys.stderr), err=True)
    if manner.as_json:
        last_words(summary(order, report))
    elif not manner.quiet:
        click.echo(_sentence(report), err=True)
    return report.exit_code


def summary(order: CrawlOptions, report: "CrawlResult") -> str:
    """The run in one line of JSON."""
    return json.dumps(
        {
            "command": order.command,
            "db": str(order.db),
            "outcome": report.outcome,
            "exit_code": report.exit_code,
            "message": report.message,
            **asdict(report.counts),
        },
        ensure_ascii=False,
    )


def _sentence(report: "CrawlResult") -> str:
    counts = report.counts
    return (
        f"{report.outcome}: {counts.requests} requests, {counts.posts_new} new posts,"
        f" {counts.posts_changed} changed, {counts.posts_gone} gone, {counts.comments_new} new comments,"
        f" {counts.media} pictures"
    )


def _tell(order: CrawlOptions, manner: CrawlFlags) -> int:
    urls = planned_urls(order, NullObserver(), robots=not manner.ignore_robots)
    if manner.as_json:
        click.echo(json.dumps({"requests": len(urls), "urls": urls}, ensure_ascii=False))
    else:
        for url in urls:
            click.echo(url)
        click.echo(f"{len(urls)} requests, and those for what these pages show to be new", err=True)
    return 0
