"""Parse pages in a second process: in runs without a delay, and large pages.

Requests and results travel over a socket, in order. The process has no state that could be lost. If the process of a
run ends, pages are parsed in this one (docs/decisions/0054-parser-process.md). The process of large pages is killed at
a time limit, so that no page stops a run. The page becomes a failure. Parsers take linear time, so a page of less than
`LARGE_PAGE` bytes cannot take long (docs/decisions/0064-limits-of-a-page.md). On Windows all pages are parsed in this
process, without a time limit.
"""

import asyncio
import atexit
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from gettext import gettext as _
from typing import Any, NamedTuple, TypeVar, TypeVarTuple, cast

from blogarchive.items import Link, Page, PageKind, ParsedPage, Target
from blogarchive.messages import use_system_language
from blogarchive.messages.details import Detail
from blogarchive.processes import own_code
from blogarchive.sites.base import site_names
from blogarchive.sites.normalize import parse_normalized
from blogarchive.workers.pool import count_cores, reduce_garbage_collection

IS_SUPPORTED = sys.platform != "win32"
"""Whether the system passes a socket to a process as its stdin; Windows does not."""

_READY = b"\n"
_SIZE_BYTES = 4  # bytes of the length before each result
_BUFFER = 1 << 20
TIME_LIMIT = 20.0
"""Seconds in which a page must be parsed: ten times the longest on one core of a desktop computer."""

LARGE_PAGE = 131_072
"""Bytes from which on a page is parsed by a `LargePageParser`."""

# Fields that are equal on most pages of a blog; an equal field is sent as its name.
_FRAME = ("author", "latest", "categories", "months", "links")


class _Delta(NamedTuple):
    """A parsed page without links and without the fields that are the `same` as in the page before.

    `links` contains the position of a link that the previous page has too; it is empty if all are the same.
    """

    parsed: ParsedPage
    same: tuple[str, ...]
    links: tuple[Link | int, ...]


_EMPTY = ParsedPage(kind=PageKind.UNKNOWN, encoding="")
_Request = tuple[Page, Target] | tuple[Callable[..., Any], Any]
"""A page to parse with its target, or a function to call with its arguments."""

_Report = Callable[[str], None]
_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")


class ParserKilled(Exception):
    """The process that parses was killed by the time limit on this page, or has crashed on it."""


class Spawned(NamedTuple):
    """A process that runs `serve`, and the other side of its socket."""

    process: "subprocess.Popen[bytes]"
    channel: socket.socket


def spawn() -> Spawned:
    """Start a process that runs `serve` a moment later; it ends with this one and ignores Ctrl-C.

    Raises `OSError` if the system allows no more processes.
    """
    channel, remote = socket.socketpair()
    code = f"import sys; sys.path[:] = {sys.path!r}; import {__name__} as process; process.serve()"
    try:
        process = subprocess.Popen(  # noqa: S603 - a fixed program
            own_code(code), stdin=remote.fileno(), stdout=subprocess.DEVNULL, start_new_session=True
        )
    except OSError:
        channel.close()
        raise
    finally:
        remote.close()
    return Spawned(process, channel)


def is_useful(delay: float | None) -> bool:
    """Return whether a second process helps a run with this delay between requests."""
    return IS_SUPPORTED and delay == 0 and count_cores() > 1


@contextmanager
def spawned_early(*, wanted: bool) -> Iterator[Spawned | None]:
    """Yield a process for `ParserProcess` if it is `wanted` and can start, else None; end it after the block.

    It imports the parser while this process imports Scrapy.
    """
    spawned = None
    with suppress(OSError):  # a later try reports it
        spawned = spawn() if wanted else None
    try:
        yield spawned
    finally:
        if spawned:
            spawned.channel.close()
            spawned.process.terminate()
            spawned.process.wait()


