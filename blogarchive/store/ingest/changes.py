"""Hold the page of a post that contradicts the stored post, or has the same change as most pages.

The second half names the kind of a change and finds contradictions. A held page is stored, but replaces nothing until a
person accepts the change, or a page without it comes. The same change is undone in posts that the run saved earlier:
texts, comments and names are as before.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from os.path import commonprefix
from typing import Any

from blogarchive.items import CrawledPage, Page, PageKind, Post, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.compared_form import Form, form_of, text_digest, text_of_form
from blogarchive.parsing.urls import netloc_of
from blogarchive.sites.base import site_by_name
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.validate import Rejection, find_post
from blogarchive.store.ledger import coverage, failures, frontier
from blogarchive.store.ledger.blogs import Blog, author_id, blog_hosts
from blogarchive.store.ledger.runs import Counts, Run
from blogarchive.store.pages.context import date_text_iso, is_relative, is_same_time
from blogarchive.store.posts import comments as comment_rows
from blogarchive.store.posts.posts import PostRow, is_title_listed, read_row, write_images
from blogarchive.store.posts.revisions import has_equal_images, image_urls
from blogarchive.store.rows import Value, format_utc
from blogarchive.store.statements import columns_of

MIN_POSTS = 5
"""A kind of change is the site's if at least this number of posts of a run shows it …"""

MIN_COMMENTED_POSTS = 4
"""… or this number, if comments changed: fewer posts have any …"""

MIN_EQUAL_POSTS = 3
"""… or an equal change, such as the same added text, at least this number, also of several runs …"""

MIN_SHARE = 0.5
"""… and at least this share of the posts that were compared."""

_DOUBTED, _CERTAIN = 1, 2
"""Values of `text_changes.held`: until the run shows whose the change is, or until a person or an honest page decides."""


class ChangeKind(StrEnum):
    """The kinds of changes. A site makes one kind on most of its posts; an author seldom does."""

    TITLE = "title"  # the title alone
    MARKUP = "markup"  # links and images of the body, not its text
    ABOVE = "added_above"
    BELOW = "added_below"
    WITHIN = "added_within"
    CUT = "cut"
    CHARACTERS = "characters"
    REWRITTEN = "rewritten"
    TIME = "time"  # the time of the post alone
    BOUNDS = "bounds"  # the stored body is still on the page
    DAMAGED = "damaged"  # U+FFFD in place of stored characters
    COMMENTS_LOST = "comments_lost"  # stored comments are not on the page
    COMMENTS_EDITED = "comments_edited"
    COMMENTS_RENAMED = "comments_renamed"  # the texts of lost comments are there under other names or times

    @property
    def concerns_comments(self) -> bool:
        """Return whether comments changed, and not the text of the post."""
        return self.value.startswith("comments_")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """A change of a post. `digest` is equal for equal changes, None if the kind alone is compared.

    `reason`: the page contradicts the stored post, whatever other posts show.
    """

    kind: ChangeKind
    digest: str | None = None
    reason: str | None = None


def check_change(
    archive: Archive, crawled: CrawledPage, blog: Blog, run_id: int | None, *, accepted: bool
) -> Rejection | None:
    """Count the change of a post and return why the page is held, or None if it is not.

    No page is held if `accepted`: a person accepted the changes of the site.
    """
    post = find_post(crawled)
    is_of_post = crawled.target.kind is crawled.parsed.kind is PageKind.POST
    if run_id is None or post is None or not is_of_post:
        return None
    stored = read_row(archive, author_id(archive, blog), post.number)
    if stored is None or not stored.is_from_own_page:
        return None
    if format_utc(crawled.page.fetched_at) < stored.last_seen_at:
        return None
    found = _find_changes(archive, crawled, post, blog, stored)
    change = _choose(found[coverage.TEXTS], found.get(coverage.COMMENTS))
    same = {field: one is None for field, one in found.items()}
    scope = coverage.scope_of(blog)
    coverage.add_counts(archive, run_id, scope, coverage.TEXTS, same)
    if change is None or accepted or _is_accepted(archive, scope, stored, change):
        return None
    return _hold_if_doubted(archive, scope, crawled.page.fetched_at, run_id, change, stored)


def _choose(of_text: _Change | None, of_comments: _Change | None) -> _Change | None:
    """Return the change that is certain, else that of the text."""
    is_certain = of_comments is not None and of_comments.reason is not None
    return of_comments if of_text is None or (is_certain and of_text.reason is None) else of_text


# Kinds of changes that contradict the stored post, however many posts have them.
_CERTAIN_KINDS = (ChangeKind.BOUNDS, ChangeKind.DAMAGED)


