"""The series of a post's counters, its moments told apart by numbers: a third less for each row of the archive's growth.

strftime is what every SQLite has, also the one that reads this file in fifty years.
"""

MOMENT = "cast(strftime('%s', captured_at) as integer)"
"""The seconds since 1970 of a row, as its unique index has them."""

REBUILD = f"""
create table post_stats_narrow (
    id integer primary key,
    post_id integer not null references posts(id),
    captured_at text not null,
    views integer,
    likes integer,
    comment_count integer,
    page_id integer references pages(id)
);

insert into post_stats_narrow(id, post_id, captured_at, views, likes, comment_count, page_id)
select id, post_id, captured_at, views, likes, comment_count, page_id from post_stats;

drop table post_stats;

alter table post_stats_narrow rename to post_stats;

create unique index post_stats_moment on post_stats(post_id, {MOMENT})
"""  # noqa: S608 - the expression above
