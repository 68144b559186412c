"""One writer at a time: a lock file beside the archive, released by the kernel when its process ends."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from filelock import FileLock, Timeout

from blogarchive.errors import ArchiveBusy, CannotWrite
from blogarchive.store.timestamps import format_utc


@dataclass(frozen=True, kw_only=True, slots=True)
class LockHolder:
    """The process that writes to an archive; `since` is UTC text."""

    pid: int
    command: str
    since: str


@contextmanager
def hold_lock(path: Path | str, command: str, *, now: datetime) -> Iterator[None]:
    """Lock the archive at `path` for a command that writes; raises `ArchiveBusy`, naming the holder, at once.

    The lock file is `PATH.lock`, beside the real file if `path` is a link. It is never removed: otherwise two
    processes could lock two files of one name. The holder is named in a second file, because Windows lets no other
    process read a locked one.
    """
    with _locked(path, to=command):
        holder = LockHolder(pid=os.getpid(), command=command, since=format_utc(now))
        with suppress(OSError):  # a full disk: the lock is valid without the name of its holder
            _holder_file(path).write_text(json.dumps(asdict(holder), ensure_ascii=False), "utf-8")
        try:
            yield
        finally:
            with suppress(OSError):
                _holder_file(path).unlink()


def lock_holder(path: Path | str) -> LockHolder | None:
    """Return the process that writes to the archive at `path`, None if there is none or it is not known."""
    if not _lock_file(path).exists():
        return None
    try:
        with _locked(path, to="look"):
            return None
    except ArchiveBusy:
        return _read_holder(path)


@contextmanager
def _locked(path: Path | str, *, to: str) -> Iterator[None]:
    file = _lock_file(path)
    lock = FileLock(file, timeout=0)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise ArchiveBusy(_busy(path)) from None
    except OSError as error:
        raise CannotWrite(
            _("cannot write {file} to {to}: {reason}; correct the permissions, then run again").format(
                file=file, to=to, reason=error.strerror
            )
        ) from error
    try:
        yield
    finally:
        lock.release()


def _lock_file(path: Path | str) -> Path:
    return Path(f"{os.path.realpath(path)}.lock")


def _holder_file(path: Path | str) -> Path:
    return Path(f"{os.path.realpath(path)}.holder")


def _read_holder(path: Path | str) -> LockHolder | None:
    try:
        return LockHolder(**json.loads(_holder_file(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _busy(path: Path | str) -> str:
    holder = _read_holder(path)
    if holder is None:
        return _(
            "{path} is in use by another process; wait until it ends, or stop it, then run again"
        ).format(path=path)
    return _(
        "{path} is in use by process {pid} ({command}) since {since}; wait until it ends, or stop it, then run again"
    ).format(path=path, pid=holder.pid, command=holder.command, since=holder.since)