def _is_accepted(archive: Archive, site: str, stored: PostRow, change: _Change) -> bool:
    """Return whether a person agreed with the site's changes since the post was seen; lies need an own agreement."""
    field = f"{coverage.TEXTS}.{change.kind}" if change.kind in _CERTAIN_KINDS else None
    accepted_at = coverage.last_accepted_at(archive, site, field)
    return accepted_at is not None and (stored.own_page_seen_at or "") < accepted_at


# The parameters of the statements about a change, by name.
_Values = dict[str, Value]

# Facts have no revisions, so the change has the earlier ones.
_RECORD = """
insert or replace into text_changes(run_id, site, kind, digest, held, captured_at, post_id,
                                    posted_at, posted_at_text, last_changed_at)
select :run, :site, :kind, :digest, :held, :moment, id, posted_at, posted_at_text, last_changed_at
  from posts where id = :post
"""


def _hold_if_doubted(
    archive: Archive, site: str, now: datetime, run_id: int, change: _Change, stored: PostRow
) -> Rejection | None:
    """Record a changed text; return why its page is held, or None if the author may have edited the post."""
    values: _Values = {"run": run_id, "site": site, "kind": change.kind, "digest": change.digest}
    values |= {"held": 0, "moment": format_utc(now), "post": stored.id}
    archive.execute(_RECORD, values)
    is_common = _is_common(archive, change.kind, values)
    is_site_open = coverage.is_open(archive, site, coverage.TEXTS)
    detail = change.reason or Detail.CHANGE_OF_MOST.format(change=change.kind)
    failure = failures.Failure(kind="changed", field="text", detail=detail)
    is_post_held = failures.is_open(archive, stored.url, failure)
    if not (change.reason or is_common or is_site_open or is_post_held):
        return None
    archive.execute(_RECORD, values | {"held": _CERTAIN if change.reason else _DOUBTED})
    undone = Counts()
    if is_common:
        coverage.open_change(archive, site, f"{coverage.TEXTS}.{change.kind}", run_id=run_id, now=now)
        undone = _undo_run(archive, values, failure, run_id=run_id, now=now)
    return Rejection(failure=failure, undone=undone, waits=is_site_open or is_common, is_held=True)


_OF_MOST = """
with found as (select post_id, run_id from text_changes where site = :site and {condition})
select count(distinct post_id) >= :least and count(*) >= :share *
       (select coalesce(sum(filled + empty), 0) from field_counts where site = :site and kind = 'text'
           and field = :field and run_id >= (select min(run_id) from found))
  from found
"""
_OF_KIND = _OF_MOST.format(condition="kind = :kind and run_id = :run")
_OF_DIGEST = _OF_MOST.format(condition="digest = :digest")


def _is_common(archive: Archive, kind: ChangeKind, values: _Values) -> bool:
    """Return whether most compared posts of the run show this kind of change, or an equal one since it came."""
    least = MIN_COMMENTED_POSTS if kind.concerns_comments else MIN_POSTS
    field = coverage.COMMENTS if kind.concerns_comments else coverage.TEXTS
    values = values | {"share": MIN_SHARE, "field": field}
    of_kind = archive.scalar(_OF_KIND, values | {"least": least})
    return bool(of_kind or archive.scalar(_OF_DIGEST, values | {"least": MIN_EQUAL_POSTS}))


_CHANGED = """
select t.id as change, t.post_id as post, t.captured_at as since, p.url, a.site, a.uid, p.number
  from text_changes t join posts p on p.id = t.post_id join authors a on a.id = p.author_id
 where t.site = :site and not t.held and (t.run_id = :run or t.digest = :digest)
"""


def _undo_run(
    archive: Archive, values: _Values, failure: failures.Failure, *, run_id: int, now: datetime
) -> Counts:
    """Undo what the first posts with this change stored; each of them waits for a person. Return what was undone."""
    changed = archive.dicts(_CHANGED, values)
    undone = [_undo_post(archive, row, format_utc(now)) for row in changed]
    archive.execute_all(_UNDO_NAMES, values)
    for row in changed:
        url, site, uid = row["url"], row["site"], row["uid"]
        target = Target(url=url, site=site, kind=PageKind.POST, uid=uid, number=row["number"])
        due_at = frontier.mark_waiting(archive, target, now=now)
        blog = Blog(site=site, uid=uid)
        failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now, next_try_at=due_at)
    return sum(undone, Counts())


