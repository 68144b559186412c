"""The result of saving one page."""

from dataclasses import dataclass
from enum import StrEnum

from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import ChangeCounts, SaveContext


class Outcome(StrEnum):
    """The outcomes of a save."""

    STORED = "stored"  # more than counters changed
    SAME = "same"  # nothing but counters changed
    GONE = "gone"  # the page says that it was deleted: one of two witnesses
    BLOCKED = "blocked"  # 403, 429, 503 or a block page; a run stops after several
    FAILED = "failed"  # anything else that was not saved; a failure row has the reason


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveResult:
    """The changes of a save. `blog` is the blog that the page belongs to; a run adds it to its blogs."""

    outcome: Outcome
    blog: Blog
    changes: ChangeCounts
    failure: Failure | None = None


def save_result(context: SaveContext, outcome: Outcome) -> SaveResult:
    """Return the result with the changes and the failure of the context."""
    return SaveResult(outcome=outcome, blog=context.blog, changes=context.changes, failure=context.failure)
