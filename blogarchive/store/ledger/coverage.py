"""What a run covered: fields filled by each site, open changes of a site, and months against stored posts."""

import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from blogarchive.errors import SiteChanged
from blogarchive.items import PageKind, ParsedPage, Target
from blogarchive.messages.details import Detail, change_words, field_words
from blogarchive.sites.base import site_by_name
from blogarchive.store.database import totals
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures
from blogarchive.store.ledger.blogs import Blog, blogs_json
from blogarchive.store.ledger.runs import Run
from blogarchive.store.rows import Value, format_utc
from blogarchive.store.statements import Statements

TEXTS = "text"
"""In `field_counts`, the kind of compared posts and the field of their texts; fields of changed texts begin with it."""

COMMENTS = "comments"
"""The field of posts whose comments were compared; begins the kinds of changes of comments."""

# Blogs that a message names: a command for a thousand is longer than any terminal takes.
_MAX_NAMED = 5

# A change is disproved if most pages of a run are as before: a few may always lack a field.
_MIN_SHARE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteChange:
    """An open change: the field, such as `post.views`, and when a run found it (UTC text)."""

    site: str
    field: str
    found_at: str


def scope_of(blog: Blog | Target) -> str:
    """Return what changes as a whole, by its name in tables of changes: a site, or `web/HOST`."""
    return f"{blog.site}/{blog.uid}" if site_by_name(blog.site).has_any_host else blog.site


def open_change(archive: Archive, site: str, field: str, *, run_id: int, now: datetime) -> None:
    """Record that the site seems to have changed, unless that is recorded."""
    insert = "insert or ignore into site_changes(site, field, run_id, found_at) values (?, ?, ?, ?)"
    archive.execute(insert, (site, field, run_id, format_utc(now)))


def is_open(archive: Archive, site: str, kind: str) -> bool:
    """Return whether a change of a field of that kind, or of texts, waits for a person."""
    query = "select 1 from site_changes where site = ? and field like ? || '.%' and ended_at is null"
    return archive.exists(query, (site, kind))


def last_accepted_at(archive: Archive, site: str, field: str | None = None) -> str | None:
    """Return when a person last agreed with a change of the site or that field (UTC text); else None."""
    query = """select max(ended_at) from site_changes
            where accepted and site = ?1 and (?2 is null or field = ?2)"""
    return archive.text(query, (site, field))


def open_changes(archive: Statements, sites: Iterable[str] | None = None) -> list[SiteChange]:
    """Return the open changes of these sites, or of all, oldest first."""
    query = "select site, field, found_at from site_changes where ended_at is null order by id"
    wanted = None if sites is None else set(sites)
    found = archive.all_as(SiteChange, query)
    return [change for change in found if wanted is None or change.site in wanted]


def end_change(archive: Archive, site: str, field: str, *, now: datetime, accepted: bool = False) -> None:
    """End an open change, because a run disproved it or a person accepted it."""
    archive.execute(
        "update site_changes set ended_at = ?, accepted = ? where site = ? and field = ? and ended_at is null",
        (format_utc(now), accepted, site, field),
    )


def end_disproved(archive: Archive, run: Run, sites: Iterable[str], *, now: datetime) -> set[str]:
    """End the changes of these sites that most pages of the run disprove; return the sites of those that ended."""
    changes = open_changes(archive, sites)
    ended = [one for one in changes if _is_disproved(archive, run.id, one.site, one.field)]
    for change in ended:
        end_change(archive, change.site, change.field, now=now)
    return {change.site for change in ended}


def _is_disproved(archive: Archive, run_id: int, site: str, field: str) -> bool:
    """Return whether most pages of the run that may have the field, or that change of text, show the contrary."""
    kind, _, name = field.partition(".")
    if kind == TEXTS:
        compared = archive.scalar(
            "select sum(filled + empty) from field_counts where run_id = ? and site = ? and kind = ? and field = ?",
            (run_id, site, TEXTS, COMMENTS if name.startswith(COMMENTS) else TEXTS),
        )
        changes = "select count(*) from text_changes where run_id = ? and site = ? and kind = ?"
        return compared > 0 and archive.scalar(changes, (run_id, site, name)) < _MIN_SHARE * compared
    query = """select 1 from field_counts where run_id = ? and site = ? and kind = ? and field = ?
            and filled > ? * (filled + empty)"""
    return archive.exists(query, (run_id, site, kind, name, _MIN_SHARE))


MIN_EMPTY_PAGES = 5
"""A field counts as lost if it is empty on at least this number of the run's pages …"""

MIN_EMPTY_SHARE = 0.5
"""… and on this share of its pages of a kind …"""

MIN_FILLED_SHARE = 0.9
"""… and earlier runs filled it on this share."""

COMPARED_RUNS = 100
"""Earlier runs compared. Without a limit, a field that a site removed would raise an error for years."""

WHOLE_PAGE = "the page"