# The names of a new blog stay: no page of another run shows them.
_UNDO_NAMES = (
    """
delete from author_names where author_id in (select id from authors where :site in (site, site || '/' || uid))
   and page_id in (select id from pages where run_id = :run)
   and exists (select 1 from author_names n where n.author_id = author_names.author_id
                  and n.page_id not in (select id from pages where run_id = :run))
""",
    """
update authors set (nickname, blog_title, tagline) =
       (select nickname, blog_title, tagline from author_names n where n.author_id = authors.id
         order by captured_at desc, id desc limit 1)
 where :site in (site, site || '/' || uid) and id in (select author_id from author_names)
""",
)

# The order matters: each statement reads what the next one changes. The next page shows real comments again.
_UNDO_POST = (
    """
update pages set held_at = :now where held_at is null and id in
       (select id from pages where url = :url and fetched_at = :since union select page_id from posts
         where id = :post and version_at = :since)
""",
    """
update posts set (posted_at, posted_at_text, last_changed_at) =
       (select posted_at, posted_at_text, last_changed_at from text_changes where id = :change)
 where id = :post
""",
    """
update posts set (title, body_html, body_text, content_hash, text_checksum, version_at, page_id) =
       (select title, body_html, body_text, content_hash, text_checksum, captured_at, page_id
          from post_revisions where post_id = :post order by captured_at desc, id desc limit 1)
 where id = :post and version_at = :since and exists (select 1 from post_revisions where post_id = :post)
""",
    "update comments set gone_at = null where post_id = :post and gone_at >= :since",
    "update text_changes set held = 1 where id = :change",
    "delete from _page_chains where site = :site and chain = :site || '/' || :uid || '/' || :number",
)
_NEW_COMMENTS = "delete from comments where post_id = :post and first_seen_at = :since"
_END_VERSION = """
delete from post_revisions where post_id = :post
   and (captured_at = :since or captured_at = (select version_at from posts where id = :post))
"""
_COMMENT_REVISIONS = """
select c.id, r.id as revision_id, r.body_html, r.body_text, r.text_checksum, r.page_id, r.captured_at as version_at,
       r.author_name, substr(c.fingerprint, 1, length(c.fingerprint) - length(c.author_name)) || r.author_name as fingerprint
  from comments c join comment_revisions r on r.id =
       (select id from comment_revisions where comment_id = c.id order by captured_at desc, id desc limit 1)
 where c.post_id = :post and c.version_at = :since and c.first_seen_at < c.version_at
"""


def _undo_post(archive: Archive, row: dict[str, Any], now: str) -> Counts:
    """Hold the page of a change; restore its post and comments. Return the counts with which it was saved, negative."""
    values: _Values = {**row, "now": now}
    for comment in archive.dicts(_COMMENT_REVISIONS, values):
        comment_id, revision_id = comment.pop("id"), comment.pop("revision_id")
        digest = text_digest(comment["body_text"])
        archive.update_row("comments", comment_id, {**comment, "text_digest": digest})
        archive.execute("delete from comment_revisions where id = ?", (revision_id,))
    archive.execute_all(_UNDO_POST, values)
    frontier.deactivate_comments(archive, Blog(site=row["site"], uid=row["uid"]), row["number"])
    ended = archive.execute(_END_VERSION, values).rowcount
    if ended:
        html = archive.text("select body_html from posts where id = ?", (row["post"],))
        write_images(archive, row["post"], list(enumerate(image_urls(html or ""))))
    added = archive.execute(_NEW_COMMENTS, values).rowcount
    return Counts(posts_changed=-ended, comments_new=-added)


_HELD = """
  from text_changes t join posts p on p.id = t.post_id join authors a on a.id = p.author_id
  join failures f on f.url = p.url and f.kind = 'changed' and f.resolved_at is null
 where t.held
"""


def held_blogs(archive: Archive) -> list[Blog]:
    """Return the blogs with held posts."""
    return list(archive.all_as(Blog, f"select distinct a.site, a.uid {_HELD}"))


def release_held(archive: Archive, run: Run, blogs: Sequence[Blog], *, now: datetime) -> int:
    """Queue the held posts of sites whose texts did not change on most posts; return how many. Call it at the end.

    Those that contradict the stored posts are queued too if a change of the site ended.
    """
    ended = coverage.end_disproved(archive, run, map(coverage.scope_of, blogs), now=now)
    released = (one for one in blogs if not coverage.is_open(archive, coverage.scope_of(one), coverage.TEXTS))
    return sum(_release(archive, blog, ended, now) for blog in released)


