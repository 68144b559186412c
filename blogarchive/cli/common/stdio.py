"""Make the standard streams safe: closed streams, a full disk, and a reader that ends early (`head`, `less`)."""

import errno
import os
import sys
from collections.abc import Sequence
from gettext import gettext as _
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

import click

from blogarchive.errors import ArchiveDamaged, CannotWrite

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STREAMS = 3


class _RaiseOnce(RawIOBase):
    """A file descriptor that raises its first write error if `strict`, and ignores all others."""

    def __init__(self, descriptor: int, *, strict: bool) -> None:
        # `open` returns an object that writes UTF-8 to a console of Windows, whatever its code page is.
        self._file = cast(RawIOBase, open(descriptor, "wb", buffering=0, closefd=False))  # noqa: SIM115
        self._strict = strict

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Return whether the descriptor is a terminal."""
        return self._file.isatty()

    def write(self, data: "ReadableBuffer", /) -> int | None:
        """Return the number of bytes written or ignored; raises `BrokenPipeError` or `CannotWrite` once."""
        try:
            return self._file.write(data)
        except OSError as error:
            strict, self._strict = self._strict, False
            if not strict:
                return memoryview(data).nbytes
            if isinstance(error, BrokenPipeError) or (
                sys.platform == "win32" and error.errno == errno.EINVAL
            ):
                raise BrokenPipeError(errno.EPIPE, error.strerror) from error  # the reader has ended
            raise CannotWrite(
                _("the output cannot be written: {reason}").format(reason=error.strerror)
            ) from error


def replace_streams() -> None:
    """Replace stdout and stderr by streams that fail a command only if its output is lost.

    A closed stream becomes /dev/null, before an archive gets its number. Errors of stderr are ignored.
    """
    for descriptor in range(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = _open_stream(1, sys.stdout, strict=True)
    sys.stderr = _open_stream(2, sys.stderr, strict=False)


def print_result(text: str) -> None:
    """Print the last output of a command; the exit code stays the same if the reader has ended."""
    try:
        click.echo(text)
    except BrokenPipeError:
        return


def require_undamaged(damaged: Sequence[str]) -> None:
    """Print each line about a damaged page that was left out; raises `ArchiveDamaged` if there is one."""
    for line in damaged:
        click.echo(line, err=True)
    if damaged:
        raise ArchiveDamaged(
            _("{count} stored pages are damaged and were left out; restore a copy of the archive").format(
                count=len(damaged)
            )
        )


def _open_stream(descriptor: int, before: TextIO | None, *, strict: bool) -> TextIO:
    raw = _RaiseOnce(descriptor, strict=strict)
    # backslashreplace: Chinese must not end a command on a terminal without it
    return TextIOWrapper(
        BufferedWriter(raw),
        encoding=_choose_encoding(before, is_terminal=raw.isatty()),
        errors="backslashreplace",
        line_buffering=descriptor == 2 or raw.isatty(),
    )


def _choose_encoding(before: TextIO | None, *, is_terminal: bool) -> str:
    """Return the encoding of a terminal, or the one that the user names; UTF-8 for pipes and files.

    Windows would use the code page of the system for them, in which most Chinese texts cannot be written.
    """
    chosen = "PYTHONIOENCODING" in os.environ or (is_terminal and sys.platform != "win32")
    return before.encoding if before and chosen else "utf-8"
