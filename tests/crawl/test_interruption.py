"""A run may be stopped at any moment, in any way; the same command goes on where it stopped."""

import io
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from blogarchive.crawl.progress import open_observer
from blogarchive.crawl.session import MAX_TIMES
from blogarchive.store.ledger.frontier import CrawlProgress
from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Rule, Slow
from tests.demo.server.http_server import LoggedRequest
from tests.demo.server.response import Answer
from tests.killer import Killer
from tests.sql import read_sql
from tests.tool import Ran, Tool, contents, ended

UID = "31182"
POST = r"/\d{6}/\d+\.html"
KILLS = 5


class RequestCounter:
    """Waits for the n-th request to a host from now."""

    def __init__(self) -> None:
        self._seen = 0
        self._reached = threading.Event()
        self._wanted = 0

    def listen(self, request: LoggedRequest) -> None:
        self._seen += 1
        if self._seen >= self._wanted:
            self._reached.set()

    def wait(self, more: int) -> None:
        self._wanted = self._seen + more
        self._reached.clear()
        assert self._reached.wait(30)


def test_a_run_killed_several_times_ends_with_the_same_rows(tmp_path: Path) -> None:
    chance = random.Random(7)
    whole, killed = (Tool(tmp_path / name) for name in ("whole", "killed"))
    killer = Killer()
    with DemoHost([make_blog(UID, posts=25, months=3)], observer=killer.listen) as host:
        assert whole.run("backup", host.blog_url(UID)).code == 0
        once = host.counts()
        host.forget_requests()
        for _ in range(KILLS):
            start = partial(killed.start, "backup", host.blog_url(UID))
            killer.start(start, after=chance.randrange(2, 8))
        ran = killed.run("backup", host.blog_url(UID))
        asked = host.counts()
    assert ran.code == 0, ran.err
    assert contents(killed.db) == contents(whole.db)
    assert killed.rows("pragma integrity_check") == [("ok",)]
    assert killed.rows("select outcome, exit_code from runs") == [*[("killed", None)] * KILLS, ("done", 0)]
    repeated = sum(count - once[path] for path, count in asked.items() if path != "/robots.txt")
    assert repeated <= 2 * KILLS, "repeats at most the request in flight and the page being stored"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_a_run_with_3_even_if_the_server_hangs(tool: Tool, signum: signal.Signals) -> None:
    counter = RequestCounter()
    blog = make_blog(UID, posts=4, months=1)
    with DemoHost([blog], rules=[Rule(Slow(90), match=POST)], observer=counter.listen) as host:
        process = tool.start("backup", host.blog_url(UID))
        counter.wait(more=7)
        process.send_signal(signum)
        _, err = process.communicate(timeout=45)
        assert process.returncode == 3, err
        assert "the same command continues" in err
        host.set_faults()
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert tool.rows("select outcome, exit_code from runs") == [("interrupted", 3), ("done", 0)]
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 4


@dataclass(frozen=True, slots=True)
class Hanging:
    """Sets `asked`, and answers after 90 seconds."""

    asked: threading.Event

    def spoil(self, answer: Answer, path: str) -> Answer:
        self.asked.set()
        return replace(answer, delay=90)


