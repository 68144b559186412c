"""Two archives made one: what another archive holds is copied by natural keys, each row as of its own time.

Pages are copied as they are; their readings are made anew by the caller (the store reads no pages). What no page
tells anew comes from the other's rows: series of counters, when a thing was seen first and last, what is gone or
left its category, pictures. Frontier, failures and runs stay behind: the next backup asks the site itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from blogarchive.errors import UsageError
from blogarchive.store.archive import Archive
from blogarchive.store.opening import reading_mode

_PAGE_COLUMNS = (
    "url, fetched_at, status, headers, encoding, body, body_size, sha256, kind, site, uid, target, counted, closed,"
    " reader_version"
)
_MEDIA_COLUMNS = (
    "host, sha256, content_type, size, width, height, status, attempts, next_try_at, fetched_at, detail"
)

# Rows of the two archives that are one and the same thing.
_AUTHORS = "main.authors a join other.authors oa on oa.site = a.site and oa.uid = a.uid"
_POSTS = f"{_AUTHORS} join main.posts p on p.author_id = a.id join other.posts op on op.author_id = oa.id and op.number = p.number"  # noqa: E501
_MEMBERS = f"{_POSTS} join other.post_categories o on o.post_id = op.id join other.categories oc on oc.id = o.category_id join main.categories c on c.author_id = a.id and c.name = oc.name"  # noqa: E501
_COMMENTS = f"{_POSTS} join main.comments c on c.post_id = p.id join other.comments oc on oc.post_id = op.id and oc.fingerprint = c.fingerprint"  # noqa: E501

# The copy of the other's page that a row of the other, `o`, names.
_PAGE = "(select g.id from main.pages g join other.pages og on og.url = g.url and og.fetched_at = g.fetched_at and og.sha256 = g.sha256 where og.id = o.page_id)"  # noqa: E501


@contextmanager
def beside(archive: Archive, other: Path) -> Iterator[None]:
    """The archive at `other` is open for reading beside `archive`, under the name `other`.

    Raises `NoArchive`, `ArchiveDamaged`, and `UsageError` where it is the same file or of another version.
    """
    if archive.path.exists() and other.exists() and archive.path.samefile(other):
        raise UsageError(f"{other} is the archive itself; name another one")
    Archive.open(other, read_only=True).close()
    archive.execute("attach database ? as other", (f"{other.resolve().as_uri()}?mode={reading_mode(other)}",))
    try:
        yield
    finally:
        archive.execute("detach database other")
        # A file that was open for reading alone keeps its -wal and -shm; one that might be written takes them along.
        Archive.open(other, read_only=True).close()


def copy_pages(archive: Archive) -> list[int]:
    """Copy the pages that are not held; gives the ids of all pages to be read again, oldest first.

    Those are the copied ones and what the archive holds of the same blogs from the oldest of these on, so that
    what was read later has the last word.
    """
    for statement in _BEFORE.split(";\n\n"):
        archive.execute(statement)
    before = archive.number("select coalesce(max(id), 0) from main.pages")
    archive.execute(
        f"insert or ignore into main.pages({_PAGE_COLUMNS})"  # noqa: S608 - constants
        f" select {_PAGE_COLUMNS} from other.pages order by fetched_at, id"
    )
    rows = archive.rows(
        "select id from main.pages where (site, uid) in (select site, uid from main.pages where id > ?1)"
        " and fetched_at >= (select min(fetched_at) from main.pages where id > ?1) order by fetched_at, id",
        (before,),
    )
    nobodys = archive.rows("select id from main.pages where id > ? and uid is null", (before,))
    return [cast(int, row[0]) for row in rows + nobodys]


def count_new(archive: Archive, before: int) -> int:
    """How many pages were added since there were `before`."""
    return archive.number("select count(*) from main.pages") - before


def copy_rest(archive: Archive) -> int:
    """Copy what pages do not tell; gives how many files of pictures were new."""
    _copy_comments(archive)
    for statement in f"{_CATEGORIES};\n\n{_REST}".split(";\n\n"):
        archive.execute(statement)
    return _copy_pictures(archive)


def _copy_comments(archive: Archive) -> None:
    """Comments that the other told apart when it read all pages of them at once; one page alone does not tell."""
    names = archive.rows(
        "select name from pragma_table_info('comments', 'other') where name not in ('id', 'post_id', 'page_id')"
    )
    columns = [str(name) for (name,) in names]
    archive.execute(
        f"insert or ignore into main.comments(post_id, page_id, {', '.join(columns)})"  # noqa: S608 - our own names
        f" select p.id, {_PAGE}, {', '.join(f'o.{column}' for column in columns)}"
        f" from {_POSTS} join other.comments o on o.post_id = op.id order by o.id"
    )


def _copy_pictures(archive: Archive) -> int:
    before = archive.number("select count(*) from main.media_files")
    archive.execute(
        "insert or ignore into main.media_files(sha256, content_type, size, body)"
        " select sha256, content_type, size, body from other.media_files order by sha256"
    )
    fresh = ", ".join(f"{column.strip()} = excluded.{column.strip()}" for column in _MEDIA_COLUMNS.split(","))
    archive.execute(
        f"insert into main.media(url, {_MEDIA_COLUMNS}) select url, {_MEDIA_COLUMNS} from other.media"  # noqa: S608
        # What the other could not fetch is fetched anew: its failures stay behind.
        f" where sha256 is not null order by id on conflict(url) do update set {fresh} where media.sha256 is null"
    )
    archive.execute(
        "update main.post_media set media_id = m.id from main.media m where m.url = post_media.url"
        " and post_media.media_id is null"
    )
    return archive.number("select count(*) from main.media_files") - before


# What the archive knew by itself: a listing of a category that was read to its end is a witness of that alone.
_BEFORE = """
create temp table known_posts as select id from main.posts;

