"""Compare an archive, by the tables of the contract, with the blogs of a `World`."""

from collections import Counter

from tests.end_to_end.host import Host
from tests.end_to_end.printing import Urls
from tests.end_to_end.world import CLOCK, Blog, Post
from tests.tool import Tool


def differences(tool: Tool, host: Host, *uids: str) -> list[str]:
    """Return each difference between the archive and the current state of these blogs; empty if there is none."""
    found: list[str] = []
    stored = {uid for (uid,) in tool.rows("select uid from authors")}
    if stored != set(uids):
        found.append(f"authors {stored}, not {set(uids)}")
    for uid in uids:
        found += _blog(tool, host, host.world.blogs[uid])
    found += [f"integrity: {row}" for row in tool.rows("pragma integrity_check") if row != ("ok",)]
    return found + [f"foreign key: {row}" for row in tool.rows("pragma foreign_key_check")]


def _blog(tool: Tool, host: Host, blog: Blog) -> list[str]:
    found: list[str] = []
    row = tool.rows(
        "select nickname, blog_title, tagline, url, registered_on from authors where uid = ?", blog.uid
    )
    want = (blog.nickname, blog.title, blog.tagline, host.blog_url(blog.uid), str(blog.registered))
    found += [] if row == [want] else [f"author {row}, not {want}"]
    there = {str(number): post for number, post in blog.posts.items() if post.state == "there"}
    stored = {
        row[0]: row[1:]
        for row in tool.rows(
            "select number, p.url, title, posted_at, posted_at_text, body_text, views, likes, comment_count, gone_at"
            " from posts p join authors a on a.id = p.author_id where a.uid = ?",
            blog.uid,
        )
    }
    for number, post in there.items():
        want = _post(host, blog, post)
        if stored.get(number) != want:
            found.append(f"post {number}: {stored.get(number)}, not {want}")
        found += _comments(tool, host, blog, post)
    for number in set(stored) - set(there):
        if stored[number][-1] is None:
            found.append(f"post {number} is not marked as gone")
    return found + _categories(tool, host, blog) + _months(tool, host, blog)


def _post(host: Host, blog: Blog, post: Post) -> tuple[object, ...]:
    return (
        f"{host.url}{Urls(blog=blog).post(post)}",
        post.title,
        post.when.replace(tzinfo=CLOCK).isoformat(),
        f"{post.when:%Y-%m-%d %H:%M:%S}",
        "\n".join(post.paragraphs),
        post.views,
        post.likes,
        len(post.comments),
        None,
    )


def _comments(tool: Tool, host: Host, blog: Blog, post: Post) -> list[str]:
    stored = Counter(
        tool.rows(
            "select c.author_name, c.author_url, c.reply_to, c.posted_at, c.body_text, c.likes from comments c"
            " join posts p on p.id = c.post_id join authors a on a.id = p.author_id"
            " where a.uid = ? and p.number = ? and c.gone_at is null",
            blog.uid,
            post.number,
        )
    )
    want = Counter(
        (
            comment.author,
            None if comment.home is None else host.blog_url(comment.home),
            comment.reply_to,
            comment.when.replace(tzinfo=CLOCK).isoformat(),
            comment.text,
            comment.likes,
        )
        for comment in post.comments
    )
    return [f"comment of {post.number} lacking: {one}" for one in want - stored] + [
        f"comment of {post.number} too much: {one}" for one in stored - want
    ]


def _categories(tool: Tool, host: Host, blog: Blog) -> list[str]:
    stored = set(
        tool.rows(
            "select c.name, c.url, p.number from categories c join authors a on a.id = c.author_id"
            " join post_categories x on x.category_id = c.id and x.gone_at is null"
            " join posts p on p.id = x.post_id where a.uid = ? and p.gone_at is null",
            blog.uid,
        )
    )
    want = {
        (post.category, f"{host.url}{Urls(blog=blog).category(post.category)}", str(post.number))
        for post in blog.posts.values()
        if post.state == "there"
    }
    return [f"category lacking: {one}" for one in want - stored] + [
        f"category too much: {one}" for one in stored - want
    ]


def _months(tool: Tool, host: Host, blog: Blog) -> list[str]:
    stored = set(
        tool.rows(
            "select month, first_post_on, last_post_on, m.url from archive_months m"
            " join authors a on a.id = m.author_id where a.uid = ?",
            blog.uid,
        )
    )
    want = {
        (f"{month[:4]}-{month[4:]}", str(first), str(last), f"{host.url}{Urls(blog=blog).month(month)}")
        for month, first, last in blog.months()
    }
    return [f"month lacking: {one}" for one in want - stored]
