"""What the parts of one save share: the visit, its moment, the page row that is kept when something was new."""

from dataclasses import dataclass, fields

from blogarchive.items import CrawledPage, DateText, Page, ParsedPage, Target
from blogarchive.parsing.dates.parse import ParsedDate, to_iso
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages import page_rows
from blogarchive.store.timestamps import fine_text, utc_text


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeCounts:
    """How much a save changed.

    `posts_new` are posts read for the first time; `posts_gone` those that both witnesses speak against now.
    """

    posts_new: int = 0
    posts_changed: int = 0
    posts_gone: int = 0
    comments_new: int = 0
    comments_changed: int = 0

    def __add__(self, more: "ChangeCounts") -> "ChangeCounts":
        names = [field.name for field in fields(self)]
        return ChangeCounts(**{name: getattr(self, name) + getattr(more, name) for name in names})


class SaveContext:
    """One visit on its way into the archive, inside one transaction.

    `moment` is the page's fetch time as UTC text; every time written comes from it, never from the clock.
    `fine` is the same to the microsecond, for the schedule. `replay`: the page is stored already and is only
    read again, so frontier, sweeps and marks of what is gone are left alone. `partial`: its run leaves things out
    on purpose, so it proves no listing.
    """

    def __init__(
        self,
        archive: Archive,
        crawled: CrawledPage,
        blog: Blog,
        *,
        run_id: int | None,
        page_id: int | None = None,
        replay: bool = False,
        partial: bool = False,
    ) -> None:
        self.archive = archive
        self.crawled = crawled
        self.blog = blog
        self.run_id = run_id
        self.replay = replay
        self.partial = partial
        self.moment = utc_text(crawled.page.fetched_at)
        self.fine = fine_text(crawled.page.fetched_at)
        self.counted = ChangeCounts()
        self.failure: Failure | None = None
        self.problems: list[Failure] = []
        self.resolved: list[str] = []
        self.pending: list[tuple[str, str | None]] = []
        self.subject: str | None = None
        self.comments_agree = False
        self.doubted = False  # what the page says waits for a page of another day
        self.author_id = 0
        self.counted_before: str | None = None
        self._page_id = page_id
        self._newest: int | None = None
        self._held = page_id if replay else page_rows.newest(archive, crawled.page.url)

    def count(self, more: ChangeCounts) -> None:
        """Add what was changed just now."""
        self.counted += more

    @property
    def page(self) -> Page:
        """The page as served."""
        return self.crawled.page

    @property
    def parsed(self) -> ParsedPage:
        """What was read from it."""
        return self.crawled.parsed

    @property
    def target(self) -> Target:
        """What it was fetched for."""
        return self.crawled.target

    @property
    def newest_kept(self) -> bool:
        """Whether no later page of this URL is kept: later visits showed the same, or they would be."""
        if self._newest is None:
            self._newest = page_rows.newest(self.archive, self.crawled.page.url) or 0
        return self._newest == self._page_id

    @property
    def first_visit(self) -> bool:
        """Whether no page of this URL is held yet."""
        return self._held is None

    @property
    def kept(self) -> bool:
        """Whether something but counters was new, so that the bytes were kept."""
        return self._page_id is not None

    def page_id(self) -> int:
        """The row of the page's bytes, kept now if they were not: call it for what is new, counters apart."""
        if self._page_id is None:
            self._page_id = page_rows.keep(self.archive, self.crawled, uid=self.blog.uid, run_id=self.run_id)
        return self._page_id

    def counter_page_id(self) -> int | None:
        """The page that a counter may name: this one if it is kept, else the one held of the URL."""
        return self._page_id if self._page_id is not None else self._held


def shown_text(shown: DateText | None) -> str | None:
    """The contract's text of a shown time: ISO 8601 with offset, cut to the precision; None where unread."""
    if shown is None or shown.at is None or shown.precision is None:
        return None
    return to_iso(ParsedDate(shown.at, shown.precision))


def day_text(shown: DateText | None) -> str | None:
    """The day of a date in an archive row, `2025-01-29`; the words as shown where they could not be read."""
    return None if shown is None else (shown_text(shown) or shown.text)[:10]
