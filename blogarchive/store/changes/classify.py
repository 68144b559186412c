"""Classify the change from a stored text to a new one: pure functions."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from os.path import commonprefix

_FEW_CHARACTERS = 4
_OFFSET = re.compile(r"(?<=T\d\d|:\d\d)[+-]\d\d:\d\d$")


class ChangeKind(StrEnum):
    """The kinds of changes. A site makes one kind on most of its posts; an author seldom does."""

    TITLE = "title"  # the title alone
    MARKUP = "markup"  # the HTML of the body, not its text
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
    """The text of a post, and its time as ISO 8601."""

    title: str
    body_html: str
    body_text: str
    posted_at: str | None


def classify_change(old: PostText, new: PostText) -> TextChange | None:
    """Return the change of a post, or None if nothing changed."""
    if old.body_text != new.body_text:
        return classify_text(old.body_text, new.body_text)
    if old.body_html != new.body_html:
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
