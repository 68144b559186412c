"""Tables for analysis: one row for each object, with natural keys instead of row ids, by site and year."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import Value

ColumnType = Literal["text", "integer", "day", "time"]
"""`day` is a date or null, `time` a moment in UTC; times that a page shows are text, cut to the precision shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlatTable:
    """A table: `columns` by name, and the part of its query from `from` on.

    `dated` is the SQL expression of the text whose first four characters are the year of a row. `order` makes the
    order of rows independent of row ids.
    """

    name: str
    columns: dict[str, tuple[ColumnType, str]]
    source: str
    dated: str
    order: str


_POST_KEYS: dict[str, tuple[ColumnType, str]] = {"uid": ("text", "a.uid"), "number": ("text", "p.number")}
_BY_POST = "a.uid, length(p.number), p.number"


def _seen(table: str) -> dict[str, tuple[ColumnType, str]]:
    names = ("first_seen_at", "last_seen_at", "gone_at")
    return {name: ("time", f"{table}.{name}") for name in names}


def _posted(table: str) -> dict[str, tuple[ColumnType, str]]:
    day = f"case when length({table}.posted_at) >= 10 then substr({table}.posted_at, 1, 10) end"
    return {"posted_at": ("text", f"{table}.posted_at"), "posted_on": ("day", day)}


FLAT_TABLES = (
    FlatTable(
        name="authors",
        columns={
            "uid": ("text", "a.uid"),
            "nickname": ("text", "a.nickname"),
            "blog_title": ("text", "a.blog_title"),
            "tagline": ("text", "a.tagline"),
            "url": ("text", "a.url"),
            "registered_on": ("text", "a.registered_on"),
            "first_seen_at": ("time", "a.first_seen_at"),
            "last_seen_at": ("time", "a.last_seen_at"),
        },
        source="from authors a",
        dated="null",
        order="a.uid",
    ),
    FlatTable(
        name="posts",
        columns={
            **_POST_KEYS,
            "url": ("text", "p.url"),
            "title": ("text", "p.title"),
            **_posted("p"),
            "body_text": ("text", "p.body_text"),
            "body_html": ("text", "p.body_html"),
            "content_hash": ("text", "p.content_hash"),
            "categories": (
                "text",
                "(select json_group_array(name) from (select c.name from posts_in_categories x"
                " join categories c on c.id = x.category_id where x.post_id = p.id order by c.name))",
            ),
            "views": ("integer", "p.views"),
            "likes": ("integer", "p.likes"),
            "comment_count": ("integer", "p.comment_count"),
            **_seen("p"),
            "gone_reason": ("text", "p.gone_reason"),
        },
        source="from posts p join authors a on a.id = p.author_id",
        dated="p.posted_at",
        order=_BY_POST,
    ),
    FlatTable(
        name="comments",
        columns={
            **_POST_KEYS,
            "fingerprint": ("text", "c.fingerprint"),
            "author_name": ("text", "c.author_name"),
            "author_url": ("text", "c.author_url"),
            "reply_to": ("text", "c.reply_to"),
            **_posted("c"),
            "body_text": ("text", "c.body_text"),
            "body_html": ("text", "c.body_html"),
            "likes": ("integer", "c.likes"),
            **_seen("c"),
        },
        source="from comments c join posts p on p.id = c.post_id join authors a on a.id = p.author_id",
        dated="c.posted_at",
        order=f"{_BY_POST}, c.fingerprint",
    ),
    FlatTable(
        name="post_stats",
        columns={
            **_POST_KEYS,
            "captured_at": ("time", "s.captured_at"),
            "views": ("integer", "s.views"),
            "likes": ("integer", "s.likes"),
            "comment_count": ("integer", "s.comment_count"),
        },
        source="from post_stats s join posts p on p.id = s.post_id join authors a on a.id = p.author_id",
        dated="s.captured_at",
        order=f"{_BY_POST}, s.captured_at",
    ),
    FlatTable(
        name="revisions",
        columns={
            **_POST_KEYS,
            "captured_at": ("time", "r.captured_at"),
            "title": ("text", "r.title"),
            "body_text": ("text", "r.body_text"),
            "body_html": ("text", "r.body_html"),
            "content_hash": ("text", "r.content_hash"),
        },
        source="from post_revisions r join posts p on p.id = r.post_id join authors a on a.id = p.author_id",
        dated="r.captured_at",
        order=f"{_BY_POST}, r.captured_at, r.content_hash",
    ),
    FlatTable(
        name="media",
        columns={
            **_POST_KEYS,
            "position": ("integer", "x.position"),
            "url": ("text", "x.url"),
            "status": ("text", "m.status"),
            "sha256": ("text", "m.sha256"),
            "content_type": ("text", "m.content_type"),
            "size": ("integer", "m.size"),
            "width": ("integer", "m.width"),
            "height": ("integer", "m.height"),
            "fetched_at": ("time", "m.fetched_at"),
        },
        source="from post_media x join posts p on p.id = x.post_id join authors a on a.id = p.author_id"
        " left join media m on m.id = x.media_id",
        dated="p.posted_at",
        order=f"{_BY_POST}, x.position",
    ),
    FlatTable(
        name="pages",
        columns={
            "uid": ("text", "a.uid"),
            "url": ("text", "a.url"),
            "fetched_at": ("time", "a.fetched_at"),
            "status": ("integer", "a.status"),
            "kind": ("text", "a.kind"),
            "encoding": ("text", "a.encoding"),
            "body_size": ("integer", "a.body_size"),
            "sha256": ("text", "a.sha256"),
        },
        source="from pages a",
        dated="a.fetched_at",
        order="a.url, a.fetched_at, a.sha256",
    ),
)
"""The tables of `export parquet`. Each query has an alias `a` with `site` and `uid`."""


def flat_rows(
    archive: Archive, table: FlatTable, authors: Sequence[tuple[str, str]]
) -> Iterator[tuple[Value, ...]]:
    """Yield site, year (0 without a date) and the columns of each row, by site and year.

    `authors` are pairs of site and uid; if empty, the rows of all authors.
    """
    columns = ", ".join(expression for _type, expression in table.columns.values())
    year = f"coalesce(cast(substr({table.dated}, 1, 4) as integer), 0)"
    chosen = json.dumps(authors) if authors else None
    yield from archive.each(
        f"select a.site, {year} as year, {columns} {table.source} where ?1 is null or exists"  # noqa: S608 - constants
        " (select 1 from json_each(?1) j where j.value ->> 0 = a.site and j.value ->> 1 = a.uid)"
        f" order by a.site, year, {table.order}",
        (chosen,),
    )
