"""Totals of pages and posts that triggers keep, and of blogs that the end of a run counts."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from blogarchive.store.rows import LACKS_COMMENTS

# tables_coverage

_SERIES = "{row}.number not glob '*[^0-9]*' and length({row}.number) between 1 and 15"
"""SQL: the number may be one of a series that the blogs of a host share. Longer ids, of 163, are none."""

COUNT_VERSIONS = """
select reader_version, held_at is not null as is_held, count(*) as pages, sum(body_size) as bytes from pages group by 1, 2
"""
COUNT_NUMBERS = f"""
select a.site, count(distinct p.number) as numbers, max(cast(p.number as integer)) as highest
  from posts p join authors a on a.id = p.author_id where {_SERIES.format(row="p")} group by a.site
"""  # noqa: S608 - a constant

_TABLES_of_tables_coverage = """
create table _version_totals (
    reader_version integer not null,
    is_held integer not null,
    pages integer not null,
    bytes integer not null,
    primary key (reader_version, is_held)
) without rowid;

create table _number_totals (
    site text primary key,
    numbers integer not null,
    highest integer
) without rowid;
"""
_ADD_PAGE = """
    insert into _version_totals values (new.reader_version, new.held_at is not null, 1, new.body_size)
        on conflict do update set pages = pages + 1, bytes = bytes + excluded.bytes;"""
_REMOVE_PAGE = """
    update _version_totals set pages = pages - 1, bytes = bytes - old.body_size
     where reader_version = old.reader_version and is_held = (old.held_at is not null);
    delete from _version_totals where pages = 0;"""
_IS_OF_ANOTHER = """exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = {row}.number and p.id <> {row}.id and o.site = {site})"""
_ADD_NUMBER = f"""
    insert into _number_totals select a.site, 1, cast(new.number as integer) from authors a
     where a.id = new.author_id and {_SERIES.format(row="new")}
       and not {_IS_OF_ANOTHER.format(row="new", site="a.site")}
        on conflict do update set numbers = numbers + 1, highest = max(highest, excluded.highest);"""  # noqa: S608
# Without its highest number, a site has an unknown one until `refresh_totals` searches it.
_REMOVE_NUMBER = f"""
    update _number_totals set numbers = numbers - 1, highest = nullif(highest, cast(old.number as integer))
     where {_SERIES.format(row="old")} and site = (select site from authors where id = old.author_id)
       and not {_IS_OF_ANOTHER.format(row="old", site="_number_totals.site")};
    delete from _number_totals where numbers = 0;"""  # noqa: S608


def schema_of_tables_coverage() -> str:
    """Return the script that creates the tables, counts the rows and creates the triggers."""
    pages = _triggers_of_tables_coverage(
        "_version_totals", "pages", "reader_version, held_at, body_size", _ADD_PAGE, _REMOVE_PAGE
    )
    return (
        _TABLES_of_tables_coverage
        + pages
        + _triggers_of_tables_coverage(
            "_number_totals", "posts", "number, author_id", _ADD_NUMBER, _REMOVE_NUMBER
        )
    )


def _triggers_of_tables_coverage(totals: str, table: str, columns: str, add: str, remove: str) -> str:
    changed = " or ".join(f"old.{column} is not new.{column}" for column in columns.split(", "))
    return f"""
create trigger {totals}_insert after insert on {table} begin{add}
end;

create trigger {totals}_update after update of {columns} on {table} when {changed} begin{remove}{add}
end;

create trigger {totals}_delete after delete on {table} begin{remove}
end;
"""


# kept_totals

CURRENT_NUMBERS = f"""
select t.site, t.numbers, coalesce(t.highest, (select c.highest from ({COUNT_NUMBERS}) c where c.site = t.site)) as highest
  from _number_totals t
"""  # noqa: S608 - a constant
"""The rows of `_number_totals` as of now."""

_COUNTED_of_kept_totals = {
    "_version_totals": COUNT_VERSIONS,
    "_number_totals": COUNT_NUMBERS,
}
_KEPT = {table: f"select * from {table}" for table in _COUNTED_of_kept_totals}  # noqa: S608
_KEPT |= {"_number_totals": CURRENT_NUMBERS}

# One statement: a crawl may write between two.
_DIFFERS = """
select exists (select * from ({kept}) except select * from ({counted}))
    or exists (select * from ({counted}) except select * from ({kept}))
