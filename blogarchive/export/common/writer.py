"""Write the files of an export atomically, and only inside its folder."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from blogarchive.errors import CannotWrite, UsageError

MARKER = ".blogarchive-export"
"""Name of the file that lists the files of an export."""

_PART = ".part"
_OPEN_FILES = ("/dev/std", "/dev/fd/", "/proc/")
_FORBIDDEN = frozenset("\\:\0\n")  # on Windows, a colon names a drive or a stream of a file
_BESIDE_ARCHIVE = ("", "-wal", "-shm", "-journal", ".lock", ".holder")


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when it is complete and on the disk.

    It is written to a temporary file beside it. On an error that file is removed and an earlier file of the name
    stays. A pipe or a terminal (/dev/stdout) is written directly. Raises `CannotWrite` if the disk is full or the
    folder is not writable.
    """
    if _is_stream(path):
        with _to_user_error(path), path.open("ab") as stream:
            yield stream
        return
    path = Path(os.path.realpath(path))  # a symbolic link is kept
    part = _part_path(path)
    with _to_user_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


class ExportFolder:
    """The folder of an export of many files; the same export again rewrites only files that differ.

    A marker file in the folder lists the files written. It proves that an export made the folder, and a later export
    removes the listed files that it no longer writes; no other file is ever removed. After an interruption the same
    command continues.
    """

    def __init__(self, root: Path, kind: str) -> None:
        """Raise `UsageError` if `root` is a file, or a folder with files that no export of this kind wrote."""
        self.root = root
        self._head = f"blogarchive export {kind}"
        self._written: set[str] = set()
        self._earlier = self._open_marker()

    def write(self, name: str, content: bytes) -> None:
        """Write `content` to the file `name`, a path with / below the folder."""
        path = self._resolve(name)
        if name in self._written:
            raise ValueError(f"two files of one export have the name {name!r}")
        self._written.add(name)
        if name not in self._earlier:
            self._append_marker(name)
        if not _has_content(path, content):
            with atomic_file(path) as file:
                file.write(content)

    def reuse(self, name: str, size: int) -> bool:
        """Return whether the file exists with that many bytes, and keep it; for files named by their hash."""
        path = self._resolve(name)
        if not (path.is_file() and path.stat().st_size == size and name in self._earlier):
            return False
        self._written.add(name)
        return True

    def finish(self) -> None:
        """Remove the files that an earlier export wrote and this one did not, and write the marker file."""
        for name in sorted(self._earlier - self._written):
            path = self._resolve(name)
            with _to_user_error(path):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self.root)
        lines = [self._head, *sorted(self._written)]
        with atomic_file(self.root / MARKER) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())

    def _open_marker(self) -> set[str]:
        marker = self.root / MARKER
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(_("{folder} is a file; name a folder for this export").format(folder=self.root))
        if marker.is_file():
            head, *names = marker.read_text(encoding="utf-8").split("\n")
            if head != self._head:
                raise UsageError(
                    _("{folder} holds another export ({head}); name another folder").format(
                        folder=self.root, head=head
                    )
                )
            known = {name for name in names if name and _is_inside(name)}
            self._remove_parts(known)
            return known
        if self.root.exists() and any(self.root.iterdir()):
            raise UsageError(
                _("{folder} is not empty and no earlier export made it; name a new folder").format(
                    folder=self.root
                )
            )
        with atomic_file(marker) as file:
            file.write(f"{self._head}\n".encode())
        return set()

    def _remove_parts(self, names: set[str]) -> None:
        """Remove the temporary files of a killed export."""
        for path in map(self._resolve, names):
            if not path.exists():
                _part_path(path).unlink(missing_ok=True)

    def _append_marker(self, name: str) -> None:
        with _to_user_error(self.root), (self.root / MARKER).open("ab") as marker:
            marker.write(f"{name}\n".encode())

    def _resolve(self, name: str) -> Path:
        if not _is_inside(name):
            raise ValueError(f"not a name inside an export's folder: {name!r}")
        path = self.root / name
        try:
            os.fsencode(path)
        except UnicodeEncodeError as error:
            charset = sys.getfilesystemencoding()
            raise CannotWrite(
                _(
                    "no file here can be called {name!r}, names are in {charset}; run it again with LANG=C.UTF-8"
                ).format(name=name, charset=charset)
            ) from error
        if not path.parent.resolve().is_relative_to(self.root.resolve()):
            raise UsageError(
                _("{folder} leads out of {root}; name a new folder").format(
                    folder=path.parent, root=self.root
                )
            )
        return path


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


def _part_path(path: Path) -> Path:
    return path.with_name(f".{path.name}{_PART}")


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    plain = not any(part in ("", ".", "..") or _FORBIDDEN.intersection(part) for part in parts)
    return plain and not PurePosixPath(name).is_absolute() and name != MARKER


def _has_content(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


@contextmanager
def _to_user_error(path: Path) -> Iterator[None]:
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
