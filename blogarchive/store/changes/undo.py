"""Undo stored changes of texts that turn out to be the site's, and release held ones that turn out to be edits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import PageKind, Target
from blogarchive.parsing.compared_form import text_digest
from blogarchive.store.changes.classify import ChangeKind, TextChange
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import (
    coverage,
    failures,
    frontier,
)
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.coverage import TEXTS
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.ledger.runs import Run
from blogarchive.store.posts.revisions import image_urls
from blogarchive.store.rows import Parameters, Value, format_utc

MIN_POSTS = 5
"""A kind of change is the site's if at least this number of posts of a run shows it …"""

MIN_COMMENTED_POSTS = 4
"""… or this number, if comments changed: fewer posts have any …"""

MIN_EQUAL_POSTS = 3
"""… or an equal change, such as the same added text, at least this number, also of several runs …"""

MIN_SHARE = 0.5
"""… and at least this share of the posts that were compared."""

CERTAIN_KINDS = (ChangeKind.BOUNDS, ChangeKind.DAMAGED, ChangeKind.SHIFTED)
"""Kinds that contradict the stored post without regard to other posts."""

_DOUBTED, _CERTAIN = 1, 2
"""Values of `text_changes.held`: until the run shows whose the change is, or until a person or an honest page decides."""

_OF_KIND = (
    "select count(*), count(distinct post_id) from text_changes where run_id = ? and site = ? and kind = ?"
)
_OF_DIGEST = "select count(*), count(distinct post_id) from text_changes where site = ? and digest = ?"
_COMPARED = (
    "select coalesce(sum(filled + empty), 0) from field_counts"
    " where site = ? and kind = 'text' and field = 'text' and run_id >= ?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeScope:
    """A change of a post of a site in a run."""

    run_id: int
    site: str
    change: TextChange

    @property
    def field(self) -> str:
        """Return the name under which a change of the site is recorded."""
        return site_field(self.change.kind)


def site_field(kind: ChangeKind | str) -> str:
    """Return the name of a kind of change among the fields of a site."""
    return f"{TEXTS}.{kind}"


def count_compared(archive: Archive, run_id: int, site: str, field: str, *, is_same: bool) -> None:
    """Count a post whose page was compared with the stored post; `field` is TEXTS or COMMENTS."""
    archive.execute(
        "insert into field_counts(run_id, site, kind, field, filled, empty) values (?, ?, ?, ?, ?, ?)"
        " on conflict(run_id, site, kind, field)"
        " do update set filled = filled + excluded.filled, empty = empty + excluded.empty",
        (run_id, site, TEXTS, field, is_same, not is_same),
    )


def record_change(archive: Archive, scope: ChangeScope, row: Mapping[str, Value]) -> None:
    """Record a change with the values that it replaces; a later one of the same post and run replaces it."""
    archive.execute(
        "delete from text_changes where run_id = ? and post_id = ?", (scope.run_id, row["post_id"])
    )
    archive.insert_row(
        "text_changes",
        {
            "run_id": scope.run_id,
            "site": scope.site,
            "kind": scope.change.kind,
            "digest": scope.change.digest,
            **row,
        },
    )


def mark_held(archive: Archive, scope: ChangeScope, post_id: int) -> None:
    """Record that the change of the post is held; one that is certain is never released."""
    held = _CERTAIN if scope.change.certain else _DOUBTED
    archive.execute(
        "update text_changes set held = ? where run_id = ? and post_id = ?", (held, scope.run_id, post_id)
    )


def is_of_most(archive: Archive, scope: ChangeScope) -> bool:
    """Return whether most compared posts show this kind of change, or an equal change."""
    run_id, site, change = scope.run_id, scope.site, scope.change
    if is_kind_of_most(archive, run_id, site, change.kind):
        return True
    if change.digest is None:
        return False
    first = archive.scalar(
        "select min(run_id) from text_changes where site = ? and digest = ?", (site, change.digest)
    )
    compared = archive.scalar(_COMPARED, (site, first))
    return _reaches(archive, _OF_DIGEST, (site, change.digest), MIN_EQUAL_POSTS, compared)


def is_kind_of_most(archive: Archive, run_id: int, site: str, kind: str) -> bool:
    """Return whether most compared posts of the run show this kind of change."""
    compared, _ = coverage.count_texts(archive, run_id, site, kind)
    least = MIN_COMMENTED_POSTS if ChangeKind(kind).concerns_comments else MIN_POSTS
    return _reaches(archive, _OF_KIND, (run_id, site, kind), least, compared)


def _reaches(archive: Archive, query: str, scope: Parameters, least: int, compared: int) -> bool:
    changes, posts = archive.rows(query, scope)[0]
    return int(posts) >= least and int(changes) >= MIN_SHARE * compared


_REPLACED = """
select c.id, r.id as revision_id, r.body_html, r.body_text, r.text_checksum, r.page_id, r.captured_at as version_at
  from comments c join comment_revisions r on r.id =
       (select id from comment_revisions where comment_id = c.id order by captured_at desc, id desc limit 1)
 where c.post_id = ? and c.version_at = ? and c.first_seen_at < c.version_at
"""


def undo_comments(archive: Archive, post_id: int, moment: str) -> None:
    """Undo what a page of the UTC text `moment` changed: texts are restored, new comments deleted, gone ones unmarked.

    A comment that is on the page by right comes again with the next honest one.
    """
    for row in list(archive.dicts(_REPLACED, (post_id, moment))):
        comment_id, revision_id = row.pop("id"), row.pop("revision_id")
        archive.update_row("comments", comment_id, {**row, "text_digest": text_digest(row["body_text"])})
        archive.execute("delete from comment_revisions where id = ?", (revision_id,))
    archive.execute("delete from comments where post_id = ? and first_seen_at = ?", (post_id, moment))
    archive.execute(
        "update comments set gone_at = null where post_id = ? and gone_at >= ?", (post_id, moment)
    )


def undo_names(archive: Archive, run_id: int, site: str) -> None:
    """Undo the names of authors that pages of the run brought, if earlier ones are stored."""
    archive.execute(_DELETE_NAMES, (site, run_id))
    archive.execute(_RESTORE_NAMES, (site,))


_DELETE_NAMES = """
delete from author_names where author_id in (select id from authors where site = ?1)
   and page_id in (select id from pages where run_id = ?2)
   and exists (select 1 from author_names n where n.author_id = author_names.author_id
                  and n.page_id not in (select id from pages where run_id = ?2))
"""
_RESTORE_NAMES = """
update authors set (nickname, blog_title, tagline) =
       (select nickname, blog_title, tagline from author_names n where n.author_id = authors.id
         order by captured_at desc, id desc limit 1)
 where site = ? and id in (select author_id from author_names)
"""


_CHANGED = """
select t.id, t.post_id, t.kind, a.site, a.uid, p.number, p.url, t.captured_at, t.posted_at, t.posted_at_text,
       t.last_changed_at, p.version_at = t.captured_at as is_current
  from text_changes t join posts p on p.id = t.post_id join authors a on a.id = p.author_id
 where t.site = ? and not t.held and (t.run_id = ? or t.digest = ?)
"""

_NEWEST_REVISION = """
select id, title, body_html, body_text, content_hash, text_checksum, captured_at as version_at, page_id
  from post_revisions where post_id = ? order by captured_at desc, id desc limit 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changed:
    id: int
    post_id: int
    kind: ChangeKind
    site: str
    uid: str
    number: str
    url: str
    captured_at: str
    posted_at: str | None
    posted_at_text: str | None
    last_changed_at: str | None
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Revision:
    id: int
    title: str | None
    body_html: str | None
    body_text: str | None
    content_hash: str
    text_checksum: int | None
    version_at: str
    page_id: int | None


def undo_changes(archive: Archive, scope: ChangeScope, failure: Failure, *, now: datetime) -> int:
    """Restore the posts whose equal changes were stored before; each of them waits for a person.

    Return how many edits of texts were undone.
    """
    changed = archive.all_as(_Changed, _CHANGED, (scope.site, scope.run_id, scope.change.digest))
    undone = sum(_undo_change(archive, row, now) for row in changed)
    undo_names(archive, scope.run_id, scope.site)
    for row in changed:
        target = Target(url=row.url, site=row.site, kind=PageKind.POST, uid=row.uid, number=row.number)
        due_at = frontier.mark_failed(archive, target, now=now)
        failures.record_failure(
            archive,
            Blog(site=row.site, uid=row.uid),
            row.url,
            failure,
            run_id=scope.run_id,
            now=now,
            next_try_at=due_at,
        )
        archive.update_row("text_changes", row.id, {"held": _DOUBTED})
    return undone


def _undo_change(archive: Archive, row: _Changed, now: datetime) -> int:
    """Hold the page of a change, and restore its post and comments; return how many edits of texts were undone."""
    archive.execute(
        "update pages set held_at = ? where url = ? and fetched_at = ?",
        (format_utc(now), row.url, row.captured_at),
    )
    undo_comments(archive, row.post_id, row.captured_at)
    _end_chain(archive, row)
    return 0 if row.kind.concerns_comments else _restore(archive, row)


def release_held(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Queue the held posts of sites whose texts did not change on most posts; return how many. Call it at the end."""
    released = 0
    for site in {blog.site for blog in blogs}:
        for field in coverage.open_fields(archive, site):
            if coverage.is_disproved(archive, run.id, site, field):
                coverage.end_change(archive, site, field, now=now)
        if not coverage.is_open(archive, site, TEXTS):
            released += _release(archive, run.id, site, blogs, now)
    return released


def held_blogs(archive: Archive, run_id: int) -> list[Blog]:
    """Return the blogs with held posts of the run."""
    query = (
        "select distinct a.site, a.uid from text_changes t join posts p on p.id = t.post_id"
        " join authors a on a.id = p.author_id where t.run_id = ? and t.held"
    )
    return list(archive.all_as(Blog, query, (run_id,)))


def _release(archive: Archive, run_id: int, site: str, blogs: Sequence[Blog], now: datetime) -> int:
    urls = archive.column(
        "select p.url from text_changes t join posts p on p.id = t.post_id"
        " where t.run_id = ? and t.site = ? and t.held = ?",
        (run_id, site, _DOUBTED),
    )
    if not urls:
        return 0
    for url in urls:
        failures.resolve_field(archive, url, "text", now=now)
    wanted = json.dumps(urls)
    archive.execute(
        "update text_changes set held = 0 where run_id = ? and site = ? and held = ?",
        (run_id, site, _DOUBTED),
    )
    archive.execute(
        "update frontier set state = 'done' where state = 'failed' and url in (select value from json_each(?))",
        (wanted,),
    )
    condition = "kind = 'post' and url in (select value from json_each(?))"
    return sum(frontier.requeue_where(archive, blog, condition, (wanted,), now=now) for blog in blogs)


def _end_chain(archive: Archive, row: _Changed) -> None:
    """Forget the further comment pages of the post that are not fetched yet."""
    frontier.deactivate_comments(archive, Blog(site=row.site, uid=row.uid), row.number)
    archive.execute(
        "delete from _page_chains where site = ? and chain = ?",
        (row.site, f"{row.site}/{row.uid}/{row.number}"),
    )


def _restore(archive: Archive, row: _Changed) -> bool:
    """Make the newest revision the current text again, and restore the time; return whether the text was an edit."""
    facts = {"posted_at": row.posted_at, "posted_at_text": row.posted_at_text}
    archive.update_row("posts", row.post_id, facts)
    revision = archive.one_as(_Revision, _NEWEST_REVISION, (row.post_id,)) if row.is_current else None
    if revision is None:
        return False
    archive.execute(
        "update pages set held_at = ?1 where id = (select page_id from posts where id = ?2) and held_at is null",
        (row.captured_at, row.post_id),
    )
    archive.update_row(
        "posts",
        row.post_id,
        {
            "title": revision.title,
            "body_html": revision.body_html,
            "body_text": revision.body_text,
            "content_hash": revision.content_hash,
            "text_checksum": revision.text_checksum,
            "version_at": revision.version_at,
            "page_id": revision.page_id,
            "last_changed_at": row.last_changed_at,
        },
    )
    archive.execute("delete from post_revisions where id = ?", (revision.id,))
    _restore_images(archive, row.post_id, revision.body_html or "")
    return True


def _restore_images(archive: Archive, post_id: int, body_html: str) -> None:
    shown = image_urls(body_html)
    if shown == archive.column("select url from post_media where post_id = ? order by position", (post_id,)):
        return
    archive.execute("delete from post_media where post_id = ?", (post_id,))
    archive.execute_many(
        "insert into post_media(post_id, position, url, media_id)"
        " values (?, ?, ?, (select id from media where url = ?))",
        [(post_id, position, url, url) for position, url in enumerate(shown)],
    )
