"""What an export tells its caller, while it runs and at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[int, int], None]
"""Called with how many posts (or pages) are done, and how many there are in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The end of an export: where it is, and what is in it. `missing`: posts whose body is not held.

    A WARC holds `pages`, and no posts. `damaged` names what is not in it because its stored bytes are not whole.
    """

    out: Path
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()


def no_progress(_done: int, _total: int) -> None:
    """Progress told to nobody."""
