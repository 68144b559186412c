"""Reads what the reading pages show, from a connection that may only read.

Each function is a handful of queries whose cost does not grow with the archive, but for the counts of whole
blogs.
"""

import sqlite3

from blogarchive.store.browse_items import (
    AuthorPage,
    Blog,
    Category,
    File,
    Health,
    LastRun,
    Month,
    PostLine,
    Visits,
)
from blogarchive.store.browse_rows import BLOG, POST_LINE, all_as, one_as
from blogarchive.store.search_index import pending


def blogs(connection: sqlite3.Connection) -> tuple[Blog, ...]:
    """Every blog, the one with the newest post first."""
    found = all_as(connection, Blog, BLOG)
    return tuple(sorted(found, key=lambda blog: blog.last_post_on or "", reverse=True))


def newest(connection: sqlite3.Connection, limit: int = 20) -> tuple[PostLine, ...]:
    """The newest posts of all blogs."""
    return all_as(connection, PostLine, f"{POST_LINE} order by p.posted_at desc, p.id desc limit ?", (limit,))


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
    runs = all_as(
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


def author_page(
    connection: sqlite3.Connection, author_id: int, *, year: str | None = None, category: int | None = None
) -> AuthorPage | None:
    """The page of an author, or None; without `year` and `category`, posts of the newest year that has
    any.
    """
    blog = one_as(connection, Blog, f"{BLOG} where a.id = ?", (author_id,))
    if blog is None:
        return None
    return AuthorPage(
        blog=blog,
        months=_months(connection, author_id),
        visits=all_as(
            connection,
            Visits,
            "select captured_at, total_visits from author_stats where author_id = ?"
            " and total_visits is not null order by captured_at",
            (author_id,),
        ),
        categories=all_as(
            connection,
            Category,
            """select c.id, c.name, count(pc.post_id) as posts from categories c
                 left join post_categories pc on pc.category_id = c.id and pc.gone_at is null
                where c.author_id = ? group by c.id order by posts desc, c.name""",
            (author_id,),
        ),
        posts=_posts_of(connection, author_id, year or (blog.last_post_on or "")[:4], category),
    )


def file(connection: sqlite3.Connection, sha256: str) -> File | None:
    """The bytes of that hash, or None."""
    return one_as(connection, File, "select content_type, body from media_files where sha256 = ?", (sha256,))


def _posts_of(
    connection: sqlite3.Connection, author_id: int, year: str, category: int | None
) -> tuple[PostLine, ...]:
    if category is not None:
        return all_as(
            connection,
            PostLine,
            f"""{POST_LINE} join post_categories pc on pc.post_id = p.id and pc.gone_at is null
                 where p.author_id = ? and pc.category_id = ? order by p.posted_at desc, p.id desc""",
            (author_id, category),
        )
    if not year:
        return all_as(
            connection, PostLine, f"{POST_LINE} where p.author_id = ? order by p.id desc", (author_id,)
        )
    return all_as(
        connection,
        PostLine,
        f"{POST_LINE} where p.author_id = ? and p.posted_at >= ? and p.posted_at < ?"
        " order by p.posted_at desc, p.id desc",
        (author_id, year, f"{year}~"),
    )


def _months(connection: sqlite3.Connection, author_id: int) -> tuple[Month, ...]:
    return all_as(
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
