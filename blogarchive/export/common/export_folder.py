"""Write the files of an export only inside its folder, and only those that changed."""

import os
import sys
from collections.abc import Iterable, Sequence
from gettext import gettext as _
from pathlib import Path, PurePosixPath

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.export.common.writer import atomic_file, part_path, to_user_error

MARKER = ".blogarchive-export"
"""Name of the file that lists the files of an export."""

_FORBIDDEN = frozenset("\\:\0\n\t")  # on Windows, a colon names a drive or a stream of a file


class ExportFolder:
    """The folder of an export of many files; the same export again rewrites only files that differ.

    A marker file in the folder lists the files written. It proves that an export made the folder, and a later export
    removes the listed files that it no longer writes; no other file is ever removed. After an interruption the same
    command continues. The marker also has the digest of what a file was made from, and the file's size, so that a later
    export need not make it again; a file that is newer than the marker is made again and compared.
    """

    def __init__(self, root: Path, kind: str) -> None:
        """Raise `UsageError` if `root` is a file, or a folder with files that no export of this kind wrote."""
        self.root = root
        self._head = f"blogarchive export {kind}"
        self._written: dict[str, str] = {}
        self._folders: set[str] = set()
        self._finished_at = 0  # nanoseconds
        self._earlier = self._open_marker()

    def keep(self, name: str, digest: str) -> bool:
        """Return whether an earlier export made the file from the same input, and keep it; no one changed it since."""
        return self.keep_all([name], digest)

    def keep_all(self, names: Sequence[str], digest: str) -> bool:
        """Keep these files if all were made from the same input, and return whether they are kept."""
        if not all(self._is_unchanged(name, digest) for name in names):
            return False
        for name in names:
            self._add(name, self._earlier[name])
        return True

    def digest_of(self, name: str) -> str:
        """Return the digest of the input of a file of this export."""
        return self._written[name].partition("\t")[0]

    def write(self, name: str, content: bytes, digest: str = "") -> None:
        """Write `content` to the file `name`, a path with / below the folder; `digest` is that of its input."""
        path = self._resolve(name)
        if self._earlier.get(name) != "":  # the last line of a name applies: a killed export leaves no digest
            self._append_marker(name)
        self._add(name, f"{digest}\t{len(content)}" if digest else "")
        if not _has_content(path, content):
            with atomic_file(path) as file:
                file.write(content)

    def earlier_files(self, folder: str) -> list[str]:
        """Return the files below `folder` that an earlier export wrote, in order of their names."""
        return sorted(name for name in self._earlier if name.startswith(f"{folder}/"))

    def _is_unchanged(self, name: str, digest: str) -> bool:
        earlier = self._earlier.get(name, "")
        if not earlier.startswith(f"{digest}\t"):
            return False
        try:
            found = self._resolve(name).stat()
        except FileNotFoundError:
            return False
        return earlier == f"{digest}\t{found.st_size}" and found.st_mtime_ns <= self._finished_at

    def _add(self, name: str, facts: str) -> None:
        if name in self._written:
            raise ValueError(f"two files of one export have the name {name!r}")
        self._written[name] = facts

    def reuse(self, name: str, size: int) -> bool:
        """Return whether the file exists with that many bytes, and keep it; for files named by their hash."""
        path = self._resolve(name)
        if not (path.is_file() and path.stat().st_size == size and name in self._earlier):
            return False
        self._written[name] = ""
        return True

    def finish(self) -> None:
        """Remove the files that an earlier export wrote and this one did not, and write the marker file."""
        for name in sorted(self._earlier.keys() - self._written.keys()):
            path = self._resolve(name)
            with to_user_error(path):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self.root)
        lines = [
            self._head,
            *(f"{name}\t{facts}" if facts else name for name, facts in sorted(self._written.items())),
        ]
        with atomic_file(self.root / MARKER) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())

    def _open_marker(self) -> dict[str, str]:
        marker = self.root / MARKER
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(_("{folder} is a file; name a folder for this export").format(folder=self.root))
        if marker.is_file():
            head, *lines = marker.read_text(encoding="utf-8", errors="replace").split("\n")
            if head != self._head:
                raise UsageError(
                    _("{folder} holds another export ({head}); name another folder").format(
                        folder=self.root, head=head
                    )
                )
            entries = (line.partition("\t") for line in lines)
            self._finished_at = marker.stat().st_mtime_ns
            known = {name: facts for name, _tab, facts in entries if name and _is_inside(name)}
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
        return {}

    def _remove_parts(self, names: Iterable[str]) -> None:
        """Remove the temporary files of a killed export."""
        for path in map(self._resolve, names):
            if not path.exists():
                part_path(path).unlink(missing_ok=True)

    def _append_marker(self, name: str) -> None:
        with to_user_error(self.root), (self.root / MARKER).open("ab") as marker:
            marker.write(f"{name}\n".encode())

    def _resolve(self, name: str) -> Path:
        if not _is_inside(name):
            raise ValueError(f"not a name inside an export's folder: {name!r}")
        path = self.root / name
        folder, _slash, _name = name.rpartition("/")
        try:
            os.fsencode(name)
        except UnicodeEncodeError as error:
            charset = sys.getfilesystemencoding()
            raise CannotWrite(
                _(
                    "no file here can be called {name!r}, names are in {charset}; run it again with LANG=C.UTF-8"
                ).format(name=name, charset=charset)
            ) from error
        if folder in self._folders:
            return path
        if not path.parent.resolve().is_relative_to(self.root.resolve()):
            raise UsageError(
                _("{folder} leads out of {root}; name a new folder").format(
                    folder=path.parent, root=self.root
                )
            )
        if path.parent.is_dir():
            self._folders.add(folder)
        return path


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