class ParserProcess:
    """A process that parses pages; `is_ready` is True while it runs."""

    def __init__(self, report: _Report = lambda message: None, spawned: Spawned | None = None) -> None:
        """Take the process that is `spawned`, else spawn one. Raises `OSError` as `spawn`.

        `report` is called with a message if it ends early.
        """
        self.is_ready = False
        self._report = report
        self._process, self._channel = spawned or spawn()
        self._writer: asyncio.StreamWriter | None = None
        self._lock = asyncio.Lock()
        self._before = _EMPTY
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def parse(self, page: Page, target: Target) -> ParsedPage:
        """Return the result of `parse_normalized`; raises the same errors.

        Raises `ParserKilled` if the page takes longer than the time limit.
        """
        try:
            parsed = await self.request((page, target))
        except (OSError, EOFError):
            self._record_end()
            parsed = None
        return parse_normalized(page, target) if parsed is None else parsed

    async def close(self) -> None:
        """End the process."""
        self.is_ready = False
        self._connecting.cancel()
        self._process.kill()
        self._process.wait()
        if self._writer is None:
            self._channel.close()
            return
        self._writer.close()
        with suppress(OSError):  # unsent requests have no receiver
            await self._writer.wait_closed()

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(sock=self._channel, limit=_BUFFER)
        first = await self._reader.read(len(_READY))
        self.is_ready = True
        if first != _READY:
            self._record_end()

    def _record_end(self) -> None:
        if self.is_ready:
            self.is_ready = False
            self._report(_("the second process for parsing has ended; continuing without it"))

    async def request(self, request: _Request) -> Any:
        """Return the parsed page, or the answer of `_call`, when the process is ready; None if parsing failed there.

        Results come in the order of the requests, and the lock is acquired in that order. Raises `OSError` or `EOFError`
        if the process has ended, and `ParserKilled` if it is killed at the time limit.
        """
        if not self._connecting.done():
            await asyncio.wait([self._connecting], timeout=TIME_LIMIT)
        if not self.is_ready or self._writer is None:
            raise EOFError
        self._writer.write(pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
        async with self._lock:
            try:
                async with asyncio.timeout(TIME_LIMIT):
                    size = int.from_bytes(await self._reader.readexactly(_SIZE_BYTES))
                    result = await self._reader.readexactly(size)
            except TimeoutError:
                self._process.kill()
                self._record_end()
                raise ParserKilled(Detail.PARSER_SLOW.format(seconds=TIME_LIMIT)) from None
            answer = pickle.loads(result)  # noqa: S301 - our own
            if isinstance(answer, _Delta):
                answer = self._before = _merge_delta(answer, self._before)
            return answer


class LargePageParser:
    """Parses large pages one by one. Its process starts with the first of them, and after one that ended it.

    On Windows it parses them in this process.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._process: ParserProcess | None = None

    async def parse(self, page: Page, target: Target) -> ParsedPage:
        """Return the result of `parse_normalized`; raises the same errors.

        Raises `ParserKilled` if the page takes longer than the time limit, or crashes the process.
        """
        parsed = await self.request((page, target)) if IS_SUPPORTED else None
        return parse_normalized(page, target) if parsed is None else parsed

    async def request(self, request: _Request) -> Any:
        """Return the answer of `ParserProcess.request`. Raises `ParserKilled`."""
        async with self._lock:
            self._process = self._process or ParserProcess()
            try:
                return await self._process.request(request)
            except (OSError, EOFError):
                await self.close()
                raise ParserKilled(Detail.PARSER_ENDED) from None
            except ParserKilled:
                await self.close()
                raise

    async def close(self) -> None:
        """End the process; a page that is being parsed raises `ParserKilled`."""
        process, self._process = self._process, None
        if process is not None:
            await process.close()


_PAGES_BEFORE = 20  # parsed here before a process starts in a short run: most updates end earlier
_AHEAD = 3  # the second process always has a page; more gain little, and a kill repeats what is in flight


class RunParser:
    """Parses the pages of a run with this `delay` between requests, here or in other processes.

    `report` is called with messages. `spawned` is the second process if it was started before the run.
    """

    def __init__(self, *, delay: float, report: _Report, spawned: Spawned | None = None) -> None:
        self._may_start = is_useful(delay)
        self._report = report
        self._spawned = spawned
        self._pages = 0
        self._is_long = False  # many pages are expected
        self._process: ParserProcess | None = None
        self._large = LargePageParser()

    def ahead(self) -> int:
        """Return how many more pages than usual may be in flight while others are parsed."""
        return _AHEAD if self._process and self._process.is_ready else 0

    def begin(self, *, many: bool) -> None:
        """Start the second process now if `many` pages are expected; the event loop must run."""
        self._is_long = many
        if many:
            self._start()

    async def parse(self, page: Page, target: Target) -> ParsedPage:
        """Return the result of `parse_normalized`; raises the same errors.

        Raises `ParserKilled` if the page takes longer than the time limit.
        """
        self._pages += 1
        if len(page.body) >= LARGE_PAGE:
            return await self._large.parse(page, target)
        if self._pages >= _PAGES_BEFORE:
            self._start()
        # Wait for a process that starts with the run: parsing here would import the grammar twice.
        if self._process and (self._is_long or self._process.is_ready):
            return await self._process.parse(page, target)
        return parse_normalized(page, target)

    async def close(self) -> None:
        """End the other processes, if there are any."""
        await self._large.close()
        if self._process:
            await self._process.close()

    def _start(self) -> None:
        """Start the second process, if it helps; try it once."""
        if not self._may_start:
            return
        self._may_start = False
        try:
            self._process = ParserProcess(self._report, self._spawned)
        except OSError as error:
            text = _("cannot start a second process for parsing ({error}); continuing without it")
            self._report(text.format(error=error))


def parse_guarded(page: Page, target: Target) -> ParsedPage:
    """Return the result of `parse_normalized`, of a large page by the shared `LargePageParser`.

    For commands without an event loop. Raises `ParserKilled`.
    """
    if len(page.body) < LARGE_PAGE:
        return parse_normalized(page, target)
    runner, parser = _large_pages()
    return runner.run(parser.parse(page, target))


def run_guarded(size: int, function: Callable[[*_Arguments], _Result], *arguments: *_Arguments) -> _Result:
    """Return the result of a function that parses a page of `size` bytes. A large page is parsed in the second process.

    Raises what the function raises, and `ParserKilled`.
    """
    if size < LARGE_PAGE or not IS_SUPPORTED:
        return function(*arguments)
    runner, parser = _large_pages()
    result, error = runner.run(parser.request((function, arguments)))
    if error is not None:
        raise error
    return cast(_Result, result)


@cache
def _large_pages() -> tuple[asyncio.Runner, LargePageParser]:
    runner, parser = asyncio.Runner(), LargePageParser()
    atexit.register(runner.close)
    atexit.register(lambda: runner.run(parser.close()))
    return runner, parser


def serve() -> None:
    """Parse every page that arrives on stdin, a socket, until the other side closes it; send `_READY` first."""
    use_system_language()
    site_names()  # imports the sites; the first page imports their parser
    reduce_garbage_collection()
    answer: Any
    before = _EMPTY
    channel = socket.socket(fileno=sys.stdin.fileno())
    with suppress(ConnectionError), channel, channel.makefile("rb") as requests:  # the client may be killed
        channel.sendall(_READY)
        while requests.peek(1):
            asked, about = pickle.load(requests)  # noqa: S301 - our own
            if isinstance(asked, Page):
                answer, before = _parse(asked, about, before)
            else:
                answer = _call(asked, about)
            result = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
            channel.sendall(len(result).to_bytes(_SIZE_BYTES) + result)


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        return function(*arguments), None
    except Exception as error:  # noqa: BLE001 - raised where the function was called
        return None, error


def _parse(page: Page, target: Target, before: ParsedPage) -> tuple[_Delta | None, ParsedPage]:
    """Return the page as its difference to `before`, and the page; None and `before` if it cannot be parsed."""
    try:
        parsed = parse_normalized(page, target)
    except Exception:  # noqa: BLE001 - the client parses the page again, which raises the exception there
        return None, before
    same = tuple(name for name in _FRAME if getattr(parsed, name) == getattr(before, name))
    links: tuple[Link | int, ...] = ()
    if "links" not in same:
        positions = {id(link): at for at, link in enumerate(before.links)}  # links of the sidebar are cached
        links = tuple([positions.get(id(link), link) for link in parsed.links])
    without: dict[str, Any] = dict.fromkeys((*same, "links"), ())
    return _Delta(replace(parsed, **without), same, links), parsed


def _merge_delta(delta: _Delta, before: ParsedPage) -> ParsedPage:
    """Return the whole parsed page; `before` is the one of the result before."""
    links = tuple([before.links[link] if isinstance(link, int) else link for link in delta.links])
    return replace(delta.parsed, **{"links": links} | {name: getattr(before, name) for name in delta.same})