"""


def wrong_totals(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables whose totals differ from a count of their rows."""
    return [
        table
        for table, counted in _COUNTED_of_kept_totals.items()
        if connection.execute(_DIFFERS.format(kept=_KEPT[table], counted=counted)).fetchone() != (0,)
    ]


def correct(connection: sqlite3.Connection) -> None:
    """Count the rows of wrong totals again, inside the caller's transaction."""
    for table in wrong_totals(connection):
        connection.execute(f"delete from {table}")  # noqa: S608 - a constant
        connection.execute(f"insert into {table} {_COUNTED_of_kept_totals[table]}")


def refresh(connection: sqlite3.Connection) -> None:
    """Search the highest number of sites whose highest post was removed, inside the caller's transaction."""
    connection.execute(
        f"update _number_totals set highest = (select c.highest from ({COUNT_NUMBERS}) c"  # noqa: S608 - a constant
        " where c.site = _number_totals.site) where highest is null"
    )


# _status_totals

_PENDING = "select author_id from _totals_pending"

TABLES = """
create table _status_totals (
    author_id integer primary key references authors(id) on delete cascade,
    posts_named integer not null,
    posts_read integer not null,
    gone integer not null,
    gone_unread integer not null,
    comments_claimed integer not null,
    posts_lacking_comments integer not null,
    edited integer not null,
    comments_held integer not null,
    comments_gone integer not null,
    comments_edited integer not null
);

create table _status_months (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    first_held text,
    last_held text,
    named integer not null,
    read integer not null,
    primary key (author_id, month)
) without rowid;

create trigger totals_status_posts after update of comment_count, comments_complete_at on posts begin
    insert or ignore into _totals_pending values (new.author_id);
end;

create trigger totals_status_comments after update of gone_at, fingerprint on comments begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_status_stats after insert on post_stats begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_status_revisions after insert on comment_revisions begin
    insert or ignore into _totals_pending
    select p.author_id from comments c join posts p on p.id = c.post_id where c.id = new.comment_id;
end;
"""

_BLOGS = f"""
with of_posts as (
    select author_id, count(*) as posts_named, count(content_hash) as posts_read, count(gone_at) as gone,
           count(case when gone_at is not null and content_hash is null then 1 end) as gone_unread,
           coalesce(sum(case when gone_at is null then comment_count end), 0) as comments_claimed,
           count(case when {LACKS_COMMENTS} then 1 end) as posts_lacking_comments
      from posts p where author_id in ({_PENDING}) group by author_id),
of_comments as (
    select p.author_id,
           count(case when c.gone_at is null and p.gone_at is null and c.is_counted then 1 end) as comments_held,
           count(c.gone_at) as comments_gone
      from posts p join comments c on c.post_id = p.id where p.author_id in ({_PENDING}) group by p.author_id)
select a.id as author_id, coalesce(posts_named, 0), coalesce(posts_read, 0), coalesce(gone, 0),
       coalesce(gone_unread, 0), coalesce(comments_claimed, 0), coalesce(posts_lacking_comments, 0),
       (select count(distinct post_id) from post_revisions r join posts p on p.id = r.post_id
         where p.author_id = a.id),
       coalesce(comments_held, 0), coalesce(comments_gone, 0),
       (select count(distinct r.comment_id) from comment_revisions r join comments c on c.id = r.comment_id
          join posts p on p.id = c.post_id where p.author_id = a.id)
  from authors a left join of_posts x on x.author_id = a.id left join of_comments y on y.author_id = a.id
 where a.id in ({_PENDING})
"""  # noqa: S608 - constants

_MONTHS = f"""
select author_id, substr(posted_at, 1, 7) as month, min(substr(posted_at, 1, 10)), max(substr(posted_at, 1, 10)),
       count(*), count(content_hash)
  from posts where author_id in ({_PENDING}) and gone_at is null and posted_at is not null group by 1, 2
"""  # noqa: S608 - constants

CURRENT_BLOGS = (
    f"select * from _status_totals where author_id not in ({_PENDING}) union all select * from ({_BLOGS})"  # noqa: S608
)
"""The rows of `_status_totals` as of now."""

CURRENT_MONTHS = f"select * from _status_months where author_id not in ({_PENDING}) union all {_MONTHS}"  # noqa: S608
"""The rows of `_status_months` as of now."""

