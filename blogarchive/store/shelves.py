"""Reads what the reading pages show, from a connection that may only read.

Each function is a handful of queries whose cost does not grow with the archive, but for the counts of whole
blogs.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

from blogarchive.store.search_index import pending
from blogarchive.store.shown import (
    Blog,
    Counters,
    File,
    Health,
    LastRun,
    Line,
    Month,
    Picture,
    Reading,
    Said,
    Shelf,
    Tag,
    Text,
    Version,
    Visits,
)

_Row = TypeVar("_Row")

_LINE = """select p.id, p.author_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at,
       p.posted_at_text, p.views, p.comment_count, p.gone_at, p.content_hash is not null as held,
       substr(p.body_text, 1, 120) as beginning
  from posts p join authors a on a.id = p.author_id"""

_BLOG = """select a.id, a.site, a.uid, a.url, a.nickname, a.blog_title, a.tagline, a.registered_on,
       a.first_seen_at, a.last_seen_at,
       (select total_visits from author_stats s where s.author_id = a.id
           and total_visits is not null order by captured_at desc limit 1) as total_visits,
       (select account_age from author_stats s where s.author_id = a.id
           and account_age is not null order by captured_at desc limit 1) as account_age,
       (select count(*) from posts p where p.author_id = a.id) as posts,
       (select count(*) from posts p where p.author_id = a.id and p.content_hash is null
           and p.gone_at is null) as missing,
       (select count(*) from posts p where p.author_id = a.id and p.gone_at is not null) as gone,
       (select count(*) from posts p join comments c on c.post_id = p.id where p.author_id = a.id) as
       comments, (select min(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as
       first_post_on, (select max(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as
       last_post_on
  from authors a"""


def blogs(connection: sqlite3.Connection) -> tuple[Blog, ...]:
    """Every blog, the one with the newest post first."""
    found = _all(connection, Blog, _BLOG)
    return tuple(sorted(found, key=lambda blog: blog.last_post_on or "", reverse=True))


def newest(connection: sqlite3.Connection, limit: int = 20) -> tuple[Line, ...]:
    """The newest posts of all blogs."""
    return _all(connection, Line, f"{_LINE} order by p.posted_at desc, p.id desc limit ?", (limit,))


def health(connection: sqlite3.Connection) -> Health:
    """The state of the archive."""
    counts = connection.execute(
        """select (select count(*) from posts), (select count(*) from comments),
                  (select count(*) from posts where content_hash is null and gone_at is null),
                  (select count(*) from posts where gone_at is not null),
                  (select count(distinct post_id) from post_revisions),
                  (select count(*) from media where sha256 is not null),
                  (select count(*) from media where sha256 is null),
                  (select count(*) from failures where resolved_at is null)"""
    ).fetchone()
    posts, comments, missing, gone, edited, pictures_held, pictures_lost, open_failures = counts
    runs = _all(
        connection,
        LastRun,
        "select command, started_at, finished_at, outcome from runs order by id desc limit 1",
    )
    return Health(
        posts=posts,
        comments=comments,
        missing=missing,
        gone=gone,
        edited=edited,
        pictures_held=pictures_held,
        pictures_lost=pictures_lost,
        open_failures=open_failures,
        unindexed=pending(connection),
        last_run=runs[0] if runs else None,
    )


def reading(connection: sqlite3.Connection, post_id: int) -> Reading | None:
    """The post of that id with all that its page shows, or None."""
    post = _one(
        connection,
        Text,
        """select id, author_id, number, url, title, posted_at, posted_at_text, body_html, body_text, views,
                  likes, comment_count, first_seen_at, last_seen_at, gone_at, gone_reason
             from posts where id = ?""",
        (post_id,),
    )
    if post is None:
        return None
    blog = _one(connection, Blog, f"{_BLOG} where a.id = ?", (post.author_id,))
    if blog is None:
        return None
    older, newer = _neighbours(connection, post)
    return Reading(
        post=post,
        blog=blog,
        tags=_tags_of_post(connection, post_id),
        comments=comments(connection, post_id),
        pictures=pictures(connection, post_id),
        counters=_all(
            connection,
            Counters,
            "select captured_at, views, likes, comment_count from post_stats where post_id = ?"
            " order by captured_at",
            (post_id,),
        ),
        versions=versions(connection, post_id),
        older=older,
        newer=newer,
    )


def comments(connection: sqlite3.Connection, post_id: int) -> tuple[Said, ...]:
    """The comments of a post, oldest first; pages show them newest first, so that is what `position`
    counts.
    """
    return _all(
        connection,
        Said,
        """select id, author_name, author_url, reply_to, body_html, body_text, posted_at, posted_at_text,
        likes, gone_at, (select count(*) from comment_revisions r where r.comment_id = c.id) as versions from
        comments c where post_id = ? order by posted_at is null, posted_at, position desc, id""",
        (post_id,),
    )


def pictures(connection: sqlite3.Connection, post_id: int) -> tuple[Picture, ...]:
    """The pictures of a post, in their order."""
    return _all(
        connection,
        Picture,
        """select pm.url, f.sha256 from post_media pm left join media m on m.id = pm.media_id
             left join media_files f on f.sha256 = m.sha256 where pm.post_id = ? order by pm.position""",
        (post_id,),
    )


def versions(connection: sqlite3.Connection, post_id: int) -> tuple[Version, ...]:
    """The texts a post has had, oldest first, today's last; none where its text was never held."""
    return _all(
        connection,
        Version,
        """select captured_at, title, body_text from post_versions where post_id = ?
            order by is_current, captured_at, page_id""",
        (post_id,),
    )


def shelf(
    connection: sqlite3.Connection, author_id: int, *, year: str | None = None, category: int | None = None
) -> Shelf | None:
    """The page of an author, or None; without `year` and `category`, posts of the newest year that has
    any.
    """
    blog = _one(connection, Blog, f"{_BLOG} where a.id = ?", (author_id,))
    if blog is None:
        return None
    return Shelf(
        blog=blog,
        months=_months(connection, author_id),
        visits=_all(
            connection,
            Visits,
            "select captured_at, total_visits from author_stats where author_id = ?"
            " and total_visits is not null order by captured_at",
            (author_id,),
        ),
        tags=_all(
            connection,
            Tag,
            """select c.id, c.name, count(pc.post_id) as posts from categories c
                 left join post_categories pc on pc.category_id = c.id and pc.gone_at is null
                where c.author_id = ? group by c.id order by posts desc, c.name""",
            (author_id,),
        ),
        posts=_posts_of(connection, author_id, year or (blog.last_post_on or "")[:4], category),
    )


def post_id(connection: sqlite3.Connection, site: str, uid: str | None, number: int | str) -> int | None:
    """The post of that number; `uid` None: where one blog of the site only has it."""
    found = connection.execute(
        """select p.id from authors a join posts p on p.author_id = a.id and p.number = ?2
            where a.site = ?1 and (?3 is null or a.uid = ?3) limit 2""",
        (site, number, uid),
    ).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def file(connection: sqlite3.Connection, sha256: str) -> File | None:
    """The bytes of that hash, or None."""
    return _one(connection, File, "select content_type, body from media_files where sha256 = ?", (sha256,))


def _posts_of(
    connection: sqlite3.Connection, author_id: int, year: str, category: int | None
) -> tuple[Line, ...]:
    if category is not None:
        return _all(
            connection,
            Line,
            f"""{_LINE} join post_categories pc on pc.post_id = p.id and pc.gone_at is null
                 where p.author_id = ? and pc.category_id = ? order by p.posted_at desc, p.id desc""",
            (author_id, category),
        )
    if not year:
        return _all(connection, Line, f"{_LINE} where p.author_id = ? order by p.id desc", (author_id,))
    return _all(
        connection,
        Line,
        f"{_LINE} where p.author_id = ? and p.posted_at >= ? and p.posted_at < ?"
        " order by p.posted_at desc, p.id desc",
        (author_id, year, f"{year}~"),
    )


def _months(connection: sqlite3.Connection, author_id: int) -> tuple[Month, ...]:
    return _all(
        connection,
        Month,
        """select month, sum(known) - sum(missing) as held, sum(missing) as missing, sum(listed) as listed
             from (select substr(posted_at, 1, 7) as month, count(*) as known, 0 as missing, null as listed
                     from posts where author_id = ?1 and length(posted_at) >= 7 group by 1
                   union all
                   select substr(posted_at, 1, 7), 0, count(*), null from posts
                    where author_id = ?1 and length(posted_at) >= 7 and content_hash is null
                      and gone_at is null group by 1
                   union all
                   select month, 0, 0, posts_listed from archive_months where author_id = ?1)
            group by month order by month""",
        (author_id,),
    )


def _tags_of_post(connection: sqlite3.Connection, post_id: int) -> tuple[Tag, ...]:
    return _all(
        connection,
        Tag,
        """select c.id, c.name, 0 as posts from post_categories pc join categories c on c.id = pc.category_id
            where pc.post_id = ? and pc.gone_at is null order by c.name""",
        (post_id,),
    )


def _neighbours(connection: sqlite3.Connection, post: Text) -> tuple[Line | None, Line | None]:
    """The posts before and after by the same author; for one without a time, by its number."""
    by, value = ("p.number", post.number) if post.posted_at is None else ("p.posted_at", post.posted_at)
    older = _one(
        connection,
        Line,
        f"""{_LINE} where p.author_id = ? and ({by}, p.id) < (?, ?) order by {by} desc, p.id desc limit 1""",
        (post.author_id, value, post.id),
    )
    newer = _one(
        connection,
        Line,
        f"""{_LINE} where p.author_id = ? and ({by}, p.id) > (?, ?) order by {by}, p.id limit 1""",
        (post.author_id, value, post.id),
    )
    return older, newer


def _all(
    connection: sqlite3.Connection, kind: type[_Row], sql: str, parameters: Sequence[object] = ()
) -> tuple[_Row, ...]:
    """Rows as `kind`, whose fields have the names of the columns."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return tuple(kind(**dict(zip(names, row, strict=True))) for row in cursor)


def _one(
    connection: sqlite3.Connection, kind: type[_Row], sql: str, parameters: Sequence[Any] = ()
) -> _Row | None:
    found = _all(connection, kind, sql, parameters)
    return found[0] if found else None