def count_fields(archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage) -> None:
    """Count the fields of a saved page of a run."""
    if run_id is None:
        return
    kind = PageKind.POST if parsed.kind is PageKind.POST else PageKind.HOME
    filled = _post_fields(parsed) if kind is PageKind.POST else _listing_fields(parsed)
    add_counts(archive, run_id, scope_of(target), kind, {WHOLE_PAGE: True, **filled})


def count_rejected(
    archive: Archive, run_id: int | None, target: Target, parsed: ParsedPage, failure: failures.Failure
) -> None:
    """Count a rejected page, unless it is an error's: the fields of its post, or the unparsed field."""
    if failure.kind in ("http", "notice", "blocked"):
        return
    if parsed.kind is PageKind.POST and parsed.posts:
        count_fields(archive, run_id, target, parsed)
    elif run_id is not None and failure.kind == "unreadable":
        kind = target.kind if target.kind is PageKind.POST else PageKind.HOME
        add_counts(archive, run_id, scope_of(target), kind, {failure.field or WHOLE_PAGE: False})


def has_posts(archive: Archive, blogs: Iterable[Blog]) -> bool:
    """Return whether a post of any of these blogs is stored."""
    query = """select 1 from json_each(?) b join authors a on a.site = b.value ->> 0 and a.uid = b.value ->> 1
            join posts p on p.author_id = a.id limit 1"""
    return archive.exists(query, (blogs_json(blogs),))


def check_coverage(
    archive: Archive, run: Run, sites: Iterable[str] = (), *, now: datetime, unseen: Collection[str] = ()
) -> None:
    """Record the lost fields of the run but those of `unseen` sites, and end the changes that the run disproved.

    Raises `SiteChanged` if a change of these sites, or of one with lost fields, is open.
    """
    lost = [found for found in _find_lost(archive, run) if found[0] not in unseen]
    checked = {*sites, *(site for site, _ in lost)}
    with archive.atomic():
        for site, field in lost:
            open_change(archive, site, field, run_id=run.id, now=now)
        end_disproved(archive, run, checked, now=now)
    if message := changes_message(archive, checked, {field for _, field in lost}):
        raise SiteChanged(message)


def accept_changes(archive: Archive, run: Run, sites: Iterable[str], *, now: datetime) -> None:
    """End every change of these sites, and compare later runs with this one alone."""
    for site in set(sites):
        lost = {field for lost_site, field in _find_lost(archive, run) if lost_site == site}
        for field in lost | {change.field for change in open_changes(archive, [site])}:
            end_change(archive, site, field, now=now, accepted=True)
            kind, _, name = field.partition(".")
            delete = "delete from field_counts where site = ? and kind = ? and field = ? and run_id < ?"
            archive.execute(delete, (site, kind, name, run.id))
        archive.execute("delete from text_changes where site = ?", (site,))


def _find_lost(archive: Archive, run: Run) -> list[tuple[str, str]]:
    """Return pairs of a site and a field, as `post.views`, which earlier runs filled and many pages of `run` lack."""
    query = """select n.site, n.kind || '.' || n.field from field_counts n join (select site, kind, field,
            sum(filled) as filled, sum(empty) as empty from (select *, row_number() over
            (partition by site, kind, field order by run_id desc) as age from field_counts where run_id < ?)
            where age <= ? group by 1, 2, 3) b
            on b.site = n.site and b.kind = n.kind and b.field = n.field
            where n.run_id = ? and n.kind <> 'text' and n.empty >= ? and n.empty >= ? * (n.empty + n.filled)
            and b.filled >= ? * (b.filled + b.empty) order by 1, 2"""
    limits = (MIN_EMPTY_PAGES, MIN_EMPTY_SHARE, MIN_FILLED_SHARE)
    return archive.rows(query, (run.id, COMPARED_RUNS, run.id, *limits))


def changes_message(
    archive: Statements, sites: Iterable[str] | None = None, lost: Collection[str] = ()
) -> str | None:
    """Return the message about the open changes of these sites, or of all; None if none is open.

    `lost` are the fields that a run found empty; those of earlier runs follow. At most five sites are named, and the
    command agrees with those of them that are blogs.
    """
    left = open_changes(archive, sites)
    if not left:
        return None
    names = {one.field: f"{_(field_words(one.field.partition('.')[2]))} ({one.field})" for one in left}
    empty = [name for field, name in names.items() if field in lost]
    ways = [field for field in names if field.startswith("text.")]
    since = {one.field: one.found_at[:10] for one in reversed(left)}
    earlier = [f"{name} {since[field]}" for field, name in names.items() if field not in {*lost, *ways}]
    parts = [f"{_(change_words(field)[0]).rstrip('.。')} ({field})" for field in ways]
    if empty:
        parts.append(_("empty on many pages of this run: {fields}").format(fields=", ".join(empty)))
    if earlier:
        parts.append(_("found empty, and not filled since: {fields}").format(fields=", ".join(earlier)))
    scopes = sorted({one.site for one in left}, key=lambda scope: ("/" not in scope, scope))
    shown, more = scopes[:_MAX_NAMED], len(scopes) - _MAX_NAMED
    named = "".join(f"{shlex.quote(scope)} " for scope in shown if "/" in scope)
    also = _(", and {more} more").format(more=more) if more > 0 else ""
    return _(
        "the site seems to have changed ({sites}): {changes}; see `blogarchive doctor URL`;"
        " if the site is right, `blogarchive update {blogs}--accept-changes` agrees with it"
    ).format(sites=", ".join(shown) + also, changes="; ".join(parts), blogs=named)