create temp table known_members as select post_id, category_id from main.post_categories
"""

# A post is in a category until a look at it that is later than any that showed it there. Such looks: what marked it
# as gone from there, and a listing read to its end by an archive that knew the post and did not see it there.
_CATEGORIES = f"""
insert or ignore into main.categories(author_id, name, url, first_seen_at, last_seen_at, page_id)
select a.id, o.name, o.url, o.first_seen_at, o.last_seen_at, {_PAGE}
  from {_AUTHORS} join other.categories o on o.author_id = oa.id;

create temp table sightings as
select pc.post_id, pc.category_id, pc.gone_at,
       max(coalesce(g.fetched_at, ''), iif(pc.gone_at is null and k.post_id, coalesce(c.proved_at, ''), '')) as seen_at
  from {_POSTS} join main.post_categories pc on pc.post_id = p.id join main.categories c on c.id = pc.category_id
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
      from {_POSTS} join seen s on s.post_id = p.id join main.categories c on c.id = s.category_id
      join other.categories oc on oc.author_id = oa.id and oc.name = c.name
     where oc.proved_at is not null and op.gone_at is null
       and (op.id, oc.id) not in (select post_id, category_id from other.post_categories))
select s.post_id, s.category_id, min(iif(m.gone_at >= s.seen_at, m.gone_at, null)) as gone_at
  from seen s left join missed m on m.post_id = s.post_id and m.category_id = s.category_id
 group by s.post_id, s.category_id;

insert or ignore into main.post_categories(post_id, category_id, page_id) select p.id, c.id, {_PAGE} from {_MEMBERS};

update main.post_categories set gone_at = m.gone_at from members m
 where m.post_id = post_categories.post_id and m.category_id = post_categories.category_id
   and m.gone_at is not post_categories.gone_at;

update main.categories
   set url = iif(o.last_seen_at > categories.last_seen_at, coalesce(o.url, categories.url), categories.url),
       first_seen_at = min(categories.first_seen_at, o.first_seen_at),
       last_seen_at = max(categories.last_seen_at, o.last_seen_at),
       proved_at = nullif(max(coalesce(categories.proved_at, ''), coalesce(o.proved_at, '')), '')
  from (select a.id as author_id, o.name, o.url, o.first_seen_at, o.last_seen_at, o.proved_at
          from {_AUTHORS} join other.categories o on o.author_id = oa.id) o
 where o.author_id = categories.author_id and o.name = categories.name;

drop table known_posts;

drop table known_members;

drop table sightings;

drop table members
"""  # noqa: S608 - built of constants

_REST = f"""
insert or ignore into main.author_aliases(author_id, alias, first_seen_at)
select a.id, x.alias, x.first_seen_at from {_AUTHORS} join other.author_aliases x on x.author_id = oa.id;

