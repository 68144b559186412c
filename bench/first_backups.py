"""First backups of generated blogs that several benchmarks use; they exist until this process ends."""

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.figures import Run
from bench.running import backup, demo_host, folder

LARGE = 20_000
"""Posts of the large blog."""


class FirstBackup(NamedTuple):
    """A blog that is still served, its archive, and the finished process of its first backup."""

    url: str
    db: Path
    run: Run


@cache
def first_backup(posts: int) -> FirstBackup:
    """Return the first backup of a blog with so many posts, each with a comment on average."""
    kept = ExitStack()
    atexit.register(kept.close)
    (url,) = kept.enter_context(demo_host("31182", posts=posts, comments=1))
    db = kept.enter_context(folder()) / "a.db"
    return FirstBackup(url, db, backup(db, url))
