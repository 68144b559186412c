"""`scrapy crawl blog -a url=…` and `scrapy crawl discover`: the runs of `blogarchive backup` and `discover`.

Scrapy's own command exits with 0 whatever the spider met. The setting COMMANDS_MODULE replaces it by this one.
"""

import argparse
import sys
from typing import Any, Final, cast

import click
from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.extensions.feedexport import FeedExporter

from blogarchive.cli.discover import Lookups, send_lookups
from blogarchive.cli.options import Count, Day, Duration, PathArgument
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import LineObserver
from blogarchive.crawl.run import crawl_in
from blogarchive.errors import BlogArchiveError
from blogarchive.export.jsonl import post_object
from blogarchive.store.database.files import default_db, open_locked
from blogarchive.store.discovery import report_new
from blogarchive.store.posts.posts import posts_seen_since
from blogarchive.store.read.exports import open_reader
from blogarchive.store.rows import utc_now

_COUNT: Final = Count(min=1)
_LIMITS: Final = {"for": Duration(), "max_requests": _COUNT}
# The arguments of a spider beside `url`, as the options of the command.
_ARGUMENTS: Final[dict[str, dict[str, click.ParamType[Any]]]] = {
    "blog": {"db": PathArgument(), "site": click.STRING, "limit": _COUNT, "since": Day(), **_LIMITS},
    "discover": {"db": PathArgument(), "site": click.STRING, "pages": _COUNT, **_LIMITS},
}
# The options with other names than their arguments.
_OPTIONS: Final = {"for": "duration"}


class Command(ScrapyCrawl):
    """Runs the spider `blog` as a backup, `discover` as that command; other spiders as Scrapy does."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the crawl and set its exit code."""
        if args == ["page"]:
            raise UsageError("the spider page serves `blogarchive doctor`, `scrapy shell`, `fetch`, `parse`")
        process = cast(AsyncCrawlerProcess, self.crawler_process)
        if process.settings["FEEDS"]:
            feeds = FeedExporter if args != ["blog"] else PostFeedExporter
            process.settings.set("EXTENSIONS", {feeds: 0}, priority="cmdline")
            process.settings.set("FEED_EXPORT_ENCODING", "utf-8", priority="project")
        if args not in (["blog"], ["discover"]):
            super().run(args, opts)
            return
        # Names that begin with _ are scrapyd's.
        arguments = {name: text for name, text in opts.spargs.items() if not name.startswith("_")}
        message, self.exitcode = _crawl(process, args[0], arguments)
        if message:
            sys.stderr.write(f"blogarchive: {message}\n")


def _crawl(process: AsyncCrawlerProcess, spider: str, arguments: dict[str, str]) -> tuple[str | None, int]:
    """Run the spider `blog` or `discover`; return its message and exit code."""
    try:
        if spider == "discover":
            return _discover(process, arguments)
        result = crawl_in(process, parse_arguments(arguments), LineObserver(sys.stderr), None)
        return result.message, result.exit_code
    except BlogArchiveError as error:
        return str(error), error.exit_code


class PostFeedExporter(FeedExporter):
    """Writes each post once whose page the run stored or found unchanged. The keys are those of `export jsonl`."""

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write no page: `close_spider` writes the posts."""

    async def close_spider(self, spider: Spider) -> None:
        """Write the posts as they are stored now."""
        session: Any = getattr(spider, "session")  # noqa: B009 - the spider `blog` has one
        with open_reader(session.archive.path, None) as reader:
            seen = posts_seen_since(reader.archive, session.run.epoch_at)
            for blog in reader.blogs():
                for heading in reader.headings(blog):
                    if heading.id in seen:
                        super().item_scraped(post_object(blog, reader.post(heading)), spider)
        await super().close_spider(spider)


def _discover(process: AsyncCrawlerProcess, arguments: dict[str, str]) -> tuple[str, int]:
    """Run `discover` on directory pages; return its message and exit code."""
    values = _convert("discover", arguments)
    db = values.pop("db", default_db())
    with open_locked(db, "discover") as archive:
        failed = send_lookups(process, archive, Lookups(**values))
        new = sum(report_new(archive, now=utc_now()).values())
    return f"new blogs: {new}", 1 if failed else 0


def parse_arguments(arguments: dict[str, str]) -> CrawlOptions:
    """Return the options of the arguments `-a NAME=VALUE` of the spider `blog`; raises Scrapy's `UsageError`."""
    return CrawlOptions(command="backup", **{"db": default_db(), **_convert("blog", arguments)})


def _convert(spider: str, arguments: dict[str, str]) -> dict[str, Any]:
    """Return the values of the arguments that are not empty, by names, as the command reads its options.

    Raises `UsageError` for a wrong value or an unknown argument, and if there is no URL.
    """
    kinds = _ARGUMENTS[spider]
    usage = f"write: scrapy crawl {spider} -a url=URL [{' '.join(f'-a {name}=' for name in kinds)}]"
    values: dict[str, Any] = {"urls": tuple(arguments.get("url", "").split())}
    for name in sorted(arguments.keys() - {"url"}):
        if name not in kinds:
            raise UsageError(f"unknown argument {name!r}; {usage}")
        try:
            if arguments[name]:
                values[_OPTIONS.get(name, name)] = kinds[name].convert(arguments[name], None, None)
        except click.BadParameter as error:
            raise UsageError(f"-a {name}: {error.message}") from error
    if not values["urls"]:
        raise UsageError(f"no URL; {usage}")
    return values
