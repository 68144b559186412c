"""A terminal shows the progress of a run."""

import io

from blogarchive.crawl.progress import open_observer
from blogarchive.store.ledger.frontier import CrawlProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*progress: CrawlProgress) -> str:
    """Return what the bar writes for each state of a run."""
    terminal = Terminal()
    with open_observer(terminal) as observer:
        for state in progress:
            observer.on_progress(lambda state=state: state)  # type: ignore[misc]
    return terminal.getvalue()


def test_the_bar_never_counts_of_none() -> None:
    nothing = CrawlProgress(posts_found=0, posts_read=0, todo=1, failed=0)
    assert "None" not in shown(nothing)


def test_the_bar_counts_posts_as_soon_as_they_are_known() -> None:
    assert "2 of 9" in shown(CrawlProgress(posts_found=9, posts_read=2, todo=7, failed=0))
