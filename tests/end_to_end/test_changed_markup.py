"""A site that changes its markup exits 5, and nothing stored changes."""

import re
from collections.abc import Callable

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host, no_fault
from tests.tool import Tool

CHANGES: dict[str, Callable[[str], str]] = {
    "views": lambda html: html.replace("浏览（", "热度（"),
    "times": lambda html: re.sub(r"<td align=right>[\d\- :]+</td>", "<td></td>", html),
    "bodies": lambda html: re.sub(r"<td colspan=2>[^浏]*(?=</td></tr><tr><td colspan=2>浏览)", "<td>", html),
    "total_visits": lambda html: html.replace("访问总量", "热度总量"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_field_that_no_page_shows_any_more_exits_5_and_changes_no_content(
    host: Host, tool: Tool, what: str
) -> None:
    change = CHANGES[what]

    def made_over(path: str) -> Answer | None:
        good = host.page(path)
        if re.search(r"/\d{6}/\d+\.html", path) is None:
            return None
        return Answer(body=change(good.body.decode("gb18030")).encode("gb18030"), headers=good.headers)

    host.fault = made_over
    ran = tool.run("update", "--full")
    assert ran.code == 5, ran.err
    assert "the site seems to have changed" in ran.err
    if what in (
        "views",
        "total_visits",
    ):  # what stands in the place of the others may be read as something else
        words = {"views": "the number of views (post.views)", "total_visits": "the number of visits ("}
        assert words[what] in ran.err.split("this run:")[1]
    assert differences(tool, host, UID) == []
    assert tool.scalar("select count(*) from post_revisions") == 0
    assert tool.rows("select outcome, exit_code from runs order by id desc limit 1") == [("changed", 5)]


@pytest.mark.parametrize("words", [[], ["--full"]], ids=["home alone", "every page"])
def test_an_empty_page_for_every_url_exits_5(host: Host, tool: Tool, words: list[str]) -> None:
    shell = b"<!doctype html><html><body><div id=app></div><script src=/app.js></script></body></html>"
    host.fault = lambda path: None if path == "/robots.txt" else Answer(body=shell)
    ran = tool.run("update", *words)
    assert (ran.code, "the site seems to have changed" in ran.err) == (5, True), ran.err
    assert len(host.requests) < 15
    assert differences(tool, host, UID) == []


def test_a_site_of_unknown_pages_exits_5_and_changes_no_content(host: Host, tool: Tool) -> None:
    def made_over(path: str) -> Answer | None:
        page = f"<html><body><div id=app>{'新' * len(path)}</div></body></html>"
        return (
            None
            if path == "/robots.txt"
            else Answer(body=page.encode(), headers=(("Content-Type", "text/html"),))
        )

    host.fault = made_over
    ran = tool.run("update")
    assert ran.code == 5, ran.err
    assert "the site seems to have changed" in ran.err
    assert differences(tool, host, UID) == []
    host.fault = no_fault
    assert tool.run("failures", "--retry").code == 0
    assert differences(tool, host, UID) == []
