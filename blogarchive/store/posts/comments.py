"""Store comments by fingerprint, with a revision for each text that an edit replaced, and mark those that are gone."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from blogarchive.items import Comment
from blogarchive.parsing.compared_form import text_digest
from blogarchive.store.pages import context as page_context
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.page_chains import DoubtfulItem
from blogarchive.store.posts.revisions import COMMENTS, save_text
from blogarchive.store.rows import TEXT_SINCE, Value, text_checksum
from blogarchive.store.statements import columns_of

_YEAR, _DAY, _MINUTE = len("2020"), len("2020-05-03"), len("2020-05-03T08:30")
_ZONE, _ZONES = timedelta(minutes=15), timedelta(hours=26)  # between two offsets of UTC: the least, the most
_MAX_OF_DAY = 200  # comments of one author: a page may be hostile, and each is compared with each
_OWN_TEXT = 10  # characters that two persons seldom write alike
_ANSWER = "answer|"  # as in the column is_counted


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownComment:
    """A comment of a page: `base` is author and time, `ordinal` counts comments of one base from 0."""

    comment: Comment
    base: str
    ordinal: int
    text_digest: str
    position: int

    @property
    def fingerprint(self) -> str:
        """Return the text that is unique within a post."""
        return f"{self.ordinal}|{self.base}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredComment:
    """The identity of a stored comment of some base."""

    ordinal: int
    text_digest: str | None
    is_gone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcedComment:
    """A stored comment, to compare with one of another source: the page, or the interface of its site."""

    id: int
    fingerprint: str
    base: str
    author_name: str
    posted_at: str | None
    text_digest: str | None
    last_seen_at: str
    body_text: str


_Rows = defaultdict[object, list[SourcedComment]]
_ShownComments = Sequence[ShownComment]


def identify_comments(
    comments: Sequence[Comment], *, earlier: Mapping[str, int] | None = None, first_position: int = 0
) -> list[ShownComment]:
    """Return the comments of a page with their identities, in the order of the page.

    `earlier` is the number of comments per base on the earlier pages of the same post; ordinals continue from it.
    """
    ordinals: Counter[str] = Counter(earlier or {})
    shown = []
    for place, comment in enumerate(comments, first_position):
        base, digest = comment_base(comment), text_digest(comment.body_text)
        ordinal = ordinals[base]
        item = ShownComment(comment=comment, base=base, ordinal=ordinal, text_digest=digest, position=place)
        shown.append(item)
        ordinals[base] += 1
    return shown


def comment_base(comment: Comment) -> str:
    """Return time as shown and author; the digest of the text replaces a relative time.

    So an edited comment keeps its identity, unless its time is relative: then the edit is a new comment.
    The base of a comment that the page does not count begins with `_ANSWER`.
    """
    time = " ".join(comment.posted.text.split()) if comment.posted else ""
    if page_context.is_relative(comment.posted):
        time = f"~{text_digest(comment.body_text)[:16]}"
    return f"{'' if comment.is_counted else _ANSWER}{time}|{comment.author_name}"


def is_counted(base: str) -> bool:
    """Return whether the page counts the comment. Some sites leave out the answers of the blog's owner."""
    return not base.startswith(_ANSWER)


def match_stored(items: _ShownComments, stored: Sequence[StoredComment]) -> list[ShownComment]:
    """Return the comments of one base on a page, each with the ordinal of the stored comment that it is.

    Equal texts are the same comment, first at equal ordinals. An unmatched comment is an edit of the unmatched stored
    comment of its ordinal, else it is new. So no other comment changes if a new one is above older ones, or the order
    is reversed. The same holds if one of two equal comments is edited.
    """
    free = {row.ordinal: row for row in stored}
    matched, unmatched = _match_texts(items, free)
    following = max([row.ordinal for row in stored] + [item.ordinal for item in matched], default=-1) + 1
    for item in unmatched:
        row = free.get(item.ordinal)
        if row is not None and not row.is_gone:
            del free[item.ordinal]
            matched.append(item)
        else:  # not below its own ordinal: an equal comment may be waiting for an ordinal before it
            following = max(following, item.ordinal)
            matched.append(replace(item, ordinal=following))
            following += 1
    return matched


