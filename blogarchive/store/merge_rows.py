"""Merge rows of another archive by natural keys, each at its own time: series, categories, marks and comments."""

from blogarchive.store.database.archive import Archive

# The id in `main` of the page of a row `o` of `other`. Slow, because SQLite reads `sha256` behind the page's bytes.
_PAGE = "(select g.id from main.pages g join other.pages og on og.url = g.url and og.fetched_at = g.fetched_at and og.sha256 = g.sha256 where og.id = o.page_id)"  # noqa: E501


def good(table: str, alias: str = "o") -> str:
    """Return the SQL condition that `mark_bad_rows` named no row of the other archive."""
    return f"{alias}.rowid not in (select row from temp.bad_rows where tbl = '{table}')"  # noqa: S608 - constants


def run_script(archive: Archive, statements: str) -> None:
    """Run statements that are separated by a semicolon and an empty line, inside the transaction."""
    archive.execute_all(statements.split(";\n\n"))


_MEMBERS = f"""temp.merged_posts s cross join main.posts p on p.id = s.id
 cross join other.post_categories o on o.post_id = s.other_id and {good("post_categories")}
  join other.categories oc on oc.id = o.category_id and {good("categories", "oc")}
  join main.categories c on c.author_id = p.author_id and c.name = oc.name"""


# A post is in a category until a page later than all that showed it there removes it. Such a page marked it as gone
# from the category, or ended a complete listing without it. Its archive had the post. The ids show which rows the
# archive had before the merge: its listings prove nothing about other posts.
# `sightings` has the times at which either archive saw a post in a category. `seen` in `members` is the last of them.
# `missed` has the proofs of a removal: a mark of either archive, a complete listing of this or the other one.
_MEMBERSHIPS = f"""
create temp table sightings as
select pc.post_id, pc.category_id, pc.gone_at, pc.rowid <= m.members_before as was_member,
       max(coalesce(g.fetched_at, ''),
           iif(pc.gone_at is null and pc.rowid <= m.members_before, coalesce(c.proved_at, ''), '')) as seen_at
  from temp.merged_posts s cross join main.post_categories pc on pc.post_id = s.id
  join main.categories c on c.id = pc.category_id join main._merge_progress m
  left join main.pages g on g.id = pc.page_id
 union all
select p.id, c.id, o.gone_at, 0,
       max(coalesce(g.fetched_at, ''), iif(o.gone_at is null, coalesce(oc.proved_at, ''), ''))
  from {_MEMBERS} left join other.pages g on g.id = o.page_id;

create temp table members as
  with seen as (
    select post_id, category_id, max(seen_at) as seen_at, max(was_member) as was_member
      from sightings group by post_id, category_id),
       missed as (
    select post_id, category_id, gone_at from sightings where gone_at is not null
     union all
    select s.post_id, s.category_id, c.proved_at
      from seen s join main.categories c on c.id = s.category_id join main.posts p on p.id = s.post_id
      join main._merge_progress m
     where c.proved_at is not null and p.gone_at is null and p.id <= m.posts_before and not s.was_member
     union all
    select s.post_id, s.category_id, oc.proved_at
      from temp.merged_posts t cross join seen s on s.post_id = t.id join other.posts op on op.id = t.other_id
      join main.categories c on c.id = s.category_id
      join other.categories oc on oc.author_id = op.author_id and oc.name = c.name
     where oc.proved_at is not null and op.gone_at is null
       and (op.id, oc.id) not in (select post_id, category_id from other.post_categories))
select s.post_id, s.category_id, min(iif(m.gone_at >= s.seen_at, m.gone_at, null)) as gone_at
  from seen s left join missed m on m.post_id = s.post_id and m.category_id = s.category_id
 group by s.post_id, s.category_id;

insert or ignore into main.post_categories(post_id, category_id, page_id)
select p.id, c.id, {_PAGE} from {_MEMBERS}
 where not exists (select 1 from main.post_categories x where x.post_id = p.id and x.category_id = c.id);

update main.post_categories set gone_at = m.gone_at from members m
 where m.post_id = post_categories.post_id and m.category_id = post_categories.category_id
   and m.gone_at is not post_categories.gone_at;

drop table temp.sightings;

drop table temp.members
"""  # noqa: S608 - built of constants


