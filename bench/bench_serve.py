"""Processor time of `serve` for each page of an archive of 100,000 posts and 300 blogs; with `--large`, of a million.

A client keeps its connection and asks for each page several times; the first answer is not counted. The last row has
eight clients at once while another process saves pages into the archive.
"""

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen
from time import perf_counter
from urllib.parse import quote

from bench.figures import Row
from bench.large_archive import fill
from bench.running import folder
from bench.serving import Client, served
from blogarchive.store.database.archive import Archive
from blogarchive.store.search import escape_fts

POSTS, LARGE = 100_000, 1_000_000
CLIENTS, REQUESTS = 8, 10
_SHARE = 0.05
_CATEGORY = '{"table":"post_categories","column":"category_id","value":"1"}'


def frequent_word(archive: Archive, posts: int) -> str:
    """Return a word of two characters that at most 5 % of the posts contain, and hardly fewer."""
    for (text,) in archive.each("select body_text from posts order by id limit 200"):
        for word in (text[start : start + 2] for start in range(0, 16, 2)):
            found = archive.scalar(
                "select count(*) from posts_fts where posts_fts match ?", (escape_fts(word),)
            )
            if 0.8 * _SHARE * posts < found <= _SHARE * posts:
                return str(word)
    return "的话"


def pages(word: str) -> dict[str, Mapping[str, str]]:
    """Return paths by name of the page, in groups; every path begins after the name of the database."""
    text = quote(word)
    return {
        "reading pages": {
            "home": "/read", "largest blog": "/read/author/1", "small blog": "/read/author/250",
            "post": "/read/post/77", "search": f"/read/search?q={text}",
            "category": "/read/author/1?category=1", "plots": "/read/author/1/plots",
            "post of a category": "/read/post/77?category=1", "hit": f"/read/post/77?q={text}&hit=20",
            "gone": "/read/gone", "edited": "/read/edited", "failures": "/read/failures",
            "day": "/read/day?day=01-28", "feed": "/read/feed.atom",
        },
        "tables": {
            "posts": "posts", "search": f"posts?_search={text}", "category": f"posts?_through={quote(_CATEGORY)}",
            "author": "posts?author_id=1", "title contains": f"posts?title__contains={text}",
            "body contains": f"posts?body_text__contains={text}", "posts_view": "posts_view", "pages": "pages",
            "comments": "comments", "comments of a year": "comments?year=2015",
            "comments search": f"comments?_search={text}", "frontier": "frontier",
            "post_stats": "post_stats", "edited_posts": "edited_posts", "missing_posts": "missing_posts",
        },
        "database pages": {"all tables": ""},
        "canned queries": {
            name: name for name in ("people", "missing", "most_discussed", "posts_a_month", "gone", "edits")
        },
    }  # fmt: skip


LARGE_GOALS = {"database pages": 60, "reading pages": 60, "tables": 1000, "canned queries": 400}
GOALS = {"database pages": 60, "reading pages": 15, "tables": 100, "canned queries": 100}


def rows(db: Path, posts: int, goals: Mapping[str, int]) -> Iterable[Row]:
    """Yield a row for each group: the processor time of its slowest page, and of each."""
    with Archive.open(db, read_only=True) as archive:
        groups = pages(frequent_word(archive, posts))
    with served(db) as client:
        for group, paths in groups.items():
            times = {name: client.cpu_milliseconds(_full(path, db)) for name, path in paths.items()}
            each = ", ".join(f"{name} {time:.0f}" for name, time in times.items())
            name = f"serve, {posts:,} posts: processor time of the slowest of the {group}"
            yield Row(name, f"at most {goals[group]} ms", f"{max(times.values()):.0f} ms ({each})")


def _full(path: str, db: Path) -> str:
    return path if path.startswith("/") else f"/{db.stem}/{path}".rstrip("/")


def together(db: Path, posts: int) -> Row:
    """Return the row of eight clients while a process saves pages."""
    with Archive.open(db, read_only=True) as archive:
        groups = pages(frequent_word(archive, posts))
    paths = [_full(path, db) for path in (*groups["reading pages"].values(), "posts", "comments", "frontier")]
    with served(db) as one, Popen([sys.executable, "-m", "bench.saving", str(db)]) as writer:
        try:
            clients = [Client(one.process, one.port) for _ in range(CLIENTS)]
            before = one.cpu_seconds()
            with ThreadPoolExecutor(CLIENTS) as threads:
                times = sorted(
                    time
                    for found in threads.map(lambda client: _ask(client, paths), clients)
                    for time in found
                )
            each = 1000 * (one.cpu_seconds() - before) / len(times)
        finally:
            writer.terminate()
    name = f"serve, {posts:,} posts: processor time of a request of {CLIENTS} clients while pages are saved"
    return Row(name, "", f"{each:.0f} ms (half are answered within {1000 * times[len(times) // 2]:.0f} ms)")


def _ask(client: Client, paths: list[str]) -> list[float]:
    """Return the seconds of each answer."""
    times = []
    for path in paths * REQUESTS:
        start = perf_counter()
        client.get(path)
        times.append(perf_counter() - start)
    return times


def measure(*, small: bool = False) -> list[Row]:
    """Return the rows at 100,000 posts."""
    posts = 500 if small else POSTS
    with folder() as place:
        fill(place / "a.db", posts).close()
        return [*rows(place / "a.db", posts, GOALS), together(place / "a.db", posts)]


def measure_large() -> list[Row]:
    """Return the rows at a million posts."""
    with folder() as place:
        fill(place / "a.db", LARGE).close()
        return list(rows(place / "a.db", LARGE, LARGE_GOALS))