def _match_texts(
    items: _ShownComments, free: dict[int, StoredComment]
) -> tuple[list[ShownComment], list[ShownComment]]:
    """Return the comments whose texts are stored, with their ordinals, and all others; matched rows leave `free`."""
    matched, unmatched = list[ShownComment](), list[ShownComment]()
    digests = {ordinal: row.text_digest for ordinal, row in free.items()}
    in_place = {item.ordinal for item in items if digests.get(item.ordinal) == item.text_digest}
    for item in sorted(items, key=lambda item: item.ordinal not in in_place):
        equal = [row.ordinal for row in free.values() if row.text_digest == item.text_digest]
        ordinal = item.ordinal if item.ordinal in in_place else next(iter(equal), None)
        if ordinal is None:
            unmatched.append(item)
        else:
            del free[ordinal]
            matched.append(replace(item, ordinal=ordinal))
    return matched, unmatched


@dataclass(kw_only=True, slots=True)  # a frozen class takes twice as long to make
class CommentRow:
    """A comment before a save; `text_since` is when its current text was first seen (UTC text)."""

    id: int
    fingerprint: str
    text_digest: str | None
    body_html: str
    body_text: str
    text_checksum: int | None
    author_name: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    likes: int | None
    position: int | None
    text_since: str
    first_seen_at: str
    last_seen_at: str
    page_id: int | None


def _read_rows(context: SaveContext, post_id: int, shown: _ShownComments) -> dict[str, CommentRow]:
    """Return the stored comments of the post with the fingerprints of these, by fingerprint."""
    columns = columns_of(CommentRow, text_since=TEXT_SINCE)
    query = f"""select {columns} from comments where post_id = ?
            and fingerprint in (select value from json_each(?))"""  # noqa: S608 - constants
    fingerprints = json.dumps([item.fingerprint for item in shown])
    rows = context.archive.all_as(CommentRow, query, (post_id, fingerprints))
    return {row.fingerprint: row for row in rows}


def save_comments(
    context: SaveContext, post_id: int, shown: _ShownComments, *, since: str | None = None
) -> None:
    """Store the comments of a page: new ones, edits, and the time that the others were seen.

    `since` is when the first page of its chain was fetched (UTC text), if it is another one.
    """
    if not shown:
        return
    shown, stored = _find_stored(context, post_id, shown, since or context.moment)
    for item in shown:
        if item.fingerprint in stored:
            _revise(context, item, stored[item.fingerprint])
        else:
            _insert(context, post_id, item)
            context.count(comments_new=1)
    # A page that is parsed again is mostly older than the rows, which then need no update.
    rows = [row for row in stored.values() if not context.is_reparse or row.first_seen_at > context.moment]
    if rows:
        _mark_seen(context, [row.id for row in rows])


def _find_stored(
    context: SaveContext, post_id: int, shown: _ShownComments, since: str
) -> tuple[_ShownComments, dict[str, CommentRow]]:
    """Return the comments, each with the ordinal of the stored comment that it is, and these by fingerprint."""
    stored = _read_rows(context, post_id, shown)
    has_moved = len(stored) < len(shown) and _follow_source(context, post_id, shown, since)
    if has_moved:
        stored = _read_rows(context, post_id, shown)
    unmatched = {item.base for item in shown if not _is_matched(item, stored.get(item.fingerprint))}
    if has_moved:  # the ordinal 0 of a base may have been theirs
        unmatched |= {item.base for item in shown if item.fingerprint not in stored}
    if not unmatched:
        return shown, stored
    matched = _match_bases(context, post_id, shown, unmatched)
    return matched, _read_rows(context, post_id, matched)


def _follow_source(context: SaveContext, post_id: int, shown: _ShownComments, since: str) -> bool:
    """Change the identity of stored comments to that of another source of the blog, or of another name.

    Return whether any was changed.
    """
    before = context.archive.changes
    query = f"select {columns_of(SourcedComment)} from comments where post_id = ?"  # noqa: S608 - constants
    stored = context.archive.all_as(SourcedComment, query, (post_id,))
    for item, row in pair_sources(shown, stored, since=None if context.is_reparse else since):
        if context.site.has_any_host or row.posted_at == page_context.date_text_iso(item.comment.posted):
            context.archive.update_row("comments", row.id, {"fingerprint": item.fingerprint})
    return context.archive.changes > before