def _copy_comments(archive: Archive) -> None:
    """Copy comments that only the crawl of a whole chain identified; a single page does not identify them.

    A comment whose author has had another name since is stored, with that name as a version.
    """
    columns = [name for name in archive.columns("comments") if name not in ("id", "post_id", "page_id")]
    insert = f"""insert into main.comments(post_id, page_id, {", ".join(columns)})
            select s.id, {_PAGE}, {", ".join(f"o.{column}" for column in columns)}
            from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id and {good("comments")}
            where not exists (select 1 from main.comments c
            where c.post_id = s.id and c.fingerprint = o.fingerprint)
            and not exists (select 1 from main.comments c join main.comment_revisions r on r.comment_id = c.id
            where c.post_id = s.id and c.posted_at is o.posted_at and r.author_name = o.author_name
            and r.body_text is o.body_text) order by o.id"""  # noqa: S608 - our own names
    archive.execute(insert)


def _delete_repeated(table: str, key: str, values: str, merged: str) -> str:
    """Return the statement that deletes each row of a series that repeats the values of the row before."""
    return f"""delete from main.{table} where id in (
    select id from (
        select id, ({values}) is ({", ".join(f"lag({name}) over w" for name in values.split(", "))})
                   and lag(id) over w is not null as same
          from main.{table} where {key} in (select id from temp.{merged})
        window w as (partition by {key} order by captured_at))
     where same)"""  # noqa: S608 - constants


_COUNTERS = f"""
insert or ignore into main.post_stats(post_id, captured_at, views, likes, comment_count)
select s.id, x.captured_at, x.views, x.likes, x.comment_count
  from temp.merged_posts s cross join other.post_stats x on x.post_id = s.other_id and {good("post_stats", "x")}
 order by x.captured_at, x.id;

{_delete_repeated("post_stats", "post_id", "views, likes, comment_count", "merged_posts")};

update main.posts set views = coalesce(s.views, posts.views), likes = coalesce(s.likes, posts.likes),
       comment_count = coalesce(s.comment_count, posts.comment_count)
  from main.post_stats s
 where s.post_id = posts.id
   and s.captured_at = (select max(captured_at) from main.post_stats t where t.post_id = posts.id)
   and posts.id in (select id from temp.merged_posts)
   and (s.views, s.likes, s.comment_count) is not (posts.views, posts.likes, posts.comment_count)
"""  # noqa: S608 - constants

_SAME_POST = "from temp.merged_posts s cross join other.posts o on o.id = s.other_id where s.id = posts.id"

_POSTS = f"""
update main.posts set gone_at = null, gone_reason = null, own_page_gone_at = null, own_page_gone_reason = null,
       missing_from_listing_at = null
  {_SAME_POST} and posts.gone_at is not null and o.gone_at is null and o.last_seen_at > posts.gone_at;

update main.posts set gone_at = o.gone_at, gone_reason = o.gone_reason, own_page_gone_at = o.own_page_gone_at,
       own_page_gone_reason = o.own_page_gone_reason, missing_from_listing_at = o.missing_from_listing_at
  {_SAME_POST} and posts.gone_at is null and o.gone_at >= posts.last_seen_at;

update main.posts set first_seen_at = min(posts.first_seen_at, o.first_seen_at),
       last_seen_at = max(posts.last_seen_at, o.last_seen_at),
       own_page_seen_at = nullif(max(coalesce(posts.own_page_seen_at, ''), coalesce(o.own_page_seen_at, '')), ''),
       comments_complete_at = nullif(max(coalesce(posts.comments_complete_at, ''),
                                         coalesce(o.comments_complete_at, '')), '')
  {_SAME_POST}
"""  # noqa: S608 - constants

_SAME_COMMENT = f"""from temp.merged_posts s cross join other.comments o on o.post_id = s.other_id
 where {good("comments")} and comments.post_id = s.id and comments.fingerprint = o.fingerprint"""