@pytest.mark.parametrize("command", ["discover", "doctor"])
def test_a_signal_stops_a_single_request_with_3_even_if_the_server_hangs(tool: Tool, command: str) -> None:
    asked = threading.Event()
    with DemoHost([make_blog(UID, posts=1)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        host.set_faults(Rule(Hanging(asked), match=f"/u/{UID}/"))
        process = tool.start(command, host.blog_url(UID), "--site", "creaders")
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=45)
    assert process.returncode == 3, err
    assert "the same command continues" in err


def test_a_signal_stops_a_run_during_its_delay(tool: Tool) -> None:
    counter = RequestCounter()
    with DemoHost([make_blog(UID, posts=4)], observer=counter.listen) as host:
        process = tool.start("backup", host.blog_url(UID), delay=90)
        counter.wait(more=1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=45)
    assert process.returncode == 3


# An import of Scrapy during which the process is stopped, and which catches every exception.
INTERRUPTED_IMPORT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "scrapy":
            sys.meta_path.remove(self)
            try:
                os.kill(os.getpid(), signal.SIGINT)
                import scrapy.crawler
            except BaseException:
                pass

sys.meta_path.insert(0, Finder())
"""


def test_a_signal_during_an_import_that_catches_everything_stops_the_run_with_3(tool: Tool) -> None:
    (tool.folder / "sitecustomize.py").write_text(INTERRUPTED_IMPORT)
    with DemoHost([make_blog(UID, posts=5)], rules=[Rule(Slow(0.1))]) as host:
        run = tool.start("backup", host.blog_url(UID), env={**os.environ, "PYTHONPATH": str(tool.folder)})
        ran = ended(run)
    assert ran.code == 3, ran.err


def test_under_nohup_a_run_outlives_its_terminal(tool: Tool) -> None:
    counter = RequestCounter()
    with DemoHost([make_blog(UID, posts=1)], observer=counter.listen) as host:
        process = tool.start(
            "backup",
            host.blog_url(UID),
            delay=0.05,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        counter.wait(more=1)
        process.send_signal(signal.SIGHUP)
        assert ended(process).code == 0


def test_a_second_run_ends_at_once_with_75_and_names_the_first(tool: Tool) -> None:
    counter = RequestCounter()
    with DemoHost(
        [make_blog(UID, posts=4)], rules=[Rule(Slow(90), match=POST)], observer=counter.listen
    ) as host:
        first = tool.start("backup", host.blog_url(UID))
        counter.wait(more=2)
        second = tool.run("backup", host.blog_url(UID))
        assert second.code == 75
        assert str(first.pid) in second.err
        assert tool.scalar("select count(*) from runs") == 1, "the archive can be read meanwhile"
        first.kill()
        first.communicate()
        assert (tool.run("status").code, Path(f"{tool.db}-wal").exists()) == (0, False), "one file to copy"
        host.set_faults()
        assert tool.run("backup", host.blog_url(UID)).code == 0, "a killed process leaves no lock"


def _no_larger_than(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_on_a_full_disk_no_archive_is_begun(tool: Tool) -> None:
    ran = ended(tool.start("backup", "http://127.0.0.1:1/u/1/", preexec_fn=_no_larger_than(4096)))
    assert (ran.code, ran.err.count("free some space"), list(tool.folder.iterdir())) == (6, 1, []), ran.err


def test_a_full_disk_is_6_and_no_row_is_torn(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=30)]) as host:
        full = tool.start("backup", host.blog_url(UID), "-v", preexec_fn=_no_larger_than(420_000))
        ran = ended(full)  # `ended` fails for a traceback
        assert (ran.code, ran.err.count("free some space")) == (6, 1), ran.err
        assert read_sql(tool.db, "pragma integrity_check") == [("ok",)]
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 30
    assert ("damaged",) not in tool.rows("select outcome from runs"), "a full disk damages nothing"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes read-only files too")
def test_a_read_only_archive_is_6(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=1)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        tool.db.chmod(0o444)
        ran: Ran = tool.run("backup", host.blog_url(UID))
    assert ran.code == 6


BROKEN = """
from blogarchive.workers import parser_process
whole = parser_process.parse_normalized
def read(page, target, *more):
    if target.kind == "post" and int(target.number) % 2:
        raise RuntimeError("a mistake in the parser")
    return whole(page, target, *more)
parser_process.parse_normalized = read
from blogarchive.cli import main
main()
"""


def test_an_error_of_this_program_on_some_pages_loses_only_those_and_is_1(tool: Tool) -> None:
    arguments = tool.command("backup", "URL", delay=0.01)[3:]  # with a delay, no second process parses
    with DemoHost([make_blog(UID, posts=4), make_blog("31183", posts=4)]) as host:  # odd numbers, even ones
        urls = [host.blog_url(UID), host.blog_url("31183")]
        command = [sys.executable, "-c", BROKEN, arguments[0], *urls, *arguments[2:]]
        ran = subprocess.run(command, cwd=tool.folder, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 1, ran.stderr
    assert "RuntimeError: a mistake in the parser" in ran.stderr
    read = "select a.uid, count(p.content_hash) from posts p join authors a on a.id = p.author_id group by 1"
    assert dict(tool.rows(read)) == {UID: 0, "31183": 4}


FAILING = """
from {package} import {module}
whole = {module}.{name}.{method}
def fails(self, request, *more, **named):
    if {where!r} in request.url:
        raise KeyError("a mistake of ours")
    return whole(self, request, *more, **named)
{module}.{name}.{method} = fails
from blogarchive.cli import main
main()
"""
PLACES = {
    "a middleware": ("spiders", "middlewares", "SameSiteRedirectMiddleware", "process_response"),
    "the handler": ("spiders", "download_handler", "ThrottledDownloadHandler", "_download"),
}


def failing(tool: Tool, place: str, where: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a program that fails on every URL that contains `where`."""
    package, module, name, method = PLACES[place]
    code = FAILING.format(package=package, module=module, name=name, method=method, where=where)
    return subprocess.run(
        [sys.executable, "-c", code, *tool.command(*arguments)[3:]],
        cwd=tool.folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("place", PLACES)
def test_an_error_of_this_program_during_a_fetch_is_reported_as_such_and_loses_one_page(
    tool: Tool, place: str
) -> None:
    with DemoHost([make_blog(UID, posts=8)]) as host:
        ran = failing(tool, place, "/400345.html", "backup", host.blog_url(UID))
        assert ran.returncode == 1, ran.stderr
        assert "mistake: http" in ran.stderr
        reported = tool.rows("select kind, detail from open_failures")
        assert reported == [("mistake", "this program failed: KeyError: 'a mistake of ours'")]
        assert tool.scalar("select count(*) from posts where content_hash is not null") == 7
        assert tool.rows("select number from posts where content_hash is null") == [("400345",)]
        assert tool.run("failures", "--retry", "--no-media").code == 0
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 8


def test_an_error_of_this_program_on_every_page_is_not_reported_as_one_of_the_site(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=2)]) as host:
        url = host.blog_url(UID)
        assert tool.run("backup", url).code == 0
        ran = failing(tool, "the handler", "http", "update")
        assert ran.returncode == 1, ran.stderr
        assert "mistake: http" in ran.stderr
        assert "seems to have changed" not in ran.stderr
        assert "reached" not in ran.stderr
        for command in ("doctor", "discover"):
            assert failing(tool, "a middleware", "http", command, url, "--site", "creaders").returncode == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*progress: CrawlProgress) -> str:
    """Return what the bar writes for each state of a run."""
    terminal = Terminal()
    with open_observer(terminal) as observer:
        for state in progress:
            observer.on_progress(lambda state=state: state)  # type: ignore[misc]
    return terminal.getvalue()


