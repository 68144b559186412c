"""Find posts by what a reader has of them: a URL or a number; a post by chance; the posts of a day of the year."""

# ruff: noqa: S608 - statements are put together from constants

import sqlite3
from typing import Final

from blogarchive.sites.links import parse_decimal_id, resolve_post_link
from blogarchive.store.queries.post_models import POST_LINES, PostLine
from blogarchive.store.queries.reading_pages.post_page import find_post_id
from blogarchive.store.rows import all_as

_MAX_FOUND: Final = 10
_MAX_YEARS: Final = 60
_OF_A_YEAR: Final = 5


def find_by_url(connection: sqlite3.Connection, url: str) -> int | None:
    """Return the id of the stored post that a URL of any known form names, or None."""
    for (site,) in connection.execute("select distinct site from authors order by site").fetchall():
        parsed = resolve_post_link(site, url, url)
        if parsed is not None and parsed.number is not None:
            found = find_post_id(connection, site, parsed.uid, parsed.number)
            if found is not None:
                return found
    return None


def find_by_number(connection: sqlite3.Connection, words: str) -> tuple[PostLine, ...]:
    """Return at most ten posts with that number; none if `words` are no number."""
    number = parse_decimal_id(words)
    if number is None:
        return ()
    return all_as(
        connection,
        PostLine,
        f"{POST_LINES} where p.id in (select n.id from authors b join posts n on n.author_id = b.id and n.number = ?)"
        " order by p.id limit ?",
        (number, _MAX_FOUND),
    )


def find_random(connection: sqlite3.Connection) -> int | None:
    """Return the id of a post with a text, by chance; None if there is none."""
    for start in ("abs(random()) % (select max(id) + 1 from posts)", "0"):
        found = connection.execute(
            f"select id from posts where id >= {start} and content_hash is not null order by id limit 1"
        ).fetchone()
        if found:
            return int(found[0])
    return None


def read_day(connection: sqlite3.Connection, day: str, limit: int) -> tuple[PostLine, ...]:
    """Return at most `limit` posts of a day of the year (MM-DD), of all years and blogs: newest first, five of a year."""
    # Each bound is a query of its own: SQLite reads an index from its end for a single minimum or maximum.
    first, last = (
        connection.execute(
            f"select substr({bound}(posted_at), 1, 4) from posts where posted_at > '0'"
        ).fetchone()[0]
        for bound in ("min", "max")
    )
    if not (first and last and first.isdigit() and last.isdigit()):
        return ()
    found: list[PostLine] = []
    for year in range(int(last), max(int(first), int(last) - _MAX_YEARS) - 1, -1):
        found += all_as(
            connection,
            PostLine,
            f"{POST_LINES} where p.posted_at >= ?1 and p.posted_at < ?1 || '~' order by p.posted_at desc limit ?2",
            (f"{year:04}-{day}", min(_OF_A_YEAR, limit - len(found))),
        )
        if len(found) >= limit:
            break
    return tuple(found)
