"""A WARC or a merge moves all posts and comments to another archive."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import World, make_blog
from tests.tool import Tool


@pytest.mark.parametrize("way", ["warc", "merge"])
def test_equal_comments_on_two_pages_survive_a_warc_and_a_merge(tmp_path: Path, way: str) -> None:
    blog = make_blog(UID, posts=12, seed=9)
    post = max(blog.posts.values(), key=lambda post: len(post.comments))
    border = blog.comments_per_page
    assert len(post.comments) > border + 2
    post.comments[border] = replace(post.comments[border - 1])
    post.comments[border + 1] = replace(post.comments[border - 1], text="同一秒写的另一句")
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
        blog.write(max(post.when for post in blog.posts.values()))
        assert second.run("update").code == 0
        assert differences(second, host, UID) == [], (
            "an update asks for blogs that were never asked for before"
        )
