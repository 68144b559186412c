"""A list, or the comments of a post, with a next page without end, each page with new entries."""

from tests.crawl.downloads.raw_host import RawHost
from tests.crawl.downloads.traps import endless_comments, endless_list, invented_posts
from tests.demo import make_blog
from tests.demo.blogs.truth import Habits
from tests.tool import Tool

UID = "31182"
DETAIL = "more than 2,000 pages follow each other; the rest is not fetched"


def test_a_chain_of_pages_without_end_is_followed_for_2000_pages_and_is_a_failure(tool: Tool) -> None:
    blog = make_blog(UID, posts=6, months=1, comments=6, awkward=False, habits=Habits(posts_per_month=2))
    with RawHost([blog]) as host:
        busy = next(post for post in blog.posts if len(post.comments) > blog.habits.comments_per_page * 2)
        comments = rf"/{busy.number}\.html"
        host.attacks = {
            comments: endless_comments(host),
            "month.php": endless_list(host),
            r"/\d{7,8}\.html": invented_posts(host),
        }
        tool.run("backup", host.blog_url(UID), "--max-requests", "30")
        assert {kind for (kind,) in tool.rows("select kind from frontier where page_no > 3")} == {
            "comments",
            "month",
        }
        # As if 1,980 more pages of each chain had been fetched.
        tool.change("update frontier set page_no = page_no + 1980 where page_no > 1")
        tool.change("update _page_chains set pages_read = pages_read + 1980 where complete_at is null")
        host.requests.clear()
        ran = tool.run("update", "--max-requests", "300")
    assert ran.code == 1
    assert "limit of 300" not in ran.err
    found = tool.rows("select url from open_failures where detail = ? and field = 'pages'", DETAIL)
    assert any(str(busy.number) in url for (url,) in found)
    assert any("month.php" in url for (url,) in found)
    assert tool.scalar("select max(page_no) from frontier") == 2000
    assert tool.scalar("select count(*) from posts where gone_at is not null") == 0