def pair_sources(
    shown: _ShownComments, stored: Sequence[SourcedComment], *, since: str | None = None
) -> Iterator[tuple[ShownComment, SourcedComment]]:
    """Yield the comments that another source showed, with the stored ones: author and time are equal.

    A page of WordPress shows `2020年5月3日 08:30`, its interface 2020-05-03T08:30:11. What was seen `since` (UTC text) is
    on another page.
    """
    # Another theme may show the day alone: two comments of an author, on two pages, then have one base.
    known, used = {row.fingerprint for row in stored}, set[int]()
    index = _index_rows(shown, [row for row in stored if since is None or row.last_seen_at < since])
    timed = [(item, page_context.date_text_iso(item.comment.posted)) for item in shown]
    new = [(item, at) for item, at in timed if item.fingerprint not in known and at is not None]
    moved = sum(any(_is_moved(item, at, row) for row in index.texts[item.text_digest]) for item, at in new)
    # One author may write `thanks` twice, an hour apart and on two pages. Another zone moves most comments of a page.
    is_other_zone = 2 * moved > len(shown) and (moved > 1 or len(stored) == 1)
    copies = Counter((item.text_digest, at) for item, at in new)
    for item, at in new:
        is_only_copy = copies[item.text_digest, at] == 1
        found = _iter_likely(item, at, index, is_only_copy=is_only_copy, is_other_zone=is_other_zone)
        row = next((row for row in found if row.id not in used), None)
        if row is not None:
            used.add(row.id)
            yield item, row


class _Index(NamedTuple):
    """Stored comments that a page may show otherwise."""

    days: _Rows  # by author and day
    texts: _Rows  # by the digest of the text
    begins: _Rows  # by the beginning of the text and the minute


def _iter_likely(
    item: ShownComment, at: str, index: _Index, *, is_only_copy: bool, is_other_zone: bool
) -> Iterator[SourcedComment]:
    """Yield the stored comments that one with the time `at` may be, the most certain first.

    `is_only_copy`: no other new comment of the page has its text and time. `is_other_zone`: the page shows its times in
    another time zone than the stored ones.
    """
    name, text = item.comment.author_name, item.comment.body_text
    equal = index.texts[item.text_digest]
    # A page may show the day or `6天前`, another date some days later: then the text must be equal.
    same_text = [row for row in equal if _is_about(item, at, row)]
    yield from (row for row in same_text if row.author_name == name)
    yield from (row for row in index.days[name, at[:_DAY]] if _is_same_minute(at, row))
    if is_other_zone:
        yield from (row for row in equal if _is_moved(item, at, row))
    # Of another name. Time and text identify one comment: several authors write `thanks` on one day.
    if len(same_text) == 1 and is_only_copy and (_has_minute(at) or len(text) >= _OWN_TEXT):
        yield same_text[0]
    # Of another name, and edited: no other comment of that minute begins alike.
    begin = text[:_OWN_TEXT]
    alike = index.begins[begin, at[:_MINUTE]] if len(begin) == _OWN_TEXT else []
    if len(alike) == 1 and _is_same_minute(at, alike[0]):
        yield alike[0]


def _index_rows(shown: Iterable[ShownComment], rows: Iterable[SourcedComment]) -> _Index:
    named, in_place = {item.base for item in shown}, {(item.base, item.text_digest) for item in shown}
    days, texts, begins = (_Rows(list) for _ in range(3))
    for row in rows:
        day, text = days[row.author_name, (row.posted_at or "")[:_DAY]], texts[row.text_digest]
        if row.base not in named and len(day) < _MAX_OF_DAY:
            day.append(row)
        if row.base not in named:
            begins[row.body_text[:_OWN_TEXT], (row.posted_at or "")[:_MINUTE]].append(row)
        if (row.base, row.text_digest) not in in_place and len(text) < _MAX_OF_DAY:
            text.append(row)
    return _Index(days, texts, begins)


