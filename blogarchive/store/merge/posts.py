"""Merge rows of posts that no page yields again: comments of whole chains, series of counters, gone marks, times."""

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge import categories
from blogarchive.store.merge.slices import PAGE, run_script


def merge_rows(archive: Archive) -> None:
    """Merge the rows of the posts in `temp.merged_posts`."""
    _copy_comments(archive)
    categories.merge_memberships(archive)
    run_script(archive, _COUNTERS)
    run_script(archive, _POSTS)
    run_script(archive, _MARKS_OF_COMMENTS)


def _copy_comments(archive: Archive) -> None:
    """Copy comments that only the crawl of a whole chain identified; a single page does not identify them."""
    columns = archive.column(
        "select name from pragma_table_info('comments', 'other') where name not in ('id', 'post_id', 'page_id')"
    )
    archive.execute(
        f"insert into main.comments(post_id, page_id, {', '.join(columns)})"  # noqa: S608 - our own names
        f" select s.id, {PAGE}, {', '.join(f'o.{column}' for column in columns)}"
        " from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id"
        " where not exists (select 1 from main.comments c"
        "                    where c.post_id = s.id and c.fingerprint = o.fingerprint) order by o.id"
    )


_COUNTERS = """
insert or ignore into main.post_stats(post_id, captured_at, views, likes, comment_count)
select s.id, x.captured_at, x.views, x.likes, x.comment_count
  from temp.merged_posts s cross join other.post_stats x on x.post_id = s.other_id order by x.captured_at, x.id;

delete from main.post_stats where id in (
    select id from (
        select id, views is lag(views) over w and likes is lag(likes) over w
                   and comment_count is lag(comment_count) over w and lag(id) over w is not null as same
          from main.post_stats where post_id in (select id from temp.merged_posts)
        window w as (partition by post_id order by captured_at))
     where same);

update main.posts set views = coalesce(s.views, posts.views), likes = coalesce(s.likes, posts.likes),
       comment_count = coalesce(s.comment_count, posts.comment_count)
  from main.post_stats s
 where s.post_id = posts.id
   and s.captured_at = (select max(captured_at) from main.post_stats t where t.post_id = posts.id)
   and posts.id in (select id from temp.merged_posts)
   and (s.views, s.likes, s.comment_count) is not (posts.views, posts.likes, posts.comment_count)
"""

_POSTS = """
update main.posts set gone_at = null, gone_reason = null, own_page_gone_at = null, own_page_gone_reason = null,
       missing_from_listing_at = null
  from temp.merged_posts s cross join other.posts o on o.id = s.other_id
 where s.id = posts.id and posts.gone_at is not null and o.gone_at is null and o.last_seen_at > posts.gone_at;

update main.posts set gone_at = o.gone_at, gone_reason = o.gone_reason, own_page_gone_at = o.own_page_gone_at,
       own_page_gone_reason = o.own_page_gone_reason, missing_from_listing_at = o.missing_from_listing_at
  from temp.merged_posts s cross join other.posts o on o.id = s.other_id
 where s.id = posts.id and posts.gone_at is null and o.gone_at >= posts.last_seen_at;

update main.posts set first_seen_at = min(posts.first_seen_at, o.first_seen_at),
       last_seen_at = max(posts.last_seen_at, o.last_seen_at),
       own_page_seen_at = nullif(max(coalesce(posts.own_page_seen_at, ''), coalesce(o.own_page_seen_at, '')), ''),
       comments_complete_at = nullif(max(coalesce(posts.comments_complete_at, ''),
                                         coalesce(o.comments_complete_at, '')), '')
  from temp.merged_posts s cross join other.posts o on o.id = s.other_id
 where s.id = posts.id
"""

_MARKS_OF_COMMENTS = """
update main.comments set gone_at = null
  from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id
 where comments.post_id = s.id and comments.fingerprint = o.fingerprint
   and comments.gone_at is not null and o.gone_at is null and o.last_seen_at > comments.gone_at;

update main.comments set gone_at = o.gone_at
  from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id
 where comments.post_id = s.id and comments.fingerprint = o.fingerprint
   and comments.gone_at is null and o.gone_at >= comments.last_seen_at;

update main.comments set first_seen_at = min(comments.first_seen_at, o.first_seen_at),
       last_seen_at = max(comments.last_seen_at, o.last_seen_at)
  from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id
 where comments.post_id = s.id and comments.fingerprint = o.fingerprint
"""
