"""Reads what the reading pages show, from a connection that may only read.

Each function is a handful of queries whose cost does not grow with the archive, but for the counts of whole
blogs.
"""

import sqlite3

from blogarchive.store.queries.page_models import (
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
from blogarchive.store.rows import all_as, dicts, one_as
from blogarchive.store.search.index import pending

POST_LINE = """select p.id, p.author_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at,
       p.posted_at_text, p.views, p.comment_count, p.gone_at, p.content_hash is not null as held,
       substr(p.body_text, 1, 120) as beginning
  from posts p join authors a on a.id = p.author_id"""
"""Selects a `PostLine` a post; may be followed by joins and conditions on `p` and `a`."""

BLOG = """select a.id, a.site, a.uid, a.url, a.nickname, a.blog_title, a.tagline, a.registered_on,
       a.last_seen_at,
       (select total_visits from author_stats s where s.author_id = a.id
           and total_visits is not null order by captured_at desc limit 1) as total_visits,
       (select account_age from author_stats s where s.author_id = a.id
           and account_age is not null order by captured_at desc limit 1) as account_age,
       (select count(*) from posts p where p.author_id = a.id) as posts,
       (select count(*) from posts p where p.author_id = a.id and p.content_hash is null
           and p.gone_at is null) as missing,
       (select count(*) from posts p where p.author_id = a.id and p.gone_at is not null) as gone,
       (select count(*) from posts p join comments c on c.post_id = p.id where p.author_id = a.id) as comments,
       (select min(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as first_post_on,
       (select max(substr(posted_at, 1, 10)) from posts p where p.author_id = a.id) as last_post_on
  from authors a"""
"""Selects a `Blog` an author; may be followed by conditions on `a`."""


def blogs(connection: sqlite3.Connection) -> tuple[Blog, ...]:
    """Every blog, the one with the newest post first."""
    found = all_as(connection, Blog, BLOG)
    return tuple(sorted(found, key=lambda blog: blog.last_post_on or "", reverse=True))


def newest(connection: sqlite3.Connection, limit: int) -> tuple[PostLine, ...]:
    """The newest posts of all blogs."""
    return all_as(connection, PostLine, f"{POST_LINE} order by p.posted_at desc, p.id desc limit ?", (limit,))


def health(connection: sqlite3.Connection) -> Health:
    """The state of the archive."""
    (counts,) = dicts(
        connection.execute(
            """select (select count(*) from posts) as posts, (select count(*) from comments) as comments,
                  (select count(*) from posts where content_hash is null and gone_at is null) as missing,
                  (select count(*) from posts where gone_at is not null) as gone,
                  (select count(distinct post_id) from post_revisions) as edited,
                  (select count(*) from media where sha256 is not null) as pictures_held,
                  (select count(*) from media where sha256 is null) as pictures_lost,
                  (select count(*) from failures where resolved_at is null) as open_failures"""
        )
    )
    last_run = one_as(
        connection,
        LastRun,
        "select command, started_at, finished_at, outcome from runs order by id desc limit 1",
    )
    return Health(**counts, unindexed=pending(connection), last_run=last_run)


def author_page(
    connection: sqlite3.Connection, author_id: int, *, year: str | None = None, category: int | None = None
) -> AuthorPage | None:
    """The page of an author, or None; without `year` and `category`, posts of the newest year that has any."""
    blog = one_as(connection, Blog, f"{BLOG} where a.id = ?", (author_id,))
    if blog is None:
        return None
    return AuthorPage(
        blog=blog,
        months=_months(connection, author_id),
        crawled_pages=all_as(
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
                 left join posts_in_categories pc on pc.category_id = c.id
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
            f"""{POST_LINE} join posts_in_categories pc on pc.post_id = p.id
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
    # Counted apart, from two indexes: the rows themselves lie among long texts.
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
