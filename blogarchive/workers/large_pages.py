"""Parse large pages in a process of its own, which is killed at a time limit: no page may stop a run.

The steps of a parser are linear, so a page of less than `LARGE_PAGE` bytes cannot take long (docs/decisions/0064).
"""

import atexit
import pickle
import socket
import subprocess
import threading
from functools import cache

from blogarchive.items import Page, ParsedPage, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.base import parse_page
from blogarchive.workers import parser_process
from blogarchive.workers.parser_process import (
    EMPTY,
    IS_SUPPORTED,
    READY,
    SIZE_BYTES,
    Delta,
    ParserKilled,
    merge_delta,
)

LARGE_PAGE = 131_072
"""Bytes from which on a page is parsed in the process."""


class LargePageParser:
    """Parses large pages in a process that starts with the first of them; may be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._before = EMPTY

    def parse(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Return the result of `blogarchive.sites.base.parse_page`; raises the same errors.

        Raises `ParserKilled` if the page takes longer than the time limit, or crashes the process. `cache` is used
        for small pages.
        """
        if len(page.body) < LARGE_PAGE or not IS_SUPPORTED:
            return parse_page(page, target, cache)
        with self._lock:
            delta = self._request(page, target)
            if delta is None:
                return parse_page(page, target)
            self._before = merge_delta(delta, self._before)
            return self._before

    def close(self) -> None:
        """End the process; a page that is being parsed raises `ParserKilled`."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _request(self, page: Page, target: Target) -> Delta | None:
        """Return the parsed page; None if parsing raised an error."""
        channel = self._connect()
        try:
            channel.sendall(pickle.dumps((page, target), pickle.HIGHEST_PROTOCOL))
            size = int.from_bytes(self._read(SIZE_BYTES))
            delta: Delta | None = pickle.loads(self._read(size))  # noqa: S301 - our own
        except TimeoutError:
            self._stop()
            raise ParserKilled(parser_process.too_slow()) from None
        except (OSError, EOFError):
            self._stop()
            raise ParserKilled(Detail.PARSER_ENDED) from None
        return delta

    def _connect(self) -> socket.socket:
        if self._process is None:
            self._process, self._channel = parser_process.start_process()
            self._results = self._channel.makefile("rb")
            self._before = EMPTY
            self._results.read(len(READY))
            self._channel.settimeout(parser_process.TIME_LIMIT)
        return self._channel

    def _read(self, size: int) -> bytes:
        data = self._results.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._results.close()
            self._channel.close()
            self._process = None


def parse_guarded(page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
    """Return `LargePageParser.parse` of the one parser of this process, which ends with it."""
    return _parser().parse(page, target, cache)


@cache
def _parser() -> LargePageParser:
    parser = LargePageParser()
    atexit.register(parser.close)
    return parser
