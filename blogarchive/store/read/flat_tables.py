"""The flat tables of `export parquet`: their queries, digests of their rows, and the rows."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal, NamedTuple, cast, get_args

from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import CATEGORIES

ColumnType = Literal["text", "integer", "day", "time"]
"""`day` is a date or null, `time` a moment in UTC. Times that a page shows are text of the shown precision."""


class FlatTable(NamedTuple):
    """A table: `columns` by name, and the part of its query from `from` on.

    `dated` is the SQL expression of the text whose first four characters are the year of a row. `order` makes the
    order of rows independent of row ids. `ids` are row ids; each 8,192 of them are in a file of their own.
    """

    name: str
    columns: dict[str, tuple[ColumnType, str]]
    source: str
    dated: str
    order: str
    ids: str = "0"


# An expression that is no column, of a row with the alias {0}.
_EXPRESSIONS = {
    "posted_on": "case when length({0}.posted_at) >= 10 then substr({0}.posted_at, 1, 10) end",
    "categories": CATEGORIES,
}


def _flat_table(name: str, columns: str, source: str, **clauses: str) -> FlatTable:
    """Return a table; `columns` are types, each followed by `alias.column` of its columns."""
    found: dict[str, tuple[ColumnType, str]] = {}
    kind: ColumnType = "text"
    for word in columns.split():
        if word in get_args(ColumnType):
            kind = cast(ColumnType, word)
        else:
            alias, _dot, column = word.partition(".")
            found[column] = kind, _EXPRESSIONS.get(column, word).format(alias)
    return FlatTable(name=name, columns=found, source=source, **clauses)


# A first backup stores all its pages in one year. After an update, only files of the newest ids are written again.
_IDS_IN_FILE = 8192
_BY_POST = "a.uid, length(p.number), p.number"
_POSTS = "join posts p on p.id = {}.post_id join authors a on a.id = p.author_id"

FLAT_TABLES = (
    _flat_table(
        "authors",
        "text a.uid a.nickname a.blog_title a.tagline a.url a.registered_on time a.first_seen_at a.last_seen_at",
        "from authors a",
        dated="null",
        order="a.uid",
    ),
    _flat_table(
        "posts",
        """text a.uid p.number p.url p.title p.posted_at day p.posted_on
           text p.body_text p.body_html p.content_hash p.categories integer p.views p.likes p.comment_count
           time p.first_seen_at p.last_seen_at p.gone_at text p.gone_reason""",
        "from posts p join authors a on a.id = p.author_id",
        dated="p.year",
        order=_BY_POST,
    ),
    _flat_table(
        "comments",
        """text a.uid p.number c.fingerprint c.author_name c.author_url c.reply_to c.posted_at day c.posted_on
           text c.body_text c.body_html integer c.likes time c.first_seen_at c.last_seen_at c.gone_at""",
        f"from comments c {_POSTS.format('c')}",
        dated="c.year",
        order=f"{_BY_POST}, c.fingerprint",
    ),
    _flat_table(
        "post_stats",
        "text a.uid p.number time s.captured_at integer s.views s.likes s.comment_count",
        f"from post_stats s {_POSTS.format('s')}",
        dated="s.captured_at",
        ids="s.id",
        order=f"{_BY_POST}, s.captured_at",
    ),
    _flat_table(
        "revisions",
        "text a.uid p.number time r.captured_at text r.title r.body_text r.body_html r.content_hash",
        f"from post_revisions r {_POSTS.format('r')}",
        dated="r.captured_at",
        ids="r.id",
        order=f"{_BY_POST}, r.captured_at, r.content_hash",
    ),
    _flat_table(
        "media",
        """text a.uid p.number integer x.position text x.url m.status m.sha256 m.content_type
           integer m.size m.width m.height time m.fetched_at""",
        f"from post_media x {_POSTS.format('x')} left join media m on m.id = x.media_id",
        dated="p.posted_at",
        order=f"{_BY_POST}, x.position",
    ),
    _flat_table(
        "pages",
        """text a.uid a.url time a.fetched_at integer a.status text a.kind a.encoding integer a.body_size
           text a.sha256""",
        "from pages a",
        dated="a.fetched_at",
        ids="a.id",
        order="a.url, a.fetched_at, a.sha256",
    ),
)
"""The tables of `export parquet`. Each query has an alias `a` with `site` and `uid`."""


Part = tuple[str, int, int]
"""Site, year (0 without a date) and number of the file with the rows."""

Parts = Mapping[Part, tuple[str, int]]
"""A digest of the rows of each part, and their number."""

Authors = Sequence[tuple[str, str]]
"""Pairs of site and uid; if empty, the rows of all authors are meant."""


def flat_digests(archive: Archive, table: FlatTable, authors: Authors) -> Parts:
    """Return the parts of a table, without its rows."""
    hashes: defaultdict[tuple[bytes, int, int], Any] = defaultdict(sha256)
    counts: Counter[tuple[bytes, int, int]] = Counter()
    query = _flat_query(table, "json_array({})")  # objects of the columns take as long as to read them
    for row in archive.each_raw(query, (json.dumps(authors) if authors else None, None, 0)):
        part = row[:3]
        hashes[part].update(row[3])
        counts[part] += 1
    return {(part[0].decode(), *part[1:]): (one.hexdigest(), counts[part]) for part, one in hashes.items()}


def flat_rows(
    archive: Archive, table: FlatTable, authors: Authors, parts: Sequence[Part] | None
) -> Iterator[tuple[Any, ...]]:
    """Yield part (three values) and columns of each row of these parts, or of all, texts as bytes, by part."""
    query, first_id = _flat_query(table), 0
    if parts:
        first_id = _IDS_IN_FILE * min(number for _site, _year, number in parts)
        years = {str(year) for _site, year, _number in parts}
        if table.dated.endswith(".year") and all(len(year) == 4 and year.isdecimal() for year in years):
            query += f" and {table.dated} in ({', '.join(map(repr, sorted(years)))})"  # an index has it
    given = json.dumps(authors) if authors else None, json.dumps(parts) if parts else None, first_id
    yield from archive.each_raw(f"{query} order by a.site, year, part, {table.order}", given)


def _flat_query(table: FlatTable, form: str = "{}") -> str:
    columns = form.format(", ".join(expression for _type, expression in table.columns.values()))
    year = f"coalesce(cast(substr({table.dated}, 1, 4) as integer), 0)"
    number = f"{table.ids} / {_IDS_IN_FILE}"
    chosen = "(?{0} is null or ({1}) in (select {2} from json_each(?{0})))"
    of_author = chosen.format(1, "a.site, a.uid", "value ->> 0, value ->> 1")
    of_part = chosen.format(2, f"a.site, {year}, {number}", "value ->> 0, value ->> 1, value ->> 2")
    return (
        f"select a.site, {year} as year, {number} as part, {columns} {table.source}"
        f" where {of_author} and {of_part} and {table.ids} >= ?3"
    )
