"""Identify comments: by author, time as shown, and ordinal among comments of the same author and time.

The text is not part of the identity, so that an edited comment stays the same comment. Two identical comments are two.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from blogarchive.items import Comment
from blogarchive.store.lacking_comments import ANSWER

# A relative time (3小时前) differs at each fetch, so the text replaces it.
_RELATIVE_TIME = re.compile(r"前|刚|剛|昨|今天|ago", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifiedComment:
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


def identify_comments(
    comments: Sequence[Comment], *, counted: Mapping[str, int] | None = None, first_position: int = 0
) -> list[IdentifiedComment]:
    """Return the comments of a page with their identities, in the order of the page.

    `counted` is the number of comments per base on the earlier pages of the same post; ordinals continue from it.
    """
    ordinals: Counter[str] = Counter(counted or {})
    identified = []
    for position, comment in enumerate(comments, first_position):
        base = comment_base(comment)
        identified.append(
            IdentifiedComment(
                comment=comment,
                base=base,
                ordinal=ordinals[base],
                text_digest=text_digest(comment),
                position=position,
            )
        )
        ordinals[base] += 1
    return identified


def comment_base(comment: Comment) -> str:
    """Return time as shown and author; the digest of the text replaces a relative time.

    The base of a comment that the page does not count begins with `ANSWER`.
    """
    time = " ".join(comment.posted.text.split()) if comment.posted else ""
    if _RELATIVE_TIME.search(time):
        time = f"~{text_digest(comment)[:16]}"
    return f"{'' if comment.is_counted else ANSWER}{time}|{comment.author_name}"


def text_digest(comment: Comment) -> str:
    """Return the SHA-256 of the text."""
    return sha256(comment.body_text.encode()).hexdigest()


def match_stored(
    items: Sequence[IdentifiedComment], stored: Sequence[StoredComment]
) -> list[IdentifiedComment]:
    """Return the comments of one base on a page, each with the ordinal of the stored comment that it is.

    Equal texts are the same comment, first at equal ordinals. An unmatched comment is an edit of the unmatched stored
    comment of its ordinal, else it is new. So a new comment above older ones, a reversed order, or an edit of one of
    two equal comments changes no other comment.
    """
    free = {row.ordinal: row for row in stored}
    in_place = {
        item.ordinal
        for item in items
        if item.ordinal in free and free[item.ordinal].text_digest == item.text_digest
    }
    matched: list[IdentifiedComment] = []
    unmatched: list[IdentifiedComment] = []
    for item in sorted(items, key=lambda item: item.ordinal not in in_place):
        equal = [row.ordinal for row in free.values() if row.text_digest == item.text_digest]
        ordinal = item.ordinal if item.ordinal in in_place else next(iter(equal), None)
        if ordinal is None:
            unmatched.append(item)
        else:
            del free[ordinal]
            matched.append(replace(item, ordinal=ordinal))
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
