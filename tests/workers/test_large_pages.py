"""Large pages are parsed in a process of its own, which is killed at a time limit; the run continues."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blogarchive.items import Page, Target
from blogarchive.sites.base import MAX_PAGE_BYTES, MAX_TAGS
from blogarchive.sites.normalize import parse_normalized
from blogarchive.workers.parser_process import LARGE_PAGE, parse_guarded
from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Instead, Rule
from tests.demo.server.response import Answer
from tests.hostile.pages import hostile_page
from tests.tool import Tool

UID = "31182"
ENDLESS = b"<!-- this page never ends -->"
# Python imports this module at the start of every process; in it the parser of a site hangs on some pages.
HANGING = f"""
from blogarchive.sites.creaders.site import Creaders
from blogarchive.workers import parser_process

parser_process.TIME_LIMIT = 1.5
whole = Creaders.parse_page

def parse_page(self, page, target):
    while {ENDLESS!r} in page.body:
        pass
    return whole(self, page, target)

Creaders.parse_page = parse_page
"""


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a command in which the parser hangs on some pages."""
    (tmp_path / "hanging").mkdir()
    (tmp_path / "hanging" / "sitecustomize.py").write_text(HANGING)
    paths = [str(tmp_path / "hanging"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def run(
    tool: Tool, environment: dict[str, str], *words: str, delay: float
) -> subprocess.CompletedProcess[str]:
    command = tool.command(*words, delay=delay)
    return subprocess.run(
        command, cwd=tool.folder, env=environment, capture_output=True, text=True, timeout=300
    )


def large_page(body: bytes) -> tuple[Page, Target]:
    page, target = hostile_page("paragraphs", "body", LARGE_PAGE)
    moment = datetime(2025, 2, 1, tzinfo=UTC)
    page = Page(url=page.url, status=200, headers=(), body=page.body + body, fetched_at=moment)
    return page, target


def test_a_large_page_parses_as_a_small_one_and_the_process_is_used_again() -> None:
    for kind in ("comment-blocks", "paragraphs"):
        page, target = hostile_page(kind, "body", LARGE_PAGE)
        assert parse_guarded(page, target) == parse_normalized(page, target)


@pytest.mark.parametrize(
    ("body", "limit"),
    [(b"x" * (MAX_PAGE_BYTES + 1), f"{MAX_PAGE_BYTES:,}"), (b"<i>" * (MAX_TAGS + 1), f"{MAX_TAGS:,}")],
)
def test_a_page_beyond_a_limit_is_stored_and_its_failure_names_the_limit(
    tool: Tool, body: bytes, limit: str
) -> None:
    rule = Rule(Instead(Answer(body=body)), match=r"/400345\.html")
    with DemoHost([make_blog(UID, posts=6)], rules=[rule]) as host:
        ran = tool.run("backup", host.blog_url(UID))
    assert ran.code == 1, ran.err
    ((kind, detail),) = tool.rows("select kind, detail from open_failures where url like '%/400345.html'")
    assert kind == "unreadable"
    assert f"the limit is {limit}" in detail
    assert tool.scalar("select body_size from pages where url like '%/400345.html'") == len(body)
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 5


def one_hanging_page() -> DemoHost:
    """Return the host of a blog of six posts, one of which the parser of `hanging` never finishes."""
    body = ENDLESS + b"<p>x</p>" * (LARGE_PAGE // 8)
    return DemoHost(
        [make_blog(UID, posts=6)], rules=[Rule(Instead(Answer(body=body)), match=r"/400345\.html")]
    )


@pytest.mark.parametrize("delay", [0, 0.01])
def test_a_page_that_hangs_the_parser_is_a_failure_and_the_run_continues(
    tool: Tool, hanging: dict[str, str], delay: float
) -> None:
    with one_hanging_page() as host:
        ran = run(tool, hanging, "backup", host.blog_url(UID), delay=delay)
    assert ran.returncode == 1, ran.stderr
    ((kind, detail),) = tool.rows("select kind, detail from open_failures where url like '%/400345.html'")
    assert kind == "mistake"
    assert "parsing took longer than" in detail
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 5
    assert "Traceback" not in ran.stderr


def test_merge_and_reparse_continue_after_a_stored_page_that_hangs_the_parser(
    tool: Tool, hanging: dict[str, str], tmp_path: Path
) -> None:
    with one_hanging_page() as host:
        assert tool.run("backup", host.blog_url(UID)).code == 1
    other = Tool(tmp_path / "other")
    merged = run(other, hanging, "merge", str(tool.db), delay=0)
    assert merged.returncode == 1, merged.stderr
    assert "parsing took longer than" in merged.stdout + merged.stderr
    assert other.scalar("select count(*) from posts where content_hash is not null") == 5
    assert other.rows("pragma integrity_check") == [("ok",)]
    assert other.scalar("select count(*) from pages where url like '%/400345.html'") == 0, (
        "no page comes without its parse"
    )
    reparsed = run(tool, hanging, "reparse", delay=0)
    assert reparsed.returncode == 1, reparsed.stderr
    assert "parsing took longer than" in reparsed.stderr
