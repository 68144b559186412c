"""What an import tells its caller."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with how many files or pages are done, and how many there are in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unidentified:
    """A file or record that is not in the archive now, and why."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """The end of an import.

    `pages` were new to the archive and `same` were held already; `posts` and `comments` are new rows, `changed`
    posts got a version that was not known; `pictures` are new files. `unplaced` lists the rest.
    """

    pages: int = 0
    same: int = 0
    posts: int = 0
    changed: int = 0
    comments: int = 0
    pictures: int = 0
    unplaced: tuple[Unidentified, ...] = ()


def no_progress(_done: int, _total: int) -> None:
    """Progress told to nobody."""