def _has_minute(at: str) -> bool:
    return at[len("2020-05-03T08") :][:1] == ":"


def _is_relative(base: str) -> bool:
    return base.removeprefix(_ANSWER).startswith("~")


def _is_same_minute(at: str, row: SourcedComment) -> bool:
    """Return whether two sources show one minute, so that the text may have been edited between them."""
    is_exact = _has_minute(at) and _has_minute(row.posted_at or "") and not _is_relative(row.base)
    return is_exact and page_context.is_same_time(at, row.posted_at or "")


def _is_moved(item: ShownComment, at: str, row: SourcedComment) -> bool:
    """Return whether two times of day of one author may be one in two time zones."""
    times = [time[:_MINUTE] for time in (at, row.posted_at or "") if _has_minute(time)]
    if len(times) < 2 or row.author_name != item.comment.author_name:
        return False
    apart = abs(datetime.fromisoformat(times[0]) - datetime.fromisoformat(times[1]))
    return apart <= _ZONES and not apart % _ZONE


def _is_about(item: ShownComment, at: str, row: SourcedComment) -> bool:
    """Return whether two times may be one. A relative one has an error of its unit."""
    if not (_is_relative(item.base) or _is_relative(row.base)):
        return page_context.is_same_time(at, row.posted_at or "")
    times = (at, row.posted_at or at)
    months = [12 * int(time[:4]) + int(time[5:7] or 0) for time in times]
    most = 12 if min(map(len, times)) == _YEAR else 1
    return is_counted(item.base) == is_counted(row.base) and abs(months[0] - months[1]) <= most


def filter_stored(context: SaveContext, post_id: int, shown: _ShownComments) -> list[ShownComment]:
    """Return the comments that are stored with equal texts."""
    digests = {name: row.text_digest for name, row in _read_rows(context, post_id, shown).items()}
    return [item for item in shown if digests.get(item.fingerprint) == item.text_digest]


def filter_certain(context: SaveContext, post_id: int, shown: _ShownComments) -> list[ShownComment]:
    """Return the comments that are stored with equal texts, and those of authors and times that are not stored."""
    equal = filter_stored(context, post_id, shown)
    bases = json.dumps([item.base for item in shown])
    query = "select base from comments where post_id = ? and base in (select value from json_each(?))"
    known = set(context.archive.column(query, (post_id, bases)))
    return [item for item in shown if item in equal or item.base not in known]


def _is_matched(item: ShownComment, before: CommentRow | None) -> bool:
    """Return whether the fingerprint alone identifies the comment."""
    return item.ordinal == 0 if before is None else before.text_digest == item.text_digest


def _match_bases(
    context: SaveContext, post_id: int, shown: _ShownComments, bases: set[str]
) -> list[ShownComment]:
    """Return the comments; those of `bases` have the ordinals of the stored comments that they are."""
    by_base = attrgetter("base")
    result = [item for item in shown if item.base not in bases]
    for base, items in groupby(sorted((i for i in shown if i.base in bases), key=by_base), key=by_base):
        query = """select ordinal, text_digest, gone_at is not null as is_gone from comments
                where post_id = ? and base = ? order by 1"""
        stored = context.archive.all_as(StoredComment, query, (post_id, base))
        result += match_stored(list(items), stored)
    return result


def mark_unseen_gone(context: SaveContext, post_id: int, *, since: str) -> None:
    """Mark the comments as gone that no page showed since the UTC text `since`; requires all pages of the post."""
    update = "update comments set gone_at = ? where post_id = ? and gone_at is null and last_seen_at < ?"
    context.archive.execute(update, (context.moment, post_id, since))


def save_repeated(context: SaveContext, post_id: int, doubtful: DoubtfulItem) -> None:
    """Store one more comment that is identical to earlier ones of the same author and time."""
    base, digest = doubtful.item, doubtful.digest
    scope = (digest, post_id, base)
    query = "select id, ordinal, text_digest = ? from comments where post_id = ? and base = ?"
    rows = context.archive.rows(f"{query} order by gone_at is not null, 2", scope)
    equal = [row_id for row_id, _, is_equal in rows if is_equal]
    ordinals = {ordinal for _, ordinal, _ in rows}
    if len(equal) < doubtful.copies:
        ordinal = doubtful.ordinal if doubtful.ordinal not in ordinals else max(ordinals) + 1
        copy_comment(context, post_id, base, digest, ordinal)
    _mark_seen(context, equal[: doubtful.copies])


