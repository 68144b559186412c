"""The blogs of an archive: their rows and states, their stored settings, and the removal of a blog."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Literal

from blogarchive.errors import UsageError
from blogarchive.items import PageKind, Target
from blogarchive.parsing.urls import netloc_of, readable, service_of
from blogarchive.sites.base import find_site, site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import format_utc
from blogarchive.store.statements import columns_of, excluded

_QUEUED_OR_STORED = """
select f.site, f.uid from frontier f
 where f.kind = 'home' and f.page_no = 1
   and (?1 or exists (select 1 from authors a where a.site = f.site and a.uid = f.uid)
     or f.fetched_at is null and not exists (
        select 1 from failures x where x.url = f.url and x.resolved_at is null
           and x.field is not 'maintenance'
           and (x.kind not in ('network', 'http', 'blocked', 'cut', 'unreadable')
                or x.kind = 'http' and x.detail like 'status 4%')))
 group by f.site, f.uid order by min(f.id)
"""

_LEFT_OUT = "select site, uid from blog_settings where forgotten_at is not null or paused_at is not null"

_IMPORTED = """
select a.site, a.uid from authors a
 where a.url <> '' and not exists (
    select 1 from frontier f where f.site = a.site and f.uid = a.uid and f.kind = 'home' and f.page_no = 1)
 order by a.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog:
    """The blog of one author on one site. `uid` is None until a page names the author."""

    site: str
    uid: str | None

    def post_key(self, number: str) -> str:
        """Return the key of a post of this blog in the frontier: site, uid and number, whatever its URL."""
        return f"{self.site}/{self.uid}/{number}"


def blogs_json(blogs: Iterable[Blog]) -> str:
    """Return the blogs as a JSON array of pairs of site and uid, for `json_each`."""
    return json.dumps([[blog.site, blog.uid] for blog in blogs])


def stored_blogs(
    archive: Archive, names: Sequence[str] = (), *, hopeless: bool = False, left_out: bool = False
) -> list[Blog]:
    """Return every blog in the archive, or those with these names, in order of arrival.

    A name is a uid, an older uid, `site/uid` or the URL of the blog. Includes blogs that were requested but never
    fetched, and imported ones. Blogs that are not named are excluded if they are paused or forgotten, unless
    `left_out` is set. They are also excluded if their home page is gone or forbidden, unless `hopeless` is set.
    Raises `UsageError` if no blog has one of the names.
    """
    queued = archive.all_as(Blog, _QUEUED_OR_STORED, (hopeless or bool(names),))
    stored = [*queued, *archive.all_as(Blog, _IMPORTED)]
    if not names:
        excluded = set() if left_out else set(archive.all_as(Blog, _LEFT_OUT))
        return [blog for blog in stored if blog not in excluded]
    chosen: list[Blog] = []
    for name in names:
        other = archive.all_as(Blog, _OTHER_NAMES, (name,)) or blogs_at(archive, name)
        found = other or [blog for blog in stored if name in (blog.uid, f"{blog.site}/{blog.uid}")]
        if not found:
            text = _("no blog {uid!r} in {archive}; `blogarchive status` lists them")
            raise UsageError(text, uid=name, archive=archive.path)
        chosen += [blog for blog in found if blog not in chosen]
    return chosen


_OTHER_NAMES = """
select a.site, a.uid from author_aliases l join authors a on a.id = l.author_id
 where ?1 in (l.alias, a.site || '/' || l.alias)
 union select site, uid from frontier where kind = 'home' and rtrim(url, '/') = rtrim(?1, '/')
 union select site, uid from authors where rtrim(url, '/') = rtrim(?1, '/') and url <> ''
"""


_HOMES = """
select site, uid, url from authors where instr(lower(url), ?1) union all
select site, uid, url from frontier where kind = 'home' and page_no = 1 and uid is not null and instr(lower(url), ?1)
"""


def blogs_at(archive: Archive, url: str) -> list[Blog]:
    """Return the blogs whose home page is or was at `url`, in any form of it. Present ones come first."""
    place = _place(url)
    rows = archive.rows(_HOMES, (f"//{place.partition('/')[0]}",)) if place else ()
    return list(dict.fromkeys(Blog(site=site, uid=uid) for site, uid, home in rows if _place(home) == place))


def _place(url: str) -> str:
    """Return host, path and query of the canonical form of a URL, without `index.html`; "" if it is none."""
    place = site_by_name("web").parse_url(url).url.partition("://")[2]
    # `index.php?user=ann` and `index.php?user=bob` are two blogs.
    return (place if "?" in place else _INDEX_FILE.sub("", place)).rstrip("/")


