"""The result of an import."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Unidentified:
    """A file or record that was not imported, and the reason."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """The counts of an import; the field names are the keys of `--json`.

    `pages` are new, `same` were stored before. `posts` and `comments` are new rows, `changed` counts posts with a new
    version, `pictures` new image files. `unplaced` lists files and records that were not imported. `drafts` counts the
    drafts of an export file, imported or not.
    """

    pages: int = 0
    same: int = 0
    posts: int = 0
    changed: int = 0
    comments: int = 0
    pictures: int = 0
    unplaced: tuple[Unidentified, ...] = ()
    drafts: int = 0