def copy_comment(context: SaveContext, post_id: int, base: str, digest: str, ordinal: int) -> None:
    """Copy the stored comment of that base and text to another ordinal, unless that ordinal is stored."""
    archive = context.archive
    columns = ", ".join(name for name in archive.columns("comments") if name != "id")
    query = f"select {columns} from comments where post_id = ? and base = ? and text_digest = ? limit 1"  # noqa: S608
    now = dict.fromkeys(("version_at", "first_seen_at", "last_seen_at"), context.moment)
    changed = {"fingerprint": f"{ordinal}|{base}", "page_id": context.page_id(), "gone_at": None, **now}
    rows = [{**row, **changed} for row in archive.dicts(query, (post_id, base, digest))]
    on_conflict = "on conflict(post_id, fingerprint) do nothing"
    context.count(comments_new=archive.insert_rows("comments", rows, on_conflict=on_conflict))


def _insert(context: SaveContext, post_id: int, item: ShownComment) -> None:
    comment = item.comment
    row = {
        "post_id": post_id,
        **{name: getattr(comment, name) for name in ("author_url", "reply_to", "likes")},
        **_text_columns(item),
        **page_context.time_columns(comment.posted),
        **{name: getattr(item, name) for name in ("fingerprint", "position", "text_digest")},
        **dict.fromkeys(("version_at", "first_seen_at", "last_seen_at"), context.moment),
        "page_id": context.page_id(),
    }
    context.archive.insert_row("comments", row)


def _revise(context: SaveContext, item: ShownComment, before: CommentRow) -> None:
    changes = save_text(context, COMMENTS, before, _text_columns(item), text_digest=item.text_digest)
    if any(change.is_edit for change in changes):
        context.count(comments_changed=1)
    if context.moment >= before.last_seen_at or (context.is_reparse and context.is_newest):
        _save_facts(context, item, before)


def _text_columns(item: ShownComment) -> dict[str, Value]:
    """Return the columns of a version."""
    columns = {name: getattr(item.comment, name) for name in ("author_name", "body_html", "body_text")}
    return {**columns, "text_checksum": text_checksum(item.comment.body_html, item.comment.body_text)}


def _save_facts(context: SaveContext, item: ShownComment, before: CommentRow) -> None:
    """Correct author URL, addressee and time, and update the counters likes and position."""
    comment = item.comment
    facts = {
        "author_url": comment.author_url if comment.author_url is not None else before.author_url,
        "reply_to": comment.reply_to if comment.reply_to is not None else before.reply_to,
        "posted_at": page_context.date_text_iso(comment.posted) or before.posted_at,
    }
    # `3天前` is less precise than `2小时前` was.
    if before.posted_at is not None and page_context.is_relative(comment.posted):
        facts["posted_at"] = before.posted_at
    likes, position = before.likes, before.position
    if context.moment >= before.last_seen_at or likes is None:
        likes = comment.likes if comment.likes is not None else likes
        position = item.position
    if any(getattr(before, column) != value for column, value in facts.items()):
        context.page_id()
    elif (likes, position) == (before.likes, before.position):
        return
    context.archive.update_row("comments", before.id, {**facts, "likes": likes, "position": position})


_SEEN_FIRST = "update comments set first_seen_at = ?1 where id in (select value from json_each(?2)) and first_seen_at > ?1"
_SEEN_LAST = """
update comments set last_seen_at = ?1, gone_at = null
 where id in (select value from json_each(?2)) and last_seen_at <= ?1
"""


def _mark_seen(context: SaveContext, ids: Sequence[int]) -> None:
    values = (context.moment, json.dumps(ids))
    context.archive.execute(_SEEN_FIRST, values)
    if not context.is_reparse:
        context.archive.execute(_SEEN_LAST, values)
