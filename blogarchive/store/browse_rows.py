"""Rows as the dataclasses of `browse_items`, and the two selections that several pages share."""

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

_Row = TypeVar("_Row")

POST_LINE = """select p.id, p.author_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at,
       p.posted_at_text, p.views, p.comment_count, p.gone_at, p.content_hash is not null as held,
       substr(p.body_text, 1, 120) as beginning
  from posts p join authors a on a.id = p.author_id"""
"""Selects a `PostLine` a post; may be followed by joins and conditions on `p` and `a`."""

BLOG = """select a.id, a.site, a.uid, a.url, a.nickname, a.blog_title, a.tagline, a.registered_on,
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
"""Selects a `Blog` an author; may be followed by conditions on `a`."""


def all_as(
    connection: sqlite3.Connection, kind: type[_Row], sql: str, parameters: Sequence[object] = ()
) -> tuple[_Row, ...]:
    """Rows as `kind`, whose fields have the names of the columns."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return tuple(kind(**dict(zip(names, row, strict=True))) for row in cursor)


def one_as(
    connection: sqlite3.Connection, kind: type[_Row], sql: str, parameters: Sequence[Any] = ()
) -> _Row | None:
    """The first row as `kind`, or None."""
    found = all_as(connection, kind, sql, parameters)
    return found[0] if found else None
