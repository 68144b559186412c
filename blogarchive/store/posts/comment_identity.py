"""What makes a comment that one and no other: its author, its time as shown, and its place among equals.

The text has no part in it, so that an edited comment stays itself; two identical comments are two.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from blogarchive.items import Comment

# 3小时前 says another thing at each visit: there the text has to stand in for the time.
_MOVES = re.compile(r"前|刚|剛|昨|今天|ago", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A comment of a page: `base` is author and time, `ordinal` its place among those of one base, from 0."""

    comment: Comment
    base: str
    ordinal: int
    digest: str
    position: int

    @property
    def fingerprint(self) -> str:
        """The text that is unique within a post."""
        return f"{self.ordinal}|{self.base}"


def mark(
    comments: Sequence[Comment], *, counted: Mapping[str, int] | None = None, first_position: int = 0
) -> list[Marked]:
    """The comments of a page, in its order, each with what makes it that one.

    `counted`: how many of each base the earlier pages of the same comments held; ordinals count on from there.
    """
    seen: Counter[str] = Counter(counted or {})
    marked = []
    for index, comment in enumerate(comments):
        base = base_of(comment)
        marked.append(
            Marked(
                comment=comment,
                base=base,
                ordinal=seen[base],
                digest=digest(comment),
                position=first_position + index,
            )
        )
        seen[base] += 1
    return marked


def base_of(comment: Comment) -> str:
    """Time as shown and author; for a time that moves with the clock, the text in its place."""
    time = " ".join(comment.posted.text.split()) if comment.posted else ""
    if _MOVES.search(time):
        time = f"~{digest(comment)[:16]}"
    return f"{time}|{comment.author_name}"


def digest(comment: Comment) -> str:
    """SHA-256 of the text, to tell a comment that is shown twice from two of one author and time."""
    return sha256(comment.body_text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A comment held of some base: its ordinal, the digest of its text, whether it is marked as gone."""

    ordinal: int
    digest: str | None
    gone: bool


def matched(items: Sequence[Marked], kept: Sequence[Kept]) -> list[Marked]:
    """The comments of one base on a page, each with the ordinal of the one held that it is.

    The same text is the same comment, at its own place before any other. What is left over is an edit of what is
    left over at its own place; the rest is new. So neither a new comment above an older one of the same author and
    time, nor an order turned round, nor an edit of one of two that were alike, looks like anything else.
    """
    free = {row.ordinal: row for row in kept}
    stayed = {
        item.ordinal for item in items if item.ordinal in free and free[item.ordinal].digest == item.digest
    }
    found: list[Marked] = []
    rest: list[Marked] = []
    for item in sorted(items, key=lambda item: item.ordinal not in stayed):
        alike = [row.ordinal for row in free.values() if row.digest == item.digest]
        same = item.ordinal if item.ordinal in stayed else next(iter(alike), None)
        if same is None:
            rest.append(item)
        else:
            del free[same]
            found.append(replace(item, ordinal=same))
    following = max([row.ordinal for row in kept] + [item.ordinal for item in found], default=-1) + 1
    for item in rest:
        row = free.get(item.ordinal)
        if row is not None and not row.gone:
            del free[item.ordinal]
            found.append(item)
        else:  # no lower than its own place: one that reads alike may be waiting for a place before it
            following = max(following, item.ordinal)
            found.append(replace(item, ordinal=following))
            following += 1
    return found
