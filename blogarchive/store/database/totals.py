"""Totals that pages, facets and `status` read: what is counted, of which rows, and which triggers follow the rows.

Totals of a blog are counted at the end of a run, for the authors that triggers noted in `_totals_pending`. Counts of
pages and post numbers are changed by triggers at once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from blogarchive.store.rows import LACKS_COMMENTS
from blogarchive.store.statements import Statements

# ruff: noqa: S608 - statements are put together from constants


_PENDING: Final = "select author_id from _totals_pending"
_OF_AUTHOR: Final = f"author_id in ({_PENDING})"

# The rows of comments have long texts: a refresh reads them once.
_COMMENTS: Final = f"""select p.author_id, p.gone_at is not null as post_gone, c.post_id, c.author_name, c.reply_to,
       c.posted_at, c.gone_at, c.is_counted
  from posts p join comments c on c.post_id = p.id where p.{_OF_AUTHOR}"""

_OF_BLOGS: Final = f"""
with of_posts as (
    select author_id, count(*) as posts, sum(content_hash is null and gone_at is null) as missing,
           count(gone_at) as gone, count(content_hash) as posts_read,
           count(case when gone_at is not null and content_hash is null then 1 end) as gone_unread,
           coalesce(sum(case when gone_at is null then comment_count end), 0) as comments_claimed,
           count(case when {LACKS_COMMENTS} then 1 end) as posts_lacking_comments,
           substr(min(posted_at), 1, 10) as first_post_on, substr(max(posted_at), 1, 10) as last_post_on
      from posts p where {_OF_AUTHOR} group by author_id),
of_comments as (
    select author_id, count(*) as comments, count(gone_at) as comments_gone,
           count(case when gone_at is null and not post_gone and is_counted then 1 end) as comments_held
      from {{comments}} group by author_id)
select a.id as author_id, coalesce(posts, 0) as posts, coalesce(missing, 0) as missing, coalesce(gone, 0) as gone,
       (select count(distinct post_id) from post_revisions r join posts p on p.id = r.post_id
         where p.author_id = a.id) as edited,
       coalesce(comments, 0) as comments, first_post_on, last_post_on, coalesce(posts_read, 0) as posts_read,
       coalesce(gone_unread, 0) as gone_unread, coalesce(comments_claimed, 0) as comments_claimed,
       coalesce(posts_lacking_comments, 0) as posts_lacking_comments, coalesce(comments_held, 0) as comments_held,
       coalesce(comments_gone, 0) as comments_gone,
       (select count(distinct r.comment_id) from comment_revisions r join comments c on c.id = r.comment_id
          join posts p on p.id = c.post_id where p.author_id = a.id) as comments_edited
  from authors a left join of_posts x on x.author_id = a.id left join of_comments y on y.author_id = a.id
 where a.id in ({_PENDING})"""


def months_of(condition: str) -> str:
    """Return the query that counts the rows of `_month_totals`, of the posts of an SQL condition."""
    return f"""
select author_id, substr(posted_at, 1, 7) as month, count(*) as posts,
       sum(content_hash is null and gone_at is null) as missing, count(gone_at) as gone, sum(views) as views,
       min(case when gone_at is null then substr(posted_at, 1, 10) end) as first_on,
       max(case when gone_at is null then substr(posted_at, 1, 10) end) as last_on,
       count(case when gone_at is null then content_hash end) as posts_read
  from posts where {condition} and posted_at is not null group by 1, 2"""


_OF_MONTHS: Final = months_of(_OF_AUTHOR)


@dataclass(frozen=True, kw_only=True, slots=True)
class _ByBlog:
    """Totals of the blogs: the columns of the table, the query that counts them, and the rows of pending authors."""

    columns: str
    query: str
    pending: str = _OF_AUTHOR


_BY_BLOG: Final[Mapping[str, _ByBlog]] = {
    "_blog_totals": _ByBlog(
        columns="author_id integer primary key references authors(id) on delete cascade, posts, missing, gone, edited,"
        " comments, first_post_on text, last_post_on text, posts_read, gone_unread, comments_claimed,"
        " posts_lacking_comments, comments_held, comments_gone, comments_edited",
        query=_OF_BLOGS,
    ),
    "_month_totals": _ByBlog(
        columns="author_id, month text, posts, missing, gone, views, first_on text, last_on text, posts_read,"
        " primary key (author_id, month)",
        query=_OF_MONTHS,
    ),
    "_category_totals": _ByBlog(
        columns="category_id integer references categories(id) on delete cascade, year text, posts,"
        " primary key (category_id, year)",
        query=f"""
