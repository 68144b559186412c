"""Requests of an `update` where nothing is new, for a small blog and a large one."""

import json

from bench.figures import Row
from bench.running import backup, command, demo_host, folder


def requests(posts: int) -> int:
    """Requests of the second `update` after a first backup."""
    with demo_host("31182", posts=posts, comments=0) as urls, folder() as place:
        backup(place / "a.db", *urls)
        words = ("update", "--db", place / "a.db", "--delay", "0", "--no-media", "--json", "-q")
        command(*words)
        return int(json.loads(command(*words).stdout)["requests"])


def measure() -> list[Row]:
    """One row for both sizes."""
    figure = f"{requests(50)} and {requests(5000)}"
    return [Row("update with nothing new: requests, 50 posts and 5,000", "2 a blog, both", figure)]


if __name__ == "__main__":
    for row in measure():
        print(f"{row.name:75} {row.goal:25} {row.figure}")
