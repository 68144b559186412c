"""Find what contradicts a stored post on its own page: a lie of the host, or a mistake of the parser."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from os.path import commonprefix

from blogarchive.items import Comment, DateText, Page, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset import decode
from blogarchive.parsing.compared_form import text_digest, text_of_form
from blogarchive.parsing.document import parse_document
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.posts.comments import comment_base, is_counted

_FEW_CHARACTERS = 4
_OFFSET = re.compile(r"(?<=T\d\d|:\d\d)[+-]\d\d:\d\d$")


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
    SHIFTED = "shifted"  # of the post and of its comments
    COMMENTS_LOST = "comments_lost"  # stored comments are not on the page
    COMMENTS_EDITED = "comments_edited"
    COMMENTS_RENAMED = "comments_renamed"  # the texts of lost comments are there under other names or times

    @property
    def concerns_comments(self) -> bool:
        """Return whether the text of the post is as stored."""
        return self.value.startswith("comments_")


@dataclass(frozen=True, kw_only=True, slots=True)
class TextChange:
    """A change of a post. `digest` is equal for equal changes, None if the kind alone is compared.

    A `certain` change contradicts the stored post on its own page, whatever other posts show.
    """

    kind: ChangeKind
    digest: str | None = None
    certain: bool = False
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostText:
    """The text of a post, and its time as ISO 8601. `form` is what a reader sees of title and body."""

    form: tuple[str, ...]
    posted_at: str | None

    @property
    def title(self) -> str:
        """Return the title."""
        return self.form[0]

    @property
    def body_text(self) -> str:
        """Return the text of the body with folded white space."""
        return text_of_form(self.form[-1])


def classify_change(old: PostText, new: PostText) -> TextChange | None:
    """Return the change of a post, or None if nothing changed."""
    if old.body_text != new.body_text:
        return classify_text(old.body_text, new.body_text)
    if old.form[-1] != new.form[-1]:
        return TextChange(kind=ChangeKind.MARKUP)
    if old.title != new.title:
        return TextChange(kind=ChangeKind.TITLE, digest=_digest(*_difference(old.title, new.title)))
    return TextChange(kind=ChangeKind.TIME) if _is_other_time(old.posted_at, new.posted_at) else None


def classify_text(old: str, new: str) -> TextChange:
    """Return the kind of a change of text, by what was left out and added between its common ends."""
    removed, added = _difference(old, new)
    digest = _digest(removed, added)
    if not removed:
        kind = (
            ChangeKind.ABOVE
            if new.endswith(old)
            else ChangeKind.BELOW
            if new.startswith(old)
            else ChangeKind.WITHIN
        )
    elif not added:
        kind = ChangeKind.CUT
    elif old in new:  # added above and below
        kind = ChangeKind.ABOVE
    elif max(len(removed), len(added)) <= _FEW_CHARACTERS:
        return TextChange(kind=ChangeKind.CHARACTERS)
    else:
        kind = ChangeKind.REWRITTEN
    return TextChange(kind=kind, digest=digest)


def _is_other_time(old: str | None, new: str | None) -> bool:
    """Return whether two times differ, each as ISO 8601 cut to its precision."""
    if old is None or new is None:
        return False
    one, other = (_OFFSET.sub("", text) for text in (old, new))
    return not (one.startswith(other) or other.startswith(one))


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return the parts of both texts between their common beginning and end."""
    begin = len(commonprefix((old, new)))  # noqa: RUF071 - of characters
    end = len(commonprefix((old[begin:][::-1], new[begin:][::-1])))  # noqa: RUF071
    return old[begin : len(old) - end], new[begin : len(new) - end]


def _digest(removed: str, added: str) -> str:
    text = f"{''.join(removed.split())}\0{''.join(added.split())}"
    return sha256(text.encode()).hexdigest()[:16]


_MIN_CERTAIN = 2
"""Comments of a page that must all differ in one way: one person may edit or rename a single one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredComment:
    """A stored comment that is not gone: `base` is its identity by author and time."""

    base: str
    author_name: str
    text_digest: str | None
    posted_at: str | None
    body_text: str


def classify_comments(
    shown: Sequence[Comment], stored: Sequence[StoredComment], *, claimed: int | None, is_whole: bool
) -> TextChange | None:
    """Return how the comments of a page differ from the stored ones; None if they do not. New ones are no difference.

    `is_whole`: the page is meant to show all comments of its post. Else some are lost if fewer are `claimed` than stored.
    """
    bases, known = set(map(comment_base, shown)), {comment.base for comment in stored}
    lost = [comment for comment in stored if comment.base not in bases]
    new = [text_digest(comment.body_text) for comment in shown if comment_base(comment) not in known]
    renamed = (Counter(comment.text_digest for comment in lost) & Counter[str | None](new)).total()
    if renamed and (renamed == len(lost) or not is_whole):
        return _change(ChangeKind.COMMENTS_RENAMED, renamed, len(shown), Detail.CHANGE_NAMES)
    is_fewer = claimed is not None and claimed < sum(is_counted(one.base) for one in stored)
    if lost and (is_whole or is_fewer):
        return TextChange(kind=ChangeKind.COMMENTS_LOST)
    texts = {(comment.base, comment.text_digest) for comment in stored}
    edited = [
        base
        for one in shown
        if (base := comment_base(one)) in known and (base, text_digest(one.body_text)) not in texts
    ]
    return (
        _change(ChangeKind.COMMENTS_EDITED, len(edited), len(shown), Detail.CHANGE_TEXTS) if edited else None
    )


def _change(kind: ChangeKind, changed: int, shown: int, detail: str) -> TextChange:
    certain = changed == shown >= _MIN_CERTAIN
    return TextChange(kind=kind, certain=certain, detail=detail if certain else "")


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
    times = candidates.get((comment.author_name, text_digest(comment.body_text)), ())[:_MAX_CANDIDATES]
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
