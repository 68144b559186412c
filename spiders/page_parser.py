"""Where the pages of a run are read: here, or in a second process where nothing but this machine is waited for."""

from collections.abc import Callable

from blogarchive.items import Page, ParsedPage, Target
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.base import parse_page
from blogarchive.workers.parser_process import ParserProcess
from blogarchive.workers.process import count_cores

_PAGES_BEFORE = 20  # read here before a process is started where few are expected: most updates are shorter
_AHEAD = 3


class PageParser:
    """Reads the pages of a run with that `delay` between requests; `tell` gets words for the person."""

    def __init__(self, *, delay: float, tell: Callable[[str], None]) -> None:
        self._hurries = delay == 0 and count_cores() > 1
        self._tell = tell
        self._pages = 0
        self._beside: ParserProcess | None = None
        self._repeats = SubtreeCache() if delay == 0 else None  # what a polite run waits for is not reading

    @property
    def ahead(self) -> int:
        """How many pages more than usual may be under way while others are read."""
        return _AHEAD if self._beside and self._beside.is_ready else 0

    def begin(self, *, many: bool) -> None:
        """Called once the run's loop runs; `many`: a lot of pages are to be expected."""
        if many and self._hurries:
            self._start()

    async def read(self, page: Page, target: Target) -> ParsedPage:
        """What `sites.base.parse_page` gives and raises."""
        self._pages += 1
        if self._hurries and self._pages == _PAGES_BEFORE and not self._beside:
            self._start()
        if self._beside and self._beside.is_ready:
            return await self._beside.read(page, target)
        return parse_page(page, target, self._repeats)

    def _start(self) -> None:
        try:
            self._beside = ParserProcess.start(self._tell)
        except OSError as error:
            self._tell(f"no second process to read pages ({error}); going on without it")

    async def close(self) -> None:
        """End the second process, if there is one."""
        if self._beside:
            await self._beside.close()
