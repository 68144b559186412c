"""Cost of a page in a large archive against a small one: `save_page`, a `backup` of another blog, a `merge`.

The same new pages are saved into both archives, and the same blogs are backed up into both, in turn.
"""

import statistics
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.archives import UID, filled, sidebar, visit_of
from bench.figures import Row
from bench.running import backup, command, demo_host, folder
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.blogs import Blog

SMALL, LARGE, SAVED = 1_000, 100_000, 400
POSTS = 200
MERGED_INTO, MERGED = 2_000, 290
BLOGS = ("31182", "31183", "31184")


def seconds_a_page(archive: Archive, numbers: Iterator[int]) -> list[float]:
    """Return the time of take and save for each of the next new posts."""
    frame, taken = sidebar(), []
    blog = Blog(site="creaders", uid=UID)
    for number in numbers:
        crawled = visit_of(number, frame)
        start = perf_counter()
        frontier.add_targets(archive, [crawled.target], now=crawled.page.fetched_at)
        frontier.next_targets(archive, blog, limit=1, now=crawled.page.fetched_at)
        save_page.save_page(archive, crawled, None)
        taken.append(perf_counter() - start)
    return taken


def context(few: Archive, many: Archive, sizes: tuple[int, int], pages: int) -> Row:
    """Save in turns of fifty pages; the figure is the ratio of the medians."""
    ones: list[float] = []
    others: list[float] = []
    for part in range(0, pages, 50):
        numbers = range(20_000_000 + part, 20_000_000 + part + min(50, pages))
        ones += seconds_a_page(few, iter(numbers))
        others += seconds_a_page(many, iter(numbers))
    one, other = statistics.median(ones), statistics.median(others)
    figure = f"{other / one:.2f} × ({one * 1000:.2f} ms, {other * 1000:.2f} ms)"
    return Row(f"saving a page: {sizes[1]:,} posts held, against {sizes[0]:,}", "at most 1.2 ×", figure)


def backing_up(few: Path, many: Path, sizes: tuple[int, int], posts: int) -> Row:
    """Back up further blogs into both archives; the figure is the median ratio of the pairs."""
    ratios = []
    with demo_host(*BLOGS, posts=posts) as urls:
        for url in urls:
            one, other = (backup(archive, url).seconds for archive in (few, many))
            ratios.append(other / one)
    name = f"backup of {posts} posts: into an archive of {sizes[1]:,} posts, against one of {sizes[0]:,}"
    return Row(name, "at most 1.2 ×", f"{statistics.median(ratios):.2f} ×")


def merging(place: Path, posts: int, pages: int) -> Row:
    """Merge pages of a blog into an archive of more posts of the same blog, and into an empty one."""
    for name, count in (("held", posts), ("other", pages)):
        with demo_host(BLOGS[0], posts=count) as urls:
            backup(place / f"{name}.db", *urls)
    into, empty = (
        command("merge", place / "other.db", "--db", place / f"{name}.db", "-q").cpu_seconds
        for name in ("held", "empty")
    )
    name = f"merge of {pages} posts into an archive of {posts:,} posts of the blog, against an empty one"
    return Row(name, "at most 1.5 ×", f"{into / empty:.2f} × ({into:.1f} s, {empty:.1f} s)")


def measure(*, small: bool = False) -> list[Row]:
    """Return the rows."""
    sizes = (20, 200) if small else (SMALL, LARGE)
    with folder() as place:
        few, many = place / "small.db", place / "large.db"
        filled(few, sizes[0]).close()
        filled(many, sizes[1]).close()
        whole = backing_up(few, many, sizes, 5 if small else POSTS)
        merged = merging(place, *((20, 5) if small else (MERGED_INTO, MERGED)))
        with Archive.open(few) as one, Archive.open(many) as other:
            return [whole, merged, context(one, other, sizes, 20 if small else SAVED)]