select pc.category_id, coalesce(p.year, ''), count(*)
  from categories c join posts_in_categories pc on pc.category_id = c.id
  join posts p indexed by posts_newest on p.id = pc.post_id where c.{_OF_AUTHOR} group by 1, 2""",
        pending=f"category_id in (select id from categories where {_OF_AUTHOR})",
    ),
    "_comment_totals": _ByBlog(
        columns="author_id, month text, comments, primary key (author_id, month)",
        query="""
select author_id, substr(posted_at, 1, 7), count(*) from {comments} where posted_at is not null group by 1, 2""",
    ),
    "_commenter_totals": _ByBlog(
        columns="author_id, name text, comments, posts, first_at text, last_at text, primary key (author_id, name)",
        query="""
select author_id, author_name, count(*), count(distinct post_id), min(posted_at), max(posted_at)
  from {comments} group by 1, 2""",
    ),
    "_reply_totals": _ByBlog(
        columns="author_id, name text, reply_to text, comments, primary key (author_id, name, reply_to)",
        query="""
select author_id, author_name, reply_to, count(*) from {comments} where reply_to <> '' group by 1, 2, 3""",
    ),
}
_INDEXES: Final = """
create index _commenter_totals_name on _commenter_totals(name);
create index _commenter_totals_comments on _commenter_totals(author_id, comments);
create index _reply_totals_comments on _reply_totals(author_id, comments);
"""

# The columns of each table whose changes are noted; an inserted or deleted row always is, but for the last two tables.
_NOTED: Final = {
    "posts": "author_id, posted_at, content_hash, gone_at, views, comment_count, comments_complete_at",
    "comments": "post_id, author_name, reply_to, posted_at, gone_at, fingerprint",
    "post_categories": "post_id, category_id, gone_at",
    "post_revisions": "post_id",
    "post_stats": "",
    "comment_revisions": "",
}
_AUTHOR: Final = {
    "posts": "{row}.author_id",
    "comment_revisions": "p.author_id from comments c join posts p on p.id = c.post_id where c.id = {row}.comment_id",
}
_AUTHOR_OF_POST: Final = "author_id from posts where id = {row}.post_id"

_SERIES: Final = "{row}.number not glob '*[^0-9]*' and length({row}.number) between 1 and 15"
"""SQL: the number may be one of a series that the blogs of a host share. Longer ids, of 163, are none."""

_IS_OF_ANOTHER: Final = """exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = {row}.number and p.id <> {row}.id and o.site = {site})"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _AtOnce:
    """Counts of a table's rows: its columns that are read, the query, and what a trigger adds and removes.

    `current` are the rows as of now, if they are more than those stored.
    """

    columns: str
    source: str
    read: str
    query: str
    add: str
    remove: str
    current: str = ""


_COUNT_NUMBERS: Final = f"""
select a.site, count(distinct p.number) as numbers, max(cast(p.number as integer)) as highest
  from posts p join authors a on a.id = p.author_id where {_SERIES.format(row="p")} group by a.site"""
# Without its highest number, a site has an unknown one until the end of the run searches it.
CURRENT_NUMBERS: Final = f"""
select t.site, t.numbers, coalesce(t.highest, (select c.highest from ({_COUNT_NUMBERS}) c where c.site = t.site)) as highest
  from _number_totals t"""
"""The rows of `_number_totals` as of now."""

_AT_ONCE: Final[Mapping[str, _AtOnce]] = {
    "_page_totals": _AtOnce(
        columns="reader_version, is_held, pages, bytes, primary key (reader_version, is_held)",
        source="pages",
        read="reader_version, held_at, body_size",
        query="select reader_version, held_at is not null, count(*), sum(body_size) from pages group by 1, 2",
        add="""insert into _page_totals values (new.reader_version, new.held_at is not null, 1, new.body_size)
        on conflict do update set pages = pages + 1, bytes = bytes + excluded.bytes;""",
        remove="""update _page_totals set pages = pages - 1, bytes = bytes - old.body_size
     where reader_version = old.reader_version and is_held = (old.held_at is not null);
    delete from _page_totals where pages = 0;""",
    ),
    "_number_totals": _AtOnce(
        columns="site text primary key, numbers, highest",
        source="posts",
        read="number, author_id",
        query=_COUNT_NUMBERS,
        current=CURRENT_NUMBERS,
        add=f"""insert into _number_totals select a.site, 1, cast(new.number as integer) from authors a
     where a.id = new.author_id and {_SERIES.format(row="new")}
       and not {_IS_OF_ANOTHER.format(row="new", site="a.site")}
        on conflict do update set numbers = numbers + 1, highest = max(highest, excluded.highest);""",
        remove=f"""update _number_totals set numbers = numbers - 1, highest = nullif(highest, cast(old.number as integer))
     where {_SERIES.format(row="old")} and site = (select site from authors where id = old.author_id)
       and not {_IS_OF_ANOTHER.format(row="old", site="_number_totals.site")};
    delete from _number_totals where numbers = 0;""",
    ),
}

