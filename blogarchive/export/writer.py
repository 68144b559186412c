"""Writes what an export makes: each file whole or not at all, nothing outside the folder that was named."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from blogarchive.errors import CannotWrite, UsageError

_MARKER = ".blogarchive-export"
_PART = ".part"
_OPEN_FILES = ("/dev/std", "/dev/fd/", "/proc/")
_BESIDE_ARCHIVE = ("", "-wal", "-shm", "-journal", ".lock", ".holder")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name only when all is written and on the disk.

    It is written beside its place; on any error nothing is left of it, and what had that name before stays. A pipe
    or a terminal (/dev/stdout) is written as it is. Raises `CannotWrite` where the disk is full or the folder is
    not to be written.
    """
    if _is_stream(path):
        with _told(path), path.open("ab") as stream:
            yield stream
        return
    path = Path(os.path.realpath(path))  # a link stays one
    part = _part_of(path)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


class OutFolder:
    """The folder of an export of many files; the same export again leaves what is right and mends the rest.

    A list of the files made lies in the folder. It is what says that the folder is ours, and it lets a later
    export take away the files that it no longer makes; nothing else in the folder is ever removed. After an
    interruption the same command goes on: files that are right are not written again.
    """

    def __init__(self, root: Path, kind: str) -> None:
        """Raises `UsageError` where `root` is a file, or a folder with content that no such export made."""
        self.root = root
        self._head = f"blogarchive export {kind}"
        self._made: set[str] = set()
        self._before = self._claim()

    def write(self, name: str, content: bytes) -> None:
        """Write `content` to the file of that name, a path with / below the folder."""
        path = self._place(name)
        if name in self._made:
            raise ValueError(f"two files of one export have the name {name!r}")
        self._made.add(name)
        if name not in self._before:
            self._note(name)
        if not _holds(path, content):
            with whole_file(path) as file:
                file.write(content)

    def has(self, name: str, size: int) -> bool:
        """Whether the file is there already with that many bytes; for files named by their own hash."""
        path = self._place(name)
        if not (path.is_file() and path.stat().st_size == size and name in self._before):
            return False
        self._made.add(name)
        return True

    def finish(self) -> None:
        """Take away what an earlier export made and this one did not, and write the list of files."""
        for name in sorted(self._before - self._made):
            path = self._place(name)
            with _told(path):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self.root)
        lines = [self._head, *sorted(self._made)]
        with whole_file(self.root / _MARKER) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())

    def _claim(self) -> set[str]:
        marker = self.root / _MARKER
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"{self.root} is a file; name a folder for this export")
        if marker.is_file():
            head, *names = marker.read_text(encoding="utf-8").split("\n")
            if head != self._head:
                raise UsageError(f"{self.root} holds another export ({head}); name another folder")
            known = {name for name in names if name and _is_inside(name)}
            self._sweep(known)
            return known
        if self.root.exists() and any(self.root.iterdir()):
            raise UsageError(f"{self.root} is not empty and no earlier export made it; name a new folder")
        with whole_file(marker) as file:
            file.write(f"{self._head}\n".encode())
        return set()

    def _sweep(self, names: set[str]) -> None:
        """Take away the beginnings of files that a killed export left."""
        for path in map(self._place, names):
            if not path.exists():
                _part_of(path).unlink(missing_ok=True)

    def _note(self, name: str) -> None:
        with _told(self.root), (self.root / _MARKER).open("ab") as marker:
            marker.write(f"{name}\n".encode())

    def _place(self, name: str) -> Path:
        if not _is_inside(name):
            raise ValueError(f"not a name inside an export's folder: {name!r}")
        path = self.root / name
        try:
            os.fsencode(path)
        except UnicodeEncodeError as error:
            charset = sys.getfilesystemencoding()
            raise CannotWrite(
                f"no file here can be called {name!r}, names are in {charset}; run it again with LANG=C.UTF-8"
            ) from error
        if not path.parent.resolve().is_relative_to(self.root.resolve()):
            raise UsageError(f"{path.parent} leads out of {self.root}; name a new folder")
        return path


def out_file(archive: Path, out: Path, name: str) -> Path:
    """Where an export of one file goes: `out` itself, or `name` in it where `out` is a folder.

    Raises `UsageError` where that is the archive, or a file that belongs to it.
    """
    path = out / name if out.is_dir() else out
    held = {Path(os.path.realpath(archive)), archive.absolute()}
    beside = {Path(os.path.realpath(f"{one}{end}")) for one in held for end in _BESIDE_ARCHIVE}
    if Path(os.path.realpath(path)) in beside:
        raise UsageError(f"{path} is the archive itself, or belongs to it; name another file")
    return path


def _is_stream(path: Path) -> bool:
    """Whether nothing can take the name of `path`: it is no file, or a name that the system gives to an open one."""
    given = str(path.absolute()).startswith(_OPEN_FILES)
    return path.exists() and (given or not (path.is_file() or path.is_dir()))


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}{_PART}")


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    plain = not any(part in ("", ".", "..") or "\\" in part or "\0" in part or "\n" in part for part in parts)
    return plain and not PurePosixPath(name).is_absolute() and name != _MARKER


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # who reads the export has seen enough
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CannotWrite(f"the disk is full at {path}; make room, then run the same command") from error
        raise CannotWrite(f"cannot write {path} ({error.strerror}); name another place") from error
