"""`scrapy crawl blog -a url=…` and `scrapy crawl discover`: the runs of `blogarchive backup` and `discover`.

Scrapy's own command exits with 0 whatever the spider met. The setting COMMANDS_MODULE replaces it by this one.
"""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click
from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import UsageError
from scrapy.extensions.feedexport import FeedExporter

from blogarchive.cli.discover import make_session
from blogarchive.cli.options import Count, Day, Duration
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import LineObserver
from blogarchive.crawl.run import crawl_in, run_lookups
from blogarchive.errors import BlogArchiveError
from blogarchive.export.jsonl import post_object
from blogarchive.items import CrawledPage
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import default_db
from blogarchive.store.discovery import report_new
from blogarchive.store.read.exports import open_reader
from blogarchive.store.rows import utc_now

_T = TypeVar("_T")
_USAGE: Final = {
    "blog": (
        "write: scrapy crawl blog -a url=URL"
        " [-a db= -a site= -a limit= -a since=YYYY-MM-DD -a for=2h -a max_requests=N]"
    ),
    "discover": (
        "write: scrapy crawl discover -a url=DIRECTORY [-a db= -a site= -a pages=N -a for=2h -a max_requests=N]"
    ),
}
_UNUSED: Final = {
    "JOBDIR": "the archive is the state of a crawl: the same command continues it",
    "HTTPCACHE_": "the archive has every page; `blogarchive reparse` parses them again without requests",
    "CLOSESPIDER_": "write -a for=2h, -a limit=N or -a max_requests=N",
    "COOKIES_": "write -s COOKIES_FILE=cookies.txt",
    "RETRY_": "the spiders try again by their own rules",
    "DEPTH_": "the spiders follow links by their own rules",
    "DUPEFILTER_": "the archive knows which pages are fetched",
    "MEMUSAGE_": "this extension is not used",
    "TELNETCONSOLE_": "this extension is not used",
    "REFERER_": "pages are requested without a Referer",
    "CONCURRENT_REQUESTS": "one request at a time is sent to a host, and hosts proceed side by side",
}
"""Settings of Scrapy, or beginnings of their names, that change nothing here, and why."""


class Command(ScrapyCrawl):
    """Runs the spider `blog` as a backup, `discover` as that command; other spiders as Scrapy does."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the crawl and set its exit code."""
        refuse_unused(opts.set)
        if args == ["page"]:
            raise UsageError(
                "the spider page serves `scrapy shell`, `fetch`, `parse` and `blogarchive doctor`"
            )
        process = cast(AsyncCrawlerProcess, self.crawler_process)
        if process.settings["FEEDS"]:
            feeds = FeedExporter if args != ["blog"] else PostFeedExporter
            process.settings.set("EXTENSIONS", {feeds: 0}, priority="cmdline")
            process.settings.set("FEED_EXPORT_ENCODING", "utf-8", priority="project")
        if args not in (["blog"], ["discover"]):
            super().run(args, opts)
            return
        arguments = {
            name: text for name, text in opts.spargs.items() if not name.startswith("_")
        }  # scrapyd's
        try:
            if args == ["blog"]:
                result = crawl_in(process, parse_arguments(arguments), LineObserver(sys.stderr))
                message, self.exitcode = result.message, result.exit_code
            else:
                message, self.exitcode = _discover(process, arguments)
        except BlogArchiveError as error:
            message, self.exitcode = str(error), error.exit_code
        if message:
            sys.stderr.write(f"blogarchive: {message}\n")


class PostFeedExporter(FeedExporter):
    """Writes each post that the run stored, once, with the keys of `export jsonl`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._stored: set[tuple[str, str]] = set()  # site and number of posts

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Note the posts of a page; a post may have several pages."""
        page = cast(CrawledPage, item)
        self._stored |= {(page.target.site, post.number) for post in page.parsed.posts if post.number}

    async def close_spider(self, spider: Spider) -> None:
        """Write the posts as they are stored now."""
        session: Any = getattr(spider, "session")  # noqa: B009 - the spider `blog` has one
        with open_reader(session.archive.path, None) as reader:
            uids = {(blog.site, blog.uid) for blog in session.blogs}
            for blog in (blog for blog in reader.blogs() if (blog.site, blog.uid) in uids):
                for heading in reader.headings(blog):
                    if (blog.site, heading.number) in self._stored:
                        super().item_scraped(post_object(blog, reader.post(heading)), spider)
        await super().close_spider(spider)


def refuse_unused(given: Collection[str]) -> None:
    """Raise `UsageError` for a setting, as NAME=VALUE, that would change nothing."""
    for name in (words.partition("=")[0] for words in given):
        for unused, reason in _UNUSED.items():
            if name == unused or (unused.endswith("_") and name.startswith(unused)):
                raise UsageError(f"-s {name} changes nothing here: {reason}")


def _discover(process: AsyncCrawlerProcess, arguments: dict[str, str]) -> tuple[str, int]:
    """Run `discover` on directory pages; return its message and exit code."""
    _check_names("discover", arguments, {"url", "db", "site", "pages", "for", "max_requests"})
    urls, db = tuple(arguments["url"].split()), _db(arguments)
    pages = _convert(arguments, "pages", Count(min=1)) or 1
    limit = _convert(arguments, "max_requests", Count(min=1))
    with connection.hold_lock(db, "discover", now=utc_now()), Archive.open(db) as archive:
        site = arguments.get("site") or None
        session = make_session(archive, urls, site, pages, max_requests=limit)
        run_lookups(session, process, _convert(arguments, "for", Duration()))
        new = sum(report_new(archive, now=utc_now()).values())
    return f"new blogs: {new}", 1 if session.failed else 0


def parse_arguments(arguments: dict[str, str]) -> CrawlOptions:
    """Return the options of the arguments `-a NAME=VALUE`; raises Scrapy's `UsageError`."""
    _check_names("blog", arguments, {"url", "db", "site", "limit", "since", "for", "max_requests"})
    return CrawlOptions(
        command="backup",
        db=_db(arguments),
        urls=tuple(arguments["url"].split()),
        site=arguments.get("site") or None,
        limit=_convert(arguments, "limit", Count(min=1)),
        since=_convert(arguments, "since", Day()),
        duration=_convert(arguments, "for", Duration()),
        max_requests=_convert(arguments, "max_requests", Count(min=1)),
    )


def _check_names(spider: str, arguments: dict[str, str], known: Collection[str]) -> None:
    """Raise `UsageError` for an unknown argument, and if there is no URL."""
    if unknown := arguments.keys() - known:
        raise UsageError(f"unknown argument {min(unknown)!r}; {_USAGE[spider]}")
    if not arguments.get("url", "").split():
        raise UsageError(f"no URL; {_USAGE[spider]}")


def _db(arguments: dict[str, str]) -> Path:
    return Path(arguments["db"]).expanduser() if arguments.get("db") else default_db()


def _convert(arguments: dict[str, str], name: str, kind: click.ParamType[_T]) -> _T | None:
    """Return the value of an argument, as `backup` reads it; None if it is absent."""
    if not arguments.get(name):
        return None
    try:
        return kind.convert(arguments[name], None, None)
    except click.BadParameter as error:
        raise UsageError(f"-a {name}: {error.message}") from error
