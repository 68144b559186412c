"""Find what contradicts a stored post on its own page: a lie of the host, or a mistake of the parser.

An author cannot cause these changes with an edit: the text that the parser left out is still on the page; characters
are damaged; every time of the page is shifted by the same span.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from blogarchive.items import Comment, DateText, Page, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset import decode
from blogarchive.parsing.document import parse_document
from blogarchive.store.changes.classify import ChangeKind, PostText, TextChange
from blogarchive.store.changes.comment_changes import StoredComment
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.posts.comment_identity import comment_base, text_digest

_MIN_LENGTH = 10
"""Characters of a body that is looked for in the whole page: a shorter one may be there by chance."""

_MAX_CANDIDATES = 20
"""Stored comments that a comment is compared with: the same author may have repeated one text thousands of times."""

_MINUTES = len("2025-01-28T01:46")
_DAMAGED = "\ufffd"
_RELATIVE = re.compile(r"前|刚|剛|昨|今天|ago", re.IGNORECASE)


def find_contradiction(
    page: Page, post: Post, old: PostText, new: PostText, comments: Sequence[StoredComment]
) -> TextChange | None:
    """Return what contradicts the stored post, or None."""
    if old.body_text != new.body_text and _has_moved_bounds(page, old.body_text, new.body_text):
        detail = Detail.CHANGE_BOUNDS.format(parsed=len(new.body_text), stored=len(old.body_text))
        return TextChange(kind=ChangeKind.BOUNDS, certain=True, detail=detail)
    if _is_damaged(post, old, new, comments):
        return TextChange(kind=ChangeKind.DAMAGED, certain=True, detail=Detail.CHANGE_DAMAGED)
    if shift := _shift(post, old.posted_at, comments):
        detail = Detail.CHANGE_SHIFTED.format(shift=shift)
        return TextChange(kind=ChangeKind.SHIFTED, digest=str(shift), certain=True, detail=detail)
    return None


def _has_moved_bounds(page: Page, old: str, new: str) -> bool:
    """Return whether the whole stored body is still on the page, outside the body that was parsed."""
    wanted = "".join(old.split())
    if len(wanted) < _MIN_LENGTH or wanted in "".join(new.split()):
        return False
    document = parse_document(decode(page.body, page.header("Content-Type")).text)
    return wanted in "".join("".join(line.text.split()) for line in document.lines)


def _is_damaged(post: Post, old: PostText, new: PostText, comments: Sequence[StoredComment]) -> bool:
    """Return whether a text has more damaged characters than the stored one."""
    if (old.title + old.body_text).count(_DAMAGED) < (new.title + new.body_text).count(_DAMAGED):
        return True
    stored = {comment.base: comment.body_text for comment in comments}
    damaged = [one for one in post.comments if _DAMAGED in one.author_name + one.body_text]
    if not damaged:
        return False
    bases = {comment_base(comment) for comment in post.comments}
    return any(
        stored[base].count(_DAMAGED) < comment.body_text.count(_DAMAGED)
        if (base := comment_base(comment)) in stored
        else _DAMAGED in comment.author_name and any(known not in bases for known in stored)
        for comment in damaged
    )


def _shift(post: Post, stored_at: str | None, stored: Sequence[StoredComment]) -> timedelta | None:
    """Return the span by which all times of the page differ from the stored ones, None if there is no single one."""
    known = {comment.base for comment in stored}
    comments = [comment for comment in post.comments if comment.posted is not None]
    if not comments or any(comment_base(comment) in known for comment in comments):
        return None
    candidates: defaultdict[tuple[str, str | None], list[str | None]] = defaultdict(list)
    for one in stored:
        candidates[one.author_name, one.text_digest].append(one.posted_at)
    spans = [found for comment in comments if (found := _spans(comment, candidates))]
    if not spans or 2 * len(spans) < len(comments):
        return None
    common = set.intersection(*spans)
    if timedelta() in common or (len(spans) == 1 and _span(post.posted, stored_at) not in common):
        return None
    return min(common, key=abs, default=None)


def _spans(
    comment: Comment, candidates: Mapping[tuple[str, str | None], Sequence[str | None]]
) -> set[timedelta]:
    """Return the spans between a comment and the stored comments of its author with its text."""
    times = candidates.get((comment.author_name, text_digest(comment)), ())[:_MAX_CANDIDATES]
    return {span for stored_at in times if (span := _span(comment.posted, stored_at)) is not None}


def _span(shown: DateText | None, stored_at: str | None) -> timedelta | None:
    """Return the span from a stored time to one that a page shows, both to the minute at least."""
    moment = date_text_iso(shown)
    if shown is None or moment is None or stored_at is None or _RELATIVE.search(shown.text):
        return None
    if min(len(moment), len(stored_at)) < _MINUTES or len(moment) != len(stored_at):
        return None
    new, old = datetime.fromisoformat(moment), datetime.fromisoformat(stored_at)
    return new - old if bool(new.tzinfo) == bool(old.tzinfo) else None
