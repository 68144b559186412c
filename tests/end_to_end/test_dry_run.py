"""`--dry-run` lists the requests of the same command without it, and writes nothing."""

import json

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.printing import Urls
from tests.tool import Tool


@pytest.mark.parametrize("words", ["", "--full", "--full --limit 3", "--full --since 2024-10-01"])
def test_a_dry_run_lists_the_requests_for_an_unchanged_blog(host: Host, tool: Tool, words: str) -> None:
    before = tool.rows("select * from frontier")
    said = json.loads(tool.run("update", *words.split(), "--dry-run", "--json").out)
    assert (host.requests, tool.rows("select * from frontier")) == ([], before)
    tool.run("update", *words.split())
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert said["requests"] == len(host.requests)


def test_a_dry_run_lists_due_pages_and_their_further_pages(host: Host, tool: Tool) -> None:
    tool.days_ahead = 30
    said = json.loads(tool.run("update", "--dry-run", "--json").out)
    tool.run("update")
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert len(host.requests) > 10


def test_a_dry_run_of_a_retry_lists_failures_that_are_not_yet_due(host: Host, tool: Tool) -> None:
    path = Urls(blog=host.world.blogs[UID]).post(next(iter(host.world.blogs[UID].posts.values())))
    host.fault = lambda asked: Answer(status=404) if asked == path else None
    assert tool.run("update", "--full").code == 1
    host.fault = no_fault
    assert path not in tool.run("update", "--dry-run").out
    assert path in tool.run("failures", "--retry", "--dry-run").out
