"""The result of an export."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from blogarchive.export.common.writer import Digests

_INTERNAL = ("files", "archive_state")


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The counts of an export to `out`; the field names are the keys of `--json`, except for the last two.

    `missing` counts posts without a stored body. A WARC has `pages` and no posts. `damaged` lists pages that are left
    out because their stored bytes are damaged. `unchanged`: an earlier export is still there, nothing was written.
    `files` are those written, without files if they cannot be compared later; `archive_state` is what
    `ExportReader.finish` returned.
    """

    out: Path
    posts: int = 0
    comments: int = 0
    pictures: int = 0
    pages: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()
    unchanged: bool = False
    files: Digests = field(default_factory=dict, repr=False)
    archive_state: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the values of `--json` by key."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _INTERNAL}
        return {**values, "out": str(self.out)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the result with these values of `to_json`."""
        return cls(**{**values, "out": Path(values["out"]), "damaged": tuple(values["damaged"])})
