"""Totals of each blog and of its months for `status`, which compares them with the counts that pages show.

`totals.refresh_totals` calls `refresh` for the authors whose rows changed. Authors that wait for it are counted when
`status` reads them.
"""

import sqlite3

from blogarchive.store.lacking_comments import IS_COUNTED, LACKS_COMMENTS

_PENDING = "select author_id from totals_pending"

TABLES = """
create table status_totals (
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

create table status_months (
    author_id integer not null references authors(id) on delete cascade,
    month text not null,
    first_held text,
    last_held text,
    named integer not null,
    read integer not null,
    primary key (author_id, month)
) without rowid;

create trigger totals_status_posts after update of comment_count, comments_complete_at on posts begin
    insert or ignore into totals_pending values (new.author_id);
end;

create trigger totals_status_comments after update of gone_at, fingerprint on comments begin
    insert or ignore into totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_status_stats after insert on post_stats begin
    insert or ignore into totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_status_revisions after insert on comment_revisions begin
    insert or ignore into totals_pending
    select p.author_id from comments c join posts p on p.id = c.post_id where c.id = new.comment_id;
end;

insert or ignore into totals_pending select id from authors;
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
           count(case when c.gone_at is null and p.gone_at is null and {IS_COUNTED} then 1 end) as comments_held,
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
    f"select * from status_totals where author_id not in ({_PENDING}) union all select * from ({_BLOGS})"  # noqa: S608
)
"""The rows of `status_totals` as of now."""

CURRENT_MONTHS = f"select * from status_months where author_id not in ({_PENDING}) union all {_MONTHS}"  # noqa: S608
"""The rows of `status_months` as of now."""

_REFRESH = (
    f"delete from status_totals where author_id in ({_PENDING})",  # noqa: S608
    f"delete from status_months where author_id in ({_PENDING})",  # noqa: S608
    f"insert into status_totals {_BLOGS}",
    f"insert into status_months {_MONTHS}",
)


def refresh(connection: sqlite3.Connection) -> None:
    """Count the rows of the authors in `totals_pending`, inside the caller's transaction."""
    for statement in _REFRESH:
        connection.execute(statement)
