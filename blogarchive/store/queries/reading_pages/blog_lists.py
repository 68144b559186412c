"""Read the blogs of an archive from a read-only connection: one, a page of them, or the names of all."""

# ruff: noqa: S608 - statements are put together from constants

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from blogarchive.store.queries.blog_models import BLOG_COLUMNS, BlogName, BlogSummary
from blogarchive.store.rows import all_as, one_as
from blogarchive.store.search.tokenizer import fold

BLOGS_PER_PAGE: Final = 60

_SUMMARIES = f"""select {BLOG_COLUMNS},
       coalesce(t.posts, 0) as posts, coalesce(t.missing, 0) as missing, coalesce(t.gone, 0) as gone,
       coalesce(t.comments, 0) as comments, t.first_post_on, t.last_post_on
  from authors a left join blog_totals t on t.author_id = a.id"""
_NEWEST_FIRST = "left join blog_totals t on t.author_id = a.id order by t.last_post_on desc, a.id"
_SEARCHED = """select a.id, a.nickname, a.blog_title, a.uid,
       (select group_concat(alias, ' ') from author_aliases l where l.author_id = a.id) from authors a"""
_NAMES = """select a.id, a.site, a.uid, coalesce(a.nickname, a.uid) as name,
       coalesce(a.blog_title, a.nickname, a.uid) as title, a.url, a.last_seen_at from authors a"""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogList:
    """A page of blogs, the blog with the newest post first, and the number of blogs on all pages."""

    blogs: tuple[BlogSummary, ...]
    total: int


def read_blog(connection: sqlite3.Connection, author_id: int) -> BlogSummary | None:
    """Return the blog of that author, or None."""
    return one_as(connection, BlogSummary, f"{_SUMMARIES} where a.id = ?", (author_id,))


def read_only_blog(connection: sqlite3.Connection) -> BlogSummary | None:
    """Return the blog of an archive with one blog, else None."""
    ids = connection.execute("select id from authors limit 2").fetchall()
    return read_blog(connection, ids[0][0]) if len(ids) == 1 else None


def read_blogs(connection: sqlite3.Connection, *, words: str = "", page: int = 1) -> BlogList:
    """Return a page of the blogs that have each of `words` in their names, titles or uids, of all without `words`.

    Simplified and Traditional characters, widths and cases are the same.
    """
    wanted = fold(words).split()
    rows = connection.execute(f"{_SEARCHED if wanted else 'select a.id from authors a'} {_NEWEST_FIRST}")
    ids = [blog for blog, *names in rows if _has_each(names, wanted)]
    shown = ids[(page - 1) * BLOGS_PER_PAGE : page * BLOGS_PER_PAGE]
    found = all_as(
        connection,
        BlogSummary,
        f"{_SUMMARIES} where a.id in (select value from json_each(?))",
        (json.dumps(shown),),
    )
    return BlogList(blogs=tuple(sorted(found, key=lambda blog: shown.index(blog.id))), total=len(ids))


def read_names(connection: sqlite3.Connection, *, limit: int = -1) -> tuple[BlogName, ...]:
    """Return the names of every blog, or of `limit` of them, the blog with the newest post first."""
    return all_as(connection, BlogName, f"{_NAMES} {_NEWEST_FIRST} limit ?", (limit,))


def read_names_of(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, BlogName]:
    """Return the names of the blogs of these authors, by id."""
    given = (json.dumps(list(ids)),)
    found = all_as(connection, BlogName, f"{_NAMES} where a.id in (select value from json_each(?))", given)
    return {blog.id: blog for blog in found}


def find_namesakes(connection: sqlite3.Connection, names: Iterable[str]) -> set[str]:
    """Return those of `names` that several authors have."""
    rows = connection.execute(
        "select coalesce(nickname, uid) as name from authors where name in (select value from json_each(?))"
        " group by name having count(*) > 1",
        (json.dumps(list(names)),),
    )
    return {name for (name,) in rows}


def _has_each(names: list[str | None], wanted: list[str]) -> bool:
    text = fold(" ".join(filter(None, names))) if wanted else ""
    return all(word in text for word in wanted)
