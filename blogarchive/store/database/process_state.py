"""State of a process that has an archive open: a cache of written rows, and counts of its requeues."""

from collections import Counter, defaultdict

from blogarchive.items import Link


class SidebarCache:
    """Cache of rows that a process has written; it may be emptied at any time."""

    def __init__(self) -> None:
        self.target_keys: set[str] = set()
        self.links: dict[int, Link] = {}  # by `id()`: queued links of the blog `links_of`
        self.links_of: tuple[str, str | None] | None = None
        self.blogs: set[tuple[str, str]] = set()  # site and uid of linked blogs
        self.found_by: dict[tuple[str, str | None], int] = {}  # discovered blogs by site and uid of the blog
        self.sidebars: dict[tuple[str, str | None, bool], object] = {}


class RequeueLimits:
    """Counts of a run's requeues, which bound the work that a host can cause."""

    def __init__(self) -> None:
        self.requeues: Counter[str] = Counter()  # by the target's key
        self.urls: defaultdict[str, set[str]] = defaultdict(set)  # by month or category
