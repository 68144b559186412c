"""Merge another archive: copy its rows by natural keys, each row at its own time.

Pages are copied unchanged and parsed again by the caller, because the store parses no pages. Data that no page yields
again comes from the rows of the other archive: series of counters, times first and last seen, gone marks, images.
Frontier, failures and runs are not copied: the next backup requests the site itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.connection import read_only_mode
from blogarchive.store.merge import categories
from blogarchive.store.merge.joins import AUTHORS, COMMENTS, PAGE, POSTS, run_script

_PAGE_COLUMNS = (
    "url, fetched_at, status, headers, encoding, body, body_size, sha256, kind, site, uid, target, counted, closed,"
    " reader_version, held_at"
)
_MEDIA_COLUMNS = (
    "host, sha256, content_type, size, width, height, status, attempts, next_try_at, fetched_at, detail"
)


@contextmanager
def attach_archive(archive: Archive, other: Path) -> Iterator[None]:
    """Attach the archive at the path `other` to the connection of `archive` as the schema `other`, read-only.

    Raises `NoArchive`, `ArchiveDamaged`, and `UsageError` if it is the same file or of another version.
    """
    if archive.path.exists() and other.exists() and archive.path.samefile(other):
        raise UsageError(_("{other} is the archive itself; name another one").format(other=other))
    Archive.open(other, read_only=True).close()
    archive.execute(
        "attach database ? as other", (f"{other.resolve().as_uri()}?mode={read_only_mode(other)}",)
    )
    try:
        yield
    finally:
        archive.execute("detach database other")
        # A read-only connection leaves its -wal and -shm files; opening the archive once more deletes them.
        Archive.open(other, read_only=True).close()


def copy_pages(archive: Archive) -> list[int]:
    """Copy the pages that are not stored and return the ids of all pages to parse again, oldest first.

    These are the copied pages and later stored pages of the same blogs, so that the latest page takes precedence.
    """
    categories.snapshot_memberships(archive)
    before = archive.scalar("select coalesce(max(id), 0) from main.pages")
    archive.execute(
        f"insert or ignore into main.pages({_PAGE_COLUMNS})"  # noqa: S608 - constants
        f" select {_PAGE_COLUMNS} from other.pages order by fetched_at, id"
    )
    ids = archive.column(
        "select id from main.pages where (site, uid) in (select site, uid from main.pages where id > ?1)"
        " and fetched_at >= (select min(fetched_at) from main.pages where id > ?1) order by fetched_at, id",
        (before,),
    )
    return ids + archive.column("select id from main.pages where id > ? and uid is null", (before,))


def count_other_pages(archive: Archive) -> int:
    """Return the number of pages of the other archive."""
    return archive.scalar("select count(*) from other.pages")


def copy_unparsed(archive: Archive) -> int:
    """Copy the data that no page yields again and return the number of new media files."""
    _copy_comments(archive)
    categories.copy_categories(archive)
    run_script(archive, _REST)
    return _copy_media(archive)


def _copy_comments(archive: Archive) -> None:
    """Copy comments that only the crawl of a whole chain identified; a single page does not identify them."""
    columns = archive.column(
        "select name from pragma_table_info('comments', 'other') where name not in ('id', 'post_id', 'page_id')"
    )
    archive.execute(
        f"insert or ignore into main.comments(post_id, page_id, {', '.join(columns)})"  # noqa: S608 - our own names
        f" select p.id, {PAGE}, {', '.join(f'o.{column}' for column in columns)}"
        f" from {POSTS} join other.comments o on o.post_id = op.id order by o.id"
    )


def _copy_media(archive: Archive) -> int:
    before = archive.scalar("select count(*) from main.media_files")
    archive.execute(
        "insert or ignore into main.media_files(sha256, content_type, size, body)"
        " select sha256, content_type, size, body from other.media_files order by sha256"
    )
    updates = ", ".join(
        f"{column.strip()} = excluded.{column.strip()}" for column in _MEDIA_COLUMNS.split(",")
    )
    archive.execute(
        f"insert into main.media(url, {_MEDIA_COLUMNS}) select url, {_MEDIA_COLUMNS} from other.media"  # noqa: S608
        # Failures of the other archive are not copied: those images are fetched again.
        f" where sha256 is not null order by id on conflict(url) do update set {updates} where media.sha256 is null"
    )
    archive.execute(
        "update main.post_media set media_id = m.id from main.media m where m.url = post_media.url"
        " and post_media.media_id is null"
    )
    return archive.scalar("select count(*) from main.media_files") - before


_REST = f"""
insert or ignore into main.author_aliases(author_id, alias, first_seen_at)
select a.id, x.alias, x.first_seen_at from {AUTHORS} join other.author_aliases x on x.author_id = oa.id;

