"""Read lists page by page, newest first: selected posts of an author, gone and edited posts, open failures."""

import json
from dataclasses import dataclass
from typing import Final

from blogarchive.store.ledger.failures import OpenFailure, newest_failures
from blogarchive.store.read.models import POST_LINES, FullPost, PostLine
from blogarchive.store.rows import Value
from blogarchive.store.statements import Statements

# ruff: noqa: S608 - statements are put together from constants


POSTS_PER_PAGE: Final = 50

_SPARSE: Final = 3000
"""The posts of a category up to which they are sorted; in a larger one, the posts of the author are walked in order."""

_PERIOD = "posted_at >= :period and posted_at < :period || '~'"
_IN_CATEGORY = (
    "exists (select 1 from posts_in_categories pc where pc.post_id = posts.id and pc.category_id = :category)"
)
_SORTED_CATEGORY = (
    "posts_in_categories pc cross join posts p indexed by posts_newest on p.id = pc.post_id"
    " where pc.category_id = :category"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostSelection:
    """The posts that a list shows: of a year (YYYY), a month (YYYY-MM) or all, of one category, one page of them."""

    period: str = ""
    category: int | None = None
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryCount:
    """A category and the number of its posts in the selected period."""

    id: int
    name: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The posts before and after a post in a list; `older` is None at its end, `newer` at its beginning."""

    older: PostLine | None
    newer: PostLine | None


def read_posts(archive: Statements, author_id: int, selection: PostSelection) -> tuple[PostLine, ...]:
    """Return one page of the selected posts of an author, newest first."""
    if selection.category is None:
        page = f"select id from posts where {_conditions(selection)}"
    elif not selection.period and _is_sparse(archive, selection.category):
        page = f"select p.id from {_SORTED_CATEGORY}"
    else:
        page = f"select id from posts where {_conditions(selection)} and {_IN_CATEGORY}"
    # The inner query reads an index alone; the long rows are read for one page.
    return archive.all_as(
        PostLine,
        f"{POST_LINES} where p.id in ({page} order by posted_at desc, id desc limit :size offset :start)"
        " order by p.posted_at desc, p.id desc",
        {
            **_values(author_id, selection),
            "size": POSTS_PER_PAGE,
            "start": (selection.page - 1) * POSTS_PER_PAGE,
        },
    )


def count_posts(archive: Statements, author_id: int, selection: PostSelection) -> int:
    """Return the number of the selected posts of an author."""
    if selection.category is None:
        query = (
            "select sum(posts) from _month_totals"
            " where author_id = :author and month >= :period and month < :period || '~'"
            if selection.period
            else "select posts from _blog_totals where author_id = :author"
        )
    elif len(selection.period) > len("YYYY"):
        query = f"select count(*) from posts where {_conditions(selection)} and {_IN_CATEGORY}"
    else:
        query = (
            "select sum(posts) from _category_totals"
            " where category_id = :category and (:period = '' or year = :period)"
        )
    return archive.scalar(query, _values(author_id, selection))


def read_categories(archive: Statements, author_id: int, period: str) -> tuple[CategoryCount, ...]:
    """Return the categories of an author with their posts in a period, the largest first."""
    if len(period) > len("YYYY"):
        counted = (
            "select count(*) from posts_in_categories pc where pc.category_id = c.id and pc.post_id in"
            f" (select id from posts where author_id = :author and {_PERIOD})"
        )
    else:
        counted = (
            "select sum(t.posts) from _category_totals t where t.category_id = c.id"
            " and (:period = '' or t.year = :period)"
        )
    return archive.all_as(
        CategoryCount,
        f"select c.id, c.name, coalesce(({counted}), 0) as posts from categories c where c.author_id = :author"
        " order by posts desc, c.name",
        {"author": author_id, "period": period},
    )


def read_category_years(archive: Statements, category_id: int) -> dict[str, int]:
    """Return the number of posts of a category in each year; "" for posts without a date."""
    return dict(
        archive.rows("select year, posts from _category_totals where category_id = ?", (category_id,))
    )


def read_category_months(archive: Statements, author_id: int, category_id: int, year: str) -> dict[str, int]:
    """Return the number of posts of a category in each month (YYYY-MM) of a year."""
    selection = PostSelection(period=year, category=category_id)
    return dict(
        archive.rows(
            f"select substr(posted_at, 1, 7), count(*) from posts where {_conditions(selection)} and {_IN_CATEGORY}"
            " group by 1",
            _values(author_id, selection),
        )
    )


def read_category_neighbours(archive: Statements, post: FullPost, category_id: int) -> Neighbours:
    """Return the neighbours of a post among the posts of a category of its author; none if it has no time."""
    return Neighbours(
        older=_category_neighbour(archive, post, category_id, "<", "desc"),
        newer=_category_neighbour(archive, post, category_id, ">", "asc"),
    )


def read_category_name(archive: Statements, author_id: int, category_id: int) -> str | None:
    """Return the name of a category, None if the author has no such category."""
    return archive.text(
        "select name from categories where id = ? and author_id = ?", (category_id, author_id)
    )


def _category_neighbour(
    archive: Statements, post: FullPost, category_id: int, comparison: str, order: str
) -> PostLine | None:
    after = f"(posted_at, id) {comparison} (:at, :id) order by posted_at {order}, id {order} limit 1"
    if _is_sparse(archive, category_id):
        query = f"select p.id from {_SORTED_CATEGORY} and {after}"
    else:
        query = f"select id from posts where author_id = :author and {_IN_CATEGORY} and {after}"
    values = {"author": post.author_id, "category": category_id, "at": post.posted_at, "id": post.id}
    return archive.one_as(PostLine, f"{POST_LINES} where p.id = ({query})", values)


def _is_sparse(archive: Statements, category_id: int) -> bool:
    query = "select sum(posts) from _category_totals where category_id = ?"
    return archive.scalar(query, (category_id,)) <= _SPARSE


def _conditions(selection: PostSelection) -> str:
    return f"author_id = :author and {_PERIOD}" if selection.period else "author_id = :author"


def _values(author_id: int, selection: PostSelection) -> dict[str, Value]:
    return {"author": author_id, "period": selection.period, "category": selection.category}


_GONE = """select id, gone_at as at, coalesce(gone_reason, '') as note from posts
            where gone_at is not null order by gone_at desc, id desc limit ? offset ?"""
_EDITED = """select id, last_changed_at as at,
                    (select count(*) from post_revisions r where r.post_id = posts.id) as note
               from posts where last_changed_at is not null order by last_changed_at desc, id desc limit ? offset ?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotedPost:
    """A post of a list, when it was noted (UTC), and why it is gone or how many edits of it were seen."""

    line: PostLine
    at: str
    note: str | int


@dataclass(frozen=True, kw_only=True, slots=True)
class NotedList:
    """One page of a list, and the number of its posts."""

    posts: tuple[NotedPost, ...]
    total: int


def read_gone(archive: Statements, page: int) -> NotedList:
    """Return a page of the posts that the site no longer shows."""
    return _read_list(archive, _GONE, "select count(*) from posts where gone_at is not null", page)


def read_edited(archive: Statements, page: int) -> NotedList:
    """Return a page of the posts whose text changed."""
    return _read_list(archive, _EDITED, "select count(*) from posts where last_changed_at is not null", page)


def read_failures(archive: Statements, page: int) -> tuple[tuple[OpenFailure, ...], int]:
    """Return a page of the open failures, and the number of all."""
    return newest_failures(archive, *_bounds(page)), archive.scalar("select count(*) from open_failures")


def _read_list(archive: Statements, query: str, count: str, page: int) -> NotedList:
    rows = archive.rows(query, _bounds(page))
    found = f"{POST_LINES} where p.id in (select value from json_each(?))"
    ids = json.dumps([post_id for post_id, *_ in rows])
    lines = {line.id: line for line in archive.all_as(PostLine, found, (ids,))}
    return NotedList(
        posts=tuple(NotedPost(line=lines[post_id], at=at, note=note) for post_id, at, note in rows),
        total=archive.scalar(count),
    )


def _bounds(page: int) -> tuple[int, int]:
    return POSTS_PER_PAGE, (page - 1) * POSTS_PER_PAGE