def _release(archive: Archive, blog: Blog, ended: Collection[str], now: datetime) -> int:
    """Requeue the posts of `blog` of which no change is withheld now. Return their number."""
    most = _CERTAIN if coverage.scope_of(blog) in ended else _DOUBTED
    scope = (most, blog.site, blog.uid)
    query = f"select t.post_id, p.url {_HELD} and t.held <= ? and a.site = ? and a.uid = ?"
    found = archive.rows(query, scope)
    for post_id, url in found:
        failures.resolve_field(archive, url, "text", now=now)
        archive.execute("update frontier set state = 'done' where state = 'failed' and url = ?", (url,))
        archive.execute("update text_changes set held = 0 where post_id = ? and held <= ?", (post_id, most))
    urls = json.dumps([url for _, url in found])
    condition = "kind = 'post' and url in (select value from json_each(?))"
    return frontier.requeue_where(archive, blog, condition, (urls,), now=now)


# How the page of a post differs from the stored post

_FEW_CHARACTERS = 4
# Characters of a body that is looked for in the whole page: a shorter one may be there by chance.
_MIN_LENGTH = 10
_DAMAGED = "\ufffd"
_Comments = Sequence[comment_rows.SourcedComment]  # that are not gone


def _classify_text(old: Form, new: Form) -> _Change | None:
    """Return the kind of the difference of title and body, None if both are equal."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    removed, added = _difference(before, after)
    if before == after:
        if old[-1] != new[-1]:
            return _Change(kind=ChangeKind.MARKUP)
        digest = _digest(*_difference(old[0], new[0]))
        return _Change(kind=ChangeKind.TITLE, digest=digest) if old[0] != new[0] else None
    if before in after:
        kind = ChangeKind.BELOW if after.startswith(before) else ChangeKind.ABOVE
    elif not added:
        kind = ChangeKind.CUT
    elif not removed:
        kind = ChangeKind.WITHIN
    elif max(len(removed), len(added)) <= _FEW_CHARACTERS:
        return _Change(kind=ChangeKind.CHARACTERS)
    else:
        kind = ChangeKind.REWRITTEN
    return _Change(kind=kind, digest=_digest(removed, added))


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the parts of both texts between their common beginning and end."""
    begin = len(commonprefix((old, new)))  # noqa: RUF071 - of characters
    end = len(commonprefix((old[begin:][::-1], new[begin:][::-1])))  # noqa: RUF071
    return old[begin : len(old) - end], new[begin : len(new) - end]


def _digest(removed: str, added: str) -> str:
    text = f"{''.join(removed.split())}\0{''.join(added.split())}"
    return sha256(text.encode()).hexdigest()[:16]


# Comments of a page that must all differ in one way: one person may edit or rename a single one.
_MIN_CERTAIN = 2


def _classify_comments(
    shown: Sequence[comment_rows.ShownComment], stored: _Comments, claimed: int | None, is_whole: bool
) -> _Change | None:
    """Return how the comments of a page differ from the stored ones; None if they do not. New ones are no difference.

    `is_whole`: the page is meant to show all comments of its post. Else some are lost if fewer are `claimed` than stored.
    """
    bases, known = {comment.base for comment in shown}, {comment.base for comment in stored}
    lost = [comment for comment in stored if comment.base not in bases]
    new = Counter[str | None](comment.text_digest for comment in shown if comment.base not in known)
    moved = [comment for comment in lost if comment.text_digest in new]
    renamed = (Counter(comment.text_digest for comment in lost) & new).total()
    # A person may rename: beside comments of others, or of all their own. A site that lies has other names for all.
    is_of_several = len({comment.author_name for comment in moved}) > 1
    is_of_all = renamed == len(shown)
    if renamed and (renamed == len(lost) or not is_whole) and (is_of_several or is_of_all):
        reason = Detail.CHANGE_NAMES if is_of_several and is_of_all else None
        return _Change(kind=ChangeKind.COMMENTS_RENAMED, reason=reason)
    lost = lost if is_of_several else [comment for comment in lost if comment.text_digest not in new]
    is_fewer = claimed is not None and claimed < sum(comment_rows.is_counted(one.base) for one in stored)
    if lost and (is_whole or is_fewer):
        return _Change(kind=ChangeKind.COMMENTS_LOST)
    return _find_edits(shown, stored, known)


def _find_edits(
    shown: Sequence[comment_rows.ShownComment], stored: _Comments, known: Set[str]
) -> _Change | None:
    """Return the change if stored comments, with the bases `known`, have another text on the page; else None."""
    texts = {(comment.base, comment.text_digest) for comment in stored}
    edited = [one for one in shown if one.base in known and (one.base, one.text_digest) not in texts]
    reason = Detail.CHANGE_TEXTS if len(edited) == len(shown) >= _MIN_CERTAIN else None
    return _Change(kind=ChangeKind.COMMENTS_EDITED, reason=reason) if edited else None


