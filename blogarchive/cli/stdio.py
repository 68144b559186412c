"""The standard streams as a person, cron or a pipe left them: closed, on a full disk, or read by nobody any more."""

import os
import sys
from collections.abc import Sequence
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

import click

from blogarchive.errors import ArchiveDamaged, CannotWrite

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STREAMS = 3


class _Once(FileIO):
    """A file descriptor that raises what keeps it from being written once at most, where it is `heeded` at all."""

    def __init__(self, descriptor: int, *, heeded: bool) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._heeded = heeded

    def write(self, data: "ReadableBuffer", /) -> int:
        """How many bytes are dealt with."""
        try:
            return super().write(data)
        except OSError as error:
            heeded, self._heeded = self._heeded, False
            if not heeded:
                return memoryview(data).nbytes
            if isinstance(error, BrokenPipeError):
                raise
            raise CannotWrite(f"the output cannot be written: {error.strerror}") from error


def prepare() -> None:
    """Make stdout and stderr such that no command fails over them, but for one whose output is lost.

    What is closed is as /dev/null, before an archive gets its number; what stderr cannot say is not said.
    """
    for descriptor in range(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = _stream(1, sys.stdout, heeded=True)
    sys.stderr = _stream(2, sys.stderr, heeded=False)


def last_words(words: str) -> None:
    """Print what a command ends with, whose exit code tells of more than a reader that has seen enough."""
    try:
        click.echo(words)
    except BrokenPipeError:
        return


def require_whole(damaged: Sequence[str]) -> None:
    """Tell each thing that was passed over because it is damaged, and raise `ArchiveDamaged` where there is one."""
    for words in damaged:
        click.echo(words, err=True)
    if damaged:
        raise ArchiveDamaged(
            f"{len(damaged)} stored pages are damaged and were left out; restore a copy of the archive"
        )


def _stream(descriptor: int, before: TextIO | None, *, heeded: bool) -> TextIO:
    # Chinese must not end a command where a terminal has none.
    return TextIOWrapper(
        BufferedWriter(_Once(descriptor, heeded=heeded)),
        encoding=before.encoding if before else "utf-8",
        errors="backslashreplace",
        line_buffering=descriptor == 2 or os.isatty(descriptor),
    )
