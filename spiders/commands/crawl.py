"""`scrapy crawl blog -a url=…`: the same run as `blogarchive backup URL`, with its exit codes.

Scrapy's own command ends with 0 whatever the spider met; a project may put one of its own in its place by the
setting COMMANDS_MODULE.
"""

import argparse
import sys
from pathlib import Path
from typing import TypeVar, cast

import click
from scrapy.commands.crawl import Command as Crawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from blogarchive.cli.options import Count, Day
from blogarchive.crawl.options import CrawlOptions, default_db
from blogarchive.crawl.progress import LineObserver
from blogarchive.crawl.run import crawl_in
from blogarchive.errors import BlogArchiveError

_T = TypeVar("_T")
_WRITE = "write: scrapy crawl blog -a url=URL [-a db= -a site= -a limit= -a since=YYYY-MM-DD]"


class Command(Crawl):
    """Runs the spider `blog` as a backup; any other as Scrapy does."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl; the exit code is the run's."""
        if args == ["page"]:
            raise UsageError(
                "the spider page fetches what `blogarchive doctor URL` asks for, and nothing else"
            )
        if args != ["blog"]:
            super().run(args, opts)
            return
        process = cast(AsyncCrawlerProcess, self.crawler_process)
        try:
            report = crawl_in(process, order_of(dict(opts.spargs)), LineObserver(sys.stderr))
        except BlogArchiveError as error:
            sys.stderr.write(f"blogarchive: {error}\n")
            self.exitcode = error.exit_code
        else:
            if report.message:
                sys.stderr.write(f"blogarchive: {report.message}\n")
            self.exitcode = report.exit_code


def order_of(words: dict[str, str]) -> CrawlOptions:
    """The order that the arguments (`-a NAME=VALUE`) mean; raises `UsageError` of Scrapy's."""
    if unknown := words.keys() - {"url", "db", "site", "limit", "since"}:
        raise UsageError(f"no argument is called {min(unknown)!r}; {_WRITE}")
    if not words.get("url", "").split():
        raise UsageError(f"which blog? {_WRITE}")
    return CrawlOptions(
        command="backup",
        db=Path(words["db"]).expanduser() if words.get("db") else default_db(),
        urls=tuple(words["url"].split()),
        site=words.get("site") or None,
        limit=_given(words, "limit", Count(min=1)),
        since=_given(words, "since", Day()),
    )


def _given(words: dict[str, str], name: str, kind: click.ParamType[_T]) -> _T | None:
    """The argument of that name, None where it is not given; what it may be is what `backup` takes."""
    if not words.get(name):
        return None
    try:
        return kind.convert(words[name], None, None)
    except click.BadParameter as error:
        raise UsageError(f"-a {name}: {error.message}") from error
