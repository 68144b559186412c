"""Pages read in a second process while the next ones are fetched, for runs that wait for nothing else.

The process is asked and answers over a socket, in order. It holds nothing that could be lost: where it ends, for
whatever reason, pages are read where they were fetched (docs/decisions/0054-parser-process.md).
"""

import asyncio
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, Self

from blogarchive.items import Link, Page, PageKind, ParsedPage, Target
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.base import parse_page, site_names
from blogarchive.workers.process import reduce_garbage_collection

_READY = b"\n"
_SIZE = 4  # bytes before each answer: its size
_BUFFER = 1 << 20
_FRAME = ("author", "latest", "categories", "months")
"""What stands around the posts of a blog is the same on most of its pages: then its name alone is sent."""


class _Told(NamedTuple):
    """A reading without its links and the fields that are the `same` as in the reading before.

    `links` gives a link that stood there too by its place there.
    """

    parsed: ParsedPage
    same: tuple[str, ...]
    links: tuple[Link | int, ...]


_NOTHING = ParsedPage(kind=PageKind.UNKNOWN, encoding="")


class ParserProcess:
    """A process that reads pages; `is_ready` once it runs, and no more when it has ended."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", asked: socket.socket, tell: Callable[[str], None]
    ) -> None:
        self.is_ready = False
        self._tell = tell
        self._process = process
        self._asked = asked
        self._questions: asyncio.StreamWriter | None = None
        self._turns = asyncio.Lock()
        self._before = _NOTHING
        self._beginning = asyncio.get_running_loop().create_task(self._begin())

    @classmethod
    def start(cls, tell: Callable[[str], None]) -> Self:
        """The process, ready a moment later; it ends with this one, and a terminal's Ctrl-C does not reach it.

        `tell` is called with words for the person, should it end before. Raises OSError where the system allows no
        more processes.
        """
        asked, answering = socket.socketpair()
        words = f"import sys; sys.path[:] = {sys.path!r}; import {__name__} as process; process.answer()"
        try:
            process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-P", "-c", words],
                stdin=answering.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            asked.close()
            raise
        finally:
            answering.close()
        return cls(process, asked, tell)

    async def read(self, page: Page, target: Target) -> ParsedPage:
        """What `sites.site.read` gives and raises, whichever process reads."""
        if self.is_ready and self._questions:
            try:
                answer = await self._answer(self._questions, page, target)
            except (OSError, EOFError):
                self._lose()
            else:
                if answer is not None:
                    return answer
        return parse_page(page, target)

    async def close(self) -> None:
        """End the process."""
        self.is_ready = False
        self._beginning.cancel()
        self._process.kill()
        self._process.wait()
        if self._questions is None:
            self._asked.close()
            return
        self._questions.close()
        with suppress(OSError):  # what was still to be said has nobody to hear it
            await self._questions.wait_closed()

    async def _begin(self) -> None:
        self._answers, self._questions = await asyncio.open_connection(sock=self._asked, limit=_BUFFER)
        first = await self._answers.read(len(_READY))
        self.is_ready = True
        if first != _READY:
            self._lose()

    def _lose(self) -> None:
        if self.is_ready:
            self.is_ready = False
            self._tell("the second process that reads pages has ended; going on without it")

    async def _answer(self, questions: asyncio.StreamWriter, page: Page, target: Target) -> ParsedPage | None:
        """The reading, None where the process failed at it.

        Answers come in the order of the questions, and the lock is given in the order of its asking.
        """
        questions.write(pickle.dumps((page, target), pickle.HIGHEST_PROTOCOL))
        async with self._turns:
            size = int.from_bytes(await self._answers.readexactly(_SIZE))
            told: _Told | None = pickle.loads(await self._answers.readexactly(size))  # noqa: S301 - our own words
            if told is None:
                return None
            self._before = _whole(told, self._before)
            return self._before


def answer() -> None:
    """Read every page that is asked for on stdin, a socket, until the other side closes it."""
    site_names()  # loads the sites' readers
    reduce_garbage_collection()
    before, cache = _NOTHING, SubtreeCache()
    asked = socket.socket(fileno=sys.stdin.fileno())
    with suppress(ConnectionError), asked, asked.makefile("rb") as questions:  # whoever asks may be killed
        asked.sendall(_READY)
        while questions.peek(1):
            page, target = pickle.load(questions)  # noqa: S301 - our own words
            told, before = _tell(page, target, before, cache)
            words = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
            asked.sendall(len(words).to_bytes(_SIZE) + words)


def _tell(
    page: Page, target: Target, before: ParsedPage, cache: SubtreeCache
) -> tuple[_Told | None, ParsedPage]:
    try:
        parsed = parse_page(page, target, cache)
    except Exception:  # noqa: BLE001 - whoever asked reads the page again, and raises it where it is heard
        return None, before
    same = tuple(name for name in _FRAME if getattr(parsed, name) == getattr(before, name))
    places = {id(link): place for place, link in enumerate(before.links)}  # the sidebar's are made once
    links = tuple([places.get(id(link), link) for link in parsed.links])
    without: dict[str, Any] = dict.fromkeys((*same, "links"), ())
    return _Told(replace(parsed, **without), same, links), parsed


def _whole(told: _Told, before: ParsedPage) -> ParsedPage:
    links = tuple([before.links[link] if isinstance(link, int) else link for link in told.links])
    return replace(told.parsed, links=links, **{name: getattr(before, name) for name in told.same})
