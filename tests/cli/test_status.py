"""`status` shows each blog of a small archive, and the sums of a whole host."""

import json
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from tests.tool import Tool

_INSERT = """insert into authors (site, uid, url, nickname, first_seen_at, last_seen_at)
             values ('creaders', ?, 'http://blog.test/u/' || ?1 || '/', '邻居' || ?1, 'a', 'a')"""

_HOME = """insert into frontier (key, url, site, uid, kind, state, found_at, fetched_at)
           values ('h' || ?1, 'http://blog.test/u/' || ?1 || '/', 'creaders', ?1, 'home', 'done', 'a', 'a')"""


def archive_of(tool: Tool, blogs: int) -> None:
    """Make an archive of so many blogs; a page of the last is still to fetch."""
    with Archive.open(tool.db, create=True) as archive, archive.atomic():
        for number in range(1, blogs + 1):
            archive.execute(_INSERT, (str(number),))
            archive.execute(_HOME, (str(number),))
        archive.execute(
            "insert into frontier (key, url, site, uid, kind, state, found_at)"
            " values ('k', 'http://blog.test/p', 'creaders', ?, 'post', 'todo', 'a')",
            (str(blogs),),
        )


def headings(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("邻居")]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def test_each_of_twenty_blogs_is_shown(tool: Tool) -> None:
    archive_of(tool, 20)
    assert len(headings(tool.run("status").out)) == 20


def test_of_more_blogs_the_sums_and_the_incomplete_ones_are_shown(tool: Tool) -> None:
    archive_of(tool, 21)
    out = tool.run("status").out
    assert "creaders: 21 blogs, 20 complete, 0 never reached, 0 paused" in out
    assert "1 blogs are not complete; `blogarchive status --all` shows each blog" in out
    assert [line for line in out.splitlines() if line.startswith("  creaders/")] == [
        "  creaders/21  0 of 0 posts read, 1 pages still to fetch, 0 failures"
    ]
    assert headings(out) == []


def test_all_blogs_or_named_ones_are_shown_on_request(tool: Tool) -> None:
    archive_of(tool, 21)
    assert len(headings(tool.run("status", "--all").out)) == 21
    named = tool.run("status", "7", "creaders/9", "http://blog.test/u/11/").out
    assert [line.split()[0] for line in headings(named)] == ["邻居7", "邻居9", "邻居11"]
    assert "pages and" not in named


def test_json_has_every_blog_unless_some_are_named(tool: Tool) -> None:
    archive_of(tool, 21)
    assert len(json.loads(tool.run("status", "--json").out)["blogs"]) == 21
    (one,) = json.loads(tool.run("status", "--json", "21").out)["blogs"]
    assert (one["uid"], one["waiting"]) == ("21", 1)


def test_an_unknown_blog_is_refused_in_one_line(tool: Tool) -> None:
    archive_of(tool, 1)
    refused = tool.run("status", "nobody")
    assert refused.code == 2
    assert len(refused.err.splitlines()) == 1