def _post_fields(parsed: ParsedPage) -> dict[str, bool]:
    """Return whether each field of the page is filled; those of comments only if the post has some."""
    found = _author_fields(parsed)
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
            found["comments"] = bool(post.comments)
            found["comments.posted_at"] = any(comment.posted is not None for comment in post.comments)
    return found


def _author_fields(parsed: ParsedPage) -> dict[str, bool]:
    author = parsed.author
    shown = {"nickname": "nickname", "registered_on": "registered", "total_visits": "total_visits"}
    found = {f"author.{field}": getattr(author, name, None) is not None for field, name in shown.items()}
    return {"author": author is not None, **found}


def _listing_fields(parsed: ParsedPage) -> dict[str, bool]:
    return {
        **_author_fields(parsed),
        "archive_months": bool(parsed.months),
        "categories": bool(parsed.categories),
        "posts": bool(parsed.listed or parsed.posts or parsed.latest),
    }


def add_counts(archive: Archive, run_id: int, site: str, kind: str, fields: Mapping[str, bool]) -> None:
    """Count the fields of a page of that kind, or whether its texts are as stored."""
    page: dict[str, Value] = {"run_id": run_id, "site": site, "kind": kind}
    rows = [{**page, "field": name, "filled": is_in, "empty": not is_in} for name, is_in in fields.items()]
    sums = "filled = filled + excluded.filled, empty = empty + excluded.empty"
    on_conflict = f"on conflict(run_id, site, kind, field) do update set {sums}"
    archive.insert_rows("field_counts", rows, on_conflict=on_conflict)


MONTHS_FIELD = "archive_months"
"""The field of a failure: months of the archive disagree with the stored posts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthCoverage:
    """A month as the archive shows it and as stored. Days are `2025-01-29`.

    `proved`: its listing was fetched to the last page. `named` counts the month's posts that any page names, `read`
    those with a stored text; gone posts are not counted.
    """

    month: str
    first_shown: str | None
    last_shown: str | None
    first_held: str | None
    last_held: str | None
    named: int
    read: int
    proved: bool

    @property
    def agrees(self) -> bool:
        """Return whether the first and last day shown are those of stored posts."""
        if self.first_shown is None or self.last_shown is None:
            return self.named > 0 or not self.proved
        return self.first_shown == self.first_held and self.last_shown == self.last_held

    @property
    def complete(self) -> bool:
        """Return whether the days agree and every named post is stored."""
        return self.agrees and self.named == self.read


def read_months(archive: Archive, author_id: int | None = None) -> dict[int, list[MonthCoverage]]:
    """Return the months that the archive of each blog, or of that one, shows, newest first, by author."""
    condition = "true" if author_id is None else f"author_id = {author_id}"
    held = f"select * from ({totals.CURRENT_MONTHS}) where {condition}"  # noqa: S608 - constants, a number
    found = defaultdict(list)
    for row in archive.dicts(
        f"""select m.author_id, m.month, m.first_post_on as first_shown, m.last_post_on as last_shown,
                   h.first_on as first_held, h.last_on as last_held, coalesce(h.posts - h.gone, 0) as named,
                   coalesce(h.posts_read, 0) as read, m.proved_at is not null as proved
              from (select *, max(last_seen_at) over (partition by author_id) as newest
                      from archive_months where {condition}) m
              left join ({held}) h on h.author_id = m.author_id and h.month = m.month
             where m.last_seen_at = m.newest order by m.author_id, m.month desc""",  # noqa: S608 - constants, a number
        like=MonthCoverage,
    ):
        found[row.pop("author_id")].append(MonthCoverage(**row))
    return found


def check_months(archive: Archive, blog: Blog, *, run_id: int | None, now: datetime) -> bool:
    """Return whether all months agree; record a failure of the home page if not, and resolve it if they do."""
    author = archive.row("select id, url from authors where site = ? and uid = ?", (blog.site, blog.uid))
    if author is None:
        return True
    author_id, url = author
    differing = [month.month for month in read_months(archive, author_id)[author_id] if not month.agrees]
    if not differing:
        failures.resolve_field(archive, url, MONTHS_FIELD, now=now)
        return True
    named = ", ".join(differing[:6]) + (" …" if len(differing) > 6 else "")
    detail = Detail.MONTHS_DIFFER.format(count=len(differing), months=named)
    failure = failures.Failure(kind="incomplete", field=MONTHS_FIELD, detail=detail)
    failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now, once=True)
    return False
