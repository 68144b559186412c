"""Requests of an `update` of an unchanged blog, small and large."""

import json

from bench.figures import Row
from bench.first_backups import LARGE, first_backup
from bench.running import command


def requests(posts: int) -> int:
    """Return the requests of the second `update` after a first backup."""
    words = ("update", "--db", first_backup(posts).db, "--delay", "0", "--no-media", "--json", "-q")
    command(*words)
    return int(json.loads(command(*words).stdout)["requests"])


def measure(*, small: bool = False) -> list[Row]:
    """Return one row for both sizes."""
    few, many = (10, 30) if small else (50, LARGE)
    figure = f"{requests(few)} and {requests(many)}"
    return [
        Row(f"update with nothing new: requests, {few} posts and {many:,}", "exactly 2 a blog, both", figure)
    ]