insert or ignore into main.author_stats(author_id, captured_at, total_visits, account_age)
select a.id, s.captured_at, s.total_visits, s.account_age
  from {AUTHORS} join other.author_stats s on s.author_id = oa.id order by s.captured_at, s.id;

insert or ignore into main.post_stats(post_id, captured_at, views, likes, comment_count)
select p.id, s.captured_at, s.views, s.likes, s.comment_count
  from {POSTS} join other.post_stats s on s.post_id = op.id order by s.captured_at, s.id;

delete from main.author_stats where id in (
    select id from (
        select id, total_visits is lag(total_visits) over w and account_age is lag(account_age) over w
                   and lag(id) over w is not null as same
          from main.author_stats where author_id in (select a.id from {AUTHORS})
        window w as (partition by author_id order by captured_at))
     where same);

delete from main.post_stats where id in (
    select id from (
        select id, views is lag(views) over w and likes is lag(likes) over w
                   and comment_count is lag(comment_count) over w and lag(id) over w is not null as same
          from main.post_stats where post_id in (select p.id from {POSTS})
        window w as (partition by post_id order by captured_at))
     where same);

update main.posts set views = coalesce(s.views, posts.views), likes = coalesce(s.likes, posts.likes),
       comment_count = coalesce(s.comment_count, posts.comment_count)
  from main.post_stats s
 where s.post_id = posts.id
   and s.captured_at = (select max(captured_at) from main.post_stats t where t.post_id = posts.id)
   and posts.id in (select p.id from {POSTS})
   and (s.views, s.likes, s.comment_count) is not (posts.views, posts.likes, posts.comment_count);

update main.posts set gone_at = null, gone_reason = null, own_page_gone_at = null, own_page_gone_reason = null,
       missing_from_listing_at = null
 where gone_at is not null
   and id in (select p.id from {POSTS} where op.gone_at is null and op.last_seen_at > p.gone_at);

update main.posts set gone_at = o.gone_at, gone_reason = o.gone_reason, own_page_gone_at = o.own_page_gone_at,
       own_page_gone_reason = o.own_page_gone_reason, missing_from_listing_at = o.missing_from_listing_at
  from (select p.id, op.gone_at, op.gone_reason, op.own_page_gone_at, op.own_page_gone_reason,
               op.missing_from_listing_at
          from {POSTS} where op.gone_at >= p.last_seen_at) o
 where o.id = posts.id and posts.gone_at is null;

update main.posts set first_seen_at = min(posts.first_seen_at, o.first_seen_at),
       last_seen_at = max(posts.last_seen_at, o.last_seen_at),
       own_page_seen_at = nullif(max(coalesce(posts.own_page_seen_at, ''), coalesce(o.own_page_seen_at, '')), ''),
       comments_complete_at = nullif(max(coalesce(posts.comments_complete_at, ''),
                                         coalesce(o.comments_complete_at, '')), '')
  from (select p.id, op.first_seen_at, op.last_seen_at, op.own_page_seen_at, op.comments_complete_at
          from {POSTS}) o
 where o.id = posts.id;

update main.comments set gone_at = null
 where gone_at is not null
   and id in (select c.id from {COMMENTS} where oc.gone_at is null and oc.last_seen_at > c.gone_at);

update main.comments set gone_at = o.gone_at
  from (select c.id, oc.gone_at from {COMMENTS} where oc.gone_at >= c.last_seen_at) o
 where o.id = comments.id and comments.gone_at is null;

update main.comments set first_seen_at = min(comments.first_seen_at, o.first_seen_at),
       last_seen_at = max(comments.last_seen_at, o.last_seen_at)
  from (select c.id, oc.first_seen_at, oc.last_seen_at from {COMMENTS}) o
 where o.id = comments.id;

update main.authors set first_seen_at = min(authors.first_seen_at, o.first_seen_at),
       last_seen_at = max(authors.last_seen_at, o.last_seen_at)
  from (select a.id, oa.first_seen_at, oa.last_seen_at from {AUTHORS}) o
 where o.id = authors.id
"""  # noqa: S608 - built of constants
