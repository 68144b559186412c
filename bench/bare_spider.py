"""Two short spiders that fetch the URLs of a file, one request at a time for a host.

`python -m bench.bare_spider URLS` parses nothing. `python -m bench.bare_spider URLS DB` selects the parts of a post by
the demo's own markup. It stores them with sqlite-utils and a full-text index, as spiders for one site often do.
"""

import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
import sqlite_utils
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from sqlite_utils.db import Table

SETTINGS = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "ROBOTSTXT_OBEY": True,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
}


class Bare(scrapy.Spider):
    """Requests each URL once."""

    name = "bare"

    def __init__(self, urls: list[str]) -> None:
        super().__init__()
        self.urls = urls

    async def start(self) -> AsyncIterator[Any]:
        """Yield a request for each URL."""
        for url in self.urls:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> Iterator[Any]:
        """Parse nothing."""
        yield from ()


class ByHand(Bare):
    """Stores title, time, text, counters and comments of each post, and the page itself."""

    name = "by-hand"

    def __init__(self, urls: list[str], db: str) -> None:
        super().__init__(urls)
        self.tables = sqlite_utils.Database(db)
        self.tables.enable_wal()
        self.tables.execute("pragma synchronous = normal")
        pages, posts, comments = (Table(self.tables, name) for name in ("pages", "posts", "comments"))
        pages.create({"url": str, "body": bytes}, pk="url")
        posts.create({"url": str, "title": str, "posted": str, "body": str, "counters": str}, pk="url")
        comments.create({"url": str, "author": str, "header": str, "body": str})
        posts.enable_fts(["title", "body"], create_triggers=True)
        comments.enable_fts(["body"], create_triggers=True)

    def parse(self, response: Response) -> Iterator[Any]:
        """Store a page in one transaction."""
        with self.tables.conn:
            Table(self.tables, "pages").insert({"url": response.url, "body": zlib.compress(response.body)})
            if title := response.css("a.diary_title::text").get():
                self.store_post(response, title)
        yield from ()

    def store_post(self, response: Response, title: str) -> None:
        """Store a post and its comments."""
        post = {
            "url": response.url,
            "title": title,
            "posted": response.xpath("//tr[td/a[@class='diary_title']]/td[2]/text()").get(),
            "body": "\n".join(response.css(".diary_content ::text").getall()),
            "counters": response.xpath("string(//td[contains(text(), '浏览')])").get(),
        }
        comments = [
            {
                "url": response.url,
                "author": each.css("a.release_restore::text").get(),
                "header": each.xpath("string(tr[1])").get(),
                "body": "\n".join(each.xpath("tr[2]//text()").getall()),
            }
            for each in response.css("table.comment")
        ]
        Table(self.tables, "posts").insert(post)
        Table(self.tables, "comments").insert_all(comments)


def main() -> None:
    """Fetch the URLs of the file in the command line. Store them if the command line names a database too."""
    process, urls = AsyncCrawlerProcess(SETTINGS), Path(sys.argv[1]).read_text("utf-8").split()
    if sys.argv[2:]:
        process.crawl(ByHand, urls=urls, db=sys.argv[2])
    else:
        process.crawl(Bare, urls=urls)
    process.start()


if __name__ == "__main__":
    main()
