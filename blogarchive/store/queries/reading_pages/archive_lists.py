"""Read the lists of an archive: posts that are gone or edited, and open failures, newest first, page by page."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.store.ledger.failures import OpenFailure
from blogarchive.store.queries.post_models import POST_LINES, PostLine
from blogarchive.store.queries.reading_pages.post_lists import POSTS_PER_PAGE
from blogarchive.store.rows import all_as

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


def read_gone(connection: sqlite3.Connection, page: int) -> NotedList:
    """Return a page of the posts that the site no longer shows."""
    return _read_list(connection, _GONE, "select count(*) from posts where gone_at is not null", page)


def read_edited(connection: sqlite3.Connection, page: int) -> NotedList:
    """Return a page of the posts whose text changed."""
    return _read_list(
        connection, _EDITED, "select count(*) from posts where last_changed_at is not null", page
    )


def read_failures(connection: sqlite3.Connection, page: int) -> tuple[tuple[OpenFailure, ...], int]:
    """Return a page of the open failures, and the number of all."""
    found = all_as(
        connection,
        OpenFailure,
        "select * from open_failures order by last_failed_at desc, id desc limit ? offset ?",
        _bounds(page),
    )
    return found, int(connection.execute("select count(*) from open_failures").fetchone()[0])


def read_lines(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, PostLine]:
    """Return the posts of these ids, by id."""
    query = f"{POST_LINES} where p.id in (select value from json_each(?))"  # noqa: S608 - constants
    return {line.id: line for line in all_as(connection, PostLine, query, (json.dumps(ids),))}


def _read_list(connection: sqlite3.Connection, query: str, count: str, page: int) -> NotedList:
    rows = connection.execute(query, _bounds(page)).fetchall()
    lines = read_lines(connection, [row[0] for row in rows])
    return NotedList(
        posts=tuple(NotedPost(line=lines[post_id], at=at, note=note) for post_id, at, note in rows),
        total=int(connection.execute(count).fetchone()[0]),
    )


def _bounds(page: int) -> tuple[int, int]:
    return POSTS_PER_PAGE, (page - 1) * POSTS_PER_PAGE
