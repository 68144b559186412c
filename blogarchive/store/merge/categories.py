"""Merge memberships in categories: a post is in a category according to the latest page of either archive."""

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge.slices import PAGE, run_script

_MEMBERS = """temp.merged_posts s cross join main.posts p on p.id = s.id
 cross join other.post_categories o on o.post_id = s.other_id join other.categories oc on oc.id = o.category_id
  join main.categories c on c.author_id = p.author_id and c.name = oc.name"""


def merge_memberships(archive: Archive) -> None:
    """Merge the memberships of the posts in `temp.merged_posts`."""
    run_script(archive, _MEMBERSHIPS)


# A post is in a category until a page later than all that showed it there removes it: one that marked it as gone from
# the category, or a complete listing without it, of an archive that had the post. The ids show which rows the archive
# had before the merge: a complete listing of a category says nothing about posts that only the other archive had.
_MEMBERSHIPS = f"""
create temp table sightings as
select pc.post_id, pc.category_id, pc.gone_at, pc.rowid <= m.members_before as was_member,
       max(coalesce(g.fetched_at, ''),
           iif(pc.gone_at is null and pc.rowid <= m.members_before, coalesce(c.proved_at, ''), '')) as seen_at
  from temp.merged_posts s cross join main.post_categories pc on pc.post_id = s.id
  join main.categories c on c.id = pc.category_id join main.merge_progress m
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
      join main.merge_progress m
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
select p.id, c.id, {PAGE} from {_MEMBERS}
 where not exists (select 1 from main.post_categories x where x.post_id = p.id and x.category_id = c.id);

update main.post_categories set gone_at = m.gone_at from members m
 where m.post_id = post_categories.post_id and m.category_id = post_categories.category_id
   and m.gone_at is not post_categories.gone_at;

drop table temp.sightings;

drop table temp.members
"""  # noqa: S608 - built of constants
