"""Totals for plots and lists: comments of each month and year, replies between people, posts of each category and year.

`totals.refresh_totals` calls `refresh` for the authors whose rows changed.
"""

import sqlite3

TABLES = """
create table comment_month_totals (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    comments integer not null,
    primary key (author_id, month)
) without rowid;

create table reply_totals (
    author_id integer not null references authors(id) on delete cascade,
    name text not null,
    reply_to text not null,
    comments integer not null,
    primary key (author_id, name, reply_to)
) without rowid;

create index reply_totals_comments on reply_totals(author_id, comments);

create index commenter_totals_comments on commenter_totals(author_id, comments);

create table category_year_totals (
    category_id integer not null references categories(id) on delete cascade,
    year text not null,
    posts integer not null,
    primary key (category_id, year)
) without rowid;

create index posts_gone_at on posts(gone_at) where gone_at is not null;

create index posts_changed on posts(last_changed_at) where last_changed_at is not null;

create trigger totals_replies_update after update of reply_to on comments begin
    insert or ignore into totals_pending select author_id from posts where id = new.post_id;
end;

insert or ignore into totals_pending select id from authors;
"""

COMMENT_YEARS = """
alter table comments add column year text generated always as (substr(posted_at, 1, 4)) virtual;

create index comments_year on comments(year, author_name, post_id);

create table comment_year_totals (
    author_id integer not null references authors(id) on delete cascade,
    year text not null,
    comments integer not null,
    primary key (author_id, year)
) without rowid;

insert into comment_year_totals
select p.author_id, c.year, count(*) from comments c join posts p on p.id = c.post_id
 where c.year is not null group by 1, 2;
"""

_REFRESH = (
    "delete from comment_year_totals where author_id in (select author_id from totals_pending)",
    "delete from comment_month_totals where author_id in (select author_id from totals_pending)",
    "delete from reply_totals where author_id in (select author_id from totals_pending)",
    """delete from category_year_totals where category_id in
        (select id from categories where author_id in (select author_id from totals_pending))""",
    # The rows of comments have long texts: they are read once.
    """create temp table dated_comments as
select p.author_id, c.author_name, c.reply_to, substr(c.posted_at, 1, 7) as month, c.year
  from posts p join comments c on c.post_id = p.id where p.author_id in (select author_id from totals_pending)""",
    """insert into comment_month_totals
select author_id, month, count(*) from dated_comments where length(month) = 7 group by 1, 2""",
    """insert into comment_year_totals
select author_id, year, count(*) from dated_comments where year is not null group by 1, 2""",
    """insert into reply_totals
select author_id, author_name, reply_to, count(*) from dated_comments where reply_to <> '' group by 1, 2, 3""",
    "drop table dated_comments",
    """insert into category_year_totals
select pc.category_id, coalesce(substr(p.posted_at, 1, 4), ''), count(*)
  from categories c join posts_in_categories pc on pc.category_id = c.id
  join posts p indexed by posts_newest on p.id = pc.post_id
 where c.author_id in (select author_id from totals_pending) group by 1, 2""",
)


def refresh(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors in `totals_pending`, inside the caller's transaction."""
    for statement in _REFRESH:
        connection.execute(statement)