def _find_contradiction(page: Page, post: Post, old: Form, new: Form, stored: _Comments) -> _Change | None:
    """Return the change if the page contradicts the stored post, else None."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    if before != after and _has_moved_bounds(page, before, after):
        reason = Detail.CHANGE_BOUNDS.format(parsed=len(after), stored=len(before))
        return _Change(kind=ChangeKind.BOUNDS, reason=reason)
    texts = {comment.base: comment.body_text for comment in stored}
    shown = [(comment_rows.comment_base(one), one.body_text) for one in post.comments]
    pairs = [(old[0] + before, new[0] + after), *((texts.get(base, text), text) for base, text in shown)]
    if any(text.count(_DAMAGED) < now.count(_DAMAGED) for text, now in pairs):
        return _Change(kind=ChangeKind.DAMAGED, reason=Detail.CHANGE_DAMAGED)
    return None


def _has_moved_bounds(page: Page, old: str, new: str) -> bool:
    """Return whether the whole stored body is still on the page, outside the body that was parsed."""
    wanted = "".join(old.split())
    if len(wanted) < _MIN_LENGTH or wanted in "".join(new.split()):
        return False
    # The parser: most runs without a delay never need it here.
    from blogarchive.parsing.charset.decoding import decode
    from blogarchive.parsing.document import parse_document

    document = parse_document(decode(page.body, page.header("Content-Type")).text)
    return wanted in "".join("".join(line.text.split()) for line in document.lines)


_COMMENTS = (
    f"select {columns_of(comment_rows.SourcedComment)} from comments where post_id = ? and gone_at is null"  # noqa: S608
)


def _find_changes(
    archive: Archive, crawled: CrawledPage, post: Post, blog: Blog, stored: PostRow
) -> dict[str, _Change | None]:
    """Return the change of texts and that of comments, by their names in `coverage`; None for no change.

    Comments are compared if some are stored, and the page shows some or claims none.
    """
    comments = archive.all_as(comment_rows.SourcedComment, _COMMENTS, (stored.id,))
    found = {coverage.TEXTS: _find_text_change(archive, crawled, post, blog, stored, comments)}
    if comments and (post.comments or post.comment_count == 0):
        found[coverage.COMMENTS] = _find_comment_change(crawled, post, comments)
    return found


def _find_text_change(
    archive: Archive, crawled: CrawledPage, post: Post, blog: Blog, stored: PostRow, comments: _Comments
) -> _Change | None:
    """Return the change of title, body or time, None if there is none. A contradiction comes first."""
    hosts = blog_hosts(archive, blog) | {netloc_of(crawled.page.url)}
    before = (stored.title, stored.body_html)
    after = (stored.title if post.title is None else post.title, post.body_html)
    old, new = form_of(before, hosts), form_of(after, hosts)
    if old != new and has_equal_images(archive, before, after, hosts):
        new = old
    change = _find_contradiction(crawled.page, post, old, new, comments) or _classify_text(old, new)
    # A page of ikiwiki shows only when it was edited, which each build of the site may change.
    is_edit = any(one.detail == Detail.ONLY_CHANGED for one in crawled.parsed.problems)
    times = stored.posted_at, None if is_edit or is_relative(post.posted) else date_text_iso(post.posted)
    if change is None and all(times) and not is_same_time(times[0] or "", times[1] or ""):
        return _Change(kind=ChangeKind.TIME)
    is_listed = is_title_listed(post.title or "", stored.listed_title, is_cut=stored.title_is_cut)
    return None if change is not None and change.kind is ChangeKind.TITLE and is_listed else change


def _find_comment_change(crawled: CrawledPage, post: Post, stored: _Comments) -> _Change | None:
    """Return how the comments of a page differ, None if they do not. Page and interface write times in two forms."""
    shown = comment_rows.identify_comments(post.comments)
    if site_by_name(crawled.target.site).has_any_host:
        pairs = comment_rows.pair_sources(shown, stored)
        others = {item.position for item, row in pairs if row.author_name == item.comment.author_name}
        shown = [item for item in shown if item.position not in others]
    is_whole = len(shown) == len(post.comments) and not any(link.next_page for link in crawled.parsed.links)
    return _classify_comments(shown, stored, claimed=post.comment_count, is_whole=is_whole)
