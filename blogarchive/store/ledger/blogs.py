"""The blogs of an archive: which there are, under which names they are known, and where their home page is."""

from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.errors import UsageError
from blogarchive.items import PageKind, Target
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog:
    """One author's blog on one site. `uid` None: a start whose author no page has told yet."""

    site: str
    uid: str | None


def stored_blogs(archive: Archive, uids: Sequence[str] = (), *, hopeless: bool = False) -> list[Blog]:
    """Every blog in the archive, or those that `uids` name (an older name of a blog is fine), in order of arrival.

    Includes blogs that were requested but never read, and imported ones. Blogs whose home page is gone or forbidden
    are left out unless they are named, or with `hopeless`. Raises `UsageError` where the archive holds no blog of
    that uid.
    """
    rows = archive.rows(
        "select f.site, f.uid from frontier f where f.kind = 'home' and f.page_no = 1"
        " and (exists (select 1 from authors a where a.site = f.site and a.uid = f.uid) or ? or"
        " (f.fetched_at is null and not exists (select 1 from failures x where x.url = f.url"
        " and x.resolved_at is null and (x.kind not in ('network', 'http', 'blocked', 'cut')"
        " or x.detail like 'status 4%'))))"
        " group by f.site, f.uid order by min(f.id)",
        (hopeless or bool(uids),),
    )
    rows += archive.rows(
        "select a.site, a.uid from authors a where a.url <> '' and not exists (select 1 from frontier f"
        " where f.site = a.site and f.uid = a.uid and f.kind = 'home' and f.page_no = 1) order by a.id"
    )
    known = [Blog(site=str(site), uid=None if uid is None else str(uid)) for site, uid in rows]
    if not uids:
        return known
    chosen: list[Blog] = []
    for uid in uids:
        name = canonical_uid(archive, None, uid)
        found = [blog for blog in known if blog.uid == name]
        if not found:
            raise UsageError(f"no blog {uid!r} in {archive.path}; `blogarchive status` lists them")
        chosen += [blog for blog in found if blog not in chosen]
    return chosen


def canonical_uid(archive: Archive, site: str | None, uid: str) -> str:
    """The uid of the author whom `uid` names, which may be an older name of his; `uid` itself where unknown."""
    row = archive.row(
        "select a.uid from author_aliases l join authors a on a.id = l.author_id"
        " where l.alias = ? and (? is null or a.site = ?)",
        (uid, site, site),
    )
    return str(row[0]) if row else uid


def is_stored(archive: Archive, blog: Blog) -> bool:
    """Whether a page of the blog was read."""
    row = archive.row("select 1 from authors where site = ? and uid = ?", (blog.site, blog.uid))
    return row is not None


def home_target(archive: Archive, blog: Blog) -> Target | None:
    """The target of the blog's home page: where it was last read, else as it was asked for; None where none is known.

    A blog that moved sends its readers on for a while: its new address is the one to ask for before the old one ends.
    """
    known = {
        str(url): (etag, modified)
        for url, etag, modified in archive.rows(
            "select url, etag, last_modified from frontier"
            " where site = ? and uid is ? and kind = 'home' and page_no = 1 order by id",
            (blog.site, blog.uid),
        )
    }
    row = archive.row(
        "select url from authors where site = ? and uid = ? and url <> ''", (blog.site, blog.uid)
    )
    told = None if row is None else str(row[0])
    read_at = None if told is None else site_by_name(blog.site).parse_url(told)
    url = read_at.url if read_at is not None and read_at.kind is PageKind.HOME else next(iter(known), told)
    if url is None:
        return None
    etag, modified = known.get(url, (None, None))
    return Target(
        url=url,
        site=blog.site,
        kind=PageKind.HOME,
        uid=blog.uid,
        etag=etag if etag is None else str(etag),
        last_modified=modified if modified is None else str(modified),
    )
