"""Whether a site still reads as it used to: which fields each run found filled and empty.

A redesign of a site fails quietly: pages come, and some field is empty on all of them. So each page's fields are
counted by run, and a field that earlier runs found filled and this one finds empty on many pages is an alarm.
"""

from collections.abc import Iterable, Mapping

from blogarchive.errors import SiteChanged
from blogarchive.items import PageKind, ParsedPage, Post, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.ledger.runs import Run

MIN_EMPTY_PAGES = 5
"""A field must be empty on at least so many pages of a run …"""

MIN_EMPTY_SHARE = 0.5
"""… and on this share of its pages of a kind …"""

MIN_FILLED_SHARE = 0.9
"""… where earlier runs found it filled on this share."""

COMPARED_RUNS = 100
"""So many earlier runs are looked at: else a field that a site dropped for good would be an alarm for years."""

WHOLE_PAGE = "the page"


def count_fields(archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage) -> None:
    """Count the fields of a page that was read for a run."""
    if run_id is None:
        return
    kind, filled = (PageKind.POST, _of_post(parsed)) if parsed.kind is PageKind.POST else _of_listing(parsed)
    _put(archive, run_id, target.site, kind, {WHOLE_PAGE: True, **filled})


def count_rejected(
    archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage, failure: Failure
) -> None:
    """Count a page that was not kept: the fields of its post, or that it could not be read at all."""
    if parsed.kind is PageKind.POST and parsed.posts:
        count_fields(archive, run_id, target, parsed)
    elif run_id is not None and failure.kind == "unreadable":
        kind = target.kind if target.kind is PageKind.POST else PageKind.HOME
        _put(archive, run_id, target.site, kind, {failure.field or WHOLE_PAGE: False})


def has_posts(archive: Archive, blogs: Iterable[Blog]) -> bool:
    """Whether the archive holds a post of any of these blogs."""
    return any(
        archive.row(
            "select 1 from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid is ? limit 1",
            (blog.site, blog.uid),
        )
        for blog in blogs
    )


def check_coverage(archive: Archive, run: Run) -> None:
    """Raise `SiteChanged`, naming the fields, where many pages of the run lack what pages used to have."""
    changed = find_empty_fields(archive, run)
    if changed:
        raise SiteChanged(
            f"the site seems to have changed: empty on many pages of this run: {', '.join(changed)};"
            " see `blogarchive doctor URL`"
        )


def find_empty_fields(archive: Archive, run: Run) -> list[str]:
    """The fields, as `post.views`, that used to be filled and are empty on many pages of the run."""
    rows = archive.rows(
        "select n.kind || '.' || n.field from field_counts n join (select site, kind, field,"
        " sum(filled) as filled, sum(empty) as empty from (select *, row_number() over"
        " (partition by site, kind, field order by run_id desc) as age from field_counts where run_id < ?)"
        " where age <= ? group by 1, 2, 3) b"
        " on b.site = n.site and b.kind = n.kind and b.field = n.field"
        " where n.run_id = ? and n.empty >= ? and n.empty >= ? * (n.empty + n.filled)"
        " and b.filled >= ? * (b.filled + b.empty) order by 1",
        (run.id, COMPARED_RUNS, run.id, MIN_EMPTY_PAGES, MIN_EMPTY_SHARE, MIN_FILLED_SHARE),
    )
    return [str(name) for (name,) in rows]


def _of_post(parsed: ParsedPage) -> dict[str, bool]:
    found = _of_author(parsed)
    for post in parsed.posts[:1]:
        found |= {
            "title": bool(post.title),
            "posted_at": post.posted is not None and post.posted.at is not None,
            "body": bool(post.body_text) or bool(post.images),
            "views": post.views is not None,
            "likes": post.likes is not None,
            "comment_count": post.comment_count is not None,
        }
        if post.comment_count or post.comments:
            found |= _of_comments(post)
    return found


def _of_author(parsed: ParsedPage) -> dict[str, bool]:
    author = parsed.author
    return {
        "author": author is not None,
        "author.nickname": author is not None and author.nickname is not None,
        "author.registered_on": author is not None and author.registered is not None,
        "author.total_visits": author is not None and author.total_visits is not None,
    }


def _of_comments(post: Post) -> dict[str, bool]:
    return {
        "comments": bool(post.comments),
        "comments.posted_at": any(comment.posted is not None for comment in post.comments),
    }


def _of_listing(parsed: ParsedPage) -> tuple[PageKind, dict[str, bool]]:
    return PageKind.HOME, {
        **_of_author(parsed),
        "archive_months": bool(parsed.months),
        "categories": bool(parsed.categories),
        "posts": bool(parsed.listed or parsed.posts or parsed.latest),
    }


def _put(archive: Archive, run_id: int, site: str, kind: PageKind, found: Mapping[str, bool]) -> None:
    archive.execute_many(
        "insert into field_counts(run_id, site, kind, field, filled, empty) values (?, ?, ?, ?, ?, ?)"
        " on conflict(run_id, site, kind, field) do update set filled = filled + excluded.filled,"
        " empty = empty + excluded.empty",
        [(run_id, site, kind, field, is_filled, not is_filled) for field, is_filled in found.items()],
    )
