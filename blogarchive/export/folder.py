"""Write the files of an export only inside its folder, and only those that changed."""

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.parsing.unicode_form import normalize_nfc
from blogarchive.store.database.files import read_header

# Forbidden by Windows, or breaking a link in Obsidian; each has a full-width form that looks the same.
_FORBIDDEN_IN_TITLES = '<>:"/\\|?*#^[]'
_FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in _FORBIDDEN_IN_TITLES})
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_TITLE_BYTES = 120
_TITLE_CHARACTERS = 4000  # a name needs no more of a title, which a stranger may have made of megabytes


def safe_name(title: str, *, max_bytes: int = _TITLE_BYTES) -> str:
    """Return `title` as one component of a path, at most `max_bytes` of UTF-8 long; "_" if nothing remains.

    Invisible characters (controls, direction marks, line separators) are removed, white space becomes one space,
    and forbidden characters become full-width. The same title returns the same name.
    """
    text = normalize_nfc(title[:_TITLE_CHARACTERS]).translate(_FULL_WIDTH)
    if not text.isprintable():  # few titles have an invisible character, and a look at each costs a call
        text = "".join(one for one in " ".join(text.split()) if unicodedata.category(one) not in _INVISIBLE)
    text = _truncate(" ".join(text.split()).lstrip(". "), max_bytes - 1).rstrip(". ")
    if _RESERVED.match(text.replace(" ", "")):
        text = f"_{text}"
    return text or "_"


