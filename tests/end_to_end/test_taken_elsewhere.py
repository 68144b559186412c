"""An archive that was taken elsewhere, by a WARC or by a merge, holds the same posts and comments."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool


@pytest.mark.parametrize("way", ["warc", "merge"])
def test_comments_alike_on_two_pages_of_comments_come_along(tmp_path: Path, way: str) -> None:
    blog = make_blog(UID, posts=12, seed=9)
    post = max(blog.entries.values(), key=lambda entry: len(entry.remarks))
    border = blog.remarks_per_page
    assert len(post.remarks) > border + 2
    post.remarks[border] = replace(post.remarks[border - 1])
    post.remarks[border + 1] = replace(post.remarks[border - 1], text="同一秒写的另一句")
    with Host(World(blogs={UID: blog})) as host:
        first, second = Tool(tmp_path), Tool(tmp_path / "b")
        assert first.run("backup", host.blog_url(UID)).code == 0
        assert differences(first, host, UID) == []
        if way == "warc":
            first.run("export", "warc", str(tmp_path / "all.warc.gz"))
            second.run("import", "warc", str(tmp_path / "all.warc.gz"), "--site", "creaders")
        else:
            second.run("merge", str(first.db))
        assert differences(second, host, UID) == []
        blog.write(max(entry.when for entry in blog.entries.values()))
        assert second.run("update").code == 0
        assert differences(second, host, UID) == [], (
            "an update asks for blogs that were never asked for before"
        )
