"""What saving a visit changed."""

from dataclasses import dataclass
from enum import StrEnum

from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import ChangeCounts, SaveContext


class Outcome(StrEnum):
    """What became of a visit."""

    STORED = "stored"  # something other than counters was new
    SAME = "same"  # nothing but counters was new
    GONE = "gone"  # the page says that it is no more: one of two witnesses
    BLOCKED = "blocked"  # the site refuses us: 403, 429, 503 or a block page; a run stops after some of these
    FAILED = "failed"  # everything else that could not be kept; a failure row says why


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveResult:
    """What saving changed. `blog` is whose page it was: a run adds it to its blogs."""

    outcome: Outcome
    blog: Blog
    changes: ChangeCounts
    failure: Failure | None = None


def save_result(context: SaveContext, outcome: Outcome) -> SaveResult:
    """What was counted while the visit was saved."""
    return SaveResult(outcome=outcome, blog=context.blog, changes=context.changes, failure=context.failure)
