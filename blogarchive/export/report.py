"""The result of an export."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What an export wrote, and where; the field names are the keys of `--json`.

    `missing` counts posts whose body is not stored. A WARC has `pages` and no posts. `damaged` lists what is left out
    because its stored bytes are damaged.
    """

    out: Path
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()
