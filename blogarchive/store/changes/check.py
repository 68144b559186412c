"""Hold the change of a post that contradicts the stored post, or that most posts of the run show too.

A held page replaces nothing. The changes of the same kind that the run stored before are undone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from blogarchive.items import CrawledPage, PageKind, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import form_of
from blogarchive.store.changes import undo
from blogarchive.store.changes.classify import (
    ChangeKind,
    PostText,
    StoredComment,
    TextChange,
    classify_change,
    classify_comments,
    find_contradiction,
)
from blogarchive.store.changes.undo import ChangeScope
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import coverage, failures
from blogarchive.store.ledger.blogs import Blog, blog_hosts
from blogarchive.store.ledger.coverage import COMMENTS, TEXTS
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.rows import format_utc

_STORED = """
select p.id, p.url, coalesce(p.title, '') as title, p.body_html, p.posted_at, p.posted_at_text,
       p.last_changed_at, p.last_seen_at, p.own_page_seen_at, p.listed_title, p.title_is_cut
  from posts p join authors a on a.id = p.author_id
 where a.site = ? and a.uid = ? and p.number = ? and p.content_hash is not null and not p.from_listing
"""

_COMMENTS = """
select base, author_name, text_digest, posted_at, body_text
  from comments where post_id = ? and gone_at is null
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredPost:
    id: int
    url: str
    title: str
    body_html: str | None
    posted_at: str | None
    posted_at_text: str | None
    last_changed_at: str | None
    last_seen_at: str
    own_page_seen_at: str | None
    listed_title: str | None
    title_is_cut: bool

    def is_listed(self, title: str) -> bool:
        """Return whether a listing shows the title, or the beginning of it if it cuts titles."""
        listed = self.listed_title
        return bool(listed) and (title == listed or (self.title_is_cut and title.startswith(listed or title)))


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPage:
    """A page that is held: its failure, and the number of stored edits that were undone."""

    failure: Failure
    undone: int = 0


def check_change(
    archive: Archive, crawled: CrawledPage, post: Post, blog: Blog, run_id: int, *, accepted: bool
) -> HeldPage | None:
    """Count the change of a post and return why the page is held, or None if it is not.

    `accepted`: a person agrees with the changes of the site, so nothing is held.
    """
    stored = archive.one_as(_StoredPost, _STORED, (blog.site, blog.uid, post.number))
    moment = format_utc(crawled.page.fetched_at)
    if stored is None or crawled.parsed.kind is not PageKind.POST or moment < stored.last_seen_at:
        return None
    comments = archive.all_as(StoredComment, _COMMENTS, (stored.id,))
    hosts = blog_hosts(archive, blog) | {urlsplit(crawled.page.url).netloc}
    old = PostText(form=form_of((stored.title, stored.body_html), hosts), posted_at=stored.posted_at)
    new = _text_of(post, stored, hosts)
    change = find_contradiction(crawled.page, post, old, new, comments) or classify_change(old, new)
    if change is not None and change.kind is ChangeKind.TITLE and stored.is_listed(new.title):
        change = None  # the listing is a second witness of the title
    undo.count_compared(archive, run_id, blog.site, TEXTS, is_same=change is None)
    if comments and (post.comments or post.comment_count == 0):
        is_whole = not any(link.next_page for link in crawled.parsed.links)
        claimed = post.comment_count
        of_comments = classify_comments(post.comments, comments, claimed=claimed, is_whole=is_whole)
        undo.count_compared(archive, run_id, blog.site, COMMENTS, is_same=of_comments is None)
        change = change or of_comments
    if change is None or accepted or _is_accepted(archive, blog.site, stored, change):
        return None
    scope = ChangeScope(run_id=run_id, site=blog.site, change=change)
    return _hold_if_doubted(archive, scope, stored, crawled.page.fetched_at)


def _hold_if_doubted(
    archive: Archive, scope: ChangeScope, stored: _StoredPost, now: datetime
) -> HeldPage | None:
    """Record a change; return why its page is held, or None if it may be an edit of the author."""
    change = scope.change
    undo.record_change(
        archive,
        scope,
        {
            "post_id": stored.id,
            "captured_at": format_utc(now),
            "posted_at": stored.posted_at,
            "posted_at_text": stored.posted_at_text,
            "last_changed_at": stored.last_changed_at,
        },
    )
    if not (change.certain or _is_waiting(archive, stored.url, scope) or undo.is_of_most(archive, scope)):
        return None
    undo.mark_held(archive, scope, stored.id)
    detail = change.detail or Detail.CHANGE_OF_MOST.format(change=change.kind)
    failure = Failure(kind="changed", field="text", detail=detail)
    if not undo.is_of_most(archive, scope):
        return HeldPage(failure=failure)
    coverage.open_change(archive, scope.site, scope.field, run_id=scope.run_id, now=now)
    return HeldPage(failure=failure, undone=undo.undo_changes(archive, scope, failure, now=now))


def _is_accepted(archive: Archive, site: str, stored: _StoredPost, change: TextChange) -> bool:
    """Return whether a person agreed with the site's changes since the post was seen; lies need an own agreement."""
    field = undo.site_field(change.kind) if change.kind in undo.CERTAIN_KINDS else None
    accepted_at = coverage.last_accepted_at(archive, site, field)
    return accepted_at is not None and (stored.own_page_seen_at or "") < accepted_at


def _is_waiting(archive: Archive, url: str, scope: ChangeScope) -> bool:
    """Return whether a change of the site waits for a person, or another change of this post does."""
    waits = Failure(kind="changed", field="text", detail="")
    return coverage.is_open(archive, scope.site, TEXTS) or failures.is_open(archive, url, waits)


def _text_of(post: Post, stored: _StoredPost, own_hosts: Collection[str]) -> PostText:
    """Return the text of the page; what it does not show is as stored."""
    title = stored.title if post.title is None else post.title
    return PostText(
        form=form_of((title, post.body_html), own_hosts),
        posted_at=date_text_iso(post.posted) or stored.posted_at,
    )