_KEPT_BLOGS: Final = f"select * from _blog_totals where author_id not in ({_PENDING})"
CURRENT_BLOGS: Final = (
    f"{_KEPT_BLOGS} union all select * from ({_OF_BLOGS.format(comments=f'({_COMMENTS})')})"
)
"""The rows of `_blog_totals` as of now."""

CURRENT_MONTHS: Final = (
    f"select * from _month_totals where author_id not in ({_PENDING}) union all {_OF_MONTHS}"
)
"""The rows of `_month_totals` as of now."""


def schema() -> str:
    """Return the script that creates the tables, the indexes and the triggers."""
    tables = {name: totals.columns for name, totals in _BY_BLOG.items()}
    tables |= {name: totals.columns for name, totals in _AT_ONCE.items()}
    return "".join(
        (
            "create table _totals_pending (author_id integer primary key);\n",
            *(f"create table {name} ({columns}) without rowid;\n" for name, columns in tables.items()),
            _INDEXES,
            *_triggers(),
        )
    )


def _triggers() -> Iterator[str]:
    # One note per author: further changes of its rows find it there.
    for table, columns in _NOTED.items():
        events = ("insert", f"update of {columns}", "delete") if columns else ("insert",)
        for event in events:
            author = _AUTHOR.get(table, _AUTHOR_OF_POST).format(row="old" if event == "delete" else "new")
            yield _trigger(
                f"totals_{table}", event, table, f"insert or ignore into _totals_pending select {author};"
            )
    for name, totals in _AT_ONCE.items():
        changed = " or ".join(f"old.{column} is not new.{column}" for column in totals.read.split(", "))
        yield _trigger(name, "insert", totals.source, totals.add)
        yield _trigger(
            name,
            f"update of {totals.read}",
            f"{totals.source} when {changed}",
            f"{totals.remove}\n    {totals.add}",
        )
        yield _trigger(name, "delete", totals.source, totals.remove)


def _trigger(name: str, event: str, table: str, statements: str) -> str:
    return (
        f"create trigger {name}_{event.split()[0]} after {event} on {table} begin\n    {statements}\nend;\n"
    )


def recount(archive: Statements) -> None:
    """Count the rows of all totals again, inside the caller's transaction."""
    correct(archive)
    archive.execute("insert or ignore into _totals_pending select id from authors")
    refresh(archive)


def refresh(archive: Statements) -> None:
    """Count the rows of the authors noted, inside the caller's transaction."""
    with _larger_cache(archive):
        archive.execute(f"create temp table counted_comments as {_COMMENTS}")
        for name, totals in _BY_BLOG.items():
            archive.execute(f"delete from {name} where {totals.pending}")
            archive.execute(f"insert into {name} {totals.query.format(comments='counted_comments')}")
        archive.execute(
            f"update _number_totals set highest = (select c.highest from ({_COUNT_NUMBERS}) c"
            " where c.site = _number_totals.site) where highest is null"
        )
        archive.execute("drop table counted_comments")
        archive.execute("delete from _totals_pending")


def wrong_totals(archive: Statements) -> list[str]:
    """Return the names of the tables whose counts differ from their rows; totals of blogs are not compared."""
    return [name for name, totals in _AT_ONCE.items() if _is_wrong(archive, name, totals)]


def correct(archive: Statements) -> None:
    """Count the rows of wrong totals again, inside the caller's transaction."""
    for name in wrong_totals(archive):
        archive.execute(f"delete from {name}")
        archive.execute(f"insert into {name} {_AT_ONCE[name].query}")


def _is_wrong(archive: Statements, name: str, totals: _AtOnce) -> bool:
    kept = f"select * from ({totals.current or f'select * from {name}'})"
    counted = f"select * from ({totals.query})"
    # One statement: a crawl may write between two.
    query = f"select exists ({kept} except {counted}) or exists ({counted} except {kept})"
    return bool(archive.scalar(query))


@contextmanager
def _larger_cache(archive: Statements) -> Iterator[None]:
    """Give SQLite 4 MB for pages instead of 2.

    Totals change all over their tables, and a page without room is written to the log each time. All totals of 100,000
    posts wrote 1,089 MB, now 519. With 8 MB they write 246, but the peak memory of a backup of 20,000 posts was more than
    1.3 times that of 500.
    """
    before = archive.scalar("pragma cache_size")
    archive.execute("pragma cache_size = -4096")
    try:
        yield
    finally:
        archive.execute(f"pragma cache_size = {before}")
