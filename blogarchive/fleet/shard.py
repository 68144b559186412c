"""A shard: one archive with the blogs of one or more hosts, and its schedule.

A shard is described in a file beside its archive, `PATH.shard`, so that a folder restores an empty PostgreSQL.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from blogarchive.errors import CannotWrite, UsageError

SUFFIX: Final = ".shard"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """A shard as `fleet add` describes it.

    `hosts` are written as in URLs, with a port that is not the default. `urls` are the blogs of its list, with the
    digest `list_digest`; if empty, the blogs of the archive and those that `discover` finds. Times are in seconds.
    `epoch` is raised by `fleet move`: a file with a lower one than PostgreSQL's is an old home.
    """

    shard: str
    hosts: tuple[str, ...]
    site: str | None = None
    urls: tuple[str, ...] = ()
    list_digest: str | None = None
    every_seconds: int
    slice_seconds: int
    delay: float | None = None
    media: bool = True
    epoch: int = 1

    @property
    def every(self) -> timedelta:
        """Return the time from the start of a finished round to the next."""
        return timedelta(seconds=self.every_seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeShard:
    """A shard and the path of its archive on this machine."""

    shard: Shard
    db: Path


def shard_file(db: Path) -> Path:
    """Return the path of the file that describes the shard of an archive."""
    return Path(f"{os.path.realpath(db)}{SUFFIX}")


def write_shard(db: Path, shard: Shard) -> None:
    """Write the file of a shard; it is complete or absent. Raises `CannotWrite`."""
    path = shard_file(db)
    temporary = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(shard), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CannotWrite(
            _("cannot write {file}: {reason}; correct the permissions, then run again").format(
                file=path, reason=error.strerror
            )
        ) from error


def read_shard(db: Path) -> Shard | None:
    """Return the shard of an archive; None if it belongs to no fleet. Raises `UsageError` if the file is damaged."""
    path = shard_file(db)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        known = {field.name: found[field.name] for field in fields(Shard) if field.name in found}
        return Shard(**{**known, "hosts": tuple(found["hosts"]), "urls": tuple(found["urls"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            _("{file} describes no shard; restore it with `blogarchive fleet move`").format(file=path)
        ) from error


def find_shards(folder: Path, on_damaged: Callable[[Path, UsageError], None]) -> Iterator[HomeShard]:
    """Yield the shards whose archives are in `folder` or below it, sorted by path.

    `on_damaged` is called with the archive of each damaged file.
    """
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        db = path.with_name(path.name.removesuffix(SUFFIX))
        try:
            shard = read_shard(db)
        except UsageError as error:
            on_damaged(db, error)
            continue
        if shard is not None:
            yield HomeShard(shard=shard, db=db)
