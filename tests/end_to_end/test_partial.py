"""A run with `--limit` or `--since` is incomplete on purpose: it proves nothing, and the next run proves all."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool

WATERMARKS = (
    "select month, proved_at, proved_first_on, proved_last_on from archive_months"
    " union all select name, proved_at, null, null from categories"
    " union all select uid, home_proved_at, null, null from authors order by 1"
)


@pytest.mark.parametrize("option", ["--limit=40", "--since=2024-01-01"])
def test_a_limited_run_moves_no_watermark_and_the_next_run_is_complete(tmp_path: Path, option: str) -> None:
    with Host(World(blogs={UID: make_blog(UID, posts=12, seed=5)})) as host:
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID), option).code == 0
        assert tool.scalar("select count(*) from posts where content_hash is not null") > 3
        assert {row[1:] for row in tool.rows(WATERMARKS)} == {(None, None, None)}
        assert tool.run("backup", host.blog_url(UID)).code == 0
        assert differences(tool, host, UID) == []
        months = "select count(*) from archive_months where proved_first_on is not first_post_on"
        assert tool.scalar(months) == 0
        before = tool.rows(WATERMARKS)
        host.world.blogs[UID].write(max(e.when for e in host.world.blogs[UID].posts.values()))
        tool.run("update", option)
        assert tool.rows(WATERMARKS) == before
        tool.run("update")
        assert differences(tool, host, UID) == []
