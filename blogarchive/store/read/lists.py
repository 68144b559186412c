"""Read lists page by page, newest first: selected posts of an author, gone and edited posts, open failures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blogarchive.store.ledger.failures import OpenFailure, newest_failures
from blogarchive.store.read.models import FullPost, PostLine
from blogarchive.store.rows import HAS_TEXT, Value
from blogarchive.store.statements import Statements, columns_of

# ruff: noqa: S608 - statements are put together from constants

POSTS_PER_PAGE: Final = 50


_AUTHOR_NAME = "coalesce(a.nickname, a.uid)"
_TITLE, _BEGINNING = "substr(p.title, 1, 1000)", "substr(p.body_text, 1, 120)"
_SHOWN = {"author": _AUTHOR_NAME, "title": _TITLE, "has_text": HAS_TEXT, "beginning": _BEGINNING}
POST_LINES = f"select {columns_of(PostLine, 'p', **_SHOWN)} from posts p join authors a on a.id = p.author_id"
"""Selects a `PostLine` per post; may be followed by joins and conditions on `p` and `a`."""

_PERIOD = "p.posted_at >= :period and p.posted_at < :period || '~'"
# An index has all that is read of a post here: its rows are long.
_OF_CATEGORY = (
    "posts_in_categories pc cross join posts p indexed by posts_newest on p.id = pc.post_id"
    " where pc.category_id = :category"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostSelection:
    """The posts that a list shows: one page of those of a year (YYYY), a month (YYYY-MM), a category, or all."""

    period: str = ""
    category: int | None = None
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryCount:
    """A category and the number of its posts in the selected period."""

    id: int
    name: str
    posts: int


def read_posts(archive: Statements, author_id: int, selection: PostSelection) -> tuple[PostLine, ...]:
    """Return one page of the selected posts of an author, newest first."""
    # The inner query reads an index alone; the long rows are read for one page.
    size, start = _bounds(selection.page)
    query = (
        f"{POST_LINES} where p.id in (select p.id from {_source(selection)}"
        " order by p.posted_at desc, p.id desc limit :size offset :start)"
        " order by p.posted_at desc, p.id desc"
    )
    return archive.all_as(PostLine, query, {**_values(author_id, selection), "size": size, "start": start})


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
        query = f"select count(*) from {_source(selection)}"
    else:
        query = "select sum(posts) from _category_totals where category_id = :category and (:period = '' or year = :period)"
    return archive.scalar(query, _values(author_id, selection))


def read_categories(archive: Statements, author_id: int, period: str) -> tuple[CategoryCount, ...]:
    """Return the categories of an author with their posts in a period, the largest first."""
    if len(period) > len("YYYY"):
        counted = f"""select count(*) from posts_in_categories pc where pc.category_id = c.id and pc.post_id in
                (select p.id from posts p where p.author_id = :author and {_PERIOD})"""
    else:
        counted = """select sum(t.posts) from _category_totals t where t.category_id = c.id
                and (:period = '' or t.year = :period)"""
    query = f"""select c.id, c.name, coalesce(({counted}), 0) as posts from categories c where c.author_id = :author
            order by posts desc, c.name"""
    return archive.all_as(CategoryCount, query, {"author": author_id, "period": period})


def read_category_years(archive: Statements, category_id: int) -> dict[str, int]:
    """Return the number of posts of a category in each year; "" for posts without a date."""
    rows = archive.rows("select year, posts from _category_totals where category_id = ?", (category_id,))
    return dict(rows)


def read_category_months(archive: Statements, author_id: int, category_id: int, year: str) -> dict[str, int]:
    """Return the number of posts of a category in each month (YYYY-MM) of a year."""
    selection = PostSelection(period=year, category=category_id)
    query = f"select substr(p.posted_at, 1, 7), count(*) from {_source(selection)} group by 1"
    return dict(archive.rows(query, _values(author_id, selection)))


def read_category_neighbours(
    archive: Statements, post: FullPost, category_id: int
) -> tuple[PostLine | None, PostLine | None]:
    """Return the next older and newer post in a category of the author; none if the post has no time."""
    values = {"category": category_id, "at": post.posted_at, "id": post.id}
    older, newer = (
        archive.one_as(
            PostLine,
            f"{POST_LINES} where p.id = (select p.id from {_OF_CATEGORY} and (p.posted_at, p.id) {comparison} (:at, :id)"
            f" order by p.posted_at {order}, p.id {order} limit 1)",
            values,
        )
        for comparison, order in (("<", "desc"), (">", "asc"))
    )
    return older, newer


def read_category_name(archive: Statements, author_id: int, category_id: int) -> str | None:
    """Return the name of a category, None if the author has no such category."""
    query = "select name from categories where id = ? and author_id = ?"
    return archive.text(query, (category_id, author_id))


def _source(selection: PostSelection) -> str:
    """Return tables and conditions of the selected `posts p` of an author."""
    source = "posts p where p.author_id = :author" if selection.category is None else _OF_CATEGORY
    return f"{source} and {_PERIOD}" if selection.period else source


def _values(author_id: int, selection: PostSelection) -> dict[str, Value]:
    return {"author": author_id, "period": selection.period, "category": selection.category}


NotedList = tuple[Sequence[tuple[PostLine, str, str | int]], int]
"""One page of a list, and the number of its posts.

Each post has the time of the event (UTC), and why it is gone or the number of its edits.
"""


def read_gone(archive: Statements, page: int) -> NotedList:
    """Return a page of the posts that the site no longer shows."""
    return _read_list(archive, "gone_at", "coalesce(gone_reason, '')", page)


def read_edited(archive: Statements, page: int) -> NotedList:
    """Return a page of the posts whose text changed."""
    edits = "(select count(*) from post_revisions r where r.post_id = posts.id)"
    return _read_list(archive, "last_changed_at", edits, page)


def read_failures(archive: Statements, page: int) -> tuple[tuple[OpenFailure, ...], int]:
    """Return a page of the open failures, and the number of all."""
    return newest_failures(archive, *_bounds(page)), archive.scalar("select count(*) from open_failures")


def _read_list(archive: Statements, column: str, note: str, page: int) -> NotedList:
    noted = f"from posts where {column} is not null"
    query = f"select id, {column}, {note} {noted} order by {column} desc, id desc limit ? offset ?"
    rows = archive.rows(query, _bounds(page))
    found = f"{POST_LINES} where p.id in (select value from json_each(?))"
    ids = json.dumps([post_id for post_id, *_ in rows])
    lines = {line.id: line for line in archive.all_as(PostLine, found, (ids,))}
    posts = [(lines[post_id], at, note) for post_id, at, note in rows]
    return posts, archive.scalar(f"select count(*) {noted}")


def _bounds(page: int) -> tuple[int, int]:
    return POSTS_PER_PAGE, (page - 1) * POSTS_PER_PAGE
