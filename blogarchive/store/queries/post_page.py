"""Reads the page of a post, from a connection that may only read."""

import sqlite3

from blogarchive.store.queries.author_pages import BLOG, POST_LINE
from blogarchive.store.queries.page_models import (
    Blog,
    Category,
    Comment,
    Counters,
    Picture,
    Post,
    PostLine,
    PostPage,
    Version,
)
from blogarchive.store.rows import all_as, one_as


def post_page(connection: sqlite3.Connection, post_id: int) -> PostPage | None:
    """The post of that id with all that its page shows, or None."""
    post = one_as(
        connection,
        Post,
        """select id, author_id, number, url, title, posted_at, posted_at_text, body_html, body_text, views,
                  likes, comment_count, first_seen_at, last_seen_at, gone_at, gone_reason
             from posts where id = ?""",
        (post_id,),
    )
    if post is None:
        return None
    blog = one_as(connection, Blog, f"{BLOG} where a.id = ?", (post.author_id,))
    if blog is None:
        return None
    older, newer = _neighbours(connection, post)
    return PostPage(
        post=post,
        blog=blog,
        categories=_categories(connection, post_id),
        comments=_comments(connection, post_id),
        pictures=_pictures(connection, post_id),
        counters=all_as(
            connection,
            Counters,
            "select captured_at, views, likes, comment_count from post_stats where post_id = ?"
            " order by captured_at",
            (post_id,),
        ),
        versions=_versions(connection, post_id),
        older=older,
        newer=newer,
    )


def post_id(connection: sqlite3.Connection, site: str, uid: str | None, number: int | str) -> int | None:
    """The post of that number; `uid` None: where one blog of the site only has it."""
    found = connection.execute(
        """select p.id from authors a join posts p on p.author_id = a.id and p.number = ?2
            where a.site = ?1 and (?3 is null or a.uid = ?3 or exists
                  (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?3)) limit 2""",
        (site, number, uid),
    ).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def _comments(connection: sqlite3.Connection, post_id: int) -> tuple[Comment, ...]:
    """The comments of a post, oldest first; pages show them newest first, so that is what `position`
    counts.
    """
    return all_as(
        connection,
        Comment,
        """select id, author_name, author_url, reply_to, body_html, body_text, posted_at, posted_at_text,
        likes, gone_at, (select count(*) from comment_revisions r where r.comment_id = c.id) as versions from
        comments c where post_id = ? order by posted_at is null, posted_at, position desc, id""",
        (post_id,),
    )


def _pictures(connection: sqlite3.Connection, post_id: int) -> tuple[Picture, ...]:
    """The pictures of a post, in their order."""
    return all_as(
        connection,
        Picture,
        """select pm.url, f.sha256 from post_media pm left join media m on m.id = pm.media_id
             left join media_files f on f.sha256 = m.sha256 where pm.post_id = ? order by pm.position""",
        (post_id,),
    )


def _versions(connection: sqlite3.Connection, post_id: int) -> tuple[Version, ...]:
    """The texts a post has had, oldest first, today's last; none where its text was never held."""
    return all_as(
        connection,
        Version,
        """select captured_at, title, body_text from post_versions where post_id = ?
            order by is_current, captured_at, page_id""",
        (post_id,),
    )


def _categories(connection: sqlite3.Connection, post_id: int) -> tuple[Category, ...]:
    return all_as(
        connection,
        Category,
        """select c.id, c.name, 0 as posts from posts_in_categories pc join categories c on c.id = pc.category_id
            where pc.post_id = ? order by c.name""",
        (post_id,),
    )


def _neighbours(connection: sqlite3.Connection, post: Post) -> tuple[PostLine | None, PostLine | None]:
    """The posts before and after by the same author; for one without a time, by its number."""
    by, value = ("p.number", post.number) if post.posted_at is None else ("p.posted_at", post.posted_at)
    older = one_as(
        connection,
        PostLine,
        f"""{POST_LINE} where p.author_id = ? and ({by}, p.id) < (?, ?) order by {by} desc, p.id desc limit 1""",
        (post.author_id, value, post.id),
    )
    newer = one_as(
        connection,
        PostLine,
        f"""{POST_LINE} where p.author_id = ? and ({by}, p.id) > (?, ?) order by {by}, p.id limit 1""",
        (post.author_id, value, post.id),
    )
    return older, newer