def find_blog(archive: Archive, name: str) -> Blog:
    """Return the blog named by its uid, an older uid, `site/uid` or its URL.

    Raises `UsageError` if the archive has none of that name, or more than one.
    """
    found = stored_blogs(archive, [name], hopeless=True)
    if len(found) != 1:
        text = _("{count} blogs are named {name!r}; name one as site/uid of `blogarchive status --all`")
        raise UsageError(text, count=len(found), name=name)
    return found[0]


def canonical_uid(archive: Archive, site: str, uid: str) -> str:
    """Return the current uid of the author with the older uid `uid`; `uid` itself if it is none."""
    query = "select a.uid from author_aliases l join authors a on a.id = l.author_id where l.alias = ? and a.site = ?"
    current = archive.text(query, (uid, site))
    return uid if current is None else current


def follow_move(archive: Archive, target: Target, now: datetime) -> str | None:
    """Return the uid of a home page that a user named. Store it as an alias if a blog has moved there.

    The address of another stored blog becomes no alias.
    """
    uid = target.uid or address_of(target.url)
    insert = """insert or ignore into author_aliases(author_id, alias, first_seen_at) select id, ?2, ?4 from authors
            where site = ?1 and state = 'moved' and rtrim(state_detail, '/') = rtrim(?3, '/')
            and not exists (select 1 from authors where site = ?1 and uid = ?2)"""
    added = archive.execute(insert, (target.site, uid, target.url, format_utc(now))).rowcount
    return uid if added else target.uid


_INDEX_FILE = re.compile(r"/(?:(?:index|default)\.\w+)?$")


def root_of(url: str) -> str:
    """Return the URL below which a blog of an unknown host has its pages, from that of its home page."""
    return _INDEX_FILE.sub("", url.partition("?")[0]) + "/"


def address_of(url: str) -> str:
    """Return the uid of a blog of an unknown host: host and path of the URL of its home page."""
    return readable(root_of(url).partition("://")[2]).rstrip("/")


def named_at(archive: Archive, target: Target, url: str, schema: str = "main") -> Target:
    """Return the target with the uid or alias that its blog has at `url`.

    At another path, a home page has the uid of its URL, or none: then its posts name the blog. A list that blogs of one
    host share is read as one of the blog's present home.
    """
    site = site_by_name(target.site)
    query = f"""select url, (select json_group_array(alias) from {schema}.author_aliases where author_id = a.id
            and typeof(alias) = 'text') from {schema}.authors a where site = ? and uid = ? and typeof(url) = 'text'"""
    home, aliases = (site.has_any_host and archive.row(query, (target.site, target.uid))) or ("", "[]")
    uids = [target.uid or "", *json.loads(aliases)]
    if not home or (len(uids) == 1 and "/" not in uids[0]):
        return target
    places = [readable(f"{place.replace('://www.', '://')}/") for place in (url, home)]
    parts = {uid: f"/{uid.removeprefix('www.')}/" for uid in uids}
    named = max(uids, key=lambda uid: [len(uid) * (parts[uid] in place) for place in places])
    is_new = target.is_home and parts[named] not in places[0]
    return replace(target, uid=site.parse_url(url).uid if is_new else named)


def site_of_host(archive: Archive, url: str) -> str | None:
    """Return the site under which blogs of the host of `url` are stored, or to which one has moved.

    None if there is none, or more than one.
    """
    netloc = netloc_of(url)  # a person typed the URL: it may be invalid
    query = """select site, url from frontier where kind = 'home' and page_no = 1
            union select site, state_detail from authors where state = 'moved'"""
    sites = {site for site, home in archive.rows(query) if netloc and netloc_of(home) == netloc}
    return sites.pop() if len(sites) == 1 else None


def author_id(archive: Archive, blog: Blog) -> int:
    """Return the id of the author of the blog; 0 if no page of it was saved."""
    return archive.scalar("select id from authors where site = ? and uid = ?", (blog.site, blog.uid))


def post_id(archive: Archive, blog: Blog, number: str) -> int:
    """Return the id of the post of that number; 0 if it is not stored."""
    query = "select id from posts where author_id = ? and number = ?"
    return archive.scalar(query, (author_id(archive, blog), number))


def is_stored(archive: Archive, blog: Blog) -> bool:
    """Return whether a page of the blog was saved."""
    return author_id(archive, blog) > 0


def home_target(archive: Archive, blog: Blog) -> Target | None:
    """Return the target of the blog's home page at the URL last saved, else at the URL requested, or None.

    The saved URL comes first, because the old URL of a blog that moved redirects for a while only. A blog of an export
    file has none: its site has no hosts, and nothing can parse its pages. Nor has one of a site that is not installed.
    """
    site = find_site(blog.site)
    if site is None or not site.is_crawled:
        return None
    query = """select url, site, 'home' as kind, uid, etag, last_modified from frontier
            where site = ? and uid is ? and kind = 'home' and page_no = 1 order by id"""
    stored = archive.all_as(Target, query, (blog.site, blog.uid))
    author_url = stored_url(archive, blog)
    parsed = None if author_url is None else site.parse_url(author_url)
    # A URL of the generic site does not show if it is a home page: the blog may be below a path.
    is_home = parsed is not None and (parsed.kind is PageKind.HOME or site.has_any_host)
    saved_url = parsed.url if parsed is not None and is_home else None
    url = saved_url or next((target.url for target in stored), author_url)
    if url is None:
        return None
    unknown = Target(url=url, site=blog.site, kind=PageKind.HOME, uid=blog.uid)
    return next((target for target in stored if target.url == url), unknown)