class UniqueNames:
    """Names used once each, compared without case and Unicode normalization form."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def claim(self, name: str, suffix: str) -> str:
        """Return `name` if it is free, else with `-suffix` appended, and with a number if that is used too."""
        candidates = chain((name, f"{name}-{suffix}"), (f"{name}-{suffix}-{number}" for number in count(2)))
        free, key = next((name, key) for name in candidates if (key := self._fold(name)) not in self._used)
        self._used.add(key)
        return free

    @staticmethod
    def _fold(name: str) -> str:
        if name.isascii():  # most names
            return name.lower()
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _truncate(text: str, max_bytes: int) -> str:
    cut = text.encode()[:max_bytes].decode(errors="ignore")
    # A combining mark cut from its base changes the last character.
    while len(cut) < len(text) and cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut


_PART = ".part"
BUFFER = 2**18  # bytes: Python's own 8 KB are a system call for each record of a WARC
_PIECE = 2**17  # bytes: most files of an export are read at once
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

    It is written to a temporary file beside it. An error removes that file and the folders made for it; an earlier file
    of the name stays. `digests` receives the digest of the file; an earlier file that is equal stays then. A pipe or a
    terminal (/dev/stdout) is written directly and has no digest. `flushed_later`: the caller calls `flush_disk` after
    its last file, which takes a moment. To wait for the disk for each of many files takes minutes. Raises `CannotWrite`
    if the disk is full or the folder is not writable.
    """
    if _is_stream(path):
        with to_user_error(path), path.open("ab") as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))  # a symbolic link is kept
    part = part_path(target)
    existing = next(filter(Path.is_dir, target.parents), target.parent)
    with to_user_error(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w+b", BUFFER) as file:
                yield file
                file.flush()
                if not (flushed_later and _CAN_FLUSH_DISK):
                    os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
                digest = read_digest(file.fileno()) if digests is not None else ""
            if not (digest and has_digest(target, digest, size)):
                part.replace(target)
            if digests is not None:
                digests[str(path.absolute())] = digest
        finally:
            part.unlink(missing_ok=True)
            if not target.exists():
                _remove_empty(target.parent, existing)


def flush_disk() -> None:
    """Wait until all written files are on the disk; where a system has no such call, `atomic_file` waited for each."""
    if sys.platform != "win32" and _CAN_FLUSH_DISK:
        os.sync()


def read_digest(file: int) -> str:
    """Return the digest of an open file, by its descriptor: SHA-256, for which processors have instructions."""
    found = sha256()
    os.lseek(file, 0, os.SEEK_SET)
    while part := os.read(file, _PIECE):
        found.update(part)
    return found.hexdigest()


def has_digest(path: Path | str, digest: str, size: int | None = None) -> bool:
    """Return whether there is a file of that digest and size."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))  # a file object takes a third longer
        try:
            return size in (None, os.fstat(file).st_size) and read_digest(file) == digest
        finally:
            os.close(file)
    except OSError:
        return False


def content_digest(content: bytes) -> str:
    """Return the digest of a file with that content."""
    return sha256(content).hexdigest()


def short_digest(content: bytes) -> str:
    """Return half of the digest, for records of exports, which have many."""
    return content_digest(content)[:32]


def output_file(archive: Path, out: Path, name: str) -> Path:
    """Return the path of an export of one file: `out`, or `name` in it if `out` is a folder.

    If `out` has no extension, the path gets that of `name`; a device or a pipe gets none. Raises as
    `require_other_file`. Raises `UsageError` if its folder is a file, or the path is a database.
    """
    require_other_file(archive, out)
    path = out / name if out.is_dir() else out
    if not path.suffix and not _is_stream(path):
        path = path.with_name(path.name + name[name.index(".") :])
    require_other_file(archive, path)
    require_folder(path.parent)
    if read_header(path).startswith(b"SQLite format 3"):
        raise UsageError(_("{path} is another archive, or a database; name another file"), path=path)
    return path


def require_other_file(archive: Path, path: Path) -> None:
    """Raise `UsageError` if `path` is the archive or a file beside it that belongs to it."""
    archives = {Path(os.path.realpath(archive)), archive.absolute()}
    beside = {Path(os.path.realpath(f"{one}{end}")) for one in archives for end in _BESIDE_ARCHIVE}
    if Path(os.path.realpath(path)) in beside:
        raise UsageError(_("{path} is the archive itself, or belongs to it; name another file"), path=path)


def require_folder(path: Path) -> None:
    """Raise `UsageError` if `path` is a file."""
    if path.exists() and not path.is_dir():
        raise UsageError(_("{folder} is a file; name a folder for this export"), folder=path)


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
        raise CannotWrite.for_file(path, error) from error


MARKER = ".blogarchive-export"
"""Name of the file that lists the files of an export."""

_FORBIDDEN_IN_NAMES = frozenset("\\:\0\n\t")  # on Windows, a colon names a drive or a stream of a file


Uses = tuple[tuple[str, ...], tuple[str, ...]]
"""The absolute URLs of images, and those of links, in a post's file. The export may lack their targets."""


class _File(NamedTuple):
    """Digests of the input and of the content of a file; empty if unknown. `uses` is None if it is no post."""

    input: str = ""
    content: str = ""
    uses: Uses | None = None


_UNKNOWN: Final = _File()


class ExportFolder:
    """The folder of an export of many files; the same export again rewrites only files that differ.

    A marker file in the folder lists the files written, and proves that an export made the folder. A later export removes
    the listed files that it no longer writes, and never another file. After an interruption the same
    command continues. The marker also has two digests of each file: of its source and of its content. A later export
    leaves out a file if both are the same.
    """

    def __init__(self, root: Path, kind: str) -> None:
        """Raise `UsageError` if `root` is a file, or a folder with files that no export of this kind wrote."""
        self.root = root
        self._head = f"blogarchive export {kind}"
        self._written: dict[str, _File] = {}
        self._folders: set[str] = set()
        self._earlier: dict[str, _File] = {}
        self._open_marker()

    def keep(self, name: str, digest: str) -> bool:
        """Return whether an earlier export made the file from the same input, and keep it; no one changed it since."""
        earlier = self._earlier.get(name, _UNKNOWN)
        if not earlier.content or earlier.input != digest:
            return False
        if is_same := has_digest(self._resolve(name), earlier.content):
            self._add(name, earlier)
        return is_same

    def digest_of(self, name: str) -> str:
        """Return the digest of the input of a file of this export."""
        return self._written[name].input

    def earlier_uses(self, name: str) -> Uses | None:
        """Return what the file of a post used in an earlier export; None if unknown."""
        return self._earlier.get(name, _UNKNOWN).uses

    def write(self, name: str, content: bytes, digest: str = "", uses: Uses | None = None) -> None:
        """Write `content` to the file `name`, a path with / below the folder; `digest` is that of its input."""
        path = Path(self._resolve(name))
        found = _File(digest, content_digest(content), uses)
        self._add(name, found)
        if not has_digest(path, found.content, len(content)):
            # The last line of a name applies: a kill leaves no digests.
            if self._earlier.get(name) != _UNKNOWN:
                with to_user_error(self.root), (self.root / MARKER).open("ab") as marker:
                    marker.write(f"{name}\n".encode())
            with atomic_file(path, flushed_later=True) as file:
                file.write(content)

    def _add(self, name: str, file: _File) -> None:
        if name in self._written:
            raise ValueError(f"two files of one export have the name {name!r}")
        self._written[name] = file

    def finish(self) -> Digests:
        """Remove the files that an earlier export wrote and this one did not, and write the marker file.

        Returns the digests of all files of this export, by path relative to the folder.
        """
        for name in sorted(self._earlier.keys() - self._written.keys()):
            path = Path(self._resolve(name))
            with to_user_error(path):
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self.root)
        lines = (f"{name}\t{json.dumps(file)}\n" for name, file in sorted(self._written.items()))
        content = "".join((f"{self._head}\n", *lines)).encode()
        flush_disk()
        with atomic_file(self.root / MARKER) as file:
            file.write(content)
        written = {name: file.content for name, file in self._written.items()}
        return {MARKER: content_digest(content), **written}

    def _open_marker(self) -> None:
        marker = self.root / MARKER
        require_folder(self.root)
        if marker.is_file():
            self._read_marker(marker)
            return
        # A killed export may have left the temporary file of the marker alone.
        if self.root.exists() and any(path != part_path(marker) for path in self.root.iterdir()):
            text = _("{folder} is not empty and no earlier export made it; name a new folder")
            raise UsageError(text, folder=self.root)
        with atomic_file(marker) as file:
            file.write(f"{self._head}\n".encode())

    def _read_marker(self, marker: Path) -> None:
        head, *lines = marker.read_text(encoding="utf-8", errors="replace").split("\n")
        if head != self._head:
            text = _("{folder} holds another export ({head}); name another folder")
            raise UsageError(text, folder=self.root, head=head)
        entries = [line.partition("\t") for line in lines]
        files = _parse_files([text or "null" for _name, _tab, text in entries])
        names = (name for name, _tab, _text in entries)
        self._earlier = {name: file for name, file in zip(names, files, strict=True) if _is_inside(name)}
        for name, known in self._earlier.items():
            if known == _UNKNOWN:  # a killed export may have left its temporary file
                part_path(Path(self._resolve(name))).unlink(missing_ok=True)

    def _resolve(self, name: str) -> str:
        """Return the path of a file; its folder is checked once."""
        if name not in self._earlier and not _is_inside(name):
            raise ValueError(f"not a name inside an export's folder: {name!r}")
        path, folder = f"{self.root}/{name}", name.rpartition("/")[0]
        try:
            os.fsencode(name)
        except UnicodeEncodeError as error:
            charset = sys.getfilesystemencoding()
            text = _("no file here can be named {name!r} in {charset}; run it again with LANG=C.UTF-8")
            raise CannotWrite(text, name=name, charset=charset) from error
        if folder in self._folders:
            return path
        parent = self.root / folder
        if not parent.resolve().is_relative_to(self.root.resolve()):
            text = _("{folder} leads out of {root}; name a new folder")
            raise UsageError(text, folder=parent, root=self.root)
        if parent.is_dir():
            self._folders.add(folder)
        return path


def _parse_files(texts: list[str]) -> list[_File]:
    """Return the files of lines without their names; a damaged line makes all files unknown."""
    try:
        found = json.loads(f"[{','.join(texts)}]")  # a call for each line takes four times as long
    except (ValueError, RecursionError):
        found = []
    return list(map(_parse_file, found)) if len(found) == len(texts) else [_UNKNOWN] * len(texts)


def _parse_file(found: Any) -> _File:
    """Return the file of the JSON of a line; one without digests, or of another form, is unknown."""
    try:
        given, content, uses = found
        images, links = uses or ((), ())
        shown = None if uses is None else (tuple(map(str, images)), tuple(map(str, links)))
        return _File(str(given), str(content), shown)
    except (ValueError, TypeError):
        return _UNKNOWN


def _is_inside(name: str) -> bool:
    is_below = not {"", ".", ".."}.intersection(name.split("/"))
    return is_below and name != MARKER and not _FORBIDDEN_IN_NAMES.intersection(name)


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
