"""Find the blogs of an archive, their older uids and their home pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from urllib.parse import urlsplit

from blogarchive.errors import UsageError
from blogarchive.items import PageKind, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive

_QUEUED_OR_STORED = """
select f.site, f.uid from frontier f
 where f.kind = 'home' and f.page_no = 1
   and (?1 or exists (select 1 from authors a where a.site = f.site and a.uid = f.uid)
     or f.fetched_at is null and not exists (
        select 1 from failures x where x.url = f.url and x.resolved_at is null
           and (x.kind not in ('network', 'http', 'blocked', 'cut') or x.detail like 'status 4%')))
 group by f.site, f.uid order by min(f.id)
"""

_LEFT_OUT = """
select site, uid from blog_settings where forgotten_at is not null or paused_at is not null
"""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Home:
    site: str
    url: str


def stored_blogs(
    archive: Archive, uids: Sequence[str] = (), *, hopeless: bool = False, left_out: bool = False
) -> list[Blog]:
    """Return every blog in the archive, or those named by `uids` (also by an older uid), in order of arrival.

    Includes blogs that were requested but never fetched, and imported ones. Blogs that are not named are excluded if they
    are paused or forgotten, unless `left_out` is set. They are also excluded if their home page is gone or forbidden,
    unless `hopeless` is set.
    Raises `UsageError` if no blog has one of the uids.
    """
    stored = [
        *archive.all_as(Blog, _QUEUED_OR_STORED, (hopeless or bool(uids),)),
        *archive.all_as(Blog, _IMPORTED),
    ]
    if not uids:
        excluded = set() if left_out else set(archive.all_as(Blog, _LEFT_OUT))
        return [blog for blog in stored if blog not in excluded]
    chosen: list[Blog] = []
    for uid in uids:
        current = canonical_uid(archive, None, uid)
        found = [blog for blog in stored if blog.uid == current]
        if not found:
            raise UsageError(
                _("no blog {uid!r} in {archive}; `blogarchive status` lists them").format(
                    uid=uid, archive=archive.path
                )
            )
        chosen += [blog for blog in found if blog not in chosen]
    return chosen


def forgotten_blogs(archive: Archive) -> tuple[Blog, ...]:
    """Return the blogs that `update` and `status` leave out for good."""
    return archive.all_as(Blog, "select site, uid from blog_settings where forgotten_at is not null")


def find_blog(archive: Archive, name: str) -> Blog:
    """Return the blog named by its uid, an older uid, `site/uid` or its URL.

    Raises `UsageError` if the archive has none of that name, or more than one.
    """
    site, _slash, uid = name.partition("/") if "://" not in name else ("", "", name)
    by_url = archive.all_as(
        Blog,
        "select distinct site, uid from frontier where kind = 'home' and url = ?1"
        " union select site, uid from authors where url = ?1",
        (name,),
    )
    found = by_url or [
        blog for blog in stored_blogs(archive, [uid or name], hopeless=True) if not uid or blog.site == site
    ]
    if len(found) != 1:
        raise UsageError(
            _(
                "{count} blogs are named {name!r}; name one as site/uid, `blogarchive status --all` lists them"
            ).format(count=len(found), name=name)
        )
    return found[0]


def canonical_uid(archive: Archive, site: str | None, uid: str) -> str:
    """Return the current uid of the author with the older uid `uid`, or `uid` itself if it is no older uid."""
    current = archive.text(
        "select a.uid from author_aliases l join authors a on a.id = l.author_id"
        " where l.alias = ? and (? is null or a.site = ?)",
        (uid, site, site),
    )
    return uid if current is None else current


def site_of_host(archive: Archive, url: str) -> str | None:
    """Return the site under which blogs of the host of `url` are stored; None if there is none, or more than one."""
    netloc = urlsplit(url).netloc
    homes = archive.all_as(
        _Home, "select distinct site, url from frontier where kind = 'home' and page_no = 1"
    )
    sites = {home.site for home in homes if netloc and urlsplit(home.url).netloc == netloc}
    return sites.pop() if len(sites) == 1 else None


def is_stored(archive: Archive, blog: Blog) -> bool:
    """Return whether a page of the blog was saved."""
    return archive.exists("select 1 from authors where site = ? and uid = ?", (blog.site, blog.uid))


def home_target(archive: Archive, blog: Blog) -> Target | None:
    """Return the target of the blog's home page at the URL last saved, else at the URL requested, or None.

    The saved URL comes first, because the old URL of a blog that moved redirects for a while only. A blog of an export
    file has none: its site has no hosts, and nothing can parse its pages.
    """
    if not site_by_name(blog.site).hosts:
        return None
    stored = archive.all_as(
        Target,
        "select url, site, 'home' as kind, uid, etag, last_modified from frontier"
        " where site = ? and uid is ? and kind = 'home' and page_no = 1 order by id",
        (blog.site, blog.uid),
    )
    author_url = stored_url(archive, blog)
    parsed = None if author_url is None else site_by_name(blog.site).parse_url(author_url)
    saved_url = parsed.url if parsed is not None and parsed.kind is PageKind.HOME else None
    url = saved_url or next((target.url for target in stored), author_url)
    if url is None:
        return None
    unknown = Target(url=url, site=blog.site, kind=PageKind.HOME, uid=blog.uid)
    return next((target for target in stored if target.url == url), unknown)


def stored_url(archive: Archive, blog: Blog) -> str | None:
    """Return the URL of the blog that its last page or its export file named; None if none did."""
    return archive.text(
        "select url from authors where site = ? and uid = ? and url <> ''", (blog.site, blog.uid)
    )
