"""The command as a person runs it, and its archive held against the truth of a `World`, by the contract's names."""

from collections import Counter

from tests.end_to_end.host import Host
from tests.end_to_end.printing import Urls
from tests.end_to_end.world import CLOCK, Blog, Entry
from tests.tool import Tool


def differences(tool: Tool, host: Host, *uids: str) -> list[str]:
    """Every way in which the archive does not show these blogs as they are now; empty where all is right."""
    found: list[str] = []
    held = {uid for (uid,) in tool.rows("select uid from authors")}
    if held != set(uids):
        found.append(f"authors {held}, not {set(uids)}")
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
    there = {number: entry for number, entry in blog.entries.items() if entry.state == "there"}
    held = {
        row[0]: row[1:]
        for row in tool.rows(
            "select number, p.url, title, posted_at, posted_at_text, body_text, views, likes, comment_count, gone_at"
            " from posts p join authors a on a.id = p.author_id where a.uid = ?",
            blog.uid,
        )
    }
    for number, entry in there.items():
        want = _post(host, blog, entry)
        if held.get(number) != want:
            found.append(f"post {number}: {held.get(number)}, not {want}")
        found += _remarks(tool, host, blog, entry)
    for number in set(held) - set(there):
        if held[number][-1] is None:
            found.append(f"post {number} is not marked as gone")
    return found + _shelves(tool, host, blog) + _months(tool, host, blog)


def _post(host: Host, blog: Blog, entry: Entry) -> tuple[object, ...]:
    return (
        f"{host.url}{Urls(blog=blog).post(entry)}",
        entry.title,
        entry.when.replace(tzinfo=CLOCK).isoformat(),
        f"{entry.when:%Y-%m-%d %H:%M:%S}",
        "\n".join(entry.paragraphs),
        entry.views,
        entry.likes,
        len(entry.remarks),
        None,
    )


def _remarks(tool: Tool, host: Host, blog: Blog, entry: Entry) -> list[str]:
    held = Counter(
        tool.rows(
            "select c.author_name, c.author_url, c.reply_to, c.posted_at, c.body_text, c.likes from comments c"
            " join posts p on p.id = c.post_id join authors a on a.id = p.author_id"
            " where a.uid = ? and p.number = ? and c.gone_at is null",
            blog.uid,
            entry.number,
        )
    )
    want = Counter(
        (
            remark.author,
            None if remark.home is None else host.blog_url(remark.home),
            remark.reply_to,
            remark.when.replace(tzinfo=CLOCK).isoformat(),
            remark.text,
            remark.likes,
        )
        for remark in entry.remarks
    )
    return [f"comment of {entry.number} lacking: {one}" for one in want - held] + [
        f"comment of {entry.number} too much: {one}" for one in held - want
    ]


def _shelves(tool: Tool, host: Host, blog: Blog) -> list[str]:
    held = set(
        tool.rows(
            "select c.name, c.url, p.number from categories c join authors a on a.id = c.author_id"
            " join post_categories x on x.category_id = c.id and x.gone_at is null"
            " join posts p on p.id = x.post_id where a.uid = ? and p.gone_at is null",
            blog.uid,
        )
    )
    want = {
        (entry.shelf, f"{host.url}{Urls(blog=blog).shelf(entry.shelf)}", entry.number)
        for entry in blog.entries.values()
        if entry.state == "there"
    }
    return [f"category lacking: {one}" for one in want - held] + [
        f"category too much: {one}" for one in held - want
    ]


def _months(tool: Tool, host: Host, blog: Blog) -> list[str]:
    held = set(
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
    return [f"month lacking: {one}" for one in want - held]
