"""Remove everything that an archive stores of one blog."""
# ruff: noqa: S608 - statements are put together from the names of our own tables

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog

_POSTS = "select id from posts where author_id = :author"
_OF_POSTS = ("comments", "post_revisions", "post_stats", "post_categories", "post_media", "text_changes")
_OF_AUTHORS = (
    "posts",
    "categories",
    "archive_months",
    "sidebar_titles",
    "author_stats",
    "author_names",
    "author_aliases",
    "run_blogs",
)
_OF_BLOGS = ("frontier", "failures", "blog_settings")
_NAMES_A_PAGE = (
    "authors",
    "author_stats",
    "author_names",
    "posts",
    "post_revisions",
    "post_stats",
    "comments",
    "comment_revisions",
    "categories",
    "post_categories",
    "archive_months",
    "sidebar_titles",
)
_NAMED_PAGES = " union ".join(f"select page_id from {table} where page_id > 0" for table in _NAMES_A_PAGE)

# Pages of other blogs link to the blog: without this row it would wait for `backup --discovered` again.
_NOT_DISCOVERED = """
insert into discovered_blogs(site, uid, url, source, first_seen_at, reported_at, backed_up_at)
select site, uid, url, 'deleted', first_seen_at, last_seen_at, last_seen_at from authors where id = :author
    on conflict do update set backed_up_at = coalesce(backed_up_at, excluded.backed_up_at)
"""

# Rows that refer to others are deleted first. `:author`, `:site` and `:uid` name the blog.
_STATEMENTS = (
    _NOT_DISCOVERED,
    f"delete from comment_revisions where comment_id in (select id from comments where post_id in ({_POSTS}))",
    "delete from sweep_items where sweep_id in (select id from sweeps where site = :site and uid is :uid)",
    "delete from sweeps where site = :site and uid is :uid",
    *(f"delete from {table} where post_id in ({_POSTS})" for table in _OF_POSTS),
    *(f"delete from {table} where author_id = :author" for table in _OF_AUTHORS),
    "delete from authors where id = :author",
    *(f"delete from {table} where site = :site and uid is :uid" for table in _OF_BLOGS),
    f"delete from pages where site = :site and uid is :uid and id not in ({_NAMED_PAGES})",
    "delete from media where not exists (select 1 from post_media where media_id = media.id)",
    "delete from media_files where not exists (select 1 from media where media.sha256 = media_files.sha256)",
)


def remove_blog(archive: Archive, blog: Blog) -> None:
    """Delete the rows of a blog from every table in one transaction, with the images that no other post shows.

    A page that rows of another blog name stays. The blog is not discovered again. The file keeps its size until SQLite
    reuses the space.
    """
    author = archive.scalar("select id from authors where site = ? and uid = ?", (blog.site, blog.uid))
    names = {"author": author or None, "site": blog.site, "uid": blog.uid}
    with archive.atomic():
        for statement in _STATEMENTS:
            archive.execute(statement, names)
