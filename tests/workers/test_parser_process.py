"""A run without a delay parses pages in a second process: with equal results, and without loss if it ends."""

import asyncio
import os
import signal
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from blogarchive.errors import UsageError
from blogarchive.items import Page, PageKind, Target
from blogarchive.sites.normalize import parse_normalized
from blogarchive.workers.parser_process import LARGE_PAGE, ParserProcess, RunParser, spawned_early
from blogarchive.workers.pool import count_cores, in_batches, map_in_order
from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Rule, Slow
from tests.tool import Tool, ended

UID = "31182"
PATHS = ("/u/31182/", "/u/31182/202412/400345.html", "/u/31182/37263.html", "/u/31182/202412/400245.html")
two_cores = pytest.mark.skipif(count_cores() == 1, reason="a run on one core starts no second process")


def children(pid: int) -> list[int]:
    """Return the running child processes of `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def until(seen: Callable[[], object], wanted: bool) -> None:
    """Wait until the truth of `seen()` is `wanted`."""
    end = time.monotonic() + 300
    while bool(seen()) != wanted:
        assert time.monotonic() < end
        time.sleep(0.01)


def pages() -> list[tuple[Page, Target]]:
    found = []
    for markup in ("tables", "html5", "lines"):
        with DemoHost([make_blog(UID, posts=6, months=2)], markups={UID: markup}) as host:
            for path in PATHS:
                url = host.url + path
                with urllib.request.urlopen(url) as answer:
                    headers, body = tuple(answer.getheaders()), answer.read()
                now = datetime(2025, 2, 1, tzinfo=UTC)
                page = Page(url=url, fetched_at=now, status=200, headers=headers, body=body)
                kind = PageKind.HOME if path.endswith("/") else PageKind.POST
                found.append((page, Target(url=url, site="creaders", kind=kind, uid=UID)))
    return found


@asynccontextmanager
async def running(messages: list[str]) -> AsyncIterator[ParserProcess]:
    process = ParserProcess(messages.append)
    try:
        async with asyncio.timeout(300):
            while not process.is_ready:
                await asyncio.sleep(0.01)
        yield process
    finally:
        await process.close()


async def test_the_first_page_of_a_long_run_is_parsed_in_the_process_that_starts_with_it() -> None:
    page, target = pages()[0]
    messages: list[str] = []
    parser = RunParser(delay=0, report=messages.append)
    parser.begin(many=True)
    try:
        assert parser.ahead() == 0
        assert await parser.parse(page, target) == parse_normalized(page, target)
        assert (parser.ahead() > 0, messages) == (count_cores() > 1, [])
    finally:
        await parser.close()


@two_cores
async def test_a_process_that_starts_before_the_run_parses_its_pages_and_ends_with_it() -> None:
    page, target = pages()[0]
    before = children(os.getpid())
    with spawned_early(wanted=True) as spawned:
        parser = RunParser(delay=0, report=print, spawned=spawned)
        parser.begin(many=True)
        assert await parser.parse(page, target) == parse_normalized(page, target)
        assert spawned is not None
        assert {*children(os.getpid())} - {*before} == {spawned.process.pid}
        await parser.close()
    with spawned_early(wanted=True) as spawned:  # the run ends before its first page
        assert spawned is not None
        assert spawned.process.poll() is None
    assert children(os.getpid()) == before


@two_cores
async def test_the_process_of_a_short_run_starts_late_after_a_large_page_too() -> None:
    page, target = pages()[0]
    large = replace(page, body=page.body + b" " * LARGE_PAGE)
    parser = RunParser(delay=0, report=print)
    try:
        for asked in (*[page] * 19, large, page):
            assert parser.ahead() == 0
            await parser.parse(asked, target)
        async with asyncio.timeout(300):
            while parser.ahead() == 0:
                await asyncio.sleep(0.01)
    finally:
        await parser.close()


@two_cores
async def test_a_process_that_cannot_start_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    page, target = pages()[0]
    monkeypatch.setattr(
        "blogarchive.workers.parser_process.spawn", Mock(side_effect=OSError("no more processes"))
    )
    messages: list[str] = []
    parser = RunParser(delay=0, report=messages.append)
    for _ in range(25):
        await parser.parse(page, target)
    assert messages == [
        "cannot start a second process for parsing (no more processes); continuing without it"
    ]


async def test_pages_parse_as_in_this_process_at_once_and_in_turn() -> None:
    asked = pages()
    here = [parse_normalized(page, target) for page, target in asked]
    assert sum(len(parsed.posts) for parsed in here) > 3
    async with running(messages := []) as process:
        there = await asyncio.gather(*(process.parse(page, target) for page, target in asked))
        again = [await process.parse(page, target) for page, target in reversed(asked)]
        assert process.is_ready
    assert there == here
    assert again == here[::-1]
    assert messages == []


async def test_an_exception_of_the_parser_is_raised_and_the_next_page_is_parsed() -> None:
    page, target = pages()[0]
    nowhere = Target(url=target.url, site="nowhere", kind=target.kind)
    async with running([]) as process:
        with pytest.raises(UsageError, match="nowhere"):
            await process.parse(page, nowhere)
        assert await process.parse(page, target) == parse_normalized(page, target)
        assert process.is_ready


async def test_pages_are_parsed_without_the_process_after_it_has_ended() -> None:
    page, target = pages()[1]
    before = set(children(os.getpid()))
    async with running(messages := []) as process:
        (there,) = {*children(os.getpid())} - before
        os.kill(there, signal.SIGKILL)
        answers = await asyncio.gather(*(process.parse(page, target) for _ in range(3)))
        assert not process.is_ready
    assert answers == [parse_normalized(page, target)] * 3
    assert messages == ["the second process for parsing has ended; continuing without it"]


@two_cores
def test_a_run_whose_parser_process_is_killed_stores_every_page_and_reports_it(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=50)], rules=[Rule(Slow(0.02))]) as host:
        run = tool.start("backup", host.blog_url(UID))
        until(lambda: children(run.pid), True)
        count = "select count(*) from "
        until(lambda: tool.db.exists() and tool.scalar(f"{count} sqlite_master where name = 'pages'"), True)
        until(lambda: tool.scalar(f"{count} pages"), True)
        for process in children(run.pid):
            os.kill(process, signal.SIGKILL)
        ran = ended(run)
    assert ran.code == 0, ran.err
    assert "the second process for parsing has ended" in ran.err
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 50


@two_cores
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_the_parser_process_ends_with_its_run(tool: Tool, signum: signal.Signals) -> None:
    with DemoHost([make_blog(UID, posts=50)], rules=[Rule(Slow(0.02))]) as host:
        run = tool.start("backup", host.blog_url(UID))
        until(lambda: children(run.pid), True)
        there = children(run.pid)
        run.send_signal(signum)
        assert ended(run).code == (-signum if signum is signal.SIGKILL else 3)
    until(lambda: any(Path(f"/proc/{process}").exists() for process in there), False)


def test_a_run_with_a_delay_has_no_second_process(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=30)]) as host:
        run = tool.start("backup", host.blog_url(UID), delay=0.01)
        seen = []
        while run.poll() is None:
            seen += children(run.pid)
            time.sleep(0.02)
    assert ended(run).code == 0
    assert seen == []


def add_process(number: int) -> tuple[int, int]:
    """Return the number with the id of the process."""
    return number, os.getpid()


def test_items_come_back_in_order_from_other_processes() -> None:
    found = list(map_in_order(add_process, range(100), local=10))
    assert [item for item, _result in found] == list(range(100))
    assert [number for _item, (number, _pid) in found] == list(range(100))
    assert {pid for _item, (number, pid) in found if number < 10} == {os.getpid()}
    if len(os.sched_getaffinity(0)) > 1:
        assert os.getpid() not in {pid for _item, (number, pid) in found if number >= 10}


def test_few_items_start_no_process() -> None:
    assert list(map_in_order(add_process, range(3), local=10)) == [(n, (n, os.getpid())) for n in range(3)]


def test_large_items_are_in_small_batches() -> None:
    found = list(in_batches([1, 1, 1, 9, 1, 30, 1, 1], most=3, size=lambda size: size * 100_000))
    assert found == [[1, 1, 1], [9, 1], [30], [1, 1]]
