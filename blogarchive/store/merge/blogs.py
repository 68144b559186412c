"""Merge rows of blogs: their other names, series of counters, categories, and times first and last seen."""

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge.slices import PAGE, run_script

_ROWS = f"""
insert or ignore into main.author_aliases(author_id, alias, first_seen_at)
select s.id, x.alias, x.first_seen_at from temp.merged_blogs s cross join other.author_aliases x on x.author_id = s.other_id;

insert or ignore into main.author_stats(author_id, captured_at, total_visits, account_age)
select s.id, x.captured_at, x.total_visits, x.account_age
  from temp.merged_blogs s cross join other.author_stats x on x.author_id = s.other_id order by x.captured_at, x.id;

delete from main.author_stats where id in (
    select id from (
        select id, total_visits is lag(total_visits) over w and account_age is lag(account_age) over w
                   and lag(id) over w is not null as same
          from main.author_stats where author_id in (select id from temp.merged_blogs)
        window w as (partition by author_id order by captured_at))
     where same);

insert or ignore into main.categories(author_id, name, url, first_seen_at, last_seen_at, page_id)
select s.id, o.name, o.url, o.first_seen_at, o.last_seen_at, {PAGE}
  from temp.merged_blogs s cross join other.categories o on o.author_id = s.other_id
"""  # noqa: S608 - built of constants

# The posts must be merged before: a post is in a category according to `proved_at` of each archive.
_LAST = """
update main.categories
   set url = iif(o.last_seen_at > categories.last_seen_at, coalesce(o.url, categories.url), categories.url),
       first_seen_at = min(categories.first_seen_at, o.first_seen_at),
       last_seen_at = max(categories.last_seen_at, o.last_seen_at),
       proved_at = nullif(max(coalesce(categories.proved_at, ''), coalesce(o.proved_at, '')), '')
  from (select a.id as author_id, c.name, c.url, c.first_seen_at, c.last_seen_at, c.proved_at
          from main.authors a join other.authors oa on oa.site = a.site and oa.uid = a.uid
          join other.categories c on c.author_id = oa.id) o
 where o.author_id = categories.author_id and o.name = categories.name;

update main.authors set first_seen_at = min(authors.first_seen_at, o.first_seen_at),
       last_seen_at = max(authors.last_seen_at, o.last_seen_at)
  from other.authors o
 where o.site = authors.site and o.uid = authors.uid;

insert or ignore into main.discovered_blogs(site, uid, url, source, found_on, found_by, first_seen_at, backed_up_at)
select site, uid, url, source, found_on, found_by, first_seen_at, backed_up_at from other.discovered_blogs order by id;

delete from main.discovered_blogs
 where backed_up_at is null and (site, uid) in (select site, uid from main.authors)
   and (site, uid) not in (select site, uid from main.frontier where uid is not null)
"""


def merge_rows(archive: Archive) -> None:
    """Merge the rows of the blogs in `temp.merged_blogs` that posts do not depend on."""
    run_script(archive, _ROWS)


def merge_last(archive: Archive) -> None:
    """Merge the categories, times and discovered blogs of all blogs, after all posts."""
    run_script(archive, _LAST)