insert or ignore into main.author_stats(author_id, captured_at, total_visits, account_age)
select a.id, s.captured_at, s.total_visits, s.account_age
  from {_AUTHORS} join other.author_stats s on s.author_id = oa.id order by s.captured_at, s.id;

insert or ignore into main.post_stats(post_id, captured_at, views, likes, comment_count)
select p.id, s.captured_at, s.views, s.likes, s.comment_count
  from {_POSTS} join other.post_stats s on s.post_id = op.id order by s.captured_at, s.id;

delete from main.author_stats where id in (
    select id from (
        select id, total_visits is lag(total_visits) over w and account_age is lag(account_age) over w
                   and lag(id) over w is not null as same
          from main.author_stats where author_id in (select a.id from {_AUTHORS})
        window w as (partition by author_id order by captured_at))
     where same);

delete from main.post_stats where id in (
    select id from (
        select id, views is lag(views) over w and likes is lag(likes) over w
                   and comment_count is lag(comment_count) over w and lag(id) over w is not null as same
          from main.post_stats where post_id in (select p.id from {_POSTS})
        window w as (partition by post_id order by captured_at))
     where same);

update main.posts set views = coalesce(s.views, posts.views), likes = coalesce(s.likes, posts.likes),
       comment_count = coalesce(s.comment_count, posts.comment_count)
  from main.post_stats s
 where s.post_id = posts.id
   and s.captured_at = (select max(captured_at) from main.post_stats t where t.post_id = posts.id)
   and posts.id in (select p.id from {_POSTS})
   and (s.views, s.likes, s.comment_count) is not (posts.views, posts.likes, posts.comment_count);

update main.posts set gone_at = null, gone_reason = null, own_page_gone_at = null, own_page_gone_reason = null,
       missing_from_listing_at = null
 where gone_at is not null
   and id in (select p.id from {_POSTS} where op.gone_at is null and op.last_seen_at > p.gone_at);

update main.posts set gone_at = o.gone_at, gone_reason = o.gone_reason, own_page_gone_at = o.own_page_gone_at,
       own_page_gone_reason = o.own_page_gone_reason, missing_from_listing_at = o.missing_from_listing_at
  from (select p.id, op.gone_at, op.gone_reason, op.own_page_gone_at, op.own_page_gone_reason,
               op.missing_from_listing_at
          from {_POSTS} where op.gone_at >= p.last_seen_at) o
 where o.id = posts.id and posts.gone_at is null;

update main.posts set first_seen_at = min(posts.first_seen_at, o.first_seen_at),
       last_seen_at = max(posts.last_seen_at, o.last_seen_at),
       own_page_seen_at = nullif(max(coalesce(posts.own_page_seen_at, ''), coalesce(o.own_page_seen_at, '')), ''),
       comments_complete_at = nullif(max(coalesce(posts.comments_complete_at, ''),
                                         coalesce(o.comments_complete_at, '')), '')
  from (select p.id, op.first_seen_at, op.last_seen_at, op.own_page_seen_at, op.comments_complete_at
          from {_POSTS}) o
 where o.id = posts.id;

update main.comments set gone_at = null
 where gone_at is not null
   and id in (select c.id from {_COMMENTS} where oc.gone_at is null and oc.last_seen_at > c.gone_at);

update main.comments set gone_at = o.gone_at
  from (select c.id, oc.gone_at from {_COMMENTS} where oc.gone_at >= c.last_seen_at) o
 where o.id = comments.id and comments.gone_at is null;

update main.comments set first_seen_at = min(comments.first_seen_at, o.first_seen_at),
       last_seen_at = max(comments.last_seen_at, o.last_seen_at)
  from (select c.id, oc.first_seen_at, oc.last_seen_at from {_COMMENTS}) o
 where o.id = comments.id;

update main.authors set first_seen_at = min(authors.first_seen_at, o.first_seen_at),
       last_seen_at = max(authors.last_seen_at, o.last_seen_at)
  from (select a.id, oa.first_seen_at, oa.last_seen_at from {_AUTHORS}) o
 where o.id = authors.id
"""  # noqa: S608 - built of constants
