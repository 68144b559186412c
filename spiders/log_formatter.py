"""What Scrapy's log says of errors: those that the spider hears of it tells itself, in a line."""

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult


class QuietLogFormatter(LogFormatter):
    """Scrapy's own words but for errors of callbacks and pipelines, which repeat a whole page and its traceback."""

    def item_error(self, *of: Any, **more: Any) -> LogFormatterResult:
        """The same, for whoever asks for DEBUG."""
        return _aside(super().item_error(*of, **more))

    def spider_error(self, *of: Any, **more: Any) -> LogFormatterResult:
        """The same, for whoever asks for DEBUG."""
        return _aside(super().spider_error(*of, **more))


def _aside(told: LogFormatterResult) -> LogFormatterResult:
    return {**told, "level": logging.DEBUG}
