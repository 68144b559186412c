"""Classify how the comments of a page differ from the stored ones: pure functions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import Comment
from blogarchive.messages.details import Detail
from blogarchive.store.changes.classify import ChangeKind, TextChange
from blogarchive.store.lacking_comments import ANSWER
from blogarchive.store.posts.comment_identity import comment_base, text_digest

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
    new = [text_digest(comment) for comment in shown if comment_base(comment) not in known]
    renamed = (Counter(comment.text_digest for comment in lost) & Counter[str | None](new)).total()
    if renamed and (renamed == len(lost) or not is_whole):
        return _change(ChangeKind.COMMENTS_RENAMED, renamed, len(shown), Detail.CHANGE_NAMES)
    is_fewer = claimed is not None and claimed < sum(not one.base.startswith(ANSWER) for one in stored)
    if lost and (is_whole or is_fewer):
        return TextChange(kind=ChangeKind.COMMENTS_LOST)
    texts = {(comment.base, comment.text_digest) for comment in stored}
    edited = [
        base
        for one in shown
        if (base := comment_base(one)) in known and (base, text_digest(one)) not in texts
    ]
    return (
        _change(ChangeKind.COMMENTS_EDITED, len(edited), len(shown), Detail.CHANGE_TEXTS) if edited else None
    )


def _change(kind: ChangeKind, changed: int, shown: int, detail: str) -> TextChange:
    certain = changed == shown >= _MIN_CERTAIN
    return TextChange(kind=kind, certain=certain, detail=detail if certain else "")
