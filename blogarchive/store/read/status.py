"""Read the state of an archive: its runs, what waits, and its blogs against the counts that their pages claim."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from blogarchive.sites.base import find_site
from blogarchive.store.database import totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery import SiteTotals, read_coverage
from blogarchive.store.ledger import blogs
from blogarchive.store.ledger.coverage import MonthCoverage, read_months
from blogarchive.store.ledger.runs import last_run
from blogarchive.store.media import ImageCounts, count_skipped_by_host
from blogarchive.store.pages import pages as page_rows
from blogarchive.store.rows import format_utc, utc_now
from blogarchive.store.statements import Statements

_COMPLETE = "command = 'backup' and outcome in ('done', 'failures')"


def digest_of(urls: Sequence[str]) -> str:
    """Return the SHA-256 of a list of URLs, by which a run is recognized."""
    return sha256("\n".join(urls).encode()).hexdigest()


def is_list_backed_up(archive: Archive, digest: str) -> bool:
    """Return True if a backup of the list with this digest was complete, apart from failures and refusing hosts."""
    query = """select 1 from runs where command = 'backup' and outcome in ('done', 'failures', 'blocked', 'changed')
            and arguments = ?"""
    return archive.exists(query, (json.dumps([f"from={digest}"]),))


def count_posts(archive: Archive) -> int:
    """Return the number of stored posts."""
    return archive.scalar("select count(*) from posts")


def has_discovered_due(archive: Archive) -> bool:
    """Return True if blogs that `discover` reported wait, and the last run was not a complete backup of them.

    Blogs that `discover` did not report, which pages link to, make no round of a fleet. Some may never be reached:
    their backups take turns with updates of the other blogs of the archive.
    """
    of_discovered = f"{_COMPLETE} and arguments like '%discovered%'"
    last_run = f"select 1 from runs where id = (select max(id) from runs) and {of_discovered}"  # noqa: S608
    waiting = "select 1 from discovered_blogs where backed_up_at is null and reported_at is not null limit 1"
    return not archive.exists(last_run) and archive.exists(waiting)


def finished_runs(archive: Archive, limit: int) -> list[dict[str, Any]]:
    """Return the last runs of `backup` and `update` that have ended, oldest first; times are UTC text."""
    query = """select started_at, finished_at, exit_code, outcome, counts ->> 'requests' as requests,
            counts ->> 'pages' as pages, host from runs
            where finished_at is not null and command in ('backup', 'update') order by id desc limit ?"""
    return archive.dicts(query, (limit,))[::-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlCounts:
    """Rows to fetch and fetched: posts, pages of all kinds, images."""

    posts_found: int
    posts_stored: int
    pages_todo: int
    images_stored: int
    images_todo: int

    @property
    def done(self) -> int:
        """The posts and images that are stored."""
        return self.posts_stored + self.images_stored

    @property
    def todo(self) -> int:
        """The pages and images that are still to fetch."""
        return self.pages_todo + self.images_todo


def crawl_counts(archive: Statements) -> CrawlCounts:
    """Count stored rows and rows to fetch; reads an index of the frontier."""
    query = """select (select count(*) from frontier where kind = 'post') as posts_found,
                  (select count(*) from frontier where kind = 'post' and state = 'done') as posts_stored,
                  (select count(*) from frontier where state = 'todo') as pages_todo,
                  (select count(*) from media where status = 'stored') as images_stored,
                  (select count(*) from media where status = 'todo') as images_todo"""
    return archive.all_as(CrawlCounts, query)[0]


def blog_lines(archive: Statements) -> list[dict[str, Any]]:
    """Return every blog in the order in which it was added: read, only requested, and then imported ones.

    `is_left_out` is True of a paused or forgotten blog. `failures` counts those that are not resolved. `state` is as in
    `BlogStatus`. `author_id` and `last_seen_at` (UTC) are None of a blog that was only requested.
    """
    query = """with blogs as (
               select site, uid, min(url) as url, min(id) as place from frontier
                where kind = 'home' and page_no = 1 group by site, uid
               union all
               select a.site, a.uid, a.url, (select coalesce(max(id), 0) from frontier) + a.id from authors a
                where exists (select 1 from posts p where p.author_id = a.id) and not exists (
                   select 1 from frontier f
                    where f.site = a.site and f.uid = a.uid and f.kind = 'home' and f.page_no = 1))
           select f.site, f.uid, coalesce(nullif(a.url, ''), f.url) as url, a.blog_title as title, a.nickname,
                  a.id as author_id,
                  (select count(*) from posts p where p.author_id = a.id) as posts_found,
                  (select count(p.content_hash) from posts p where p.author_id = a.id) as posts_stored,
                  a.last_seen_at,
                  exists (select 1 from blog_settings s where s.site = f.site and s.uid = f.uid
                             and (s.paused_at is not null or s.forgotten_at is not null)) as is_left_out,
                  (select count(*) from open_failures o where o.site = f.site and o.uid = f.uid) as failures,
                  a.state, a.state_detail
             from blogs f left join authors a on a.site = f.site and a.uid = f.uid order by f.place"""
    return archive.dicts(query)


def held_posts(archive: Statements, *, limit: int) -> list[dict[str, Any]]:
    """Return id, URL and title of posts whose page waits for a person, newest failures first.

    Such a page differs from the stored post as those of most posts do.
    """
    query = """select p.id, p.url, p.title from open_failures f join posts p on p.url = f.url
            where f.kind = 'changed' group by p.id order by max(f.last_failed_at) desc, p.id desc limit ?"""
    return archive.dicts(query, (limit,))


# The query of the values of a field of `BlogStatus`, by site and uid.
_BY_BLOG: Final[Mapping[str, str]] = {
    "open_failures": "select site, uid, count(*) from open_failures group by 1, 2",
    "waiting": "select site, uid, count(*) from frontier where state = 'todo' group by 1, 2",
    "overdue": "select site, uid, count(*) from frontier where state = 'done' and due_at < :week_ago group by 1, 2",
    "paused_at": "select site, uid, paused_at from blog_settings where paused_at is not null",
    "last_good_run": """select a.site, a.uid, max(r.finished_at) from runs r join run_blogs b on b.run_id = r.id
         join authors a on a.id = b.author_id where r.exit_code = 0 group by a.id""",
    "not_seen_since_agreement": """select a.site, a.uid, count(*)
         from (select site, max(ended_at) as at from site_changes
                where accepted and field like 'text.%' group by site) s
         join authors a on s.site in (a.site, a.site || '/' || a.uid) join posts p on p.author_id = a.id
        where p.content_hash is not null and p.gone_at is null
          and coalesce(p.own_page_seen_at, '') < s.at group by a.id""",
}
_FORGOTTEN = "select site, uid from blog_settings where forgotten_at is not null"
_WEEK = timedelta(days=7)
_IMAGES = """
select p.author_id, coalesce(m.status, 'todo'), count(distinct pm.url)
  from post_media pm cross join posts p indexed by posts_newest on p.id = pm.post_id
  left join media m on m.id = pm.media_id group by 1, 2
