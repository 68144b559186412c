"""Count the totals that pages, facets and `status` read; `schema.sql` has their tables, and the triggers that follow rows.

Totals of a blog are counted at the end of a run, for the authors that triggers noted in `_totals_pending`. Counts of
pages and post numbers are changed by triggers at once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from blogarchive.store.rows import LACKS_COMMENTS
from blogarchive.store.statements import Statements

# ruff: noqa: S608 - statements are put together from constants


_PENDING: Final = "select author_id from _totals_pending"
_OF_AUTHOR: Final = f"author_id in ({_PENDING})"
_OF_CATEGORIES: Final = f"category_id in (select id from categories where {_OF_AUTHOR})"

# The rows of comments have long texts: a refresh reads them once.
_COMMENTS: Final = f"""select p.author_id, p.gone_at is not null as post_gone, c.post_id, c.author_name, c.reply_to,
       c.posted_at, c.gone_at, c.is_counted
  from posts p join comments c on c.post_id = p.id where p.{_OF_AUTHOR}"""

_OF_BLOGS: Final = f"""
with of_counts as (
    select post_id, count(case when gone_at is null and is_counted then 1 end) as held
      from {{comments}} group by post_id),
of_posts as (
    select author_id, count(*) as posts, sum(content_hash is null and gone_at is null) as missing,
           count(gone_at) as gone, count(content_hash) as posts_read,
           count(case when gone_at is not null and content_hash is null then 1 end) as gone_unread,
           case when count(comment_count) then sum(case when gone_at is null
             then max(coalesce(comment_count, 0), coalesce(held, 0)) end) end as comments_claimed,
           count(case when {LACKS_COMMENTS} then 1 end) as posts_lacking_comments,
           substr(min(posted_at), 1, 10) as first_post_on, substr(max(posted_at), 1, 10) as last_post_on
      from posts p left join of_counts k on k.post_id = p.id where {_OF_AUTHOR} group by author_id),
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


_OF_MONTHS: Final = f"""
select author_id, substr(posted_at, 1, 7) as month, count(*) as posts,
       sum(content_hash is null and gone_at is null) as missing, count(gone_at) as gone, sum(views) as views,
       min(case when gone_at is null then substr(posted_at, 1, 10) end) as first_on,
       max(case when gone_at is null then substr(posted_at, 1, 10) end) as last_on,
       count(case when gone_at is null then content_hash end) as posts_read
  from posts where {_OF_AUTHOR} and posted_at is not null group by 1, 2"""

BY_BLOG: Final[Mapping[str, str]] = {
    "_blog_totals": _OF_BLOGS,
    "_month_totals": _OF_MONTHS,
    "_category_totals": f"""
select pc.category_id, coalesce(p.year, ''), count(*)
  from categories c join posts_in_categories pc on pc.category_id = c.id
  join posts p indexed by posts_newest on p.id = pc.post_id where c.{_OF_AUTHOR} group by 1, 2""",
    "_comment_totals": """
select author_id, substr(posted_at, 1, 7), count(*) from {comments} where posted_at is not null group by 1, 2""",
    "_commenter_totals": """
select author_id, author_name, count(*), count(distinct post_id), min(posted_at), max(posted_at)
  from {comments} group by 1, 2""",
    "_reply_totals": """
select author_id, author_name, reply_to, count(*) from {comments} where reply_to <> '' group by 1, 2, 3""",
}
"""The query of each table of totals of the blogs; `{comments}` are the comments of pending authors."""

# The number may be one of a series that the blogs of a host share. Longer ids, of 163, are none.
_COUNT_NUMBERS: Final = """
select a.site, count(distinct p.number) as numbers, max(cast(p.number as integer)) as highest
  from posts p join authors a on a.id = p.author_id
 where p.number not glob '*[^0-9]*' and length(p.number) between 1 and 15 group by a.site"""
# If the post with a site's highest number is deleted, `highest` is null until the end of the run.
CURRENT_NUMBERS: Final = f"""
select t.site, t.numbers, coalesce(t.highest, (select c.highest from ({_COUNT_NUMBERS}) c where c.site = t.site)) as highest
  from _number_totals t"""
"""The rows of `_number_totals` as of now."""

# The query of each table that triggers change at once, and that of its rows as of now.
_AT_ONCE: Final[Mapping[str, tuple[str, str]]] = {
    "_page_totals": (
        "select reader_version, held_at is not null, count(*), sum(body_size) from pages group by 1, 2",
        "select * from _page_totals",
    ),
    "_number_totals": (_COUNT_NUMBERS, CURRENT_NUMBERS),
}

CURRENT_BLOGS: Final = f"""select * from _blog_totals where author_id not in ({_PENDING})
 union all select * from ({_OF_BLOGS.format(comments=f"({_COMMENTS})")})"""
"""The rows of `_blog_totals` as of now."""

CURRENT_MONTHS: Final = f"""select * from _month_totals where author_id not in ({_PENDING})
 union all {_OF_MONTHS}"""
"""The rows of `_month_totals` as of now."""


def recount(archive: Statements) -> None:
    """Count the rows of all totals again, inside the caller's transaction."""
    correct(archive)
    archive.execute("insert or ignore into _totals_pending select id from authors")
    refresh(archive)


def refresh(archive: Statements) -> None:
    """Count the rows of the authors noted, inside the caller's transaction."""
    with _larger_cache(archive):
        archive.execute(f"create temp table counted_comments as {_COMMENTS}")
        for name, query in BY_BLOG.items():
            of_authors = _OF_CATEGORIES if name == "_category_totals" else _OF_AUTHOR
            archive.execute(f"delete from {name} where {of_authors}")
            archive.execute(f"insert into {name} {query.format(comments='counted_comments')}")
        update = f"""update _number_totals set highest = (select c.highest from ({_COUNT_NUMBERS}) c
                where c.site = _number_totals.site) where highest is null"""
        archive.execute(update)
        archive.execute("drop table counted_comments")
        archive.execute("delete from _totals_pending")


def wrong_totals(archive: Statements) -> list[str]:
    """Return the names of the tables whose counts differ from their rows; totals of blogs are not compared."""
    # One statement: a crawl may write between two.
    compare = "select exists ({0} except {1}) or exists ({1} except {0})"
    queries = {
        name: compare.format(f"select * from ({current})", f"select * from ({query})")
        for name, (query, current) in _AT_ONCE.items()
    }
    return [name for name, query in queries.items() if archive.scalar(query)]


def correct(archive: Statements) -> None:
    """Count the rows of wrong totals again, inside the caller's transaction."""
    for name in wrong_totals(archive):
        archive.execute(f"delete from {name}")
        archive.execute(f"insert into {name} {_AT_ONCE[name][0]}")


@contextmanager
def _larger_cache(archive: Statements) -> Iterator[None]:
    """Raise the page cache of SQLite from 2 MB to 4.

    Totals change all over their tables, and a page outside the cache is written to the log at each change. The totals
    of 100,000 posts wrote 1,089 MB with 2 MB of cache, 519 with 4, 246 with 8. With 8 MB, the memory of a backup of
    20,000 posts exceeded 1.3 times that of 500, the limit.
    """
    before = archive.scalar("pragma cache_size")
    archive.execute("pragma cache_size = -4096")
    try:
        yield
    finally:
        archive.execute(f"pragma cache_size = {before}")
