"""`scrapy crawl blog -a url=…`: the same run as `blogarchive backup URL`, with its exit codes.

Scrapy's own command ends with 0 whatever the spider met; a project may put one of its own in its place by the
setting COMMANDS_MODULE.
"""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import cast

from scrapy.commands.crawl import Command as Crawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from blogarchive.crawl import crawl_in
from blogarchive.errors import BlogArchiveError
from blogarchive.order import Order, default_db
from blogarchive.progress import Lines


class Command(Crawl):
    """Runs the spider `blog` as a backup; any other as Scrapy does."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl; the exit code is the run's."""
        if args != ["blog"]:
            super().run(args, opts)
            return
        process = cast(AsyncCrawlerProcess, self.crawler_process)
        try:
            report = crawl_in(process, _order(dict(opts.spargs)), Lines(sys.stderr))
        except BlogArchiveError as error:
            sys.stderr.write(f"blogarchive: {error}\n")
            self.exitcode = error.exit_code
        else:
            if report.message:
                sys.stderr.write(f"blogarchive: {report.message}\n")
            self.exitcode = report.exit_code


def _order(words: dict[str, str]) -> Order:
    unknown = words.keys() - {"url", "db", "site", "limit", "since"}
    if unknown or not words.get("url"):
        raise UsageError(
            "write: scrapy crawl blog -a url=URL [-a db= -a site= -a limit= -a since=YYYY-MM-DD]"
        )
    try:
        return Order(
            command="backup",
            db=Path(words.get("db") or default_db()),
            urls=tuple(words["url"].split()),
            site=words.get("site") or None,
            limit=int(words["limit"]) if words.get("limit") else None,
            since=date.fromisoformat(words["since"]) if words.get("since") else None,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