def home_page_urls(archive: Archive, blogs: Iterable[Blog]) -> set[str]:
    """Return the URLs at which the home pages of these blogs are asked for."""
    return {home.url for blog in blogs if (home := home_target(archive, blog))}


def unclosed_hosts(archive: Archive, blogs: Iterable[Blog]) -> set[str]:
    """Return the hosts of stored home pages without `</html>`: pages of these hosts have no end."""
    is_newest_open = """select 1 from (select closed from pages where url = ? and kind = 'home'
            order by fetched_at desc, id desc limit 1) where not closed"""
    urls = home_page_urls(archive, blogs)
    return {service_of(url) for url in urls if archive.exists(is_newest_open, (url,))}


def stored_url(archive: Archive, blog: Blog) -> str | None:
    """Return the URL of the blog that its last page or its export file named; None if none did."""
    query = "select url from authors where site = ? and uid = ? and url <> ''"
    return archive.text(query, (blog.site, blog.uid))


def home_urls(archive: Archive, blog: Blog) -> list[str]:
    """Return the URLs at which the home page of the blog is or was."""
    query = """select url from frontier where site = ?1 and uid is ?2 and kind = 'home'
            union select url from authors where site = ?1 and uid is ?2 and url <> ''"""
    return archive.column(query, (blog.site, blog.uid))


def blog_hosts(archive: Archive, blog: Blog) -> frozenset[str]:
    """Return the hosts, as in URLs, at which the blog is or was, and its site's, with a home page's path."""
    homes = home_urls(archive, blog)
    hosts = {*map(netloc_of, homes), *(url.partition("://")[2].rstrip("/") for url in homes)}
    return frozenset(hosts) | frozenset(site_by_name(blog.site).hosts)


StateKind = Literal["moved", "closed", "unreachable"]

RESTING = ("moved", "closed")
"""States in which only the home page is asked for: in the next run, then once a week."""

