"""Many blogs of a host in one run: turns, images beside pages, and limits that the next run continues."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarchive.crawl.session import SLICE, BlogTurns
from blogarchive.store.ledger.blogs import Blog
from tests.demo import DemoHost, make_blog
from tests.tool import Tool, contents

UIDS = ("31182", "27282", "60071")
IN_FLIGHT = 2


@pytest.fixture
def host() -> Iterator[DemoHost]:
    with DemoHost([make_blog(uid, posts=9, months=3, comments=1) for uid in UIDS]) as host:
        yield host


def urls(host: DemoHost) -> list[str]:
    return [host.blog_url(uid) for uid in UIDS]


def test_blogs_of_a_host_take_turns(tool: Tool, host: DemoHost) -> None:
    assert tool.run("backup", *urls(host)).code == 0
    order = [found[1] for request in host.requests if (found := re.match(r"/u/(\d+)/", request.path))]
    total, taken = Counter(order), Counter(dict.fromkeys(UIDS, 0))
    leads = []
    for uid in order:
        taken[uid] += 1
        unfinished = [taken[other] for other in UIDS if taken[other] < total[other]]
        leads.append(max(unfinished, default=0) - min(unfinished, default=0))
    assert total.keys() == set(UIDS)
    assert max(leads) <= SLICE + IN_FLIGHT


@pytest.mark.slow
def test_blogs_take_turns_across_limited_runs_too(tool: Tool, host: DemoHost) -> None:
    whole = Tool(tool.db.with_name("whole"))
    assert whole.run("backup", *urls(host)).code == 0
    total = Counter(found[1] for path in host.counts() if (found := re.match(r"/u/(\d+)/", path)))
    host.forget_requests()
    taken: Counter[str] = Counter(dict.fromkeys(UIDS, 0))
    for _run in range(8):
        assert tool.run("backup", *urls(host), "--max-requests", "4").code == 0
        taken.update(found[1] for request in host.requests if (found := re.match(r"/u/(\d+)/", request.path)))
        host.forget_requests()
        unfinished = [taken[uid] for uid in UIDS if taken[uid] < total[uid]]
        assert max(unfinished) - min(unfinished) <= SLICE + IN_FLIGHT


def test_limited_runs_continue_each_other_until_the_archive_is_that_of_one_run(
    tmp_path: Path, host: DemoHost
) -> None:
    whole, parts = Tool(tmp_path / "whole"), Tool(tmp_path / "parts")
    assert whole.run("backup", *urls(host)).code == 0
    pages = {path for path in host.counts() if path != "/robots.txt"}
    host.forget_requests()
    runs = 0
    while True:
        before = len(host.requests)
        ran = parts.run("backup", *urls(host), "--max-requests", "20")
        assert ran.code == 0, ran.err
        assert len(host.requests) - before <= 20
        runs += 1
        if "continues with the next run" not in ran.err:
            break
        assert parts.rows("select outcome from runs order by id desc limit 1") == [("limited",)]
    assert runs >= len(pages) // 20
    assert {path: count for path, count in host.counts().items() if path in pages} == dict.fromkeys(pages, 1)
    assert contents(parts.db) == contents(whole.db)


def test_a_run_ends_after_its_time_and_the_next_continues(tool: Tool, host: DemoHost) -> None:
    ran = tool.run("backup", *urls(host), "--for", "1s", delay=0.3)
    assert (ran.code, "continues with the next run" in ran.err) == (0, True), ran
    assert len(host.requests) <= 12, "as many as fit, of more than forty"
    assert tool.run("backup", *urls(host)).code == 0
    assert tool.rows("select count(*) from posts where content_hash is not null") == [(3 * 9,)]


@pytest.mark.parametrize(
    "words", [("--for", "0m"), ("--for", "2"), ("--for", "9999d"), ("--max-requests", "0")]
)
def test_a_limit_that_is_none_is_refused(tool: Tool, words: tuple[str, ...]) -> None:
    assert tool.run("backup", "https://blog.creaders.net/u/31182/", *words).code == 2


PAGES = 5


def blog(number: int) -> Blog:
    return Blog(site="creaders", uid=str(number))


def take(turns: BlogTurns, host: str, count: int = PAGES) -> Blog:
    found = turns.next(host)
    assert found is not None
    turns.record_taken(found, count)
    return found


def test_no_blog_leads_the_others_of_its_host_by_more_than_a_slice() -> None:
    turns = BlogTurns()
    for number in range(60):
        turns.add(blog(number), "a")
    taken: Counter[Blog] = Counter(dict.fromkeys(turns.hosts, 0))
    for step in range(1000):
        taken[take(turns, "a", 1 + step % PAGES)] += 1 + step % PAGES
        assert max(taken.values()) - min(taken.values()) <= PAGES


def test_a_blog_without_targets_returns_when_it_changes_or_its_retry_is_due() -> None:
    turns = BlogTurns()
    turns.add(blog(1), "a")
    turns.add(blog(2), "b")
    assert turns.changed_hosts("2025-01-01") == ["a", "b"]
    turns.leave(blog(1), retry_at=None)
    turns.leave(blog(2), retry_at="2025-01-03")
    assert (turns.next("a"), turns.next("b")) == (None, None)
    assert turns.changed_hosts("2025-01-02") == []
    turns.wake(blog(1))
    assert turns.changed_hosts("2025-01-02") == ["a"]
    assert turns.next("a") == blog(1)
    assert turns.changed_hosts("2025-01-03") == ["b"]
    assert turns.next("b") == blog(2)


def test_a_blog_that_is_not_of_the_run_gets_no_turn() -> None:
    turns = BlogTurns()
    turns.add(blog(1), "a")
    turns.changed_hosts("")
    turns.wake(blog(2))
    assert turns.changed_hosts("") == []
