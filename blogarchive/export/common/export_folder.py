"""Write the files of an export only inside its folder, and only those that changed."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path, PurePosixPath
from typing import Final

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.export.common.writer import (
    Digests,
    atomic_file,
    content_digest,
    flush_disk,
    part_path,
    to_user_error,
)

MARKER = ".blogarchive-export"
"""Name of the file that lists the files of an export."""

_FORBIDDEN = frozenset("\\:\0\n\t")  # on Windows, a colon names a drive or a stream of a file


@dataclass(frozen=True, kw_only=True, slots=True)
class _FileDigests:
    """Digests of the input and of the content of a file; empty if unknown."""

    input: str
    content: str


_UNKNOWN: Final = _FileDigests(input="", content="")


class ExportFolder:
    """The folder of an export of many files; the same export again rewrites only files that differ.

    A marker file in the folder lists the files written. It proves that an export made the folder, and a later export
    removes the listed files that it no longer writes; no other file is ever removed. After an interruption the same
    command continues. The marker also has two digests of each file: of its source and of its content. A later export
    leaves out a file if both are the same.
    """

    def __init__(self, root: Path, kind: str) -> None:
        """Raise `UsageError` if `root` is a file, or a folder with files that no export of this kind wrote."""
        self.root = root
        self._head = f"blogarchive export {kind}"
        self._written: dict[str, _FileDigests] = {}
        self._folders: set[str] = set()
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
        return self._written[name].input

    def write(self, name: str, content: bytes, digest: str = "") -> None:
        """Write `content` to the file `name`, a path with / below the folder; `digest` is that of its input."""
        path = self._resolve(name)
        self._add(name, _FileDigests(input=digest, content=content_digest(content)))
        if not _has_content(path, content):
            if (
                self._earlier.get(name) != _UNKNOWN
            ):  # the last line of a name applies: a kill leaves no digests
                self._append_marker(name)
            with atomic_file(path, flushed_later=True) as file:
                file.write(content)

    def earlier_files(self, folder: str) -> list[str]:
        """Return the files below `folder` that an earlier export wrote, in order of their names."""
        return sorted(name for name in self._earlier if name.startswith(f"{folder}/"))

    def _is_unchanged(self, name: str, digest: str) -> bool:
        earlier = self._earlier.get(name, _UNKNOWN)
        if not earlier.content or earlier.input != digest:
            return False
        try:
            return content_digest(self._resolve(name).read_bytes()) == earlier.content
        except FileNotFoundError:
            return False

    def _add(self, name: str, digests: "_FileDigests") -> None:
        if name in self._written:
            raise ValueError(f"two files of one export have the name {name!r}")
        self._written[name] = digests

    def finish(self) -> Digests:
        """Remove the files that an earlier export wrote and this one did not, and write the marker file.

        Returns the digests of all files of this export, by path relative to the folder.
        """
        for name in sorted(self._earlier.keys() - self._written.keys()):
            path = self._resolve(name)
            with to_user_error(path):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self.root)
        lines = [
            self._head,
            *(f"{name}\t{found.input}\t{found.content}" for name, found in sorted(self._written.items())),
        ]
        content = "".join(f"{line}\n" for line in lines).encode()
        flush_disk()
        with atomic_file(self.root / MARKER) as file:
            file.write(content)
        return {MARKER: content_digest(content)} | {
            name: found.content for name, found in self._written.items()
        }

    def _open_marker(self) -> "dict[str, _FileDigests]":
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
            entries = (line.split("\t") for line in lines)
            known = {name: _parse_digests(rest) for name, *rest in entries if name and _is_inside(name)}
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


def _parse_digests(fields: list[str]) -> _FileDigests:
    return _FileDigests(input=fields[0], content=fields[1]) if len(fields) == 2 else _UNKNOWN


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
