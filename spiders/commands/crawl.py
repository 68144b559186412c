"""`scrapy crawl blog -a url=…`: the same run as `blogarchive backup URL`, with its exit codes.

Scrapy's own command exits with 0 whatever the spider met. The setting COMMANDS_MODULE replaces it by this one.
"""

import argparse
import sys
from pathlib import Path
from typing import TypeVar, cast

import click
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from blogarchive.cli.options import Count, Day, Duration
from blogarchive.crawl.options import CrawlOptions, default_db
from blogarchive.crawl.progress import LineObserver
from blogarchive.crawl.run import crawl_in
from blogarchive.errors import BlogArchiveError

_T = TypeVar("_T")
_USAGE = (
    "write: scrapy crawl blog -a url=URL"
    " [-a db= -a site= -a limit= -a since=YYYY-MM-DD -a for=2h -a max_requests=N]"
)


class Command(ScrapyCrawl):
    """Runs the spider `blog` as a backup; other spiders as Scrapy does."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the crawl and set its exit code."""
        if args == ["page"]:
            raise UsageError("the spider page only serves `blogarchive doctor URL`")
        if args != ["blog"]:
            super().run(args, opts)
            return
        process = cast(AsyncCrawlerProcess, self.crawler_process)
        try:
            result = crawl_in(process, parse_arguments(dict(opts.spargs)), LineObserver(sys.stderr))
        except BlogArchiveError as error:
            sys.stderr.write(f"blogarchive: {error}\n")
            self.exitcode = error.exit_code
        else:
            if result.message:
                sys.stderr.write(f"blogarchive: {result.message}\n")
            self.exitcode = result.exit_code


def parse_arguments(arguments: dict[str, str]) -> CrawlOptions:
    """Return the options of the arguments `-a NAME=VALUE`; raises Scrapy's `UsageError`."""
    if unknown := arguments.keys() - {"url", "db", "site", "limit", "since", "for", "max_requests"}:
        raise UsageError(f"unknown argument {min(unknown)!r}; {_USAGE}")
    if not arguments.get("url", "").split():
        raise UsageError(f"no URL; {_USAGE}")
    return CrawlOptions(
        command="backup",
        db=Path(arguments["db"]).expanduser() if arguments.get("db") else default_db(),
        urls=tuple(arguments["url"].split()),
        site=arguments.get("site") or None,
        limit=_convert(arguments, "limit", Count(min=1)),
        since=_convert(arguments, "since", Day()),
        duration=_convert(arguments, "for", Duration()),
        max_requests=_convert(arguments, "max_requests", Count(min=1)),
    )


def _convert(arguments: dict[str, str], name: str, kind: click.ParamType[_T]) -> _T | None:
    """Return the value of an argument, as `backup` reads it; None if it is absent."""
    if not arguments.get(name):
        return None
    try:
        return kind.convert(arguments[name], None, None)
    except click.BadParameter as error:
        raise UsageError(f"-a {name}: {error.message}") from error
