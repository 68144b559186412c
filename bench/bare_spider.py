"""A bare Scrapy spider: fetches the URLs of a file, one request at a time for a host, and parses nothing."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

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


def main() -> None:
    """Fetch the URLs of the file in the command line."""
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(Bare, urls=Path(sys.argv[1]).read_text("utf-8").split())
    process.start()


if __name__ == "__main__":
    main()
