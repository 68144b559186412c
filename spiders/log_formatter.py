"""Lower the log level of callback and pipeline errors: the spider logs each in one line."""

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult


class QuietLogFormatter(LogFormatter):
    """Scrapy's formatter, with errors of callbacks and pipelines at DEBUG: they repeat a whole page."""

    def item_error(self, *args: Any, **kwargs: Any) -> LogFormatterResult:
        """Return Scrapy's record at DEBUG."""
        return {**super().item_error(*args, **kwargs), "level": logging.DEBUG}

    def spider_error(self, *args: Any, **kwargs: Any) -> LogFormatterResult:
        """Return Scrapy's record at DEBUG."""
        return {**super().spider_error(*args, **kwargs), "level": logging.DEBUG}