def test_the_bar_never_counts_of_none() -> None:
    nothing = CrawlProgress(posts_found=0, posts_read=0, todo=1, failed=0)
    assert "None" not in shown(nothing)


def test_the_bar_counts_posts_as_soon_as_they_are_known() -> None:
    assert "2 of 9" in shown(CrawlProgress(posts_found=9, posts_read=2, todo=7, failed=0))


def test_a_page_that_stays_due_though_it_is_stored_ends_no_run_and_is_a_failure(tool: Tool) -> None:
    with DemoHost([blog := make_blog(UID, posts=4, comments=0)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        url = host.post_url(UID, blog.posts[1].number)
        path = urlsplit(url).path
        # As by a version of this program that computed other keys: no row has the key of the target.
        tool.change("update frontier set state = 'todo', key = 'another' where url = ?", url)
        host.forget_requests()
        ran = tool.run("update", "--max-requests", "200")
        assert (ran.code, host.counts()[path]) == (1, MAX_TIMES), ran.err
        detail = f"fetched {MAX_TIMES} times in one run and still due, by a mistake of this program"
        assert tool.rows("select url, kind, detail from open_failures") == [(url, "mistake", detail)]
        host.forget_requests()
        tool.run("update", "--max-requests", "200")
        assert host.counts()[path] <= MAX_TIMES, "the next run ends too"