_REFRESH_of_status_totals = (
    f"delete from _status_totals where author_id in ({_PENDING})",  # noqa: S608
    f"delete from _status_months where author_id in ({_PENDING})",  # noqa: S608
    f"insert into _status_totals {_BLOGS}",
    f"insert into _status_months {_MONTHS}",
)


def refresh_of_status_totals(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors in `_totals_pending`, inside the caller's transaction."""
    for statement in _REFRESH_of_status_totals:
        connection.execute(statement)


# plot_totals

TABLES_of_plot_totals = """
create table _comment_month_totals (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    comments integer not null,
    primary key (author_id, month)
) without rowid;

create table _reply_totals (
    author_id integer not null references authors(id) on delete cascade,
    name text not null,
    reply_to text not null,
    comments integer not null,
    primary key (author_id, name, reply_to)
) without rowid;

create index reply_totals_comments on _reply_totals(author_id, comments);

create index commenter_totals_comments on _commenter_totals(author_id, comments);

create table _category_year_totals (
    category_id integer not null references categories(id) on delete cascade,
    year text not null,
    posts integer not null,
    primary key (category_id, year)
) without rowid;

create trigger totals_replies_update after update of reply_to on comments begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;
"""

_REFRESH_of_plot_totals = (
    "delete from _comment_month_totals where author_id in (select author_id from _totals_pending)",
    "delete from _reply_totals where author_id in (select author_id from _totals_pending)",
    """delete from _category_year_totals where category_id in
        (select id from categories where author_id in (select author_id from _totals_pending))""",
    # The rows of comments have long texts: they are read once.
    """create temp table dated_comments as
select p.author_id, c.author_name, c.reply_to, substr(c.posted_at, 1, 7) as month
  from posts p join comments c on c.post_id = p.id where p.author_id in (select author_id from _totals_pending)""",
    """insert into _comment_month_totals
select author_id, month, count(*) from dated_comments where length(month) = 7 group by 1, 2""",
    """insert into _reply_totals
select author_id, author_name, reply_to, count(*) from dated_comments where reply_to <> '' group by 1, 2, 3""",
    "drop table dated_comments",
    """insert into _category_year_totals
select pc.category_id, coalesce(substr(p.posted_at, 1, 4), ''), count(*)
  from categories c join posts_in_categories pc on pc.category_id = c.id
  join posts p indexed by posts_newest on p.id = pc.post_id
 where c.author_id in (select author_id from _totals_pending) group by 1, 2""",
)


def refresh_of_plot_totals(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors in `_totals_pending`, inside the caller's transaction."""
    for statement in _REFRESH_of_plot_totals:
        connection.execute(statement)


# totals

_OF_POSTS = "posted_at, content_hash, gone_at, author_id, views"
_TABLES_of_totals = """
create table _totals_pending (author_id integer primary key);

create table _blog_totals (
    author_id integer primary key references authors(id) on delete cascade,
    posts integer not null,
    missing integer not null,
    gone integer not null,
    edited integer not null,
    comments integer not null,
    first_post_on text,
    last_post_on text
);

create table _month_totals (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    posts integer not null,
    missing integer not null,
    gone integer not null,
    views integer,
    primary key (author_id, month)
) without rowid;

create table _category_totals (
    category_id integer primary key references categories(id) on delete cascade,
    posts integer not null
);

create table _commenter_totals (
    author_id integer not null references authors(id) on delete cascade,
    name text not null,
    comments integer not null,
    posts integer not null,
    first_at text,
    last_at text,
    primary key (author_id, name)
) without rowid;
"""

# One note per author: further changes of its rows find it there.
_TRIGGER = """
create trigger totals_{table}_{event} after {when} on {table} begin
    insert or ignore into _totals_pending select {author};
end;
"""
_AUTHOR_OF_POST = "author_id from posts where id = {row}.post_id"

_REFRESH_of_totals = (
    """insert into _blog_totals select a.id,
       (select count(*) from posts where author_id = a.id),
       (select count(*) from posts where author_id = a.id and content_hash is null and gone_at is null),
       (select count(*) from posts where author_id = a.id and gone_at is not null),
       (select count(distinct r.post_id) from post_revisions r join posts p on p.id = r.post_id
         where p.author_id = a.id),
       (select count(*) from posts p join comments c on c.post_id = p.id where p.author_id = a.id),
       (select substr(min(posted_at), 1, 10) from posts where author_id = a.id),
       (select substr(max(posted_at), 1, 10) from posts where author_id = a.id)
  from authors a where a.id in (select author_id from _totals_pending)""",
    """insert into _month_totals
select author_id, substr(posted_at, 1, 7), count(*), sum(content_hash is null and gone_at is null),
       sum(gone_at is not null), sum(views)
  from posts where author_id in (select author_id from _totals_pending) and length(posted_at) >= 7 group by 1, 2""",
    """insert into _category_totals
select c.id, count(pc.post_id) from categories c left join posts_in_categories pc on pc.category_id = c.id
 where c.author_id in (select author_id from _totals_pending) group by c.id""",
    """insert into _commenter_totals
select p.author_id, c.author_name, count(*), count(distinct c.post_id), min(c.posted_at), max(c.posted_at)
  from posts p join comments c on c.post_id = p.id
 where p.author_id in (select author_id from _totals_pending) group by 1, 2""",
)
_CLEAR = (
    "delete from _blog_totals where author_id in (select author_id from _totals_pending)",
    "delete from _month_totals where author_id in (select author_id from _totals_pending)",
    """delete from _category_totals where category_id in
        (select id from categories where author_id in (select author_id from _totals_pending))""",
    "delete from _commenter_totals where author_id in (select author_id from _totals_pending)",
)


_PEOPLE_TABLES = """
create table _person_totals (
    name text primary key,
    comments integer not null,
    posts integer not null,
    first_at text,
    last_at text
) without rowid;

create index person_totals_comments on _person_totals(comments);

create index commenter_totals_name on _commenter_totals(name);
"""
_NOTE_PEOPLE = """insert or ignore into changed_people
select name from _commenter_totals where author_id in (select author_id from _totals_pending)"""
_REFRESH_PEOPLE = (
    "delete from _person_totals where name in (select name from changed_people)",
    """insert into _person_totals
select name, sum(comments), sum(posts), min(first_at), max(last_at)
  from _commenter_totals where name in (select name from changed_people) group by name""",
)


def schema() -> str:
    """Return the script that creates the tables and triggers."""
    return "".join(
        (
            _TABLES_of_totals,
            *_triggers_of_totals(),
            _PEOPLE_TABLES,
            TABLES_of_plot_totals,
            TABLES,
            schema_of_tables_coverage(),
        )
    )


def recount(connection: sqlite3.Connection) -> None:
    """Count the rows of all totals again, inside the caller's transaction."""
    correct(connection)
    connection.execute("insert or ignore into _totals_pending select id from authors")
    refresh_totals(connection)


def refresh_totals(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors noted, inside the caller's transaction."""
    with _larger_cache(connection):
        connection.execute("create temp table changed_people (name text primary key) without rowid")
        for statement in (_NOTE_PEOPLE, *_CLEAR, *_REFRESH_of_totals, _NOTE_PEOPLE, *_REFRESH_PEOPLE):
            connection.execute(statement)
        connection.execute("drop table changed_people")
        refresh_of_plot_totals(connection)
        refresh_of_status_totals(connection)
        refresh(connection)
        connection.execute("delete from _totals_pending")


@contextmanager
def _larger_cache(connection: sqlite3.Connection) -> Iterator[None]:
    """Give SQLite 4 MB for pages instead of 2.

    Totals change all over their tables, and a page without room is written to the log each time. All totals of 100,000
    posts wrote 1,089 MB, now 519. With 8 MB they write 246, but the peak memory of a backup of 20,000 posts was more than
    1.3 times that of 500.
    """
    (before,) = connection.execute("pragma cache_size").fetchone()
    connection.execute("pragma cache_size = -4096")
    try:
        yield
    finally:
        connection.execute(f"pragma cache_size = {before}")


def _triggers_of_totals() -> list[str]:
    found = []
    for table in ("posts", "comments", "post_categories", "post_revisions"):
        for event, row in (("insert", "new"), ("update", "new"), ("delete", "old")):
            author = f"{row}.author_id" if table == "posts" else _AUTHOR_OF_POST.format(row=row)
            columns = {
                "posts": f"update of {_OF_POSTS}",
                "comments": "update of post_id, author_name, posted_at",
            }
            when = columns.get(table, event) if event == "update" else event
            found.append(_TRIGGER.format(table=table, event=event, when=when, author=author))
    return found