_MARKS_OF_COMMENTS = f"""
update main.comments set gone_at = null
  {_SAME_COMMENT}
   and comments.gone_at is not null and o.gone_at is null and o.last_seen_at > comments.gone_at;

update main.comments set gone_at = o.gone_at
  {_SAME_COMMENT}
   and comments.gone_at is null and o.gone_at >= comments.last_seen_at;

update main.comments set first_seen_at = min(comments.first_seen_at, o.first_seen_at),
       last_seen_at = max(comments.last_seen_at, o.last_seen_at)
  {_SAME_COMMENT}
"""  # noqa: S608 - constants


def merge_posts(archive: Archive) -> None:
    """Merge the rows of the posts in `temp.merged_posts`."""
    _copy_comments(archive)
    for script in (_MEMBERSHIPS, _COUNTERS, _POSTS, _MARKS_OF_COMMENTS):
        run_script(archive, script)


_ROWS = f"""
insert or ignore into main.author_aliases(author_id, alias, first_seen_at)
select s.id, x.alias, x.first_seen_at from temp.merged_blogs s cross join other.author_aliases x
    on x.author_id = s.other_id and {good("author_aliases", "x")};

insert or ignore into main.author_stats(author_id, captured_at, total_visits, account_age)
select s.id, x.captured_at, x.total_visits, x.account_age
  from temp.merged_blogs s cross join other.author_stats x
    on x.author_id = s.other_id and {good("author_stats", "x")} order by x.captured_at, x.id;

{_delete_repeated("author_stats", "author_id", "total_visits, account_age", "merged_blogs")};

insert or ignore into main.categories(author_id, name, url, first_seen_at, last_seen_at, page_id)
select s.id, o.name, o.url, o.first_seen_at, o.last_seen_at, {_PAGE}
  from temp.merged_blogs s cross join other.categories o on o.author_id = s.other_id
   and {good("categories")}
"""  # noqa: S608 - built of constants

# The posts must be merged before: a post is in a category according to `proved_at` of each archive.
_LAST = f"""
update main.categories
   set url = iif(o.last_seen_at > categories.last_seen_at, coalesce(o.url, categories.url), categories.url),
       first_seen_at = min(categories.first_seen_at, o.first_seen_at),
       last_seen_at = max(categories.last_seen_at, o.last_seen_at),
       proved_at = nullif(max(coalesce(categories.proved_at, ''), coalesce(o.proved_at, '')), '')
  from (select a.id as author_id, c.name, c.url, c.first_seen_at, c.last_seen_at, c.proved_at
          from main.authors a join other.authors oa on oa.site = a.site and oa.uid = a.uid
          join other.categories c on c.author_id = oa.id and {good("categories", "c")}) o
 where o.author_id = categories.author_id and o.name = categories.name;

update main.authors set first_seen_at = min(authors.first_seen_at, o.first_seen_at),
       last_seen_at = max(authors.last_seen_at, o.last_seen_at)
  from other.authors o
 where {good("authors")} and o.site = authors.site and o.uid = authors.uid;

insert or ignore into main.discovered_blogs(site, uid, url, source, found_on, found_by, first_seen_at, backed_up_at)
select site, uid, url, source, found_on, found_by, first_seen_at, backed_up_at
  from other.discovered_blogs o where {good("discovered_blogs")} order by id;

delete from main.discovered_blogs
 where backed_up_at is null and (site, uid) in (select site, uid from main.authors)
   and (site, uid) not in (select site, uid from main.frontier where uid is not null);

update main.post_media set media_id = m.id from main.media m
 where m.url = post_media.url and post_media.media_id is null
"""  # noqa: S608 - constants


def merge_blogs(archive: Archive) -> None:
    """Merge the rows of the blogs in `temp.merged_blogs` that posts do not depend on."""
    run_script(archive, _ROWS)


def finish(archive: Archive) -> None:
    """Merge what depends on all posts: times of categories and authors, discovered blogs, images of posts."""
    run_script(archive, _LAST)
