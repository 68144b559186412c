"""robots.txt obeyed, with the answers that Scrapy's middleware mistakes for rules.

RFC 9309: a 4xx means that there are no rules. A 5xx or 429 means that the rules are not known: its body holds
none, and the spider is told, so that the archive's owner is.
"""

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from blogarchive.items import Target
from blogarchive.store.ingest.page_validation import REFUSAL_STATUSES
from spiders.fetch_errors import words_of
from spiders.response_kind import page_of, retry_after
from spiders.throttle import LONGEST_WAIT, PoliteSpider


class RobotsRules:
    """The rules of every robots.txt that was read."""

    def __init__(self, user_agent: str) -> None:
        self._user_agent = user_agent
        self._read: dict[str, RobotParser] = {}  # by host and port

    def learn(self, robotparser: RobotParser, request: Request) -> None:
        """Take note of the rules for `request`: a receiver of Scrapy's signal `robots_parsed`."""
        self._read[urlparse_cached(request).netloc] = robotparser

    def forbid_all(self, targets: Iterable[Target]) -> bool:
        """Whether none of these may be asked for, by rules that were read."""
        rules = ((self._read.get(urlsplit(target.url).netloc), target.url) for target in targets)
        return all(known is not None and not known.allowed(url, self._user_agent) for known, url in rules)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, where only a 200 holds rules."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        # The spider is told what could not be read; Scrapy's log would have it as a traceback.
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status != 200:
            response = response.replace(body=b"")
        in_peace = self._asks_for_peace(response, request)  # then the spider sends nothing there any more
        if not in_peace and (response.status >= 500 or response.status == 429):
            self._tell(response.url, f"answered {response.status}")
        await super()._parse_robots(response, netloc, request)
        rules, spider = self._parsers[netloc], self._crawler.spider
        if isinstance(rules, RobotParser) and isinstance(spider, PoliteSpider):
            delay = rules.crawl_delay(self._crawler.settings["USER_AGENT"])
            if delay:  # Scrapy reads it and leaves it at that
                spider.throttle.set_crawl_delay(urlparse_cached(request).hostname or "", delay)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._tell(f"{netloc}/robots.txt", words_of(exc))
        super()._robots_error(exc, netloc)

    def _asks_for_peace(self, response: Response, request: Request) -> bool:
        wait = retry_after(page_of(response)) if response.status in REFUSAL_STATUSES else None
        spider = self._crawler.spider
        if wait is None or wait <= LONGEST_WAIT or not isinstance(spider, PoliteSpider):
            return False
        spider.robots_wait(urlparse_cached(request).hostname or "", wait, request)
        return True

    def _tell(self, where: str, what: str) -> None:
        spider = self._crawler.spider
        if isinstance(spider, PoliteSpider):
            spider.robots_unknown(where, what)
