"""What `--dry-run` says is what the same words then ask the host for, and nothing is written by saying it."""

import json

import pytest

from blogarchive.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.host import Host, no_fault
from tests.end_to_end.printing import Urls
from tests.tool import Tool


@pytest.mark.parametrize("words", ["", "--full", "--full --limit 3", "--full --since 2024-10-01"])
def test_a_dry_run_says_each_request_that_a_blog_without_news_costs(
    host: Host, tool: Tool, words: str
) -> None:
    before = tool.rows("select * from frontier")
    said = json.loads(tool.run("update", *words.split(), "--dry-run", "--json").out)
    assert (host.requests, tool.rows("select * from frontier")) == ([], before)
    tool.run("update", *words.split())
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert said["requests"] == len(host.requests)


def test_a_dry_run_says_what_is_due_later_with_the_pages_that_follow(host: Host, tool: Tool) -> None:
    tool.days_ahead = 30
    said = json.loads(tool.run("update", "--dry-run", "--json").out)
    tool.run("update")
    assert sorted(url.removeprefix(host.url) for url in said["urls"]) == sorted(host.paths())
    assert len(host.requests) > 10


def test_a_dry_run_of_failures_says_what_is_not_due_yet_too(host: Host, tool: Tool) -> None:
    path = Urls(blog=host.world.blogs[UID]).post(next(iter(host.world.blogs[UID].entries.values())))
    host.fault = lambda asked: Answer(status=404) if asked == path else None
    assert tool.run("update", "--full").code == 1
    host.fault = no_fault
    assert path not in tool.run("update", "--dry-run").out
    assert path in tool.run("failures", "--retry", "--dry-run").out
