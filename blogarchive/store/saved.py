"""What saving a visit changed."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from blogarchive.items import PageKind
from blogarchive.store.blogs import Blog
from blogarchive.store.failures import Failure
from blogarchive.store.saving import Saving


class Outcome(StrEnum):
    """What became of a visit."""

    STORED = "stored"  # something other than counters was new
    SAME = "same"  # nothing but counters was new
    GONE = "gone"  # the page says that it is no more: one of two witnesses
    BLOCKED = "blocked"  # the site refuses us: 403, 429, 503 or a block page; a run stops after some of these
    FAILED = "failed"  # everything else that could not be kept; a failure row says why


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What saving changed. `blog` is whose page it was: a run adds it to its blogs. `links`: new targets.

    `posts_new` are posts read for the first time; `posts_gone` those that both witnesses speak against now.
    """

    outcome: Outcome
    blog: Blog
    kind: PageKind
    links: int = 0
    posts_new: int = 0
    posts_changed: int = 0
    posts_gone: int = 0
    comments_new: int = 0
    comments_changed: int = 0
    failure: Failure | None = None
    retry_after: timedelta | None = None


def saved(saving: Saving, outcome: Outcome) -> Saved:
    """What was counted while the visit was saved."""
    counted = saving.counted
    return Saved(
        outcome=outcome,
        blog=saving.blog,
        kind=saving.reading.kind,
        links=counted.links,
        posts_new=counted.posts_new,
        posts_changed=counted.posts_changed,
        posts_gone=counted.posts_gone,
        comments_new=counted.comments_new,
        comments_changed=counted.comments_changed,
        failure=counted.failure,
    )
