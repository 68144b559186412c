"""Totals of blogs, months, categories and commenters, so that pages and queries need not count rows.

Triggers note each author whose rows change in `totals_pending`, whoever writes. `refresh_totals` counts the rows of
these authors; `Archive.checkpoint` calls it at the end of each run. A page that is read during a run shows the totals
of the run before.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from blogarchive.store import kept_totals, plot_totals, status_totals

_OF_POSTS = "posted_at, content_hash, gone_at, author_id, views"
_TABLES = """
create table totals_pending (author_id integer primary key);

create table blog_totals (
    author_id integer primary key references authors(id) on delete cascade,
    posts integer not null,
    missing integer not null,
    gone integer not null,
    edited integer not null,
    comments integer not null,
    first_post_on text,
    last_post_on text
);

create table month_totals (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    posts integer not null,
    missing integer not null,
    gone integer not null,
    views integer,
    primary key (author_id, month)
) without rowid;

create table category_totals (
    category_id integer primary key references categories(id) on delete cascade,
    posts integer not null
);

create table commenter_totals (
    author_id integer not null references authors(id) on delete cascade,
    name text not null,
    comments integer not null,
    posts integer not null,
    first_at text,
    last_at text,
    primary key (author_id, name)
) without rowid;

create index posts_discussed on posts(comment_count desc);
"""

# One note per author: further changes of its rows find it there.
_TRIGGER = """
create trigger totals_{table}_{event} after {when} on {table} begin
    insert or ignore into totals_pending select {author};
end;
"""
_AUTHOR_OF_POST = "author_id from posts where id = {row}.post_id"

_REFRESH = (
    """insert into blog_totals select a.id,
       (select count(*) from posts where author_id = a.id),
       (select count(*) from posts where author_id = a.id and content_hash is null and gone_at is null),
       (select count(*) from posts where author_id = a.id and gone_at is not null),
       (select count(distinct r.post_id) from post_revisions r join posts p on p.id = r.post_id
         where p.author_id = a.id),
       (select count(*) from posts p join comments c on c.post_id = p.id where p.author_id = a.id),
       (select substr(min(posted_at), 1, 10) from posts where author_id = a.id),
       (select substr(max(posted_at), 1, 10) from posts where author_id = a.id)
  from authors a where a.id in (select author_id from totals_pending)""",
    """insert into month_totals
select author_id, substr(posted_at, 1, 7), count(*), sum(content_hash is null and gone_at is null),
       sum(gone_at is not null), sum(views)
  from posts where author_id in (select author_id from totals_pending) and length(posted_at) >= 7 group by 1, 2""",
    """insert into category_totals
select c.id, count(pc.post_id) from categories c left join posts_in_categories pc on pc.category_id = c.id
 where c.author_id in (select author_id from totals_pending) group by c.id""",
    """insert into commenter_totals
select p.author_id, c.author_name, count(*), count(distinct c.post_id), min(c.posted_at), max(c.posted_at)
  from posts p join comments c on c.post_id = p.id
 where p.author_id in (select author_id from totals_pending) group by 1, 2""",
)
_CLEAR = (
    "delete from blog_totals where author_id in (select author_id from totals_pending)",
    "delete from month_totals where author_id in (select author_id from totals_pending)",
    """delete from category_totals where category_id in
        (select id from categories where author_id in (select author_id from totals_pending))""",
    "delete from commenter_totals where author_id in (select author_id from totals_pending)",
)


_PEOPLE_TABLES = """
create table person_totals (
    name text primary key,
    comments integer not null,
    posts integer not null,
    first_at text,
    last_at text
) without rowid;

create index person_totals_comments on person_totals(comments);

create index commenter_totals_name on commenter_totals(name);

insert or ignore into totals_pending select id from authors;
"""
_NOTE_PEOPLE = """insert or ignore into changed_people
select name from commenter_totals where author_id in (select author_id from totals_pending)"""
_REFRESH_PEOPLE = (
    "delete from person_totals where name in (select name from changed_people)",
    """insert into person_totals
select name, sum(comments), sum(posts), min(first_at), max(last_at)
  from commenter_totals where name in (select name from changed_people) group by name""",
)


def people_schema() -> str:
    """Return the script that creates the totals of commenters in all blogs and notes every author."""
    return _PEOPLE_TABLES


def schema() -> str:
    """Return the script that creates the tables and triggers and notes every author."""
    return "".join((_TABLES, *_triggers(), "insert into totals_pending select id from authors;"))


def refresh_totals(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors noted, inside the caller's transaction."""
    with _larger_cache(connection):
        connection.execute("create temp table changed_people (name text primary key) without rowid")
        for statement in (_NOTE_PEOPLE, *_CLEAR, *_REFRESH, _NOTE_PEOPLE, *_REFRESH_PEOPLE):
            connection.execute(statement)
        connection.execute("drop table changed_people")
        plot_totals.refresh(connection)
        status_totals.refresh(connection)
        kept_totals.refresh(connection)
        connection.execute("delete from totals_pending")


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


def _triggers() -> list[str]:
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
