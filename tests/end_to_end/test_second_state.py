"""A changed host: the changes that `update` finds on the home page, and those that need `update --full`."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import Blog, Comment, Post, World, make_blog
from tests.tool import Tool


def long_month(blog: Blog) -> date:
    """Return the first day of the newest month with days between its posts."""
    return next(first for _, first, last in blog.months() if (last - first).days > 3)


def month_edges(blog: Blog) -> list[Post]:
    """Return four posts, each the only one of the first or last day of its month."""
    days = Counter(post.when.date() for post in blog.posts.values())
    lasts = {last for _, _, last in blog.months()[1:9]}
    return [e for e in blog.posts.values() if e.when.date() in lasts and days[e.when.date()] == 1][:4]


def shown_on_home(blog: Blog) -> None:
    """Make changes that the home page shows: new, deleted and renamed posts, a new nickname, a renamed category."""
    posts = list(blog.posts.values())
    for hours in (3, 8, 13):
        blog.write(posts[0].when + timedelta(hours=hours), title=f"新的一篇{hours}")
    blog.write(datetime(2014, 3, 3, 4, 5, 6), title="很久以前，今天补写")
    first = long_month(blog)
    blog.write(datetime(first.year, first.month, first.day, 0, 3), title="月首补写")
    posts[25].pinned = True
    posts[2].title = "改过的题目"
    for post, state in zip(month_edges(blog), ("404", "410", "notice", "hidden"), strict=True):
        post.state = state  # type: ignore[assignment]
    next(
        post for post in posts[5:] if post.state == "there"
    ).state = "404"  # which its category's titles lack now
    blog.nickname = "改名换姓"
    blog.categories["旧事"] = blog.categories.pop("往事")
    for post in blog.posts.values():
        post.category = "旧事" if post.category == "往事" else post.category


def within_posts(blog: Blog) -> None:
    """Make changes that only posts' pages and listings show."""
    posts = [post for post in blog.posts.values() if post.state == "there"]
    posts[1].comments.insert(0, Comment(author="迟到", when=datetime(2025, 2, 1, 1, 1, 1), text="晚来的话"))
    posts[-2].comments.insert(0, Comment(author="迟到", when=datetime(2025, 2, 1, 1, 1, 2), text="更晚的话"))
    posts[3].paragraphs[1] = "改了的正文。" * 9
    long = next(post for post in posts if len(post.comments) > 12)
    long.comments[11].text = "第二页上改过的话"
    del long.comments[2]
    next(post for post in posts if len(post.comments) > 4 and post is not long).comments.clear()
    first = long_month(blog)
    blog.write(datetime(first.year, first.month, first.day, 9) + timedelta(days=2), title="月中补写")


def test_an_update_finds_all_changes_of_the_home_page_with_few_requests(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    full = tool.scalar("select json_extract(counts, '$.requests') from runs")
    shown_on_home(blog)
    ran = tool.run("update", UID)
    assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
    assert 2 * len(host.requests) < full
    gone = dict(tool.rows("select gone_reason, count(*) from posts where gone_at is not null group by 1"))
    assert gone == {"404": 2, "410": 1, "deleted": 1, "hidden": 1}
    assert tool.scalar("select count(*) from open_failures") == 0
    host.forget_requests()
    assert tool.run("update").code == 0
    assert host.paths() == ["/robots.txt", f"/u/{UID}/"]


def test_a_full_update_finds_all_changes_and_unmarks_returned_posts(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    shown_on_home(blog)
    within_posts(blog)
    ran = tool.run("update", "--full")
    assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
    assert tool.scalar("select count(*) from comment_revisions") == 1
    assert tool.scalar("select count(*) from edited_posts") == 2
    assert tool.scalar("select count(*) from comments where gone_at is not null") > 4
    for post in blog.posts.values():
        post.state = "there"
    assert tool.run("update").code == 0
    assert differences(tool, host, UID) == []


def test_changed_counters_alone_store_no_page(host: Host, tool: Tool) -> None:
    before = tool.rows("select count(*), sum(body_size) from pages")
    host.world.raise_counters()
    assert tool.run("update", "--full").code == 0
    assert differences(tool, host, UID) == []
    assert tool.rows("select count(*), sum(body_size) from pages") == before
    assert tool.scalar("select count(*) from post_revisions") == 0


def test_a_deleted_category_and_shorter_listings_are_no_failures(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    lost, other, *_ = blog.categories
    path = f"/{blog.categories.pop(lost)}"
    for place, post in enumerate(blog.posts.values()):
        post.category = other if post.category == lost else post.category
        post.state = "404" if place % 2 else "there"
    host.fault = lambda asked: (
        Answer(status=404, body=b"<html>404 Not Found</html>") if path in asked else None
    )
    for _ in range(2):  # a vanished post is looked at before its listing, and again after
        ran = tool.run("update", "--full")
    assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
    assert tool.rows("select url, detail from open_failures") == []


def test_a_first_backup_makes_no_old_post_due_at_once(tool: Tool) -> None:
    soon = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    assert tool.scalar("select count(*) from posts where comment_count > 0") > 20
    assert tool.scalar("select count(*) from frontier where kind = 'post' and due_at < ?", soon) == 0


def test_a_late_comment_is_found_at_once_if_the_home_page_shows_comment_counts(tmp_path: Path) -> None:
    blog = make_blog(UID, posts=6, seed=8)
    with Host(World(blogs={UID: blog})) as host:
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        late = Comment(author="迟到", when=datetime(2025, 2, 1, 1, 1, 1), text="晚来的话")
        list(blog.posts.values())[3].comments.insert(0, late)
        host.world.raise_counters()
        host.forget_requests()
        assert tool.run("update").code == 0
        assert tool.scalar("select count(*) from comments where author_name = '迟到'") == 1
        assert len(host.requests) <= 6


@pytest.mark.slow
def test_a_clock_that_was_set_back_hides_no_change(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    posts = list(blog.posts.values())
    tool.days_ahead = 60
    posts[3].paragraphs[0] = "时钟快了时改的。"
    assert tool.run("update", "--full").code == 0
    tool.days_ahead = 1
    shown_on_home(blog)
    within_posts(blog)
    host.forget_requests()
    ran = tool.run("update")
    assert ran.code == 0
    assert re.search(r"this machine's clock is 1,4\d\d\.\d hours behind", ran.err)
    assert f"/u/{UID}/" in host.paths()
    assert len(host.requests) > 20, "what was fetched by the fast clock is due"
    assert tool.run("update", "--full").code == 0
    assert differences(tool, host, UID) == []
    host.forget_requests()
    assert tool.run("update", "--dry-run").code == 0


def test_a_clock_that_is_seconds_behind_is_not_told(host: Host, tool: Tool) -> None:
    tool.days_ahead = 60 / 86_400
    assert tool.run("update").code == 0
    tool.days_ahead = 0
    ran = tool.run("update")
    assert (ran.code, "clock" in ran.err) == (0, False), ran.err
