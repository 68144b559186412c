"""Read the series and tables of the plots of a blog; counts come from the tables of totals."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from blogarchive.store.queries.blog_models import BlogSummary, Month, VisitCount
from blogarchive.store.queries.reading_pages.author_pages import read_months, read_visits
from blogarchive.store.queries.reading_pages.blog_lists import read_blog
from blogarchive.store.rows import all_as

_MOST: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Commenter:
    """A person who commented on a blog: numbers of comments and of posts with one, times of the first and the last."""

    name: str
    comments: int
    posts: int
    first_at: str | None
    last_at: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replies:
    """The number of comments in which a person answers another."""

    name: str
    reply_to: str
    comments: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryYear:
    """The number of posts of a category in a year; "" is the year of posts without a date."""

    id: int
    name: str
    year: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogPlots:
    """The data of the plots of a blog; commenters and replies are the most frequent ones."""

    blog: BlogSummary
    months: tuple[Month, ...]
    comments: dict[str, int]
    """Number of comments by month (YYYY-MM)."""
    visits: tuple[VisitCount, ...]
    categories: tuple[CategoryYear, ...]
    commenters: tuple[Commenter, ...]
    replies: tuple[Replies, ...]


def read_plots(connection: sqlite3.Connection, author_id: int) -> BlogPlots | None:
    """Return what the plots of a blog show, or None."""
    blog = read_blog(connection, author_id)
    if blog is None:
        return None
    comments = connection.execute(
        "select month, comments from comment_month_totals where author_id = ? order by month", (author_id,)
    )
    return BlogPlots(
        blog=blog,
        months=read_months(connection, author_id),
        comments=dict(comments.fetchall()),
        visits=read_visits(connection, author_id),
        categories=_read_categories(connection, author_id),
        commenters=all_as(
            connection,
            Commenter,
            "select name, comments, posts, first_at, last_at from commenter_totals where author_id = ?"
            " order by comments desc, name limit ?",
            (author_id, _MOST),
        ),
        replies=all_as(
            connection,
            Replies,
            "select name, reply_to, comments from reply_totals where author_id = ?"
            " order by comments desc, name, reply_to limit ?",
            (author_id, _MOST),
        ),
    )


def read_days(connection: sqlite3.Connection, author_id: int, year: str) -> dict[str, int]:
    """Return the number of posts on each day (YYYY-MM-DD) of a year."""
    days = connection.execute(
        "select substr(posted_at, 1, 10), count(*) from posts where author_id = ?1 and posted_at >= ?2"
        " and posted_at < ?2 || '~' and length(posted_at) >= 10 group by 1",
        (author_id, year),
    )
    return dict(days.fetchall())


def _read_categories(connection: sqlite3.Connection, author_id: int) -> tuple[CategoryYear, ...]:
    return all_as(
        connection,
        CategoryYear,
        """select c.id, c.name, t.year, t.posts
             from (select c.id, c.name, t.posts as size from categories c join category_totals t on t.category_id = c.id
                    where c.author_id = ?1 order by size desc, c.name limit ?2) c
             join category_year_totals t on t.category_id = c.id
            order by c.size desc, c.name, t.year""",
        (author_id, _MOST),
    )
