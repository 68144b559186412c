"""Merge categories: a post is in a category according to the latest page of either archive."""

from blogarchive.store.database.archive import Archive
from blogarchive.store.merge.joins import AUTHORS, PAGE, POSTS, run_script

_MEMBERS = f"{POSTS} join other.post_categories o on o.post_id = op.id join other.categories oc on oc.id = o.category_id join main.categories c on c.author_id = a.id and c.name = oc.name"  # noqa: E501


def snapshot_memberships(archive: Archive) -> None:
    """Remember the posts and memberships of the archive before any page of the other archive is parsed."""
    run_script(archive, _BEFORE)


def copy_categories(archive: Archive) -> None:
    """Copy the categories of the other archive and merge the memberships of their posts."""
    run_script(archive, _CATEGORIES)


# A complete listing of a category says nothing about posts that only the other archive had.
_BEFORE = """
create temp table known_posts as select id from main.posts;

create temp table known_members as select post_id, category_id from main.post_categories
"""

# A post is in a category until a page later than all that showed it there removes it: one that marked it as gone from
# the category, or a complete listing without it, of an archive that had the post.
_CATEGORIES = f"""
insert or ignore into main.categories(author_id, name, url, first_seen_at, last_seen_at, page_id)
select a.id, o.name, o.url, o.first_seen_at, o.last_seen_at, {PAGE}
  from {AUTHORS} join other.categories o on o.author_id = oa.id;

create temp table sightings as
select pc.post_id, pc.category_id, pc.gone_at,
       max(coalesce(g.fetched_at, ''), iif(pc.gone_at is null and k.post_id, coalesce(c.proved_at, ''), '')) as seen_at
  from {POSTS} join main.post_categories pc on pc.post_id = p.id join main.categories c on c.id = pc.category_id
  left join main.pages g on g.id = pc.page_id
  left join known_members k on k.post_id = pc.post_id and k.category_id = pc.category_id
 union all
select p.id, c.id, o.gone_at,
       max(coalesce(g.fetched_at, ''), iif(o.gone_at is null, coalesce(oc.proved_at, ''), ''))
  from {_MEMBERS} left join other.pages g on g.id = o.page_id;

create temp table members as
  with seen as (select post_id, category_id, max(seen_at) as seen_at from sightings group by post_id, category_id),
       missed as (
    select post_id, category_id, gone_at from sightings where gone_at is not null
     union all
    select s.post_id, s.category_id, c.proved_at
      from seen s join main.categories c on c.id = s.category_id join main.posts p on p.id = s.post_id
     where c.proved_at is not null and p.gone_at is null and p.id in (select id from known_posts)
       and (p.id, c.id) not in (select post_id, category_id from known_members)
     union all
    select s.post_id, s.category_id, oc.proved_at
      from {POSTS} join seen s on s.post_id = p.id join main.categories c on c.id = s.category_id
      join other.categories oc on oc.author_id = oa.id and oc.name = c.name
     where oc.proved_at is not null and op.gone_at is null
       and (op.id, oc.id) not in (select post_id, category_id from other.post_categories))
select s.post_id, s.category_id, min(iif(m.gone_at >= s.seen_at, m.gone_at, null)) as gone_at
  from seen s left join missed m on m.post_id = s.post_id and m.category_id = s.category_id
 group by s.post_id, s.category_id;

insert or ignore into main.post_categories(post_id, category_id, page_id) select p.id, c.id, {PAGE} from {_MEMBERS};

update main.post_categories set gone_at = m.gone_at from members m
 where m.post_id = post_categories.post_id and m.category_id = post_categories.category_id
   and m.gone_at is not post_categories.gone_at;

update main.categories
   set url = iif(o.last_seen_at > categories.last_seen_at, coalesce(o.url, categories.url), categories.url),
       first_seen_at = min(categories.first_seen_at, o.first_seen_at),
       last_seen_at = max(categories.last_seen_at, o.last_seen_at),
       proved_at = nullif(max(coalesce(categories.proved_at, ''), coalesce(o.proved_at, '')), '')
  from (select a.id as author_id, o.name, o.url, o.first_seen_at, o.last_seen_at, o.proved_at
          from {AUTHORS} join other.categories o on o.author_id = oa.id) o
 where o.author_id = categories.author_id and o.name = categories.name;

drop table known_posts;

drop table known_members;

drop table sightings;

drop table members
"""  # noqa: S608 - built of constants