"""
_HOME_FAILURES = """
select f.site, f.uid from frontier f join failures x on x.url = f.url and x.resolved_at is null where f.kind = 'home'
 union
select a.site, a.uid from authors a join failures x on x.url = a.url and x.resolved_at is null
"""


def _read_totals(archive: Archive) -> dict[int, dict[str, Any]]:
    """Return the fields of `BlogStatus` for posts and comments, by author."""
    found = archive.dicts(
        f"""select author_id, posts as posts_named, posts_read, gone, gone_unread, comments_claimed,
                   posts_lacking_comments, edited, comments_held, comments_gone, comments_edited
              from ({totals.CURRENT_BLOGS})""",  # noqa: S608 - a constant
        like=BlogStatus,
    )
    return {row.pop("author_id"): row for row in found}


def _read_images(archive: Archive) -> dict[int, ImageCounts]:
    """Return the counts of the images that the posts of each blog show, by author."""
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for author_id, status, count in archive.each(_IMAGES):
        counts[author_id][status] = count
    return {author_id: ImageCounts.from_statuses(found) for author_id, found in counts.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogStatus:
    """The state of one blog. Times are UTC text. The fields are keys of `status --json`.

    `posts_named` counts all known posts, `posts_read` those with text, `gone_unread` those gone before their text was
    stored. `gone` and `edited` count posts. `comments_claimed` counts the comments of each post as it says, or as many
    as are stored if that is more. `waiting` counts pages to fetch. `images_not_fetched` counts images on hosts that are
    not requested, by host. `last_good_run` is the end of the last run with exit code 0. `unreached_since` is the first
    failure of the home page since it was last fetched. `last_error` is its newest reason, else None. `state` is "moved"
    (`state_detail` is the new URL), "closed" (the notice), "unreachable" (the reason) or None. `overdue` counts pages
    that are due for more than a week, `not_seen_since_agreement` posts that may still change after `--accept-changes`.
    A blog that was never reached has no `first_seen_at`. `readers` counts the posts of a blog on an unknown host by who
    parsed them. `list_proved_at` is when a list of all its posts was last complete.
    """

    site: str
    uid: str | None
    nickname: str | None = None
    blog_title: str | None = None
    url: str
    posts_named: int = 0
    posts_read: int = 0
    months: tuple[MonthCoverage, ...]
    comments_held: int = 0
    comments_claimed: int = 0
    posts_lacking_comments: int = 0
    gone: int = 0
    comments_gone: int = 0
    edited: int = 0
    comments_edited: int = 0
    pictures: ImageCounts
    images_not_fetched: dict[str, int]
    open_failures: int = 0
    waiting: int = 0
    first_seen_at: str | None = None
    last_seen_at: str | None = None
    last_good_run: str | None = None
    unreached_since: str | None
    gone_unread: int = 0
    last_error: str | None
    paused_at: str | None = None
    state: str | None = None
    state_detail: str | None = None
    state_since: str | None = None
    overdue: int = 0
    not_seen_since_agreement: int = 0
    readers: dict[str, int]
    list_proved_at: str | None = None

    @property
    def reached(self) -> bool:
        """Return whether a page of the blog was stored."""
        return self.first_seen_at is not None

    @property
    def months_complete(self) -> int:
        """Return the number of complete months: their days agree with the stored posts, which all have text."""
        return sum(month.complete for month in self.months)

    @property
    def complete(self) -> bool:
        """Return whether nothing is known to be missing."""
        return (
            self.posts_read == self.posts_named - self.gone_unread
            and self.months_complete == len(self.months)
            and not self.posts_lacking_comments
            and not self.open_failures
            and not self.waiting
            and self.reached
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveStatus:
    """The state of the archive: its blogs and its size.

    `pages_stale` counts the pages that an older parser parsed, `media` the URLs of stored images.
    `bytes_served` is the uncompressed size of all pages.
    `unfinished_merge` is the file name of the archive whose merge was interrupted, else None.
    """

    blogs: tuple[BlogStatus, ...]
    pages: int
    pages_stale: int
    bytes_served: int
    media: int
    last_run_command: str | None
    last_run_outcome: str | None
    last_run_at: str | None
    coverage: tuple[SiteTotals, ...]
    unfinished_merge: str | None


def read_status(archive: Archive) -> ArchiveStatus:
    """Return the state of the archive; forgotten blogs are left out."""
    run = last_run(archive)
    return ArchiveStatus(
        blogs=tuple(_BlogReader(archive).read()),
        pages=page_rows.count_pages(archive),
        pages_stale=page_rows.count_stale_pages(archive),
        bytes_served=archive.scalar("select sum(bytes) from _page_totals"),
        media=archive.scalar("select count(*) from media where status = 'stored'"),
        coverage=read_coverage(archive),
        unfinished_merge=archive.text("select source from _merge_progress"),
        last_run_command=run.command if run else None,
        last_run_outcome=run.outcome if run else None,
        last_run_at=(run.finished_at or run.started_at) if run else None,
    )


class _BlogReader:
    """Reads the parts of all blogs, and joins them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._totals = _read_totals(archive)
        self._months = read_months(archive)
        self._images = _read_images(archive)
        self._unreached = set(archive.all_as(blogs.Blog, _HOME_FAILURES))
        values = {"week_ago": format_utc(utc_now() - _WEEK)}
        self._by_blog = {
            name: {blogs.Blog(site=site, uid=uid): value for site, uid, value in archive.each(query, values)}
            for name, query in _BY_BLOG.items()
        }

    def read(self) -> Iterator[BlogStatus]:
        """Yield the stored blogs in their order, then those that were requested and never reached."""
        query = """select id as author_id, site, uid, nickname, blog_title, url, first_seen_at, last_seen_at,
                state, state_detail, state_since, home_proved_at as list_proved_at from authors order by id"""
        authors = self._archive.dicts(query, like=BlogStatus)
        found = {blogs.Blog(site=author["site"], uid=author["uid"]): author for author in authors}
        forgotten = set(self._archive.all_as(blogs.Blog, _FORGOTTEN))
        yield from (self._status(blog, **found[blog]) for blog in found if blog not in forgotten)
        for blog in blogs.stored_blogs(self._archive, hopeless=True, left_out=True):
            if blog not in found and blog not in forgotten:
                home = blogs.home_target(self._archive, blog)
                url = home.url if home else ""
                yield self._status(blog, author_id=0, site=blog.site, uid=blog.uid, url=url)

    def _status(self, blog: blogs.Blog, *, author_id: int, **author: Any) -> BlogStatus:
        archive = self._archive
        images = self._images.get(author_id, ImageCounts.from_statuses({}))
        home = blogs.home_target(archive, blog) if blog in self._unreached else None
        site = find_site(blog.site)
        readers = archive.rows(_READERS, (author_id,)) if site is not None and site.has_any_host else ()
        return BlogStatus(
            **author,
            **self._totals.get(author_id, {}),
            **{name: values[blog] for name, values in self._by_blog.items() if blog in values},
            months=tuple(self._months.get(author_id, ())),
            pictures=images,
            images_not_fetched=count_skipped_by_host(archive, [author_id]) if images.skipped else {},
            unreached_since=archive.text(_UNREACHED_SINCE, (home.url,)) if home else None,
            last_error=archive.text(_LAST_ERROR, (home.url,)) if home else None,
            readers=dict(readers),
        )


_UNREACHED_SINCE = """
select min(x.first_failed_at) from frontier f join failures x on x.url = f.url and x.resolved_at is null
 where f.key = ? and f.state in ('failed', 'dead')
"""
_LAST_ERROR = "select detail from open_failures where url = ? order by last_failed_at desc, id desc limit 1"
_READERS = "select read_by, count(*) from posts where author_id = ? and read_by is not null group by 1 order by 2 desc"
