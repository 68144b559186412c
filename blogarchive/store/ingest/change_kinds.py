"""Classify how a page of a post differs from the stored post; some differences are no edit by themselves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from os.path import commonprefix

from blogarchive.items import Comment, Page, Post
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset import decode
from blogarchive.parsing.compared_form import Form, text_digest, text_of_form
from blogarchive.parsing.document import parse_document
from blogarchive.store.posts.comments import comment_base, is_counted

_FEW_CHARACTERS = 4


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
        """Return whether the text of the post is as stored."""
        return self.value.startswith("comments_")


CERTAIN_KINDS = (ChangeKind.BOUNDS, ChangeKind.DAMAGED)
"""Kinds that contradict the stored post without regard to other posts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextChange:
    """A change of a post. `digest` is equal for equal changes, None if the kind alone is compared.

    `reason`: the page contradicts the stored post, whatever other posts show.
    """

    kind: ChangeKind
    digest: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredComment:
    """A stored comment that is not gone: `base` is its identity by author and time."""

    base: str
    text_digest: str | None
    body_text: str


def classify_text(old: Form, new: Form) -> TextChange | None:
    """Return how title and body differ, by what was left out and added between their common ends."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    removed, added = _difference(before, after)
    if before == after:
        if old[-1] != new[-1]:
            return TextChange(kind=ChangeKind.MARKUP)
        digest = _digest(*_difference(old[0], new[0]))
        return TextChange(kind=ChangeKind.TITLE, digest=digest) if old[0] != new[0] else None
    if before in after:
        kind = ChangeKind.BELOW if after.startswith(before) else ChangeKind.ABOVE
    elif not added:
        kind = ChangeKind.CUT
    elif not removed:
        kind = ChangeKind.WITHIN
    elif max(len(removed), len(added)) <= _FEW_CHARACTERS:
        return TextChange(kind=ChangeKind.CHARACTERS)
    else:
        kind = ChangeKind.REWRITTEN
    return TextChange(kind=kind, digest=_digest(removed, added))


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


def classify_comments(
    shown: Sequence[Comment], stored: Sequence[StoredComment], *, claimed: int | None, is_whole: bool
) -> TextChange | None:
    """Return how the comments of a page differ from the stored ones; None if they do not. New ones are no difference.

    `is_whole`: the page is meant to show all comments of its post. Else some are lost if fewer are `claimed` than stored.
    """
    on_page = [(comment_base(comment), text_digest(comment.body_text)) for comment in shown]
    bases, known = {base for base, _ in on_page}, {comment.base for comment in stored}
    lost = [comment for comment in stored if comment.base not in bases]
    new = Counter[str | None](digest for base, digest in on_page if base not in known)
    renamed = (Counter(comment.text_digest for comment in lost) & new).total()
    if renamed and (renamed == len(lost) or not is_whole):
        reason = Detail.CHANGE_NAMES if renamed == len(shown) >= _MIN_CERTAIN else None
        return TextChange(kind=ChangeKind.COMMENTS_RENAMED, reason=reason)
    is_fewer = claimed is not None and claimed < sum(is_counted(one.base) for one in stored)
    if lost and (is_whole or is_fewer):
        return TextChange(kind=ChangeKind.COMMENTS_LOST)
    texts = {(comment.base, comment.text_digest) for comment in stored}
    edited = [one for one in on_page if one[0] in known and one not in texts]
    if not edited:
        return None
    reason = Detail.CHANGE_TEXTS if len(edited) == len(shown) >= _MIN_CERTAIN else None
    return TextChange(kind=ChangeKind.COMMENTS_EDITED, reason=reason)


_MIN_LENGTH = 10
"""Characters of a body that is looked for in the whole page: a shorter one may be there by chance."""

_DAMAGED = "\ufffd"


def find_contradiction(
    page: Page, post: Post, old: Form, new: Form, comments: Sequence[StoredComment]
) -> TextChange | None:
    """Return what contradicts the stored post, or None."""
    before, after = text_of_form(old[-1]), text_of_form(new[-1])
    if before != after and _has_moved_bounds(page, before, after):
        reason = Detail.CHANGE_BOUNDS.format(parsed=len(after), stored=len(before))
        return TextChange(kind=ChangeKind.BOUNDS, reason=reason)
    stored = {comment.base: comment.body_text for comment in comments}
    pairs = [(stored.get(comment_base(one), one.body_text), one.body_text) for one in post.comments]
    pairs.append((old[0] + before, new[0] + after))
    if any(text.count(_DAMAGED) < now.count(_DAMAGED) for text, now in pairs):
        return TextChange(kind=ChangeKind.DAMAGED, reason=Detail.CHANGE_DAMAGED)
    return None


def _has_moved_bounds(page: Page, old: str, new: str) -> bool:
    """Return whether the whole stored body is still on the page, outside the body that was parsed."""
    wanted = "".join(old.split())
    if len(wanted) < _MIN_LENGTH or wanted in "".join(new.split()):
        return False
    document = parse_document(decode(page.body, page.header("Content-Type")).text)
    return wanted in "".join("".join(line.text.split()) for line in document.lines)
