"""One writer at a time: an OS lock beside the archive, which dies with its process."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from blogarchive.errors import ArchiveBusy, CannotWrite
from blogarchive.store.timestamps import format_utc


@contextmanager
def hold_lock(path: Path | str, command: str, *, now: datetime) -> Iterator[None]:
    """Hold the archive at `path` for a command that writes; raises `ArchiveBusy`, naming the holder, at once.

    The lock is `flock` on `PATH.lock`, beside the file itself where `path` is a link to it: the kernel lets go of it
    when the process ends, however it ends. The file stays behind: removing it would let two processes lock two files
    of one name.
    """
    place = Path(f"{os.path.realpath(path)}.lock")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise CannotWrite(
            f"cannot write {place}: {error.strerror}; mend the permissions, then run again"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveBusy(_who(place, path)) from None
        _sign(descriptor, command, now)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _sign(descriptor: int, command: str, now: datetime) -> None:
    words = json.dumps({"pid": os.getpid(), "command": command, "since": format_utc(now)}, ensure_ascii=False)
    os.ftruncate(descriptor, 0)
    with suppress(OSError):  # without room it holds all the same, and says nothing of who it is
        os.pwrite(descriptor, words.encode(), 0)


def _who(place: Path, path: Path | str) -> str:
    try:
        holder = json.loads(place.read_text("utf-8"))
        who = f"process {holder['pid']} ({holder['command']}) since {holder['since']}"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return f"{path} is held by {who}; wait for it to end, or stop it, then run again"