# Less than a week, so that daily runs at the same hour ask on the same day of the week.
_ASKED_EVERY = timedelta(days=7) - timedelta(hours=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogState:
    """Why a stored blog is not updated. `detail` is the new URL, the notice or the reason; times are UTC text."""

    site: str
    uid: str
    state: StateKind
    state_detail: str
    state_since: str


def blog_states(archive: Archive) -> dict[Blog, BlogState]:
    """Return the states of the blogs that have one."""
    found = archive.all_as(BlogState, f"select {columns_of(BlogState)} from authors where state is not null")
    return {Blog(site=state.site, uid=state.uid): state for state in found}


def resting_blogs(archive: Archive, now: datetime) -> set[Blog]:
    """Return the blogs that two runs found moved or closed, the last of them within a week.

    A login page or a wrong notice in place of all pages is often gone in the next night.
    """
    query = """select site, uid from authors where state in ('moved', 'closed')
            and state_asked_at > ? and state_asked_at > state_since"""
    return set(archive.all_as(Blog, query, (format_utc(now - _ASKED_EVERY),)))


def set_state(archive: Archive, blog: Blog, kind: StateKind, detail: str, *, now: datetime) -> None:
    """Store the state of a blog, if it is stored; it is since `now` unless it was known."""
    update = """update authors set state = ?1, state_detail = ?2, state_asked_at = ?3,
            state_since = case when state is ?1 and state_since is not null then state_since else ?3 end
            where site = ?4 and uid = ?5"""
    archive.execute(update, (kind, detail, format_utc(now), blog.site, blog.uid))


def clear_state(archive: Archive, blog: Blog) -> None:
    """Store that the home page of a blog was fetched."""
    update = """update authors set state = null, state_detail = null, state_since = null, state_asked_at = null
            where site = ? and uid = ? and state is not null"""
    archive.execute(update, (blog.site, blog.uid))


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogSettings:
    """Settings of one blog; None and empty mean the default. Times are UTC text.

    `delay` is in seconds. `media_hosts` are patterns as `--media-hosts` takes them. `cookies` is the path of a
    cookies.txt file. `revisits` are requests of a run for pages that may have changed. A blog with `paused_at` or
    `forgotten_at` is left out of updates.
    """

    delay: float | None = None
    media_hosts: tuple[str, ...] = ()
    cookies: str | None = None
    revisits: int | None = None
    paused_at: str | None = None
    forgotten_at: str | None = None


_SETTINGS = tuple(field.name for field in fields(BlogSettings))
NAMED_SETTINGS = ("delay", "media_hosts", "cookies", "revisits")
"""Those that a command names."""


def read_settings(archive: Archive, blog: Blog) -> BlogSettings:
    """Return the settings of a blog; the defaults if none are stored."""
    query = f"select {', '.join(_SETTINGS)} from blog_settings where site = ? and uid = ?"
    return archive.one_as(BlogSettings, query, (blog.site, blog.uid)) or BlogSettings()


def used_cookies(archive: Archive) -> list[str]:
    """Return the paths of the files of cookies in the settings of all blogs."""
    return archive.column("select cookies from blog_settings where cookies is not null")


def write_settings(archive: Archive, blog: Blog, settings: BlogSettings) -> None:
    """Store all settings of a blog. Does nothing for a blog whose uid no page has shown yet."""
    if blog.uid is None:
        return
    values = {"site": blog.site, "uid": blog.uid, **{name: getattr(settings, name) for name in _SETTINGS}}
    values["media_hosts"] = json.dumps(settings.media_hosts, ensure_ascii=False)
    with archive.atomic():
        update = f"on conflict(site, uid) do update set {excluded(_SETTINGS)}"
        archive.insert_rows("blog_settings", [values], on_conflict=update)


# ruff: noqa: S608 - statements are put together from the names of our own tables


_POSTS = "select id from posts where author_id = :author"
OF_POSTS = ("comments", "post_revisions", "post_stats", "post_categories", "post_media", "text_changes")
"""Tables of which each row is of a post, comments first."""
_OF_AUTHORS = (
    "posts", "categories", "archive_months", "_sidebar_titles", "author_stats", "author_names", "author_aliases",
    "run_blogs",
)  # fmt: skip
_OF_BLOGS = ("frontier", "failures", "blog_settings")
_NAMES_A_PAGE = (
    "authors", "author_stats", "author_names", "posts", "post_revisions", "post_stats", "comments",
    "comment_revisions", "categories", "post_categories", "archive_months", "_sidebar_titles",
)  # fmt: skip
_NAMED_PAGES = " union ".join(f"select page_id from {table} where page_id > 0" for table in _NAMES_A_PAGE)

_CONTENTS = """
with author as (select id, coalesce(nullif(blog_title, ''), nickname, uid) as name from authors
                 where site = :site and uid = :uid),
     own as (select id from posts where author_id in (select id from author))
select coalesce((select name from author), :uid, :site) as name, (select count(*) from own) as posts,
       (select count(*) from comments where post_id in (select id from own)) as comments,
       (select count(distinct media_id) from post_media x where post_id in (select id from own) and media_id is not null
           and not exists (select 1 from post_media y where y.media_id = x.media_id
                              and y.post_id not in (select id from own))) as images
"""

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
    "delete from _page_chain_items where chain_id in (select id from _page_chains where site = :site and uid is :uid)",
    "delete from _page_chains where site = :site and uid is :uid",
    *(f"delete from {table} where post_id in ({_POSTS})" for table in OF_POSTS),
    *(f"delete from {table} where author_id = :author" for table in _OF_AUTHORS),
    "delete from authors where id = :author",
    *(f"delete from {table} where site = :site and uid is :uid" for table in _OF_BLOGS),
    *(f"delete from {table} where site = :site || '/' || :uid" for table in ("site_changes", "field_counts")),
    f"delete from pages where site = :site and uid is :uid and id not in ({_NAMED_PAGES})",
    "delete from media where not exists (select 1 from post_media where media_id = media.id)",
    "delete from media_versions where not exists (select 1 from media where media.url = media_versions.url)",
    "delete from media_files where not exists (select 1 from media where media.sha256 = media_files.sha256)"
    " and not exists (select 1 from media_versions v where v.sha256 = media_files.sha256)",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogContents:
    """Numbers of rows that `remove_blog` deletes; `images` that no other blog shows."""

    name: str
    posts: int
    comments: int
    images: int


def count_contents(archive: Archive, blog: Blog) -> BlogContents:
    """Return what is stored of a blog, with its title, nickname or uid as `name`."""
    return archive.all_as(BlogContents, _CONTENTS, {"site": blog.site, "uid": blog.uid})[0]


def remove_blog(archive: Archive, blog: Blog) -> None:
    """Delete the rows of a blog from every table in one transaction, with the images that no other post shows.

    A page that rows of another blog name stays. The blog is not discovered again. The file keeps its size until SQLite
    reuses the space.
    """
    names = {"author": author_id(archive, blog) or None, "site": blog.site, "uid": blog.uid}
    with archive.atomic():
        archive.execute_all(_STATEMENTS, names)
