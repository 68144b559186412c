"""A host in a second state: what `update` finds by the home page alone, what `update --full` finds beyond it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from blogarchive.demo.server.response import Answer
from tests.end_to_end.conftest import UID
from tests.end_to_end.examine import differences
from tests.end_to_end.host import Host
from tests.end_to_end.world import Blog, Entry, Remark, World, make_blog
from tests.tool import Tool


def long_month(blog: Blog) -> date:
    """The first day in the newest month whose posts are days apart."""
    return next(first for _, first, last in blog.months() if (last - first).days > 3)


def month_edges(blog: Blog) -> list[Entry]:
    """Four posts, each the only one of the first or last day that the archive's rows show of its month."""
    days = Counter(entry.when.date() for entry in blog.entries.values())
    lasts = {last for _, _, last in blog.months()[1:9]}
    return [e for e in blog.entries.values() if e.when.date() in lasts and days[e.when.date()] == 1][:4]


def shown_on_home(blog: Blog) -> None:
    """Changes that a home page tells of: posts come, go and are named anew; so are the author and a category."""
    entries = list(blog.entries.values())
    for hours in (3, 8, 13):
        blog.write(entries[0].when + timedelta(hours=hours), title=f"新的一篇{hours}")
    blog.write(datetime(2014, 3, 3, 4, 5, 6), title="很久以前，今天补写")
    first = long_month(blog)
    blog.write(datetime(first.year, first.month, first.day, 0, 3), title="月首补写")
    entries[25].pinned = True
    entries[2].title = "改过的题目"
    for entry, state in zip(month_edges(blog), ("404", "410", "notice", "hidden"), strict=True):
        entry.state = state  # type: ignore[assignment]
    next(
        entry for entry in entries[5:] if entry.state == "there"
    ).state = "404"  # which its category's titles lack now
    blog.nickname = "改名换姓"
    blog.shelves["旧事"] = blog.shelves.pop("往事")
    for entry in blog.entries.values():
        entry.shelf = "旧事" if entry.shelf == "往事" else entry.shelf


def within_posts(blog: Blog) -> None:
    """Changes that only the posts' own pages and the listings show."""
    entries = [entry for entry in blog.entries.values() if entry.state == "there"]
    entries[1].remarks.insert(0, Remark(author="迟到", when=datetime(2025, 2, 1, 1, 1, 1), text="晚来的话"))
    entries[-2].remarks.insert(0, Remark(author="迟到", when=datetime(2025, 2, 1, 1, 1, 2), text="更晚的话"))
    entries[3].paragraphs[1] = "改了的正文。" * 9
    long = next(entry for entry in entries if len(entry.remarks) > 12)
    long.remarks[11].text = "第二页上改过的话"
    del long.remarks[2]
    next(entry for entry in entries if len(entry.remarks) > 4 and entry is not long).remarks.clear()
    first = long_month(blog)
    blog.write(datetime(first.year, first.month, first.day, 9) + timedelta(days=2), title="月中补写")


def test_an_update_finds_all_that_the_home_page_tells_of_with_few_requests(host: Host, tool: Tool) -> None:
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


def test_a_full_update_finds_all_else_and_a_return_unmarks(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    shown_on_home(blog)
    within_posts(blog)
    ran = tool.run("update", "--full")
    assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
    assert tool.scalar("select count(*) from comment_revisions") == 1
    assert tool.scalar("select count(*) from edited_posts") == 2
    assert tool.scalar("select count(*) from comments where gone_at is not null") > 4
    for entry in blog.entries.values():
        entry.state = "there"
    assert tool.run("update").code == 0
    assert differences(tool, host, UID) == []


def test_counters_alone_cost_no_bytes(host: Host, tool: Tool) -> None:
    before = tool.rows("select count(*), sum(body_size) from pages")
    host.world.all_move()
    assert tool.run("update", "--full").code == 0
    assert differences(tool, host, UID) == []
    assert tool.rows("select count(*), sum(body_size) from pages") == before
    assert tool.scalar("select count(*) from post_revisions") == 0


def test_a_category_that_is_no_more_and_listings_that_grew_shorter_are_no_failures(
    host: Host, tool: Tool
) -> None:
    blog = host.world.blogs[UID]
    lost, other, *_ = blog.shelves
    path = f"/{blog.shelves.pop(lost)}"
    for place, entry in enumerate(blog.entries.values()):
        entry.shelf = other if entry.shelf == lost else entry.shelf
        entry.state = "404" if place % 2 else "there"
    host.fault = lambda asked: (
        Answer(status=404, body=b"<html>404 Not Found</html>") if path in asked else None
    )
    for _ in range(2):  # a vanished post is looked at before its listing, and again after
        ran = tool.run("update", "--full")
    assert (ran.code, differences(tool, host, UID)) == (0, []), ran.err
    assert tool.rows("select url, detail from open_failures") == []


def test_old_posts_are_not_due_at_once_because_their_comments_are_new_to_a_first_backup(
    tool: Tool,
) -> None:
    soon = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    assert tool.scalar("select count(*) from posts where comment_count > 0") > 20
    assert tool.scalar("select count(*) from frontier where kind = 'post' and due_at < ?", soon) == 0


def test_a_late_comment_is_found_at_once_where_the_home_page_shows_numbers_of_comments(
    tmp_path: Path,
) -> None:
    blog = make_blog(UID, posts=6, seed=8)
    with Host(World(blogs={UID: blog})) as host:
        tool = Tool(tmp_path)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        late = Remark(author="迟到", when=datetime(2025, 2, 1, 1, 1, 1), text="晚来的话")
        list(blog.entries.values())[3].remarks.insert(0, late)
        host.world.all_move()
        host.forget_requests()
        assert tool.run("update").code == 0
        assert tool.scalar("select count(*) from comments where author_name = '迟到'") == 1
        assert len(host.requests) <= 6


def test_a_clock_that_was_set_back_hides_nothing_that_the_host_shows(host: Host, tool: Tool) -> None:
    blog = host.world.blogs[UID]
    entries = list(blog.entries.values())
    tool.days_ahead = 60
    entries[3].paragraphs[0] = "时钟快了时改的。"
    assert tool.run("update", "--full").code == 0
    tool.days_ahead = 1
    shown_on_home(blog)
    within_posts(blog)
    host.forget_requests()
    assert tool.run("update").code == 0
    assert f"/u/{UID}/" in host.paths()
    assert len(host.requests) > 20, "what was fetched by the fast clock is due"
    assert tool.run("update", "--full").code == 0
    assert differences(tool, host, UID) == []
    host.forget_requests()
    assert tool.run("update", "--dry-run").code == 0
