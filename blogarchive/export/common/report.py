"""The result of an export."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The counts of an export to `out`; the field names are the keys of `--json`.

    `missing` counts posts without a stored body. A WARC has `pages` and no posts. `damaged` lists pages that are left
    out because their stored bytes are damaged.
    """

    out: Path
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()
