"""Search posts or comments and return each hit with the sentence around its words.

`search.index` updates the index; `search.query` defines the syntax of a query.
"""

import sqlite3
from dataclasses import dataclass
from gettext import gettext as _
from typing import Literal

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.store.rows import all_as, dicts
from blogarchive.store.search.query import Query, match_expression, parse_query
from blogarchive.store.search.snippet import Fragment, extract_sentence, mark_hits

Order = Literal["newest", "best"]

# These indexes cover filters and order, so that rows with long texts are not read.
_POSTS = "posts_fts f join posts r indexed by posts_newest on r.id = f.rowid"
_COMMENTS = "comments_fts f join comments r indexed by comments_newest on r.id = f.rowid"
# Takes the name of a blog twice.
_BLOGS = (
    "select id from authors where ? in (nickname, uid, blog_title, site || '/' || uid)"
    " union all select author_id from author_aliases where alias = ?"
)
_BY_DATE = "r.posted_at desc, r.id desc"
_BEST_POSTS = f"bm25(posts_fts, 4.0, 1.0), {_BY_DATE}"
_BEST_COMMENTS = f"bm25(comments_fts), {_BY_DATE}"

# The fields of a hit; title and URL of a comment are those of its post.
_POST = """select p.id, p.id as post_id, p.title, p.body_text, p.posted_at, p.url, p.gone_at, a.id as author_id,
                  coalesce(a.nickname, a.uid) as author
             from posts p join authors a on a.id = p.author_id where p.id = ?"""
_COMMENT = """select c.id, c.post_id, p.title, c.body_text, c.posted_at, p.url, c.gone_at, p.author_id,
                     c.author_name as author
                from comments c join posts p on p.id = c.post_id where c.id = ?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A post or a comment that matches a query.

    `post_id` and `title` of a comment are those of its post, `author` is the author of the comment. `title` and
    `excerpt` are fragments, with the matched words marked. `posted_at` is ISO 8601 text as stored.
    """

    kind: Literal["post", "comment"]
    id: int
    post_id: int
    author_id: int
    author: str
    title: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]
    posted_at: str | None
    url: str
    gone_at: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HitGroup:
    """The number of hits of a blog in a year; "" is the year of hits without a date."""

    author_id: int | None
    year: str
    hits: int


def search(
    connection: sqlite3.Connection,
    words: str,
    *,
    author: str | None = None,
    since: str | None = None,
    until: str | None = None,
    comments: bool = False,
    order: Order = "newest",
    limit: int = 20,
    offset: int = 0,
) -> list[Hit]:
    """Return posts with `words` in title or text, or comments with them if `comments` is True.

    `author` is a nickname, a uid, site/uid or the title of a blog; for comments it is the name of their author. `since`
    and `until` are dates (`2024`, `2024-05`, `2024-05-01`) in the site's time zone, both included. Returns no hits if
    `words` contain no token.
    """
    query = parse_query(words)
    if not query:
        return []
    tables, where, parameters = _sql_parts(query, author, since, until, comments)
    best = _BEST_COMMENTS if comments else _BEST_POSTS
    ids = connection.execute(
        f"select f.rowid from {tables} where {where} "  # noqa: S608
        f"order by {best if order == 'best' else _BY_DATE} limit ? offset ?",
        [*parameters, limit, offset],
    ).fetchall()
    return [_read_hit(connection, row[0], query, comments=comments) for row in ids]


def count_hits(
    connection: sqlite3.Connection,
    words: str,
    *,
    author: str | None = None,
    since: str | None = None,
    until: str | None = None,
    comments: bool = False,
) -> int:
    """Return the number of hits of `search` without a limit."""
    query = parse_query(words)
    if not query:
        return 0
    tables, where, parameters = _sql_parts(query, author, since, until, comments)
    if author is since is until is None:
        tables = "comments_fts" if comments else "posts_fts"
    found = connection.execute(f"select count(*) from {tables} where {where}", parameters)  # noqa: S608
    return int(found.fetchone()[0])


def count_groups(
    connection: sqlite3.Connection,
    words: str,
    *,
    author: str | None = None,
    since: str | None = None,
    until: str | None = None,
    comments: bool = False,
) -> list[HitGroup]:
    """Return the number of hits of `search` by blog and year; comments are counted by year alone."""
    query = parse_query(words)
    if not query:
        return []
    tables, where, parameters = _sql_parts(query, author, since, until, comments)
    blog = "null" if comments else "r.author_id"
    return list(
        all_as(
            connection,
            HitGroup,
            f"select {blog} as author_id, coalesce(substr(r.posted_at, 1, 4), '') as year, count(*) as hits"  # noqa: S608
            f" from {tables} where {where} group by 1, 2",
            parameters,
        )
    )


def require_blog(connection: sqlite3.Connection, author: str) -> None:
    """Raise `UsageError` if `author` names no blog."""
    if connection.execute(_BLOGS, (author, author)).fetchone() is None:
        rows = connection.execute("select site || '/' || uid from authors order by site, uid limit 10")
        names = ", ".join(name for (name,) in rows) or _("none")
        raise UsageError(
            _("no blog in the archive is called {author!r}; it holds {names}").format(
                author=author, names=names
            )
        )


def _sql_parts(
    query: Query, author: str | None, since: str | None, until: str | None, comments: bool
) -> tuple[str, str, list[str]]:
    """Return tables, condition and parameters of the SQL query."""
    table = "comments_fts" if comments else "posts_fts"
    conditions, parameters = [f"{table} match ?"], [match_expression(query)]
    if author is not None and comments:
        conditions.append("r.author_name = ?")
        parameters.append(author)
    elif author is not None:
        conditions.append(f"r.author_id in ({_BLOGS})")
        parameters += [author, author]
    if since is not None:
        # A time cut to its month (2014-07) is not before a day in that month.
        conditions.append("(r.posted_at >= ? or substr(?, 1, length(r.posted_at)) = r.posted_at)")
        parameters += [since, since]
    if until is not None:
        conditions.append("r.posted_at < ? || '~'")
        parameters.append(until)
    return (_COMMENTS if comments else _POSTS), " and ".join(conditions), parameters


def _read_hit(connection: sqlite3.Connection, row_id: int, query: Query, *, comments: bool) -> Hit:
    row = next(dicts(connection.execute(_COMMENT if comments else _POST, (row_id,))), None)
    if row is None:
        raise ArchiveDamaged(
            _("the index names row {row}, which is not there; restore a copy of the archive").format(
                row=row_id
            )
        )
    title, text = row.pop("title") or "", row.pop("body_text") or ""
    return Hit(
        kind="comment" if comments else "post",
        title=mark_hits(title, () if comments else query.marked_terms),
        excerpt=extract_sentence(text, query.marked_terms),
        **row,
    )
