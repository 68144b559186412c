"""The callback by which an export or an import reports its progress."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of posts, pages or files done and their total; the total is 0 if it is not known."""


def no_progress(_done: int, _total: int) -> None:
    """Report progress to nobody."""
