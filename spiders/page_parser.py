"""Parse the pages of a run: in this process, or in a second one if the run has no delay."""

import asyncio
from collections.abc import Callable
from gettext import gettext as _

from blogarchive.items import Page, ParsedPage, Target
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.base import parse_page
from blogarchive.workers.large_pages import LARGE_PAGE, LargePageParser
from blogarchive.workers.parser_process import IS_SUPPORTED, ParserProcess
from blogarchive.workers.process import count_cores

_PAGES_BEFORE = 20  # parsed here before a process starts in a short run: most updates end earlier
_AHEAD = 3


class PageParser:
    """Parses the pages of a run with this `delay` between requests; `report` is called with messages."""

    def __init__(self, *, delay: float, report: Callable[[str], None]) -> None:
        self._parallel = IS_SUPPORTED and delay == 0 and count_cores() > 1
        self._report = report
        self._pages = 0
        self._is_long = False  # many pages are expected
        self._process: ParserProcess | None = None
        self._large = LargePageParser()
        self._cache = SubtreeCache() if delay == 0 else None  # a run with a delay never waits for the parser

    def ahead(self) -> int:
        """Return how many more pages than usual may be in flight while others are parsed."""
        return _AHEAD if self._process and self._process.is_ready else 0

    def begin(self, *, many: bool) -> None:
        """Start the second process now if `many` pages are expected; the event loop must run."""
        self._is_long = many
        if many and self._parallel:
            self._start()

    async def parse(self, page: Page, target: Target) -> ParsedPage:
        """Return the result of `blogarchive.sites.base.parse_page`; raises the same errors.

        Raises `ParserKilled` if the page takes longer than the time limit.
        """
        self._pages += 1
        if len(page.body) >= LARGE_PAGE:
            return await asyncio.to_thread(self._large.parse, page, target)
        if self._parallel and self._pages == _PAGES_BEFORE and not self._process:
            self._start()
        # Until it is ready, a process that starts with the run is waited for: parsing here would import the grammar twice.
        if self._process and (self._is_long or self._process.is_ready):
            return await self._process.parse(page, target)
        return parse_page(page, target, self._cache)

    async def close(self) -> None:
        """End the other processes, if there are any."""
        self._large.close()
        if self._process:
            await self._process.close()

    def _start(self) -> None:
        try:
            self._process = ParserProcess.start(self._report)
        except OSError as error:
            self._report(
                _("cannot start a second process for parsing ({error}); continuing without it").format(
                    error=error
                )
            )
