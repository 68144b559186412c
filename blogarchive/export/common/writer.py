"""Write the file of an export atomically."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from hashlib import blake2b, file_digest
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import BinaryIO

from blogarchive.errors import CannotWrite, UsageError

_PART = ".part"
_CAN_FLUSH_DISK = hasattr(os, "sync")
_OPEN_FILES = ("/dev/std", "/dev/fd/", "/proc/")
_BESIDE_ARCHIVE = ("", "-wal", "-shm", "-journal", ".lock", ".holder")


Digests = dict[str, str]
"""Digests of the content of written files, by absolute path, or by path relative to the folder of an export."""


@contextmanager
def atomic_file(
    path: Path, digests: Digests | None = None, *, flushed_later: bool = False
) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when it is complete and on the disk.

    It is written to a temporary file beside it. On an error that file is removed and an earlier file of the name
    stays. `digests` receives the digest of the file; an earlier file that is equal stays then. A pipe or a terminal
    (/dev/stdout) is written directly and has no digest. `flushed_later`: the caller calls `flush_disk` after its last
    file, which takes a moment; to wait for the disk for each of many files takes minutes. Raises `CannotWrite` if the
    disk is full or the folder is not writable.
    """
    if _is_stream(path):
        with to_user_error(path), path.open("ab") as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))  # a symbolic link is kept
    part = part_path(target)
    with to_user_error(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w+b") as file:
                yield file
                file.flush()
                if not (flushed_later and _CAN_FLUSH_DISK):
                    os.fsync(file.fileno())
                digest = file_content_digest(file) if digests is not None else ""
                size = file.tell()
            if not (digest and _has_digest(target, size, digest)):
                part.replace(target)
            if digests is not None:
                digests[str(path.absolute())] = digest
        finally:
            part.unlink(missing_ok=True)


def flush_disk() -> None:
    """Wait until all written files are on the disk; where a system has no such call, `atomic_file` waited for each."""
    if sys.platform != "win32" and _CAN_FLUSH_DISK:
        os.sync()


def file_content_digest(file: BufferedReader | BufferedRandom) -> str:
    """Return the digest of a readable file, from its beginning."""
    file.seek(0)
    return file_digest(file, _new_digest).hexdigest()


def _has_digest(path: Path, size: int, digest: str) -> bool:
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size == size and file_content_digest(file) == digest
    except OSError:
        return False


def content_digest(content: bytes) -> str:
    """Return the digest of a file with that content."""
    return _new_digest(content).hexdigest()


def _new_digest(content: bytes = b"") -> blake2b:
    return blake2b(content, digest_size=16)


def output_file(archive: Path, out: Path, name: str) -> Path:
    """Return the path of an export of one file: `out`, or `name` in it if `out` is a folder.

    If `out` has no extension, the path gets that of `name`; a device or a pipe gets none. Raises as
    `require_other_file`.
    """
    require_other_file(archive, out)
    path = out / name if out.is_dir() else out
    if not path.suffix and not _is_stream(path):
        path = path.with_name(path.name + name[name.index(".") :])
    require_other_file(archive, path)
    return path


def require_other_file(archive: Path, path: Path) -> None:
    """Raise `UsageError` if `path` is the archive or a file beside it that belongs to it."""
    archives = {Path(os.path.realpath(archive)), archive.absolute()}
    beside = {Path(os.path.realpath(f"{one}{end}")) for one in archives for end in _BESIDE_ARCHIVE}
    if Path(os.path.realpath(path)) in beside:
        raise UsageError(
            _("{path} is the archive itself, or belongs to it; name another file").format(path=path)
        )


def _is_stream(path: Path) -> bool:
    """Return whether `path` is a device, a pipe or a name of an open file, which no file can replace."""
    given = str(path.absolute()).startswith(_OPEN_FILES)
    return path.exists() and (given or not (path.is_file() or path.is_dir()))


def part_path(path: Path) -> Path:
    """Return the path of the temporary file of `path`."""
    return path.with_name(f".{path.name}{_PART}")


@contextmanager
def to_user_error(path: Path) -> Iterator[None]:
    """Raise `CannotWrite` for an error of the operating system in the block."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the pipe has ended
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CannotWrite(
                _("the disk is full at {path}; make room, then run the same command").format(path=path)
            ) from error
        raise CannotWrite(
            _("cannot write {path} ({reason}); name another place").format(path=path, reason=error.strerror)
        ) from error
