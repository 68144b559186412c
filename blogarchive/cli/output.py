"""What commands print: streams and code pages, errors of damage, progress bars, numbers with their nouns."""

import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from gettext import gettext as _, ngettext
from io import BufferedWriter, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import click

from blogarchive.errors import ArchiveDamaged, BlogArchiveError, CannotWrite, Unreachable
from blogarchive.processes import PROGRESS_FILE
from blogarchive.store.rows import Progress, no_progress

if TYPE_CHECKING:
    from blogarchive.crawl.options import CrawlOptions
    from blogarchive.crawl.result import CrawlResult


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

    def write(self, data: Any, /) -> int | None:
        """Return the number of bytes written or ignored; raises `BrokenPipeError` or `CannotWrite` once."""
        try:
            return self._file.write(data)
        except OSError as error:
            strict, self._strict = self._strict, False
            if not strict:
                return memoryview(data).nbytes
            is_of_windows = sys.platform == "win32" and error.errno == errno.EINVAL
            if isinstance(error, BrokenPipeError) or is_of_windows:
                raise BrokenPipeError(errno.EPIPE, error.strerror) from error  # the reader has ended
            raise CannotWrite(_("the output cannot be written: {reason}"), reason=error.strerror) from error


# Only the colours of `search` are ours. Other control characters may be from a text of the archive.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b(?!\\[(?:0|1|33)m)"
)


def escape_controls(text: str) -> str:
    """Return the text with `\\x1b` in place of a character that controls a terminal, except those of colours."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class _Terminal(TextIOWrapper):
    """The text stream of a terminal."""

    def write(self, text: str, /) -> int:
        """Write the text without control characters."""
        return super().write(escape_controls(text))


def replace_streams() -> None:
    """Replace stdout and stderr by streams that fail a command only if its output is lost.

    A closed stream becomes /dev/null, before an archive gets its number. Errors of stderr are ignored.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for `--from -`
    sys.stdout = _open_stream(1, sys.stdout, strict=True)
    sys.stderr = _open_stream(2, sys.stderr, strict=False)


def note(text: str) -> None:
    """Print a message for a person, on stderr."""
    click.echo(escape_controls(text), err=True)


def print_result(text: str) -> None:
    """Print the last output of a command; the exit code stays the same if the reader has ended."""
    with suppress(BrokenPipeError):
        click.echo(text)


def print_json(value: object) -> None:
    """Print the one JSON document of `--json`, an object."""
    print_result(to_json(value))


def print_summary(value: object, text: str, *, as_json: bool, quiet: bool) -> None:
    """Print the result of a command: `value` as JSON on stdout, or else `text` for a person."""
    if as_json:
        print_json(value)
    elif not quiet:
        note(text)


def print_json_array(values: Iterable[object]) -> None:
    """Print the one JSON document of `--json`, an array with a line for each element."""
    before = "["
    for value in values:
        click.echo(f"{before}{to_json(value)}", nl=False)
        before = ",\n"
    print_result("]" if before != "[" else "[]")


def print_list(values: Iterable[object], lines: Iterable[str], *, as_json: bool, nothing: str = "") -> None:
    """Print `values` as the array of `--json`, or else `lines` for a person; the other ones are not computed.

    Without a line, the note `nothing` is printed if there is one.
    """
    if as_json:
        print_json_array(values)
        return
    line = None
    for line in lines:
        click.echo(line)
    if nothing and line is None:
        note(nothing)


def to_json(value: object) -> str:
    """Return JSON on one line; dataclasses become objects, paths text."""
    return json.dumps(value, ensure_ascii=False, default=_to_plain)


def _to_plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def require_undamaged(damaged: Sequence[str]) -> None:
    """Print each line about a damaged page that was left out; raises `ArchiveDamaged` if there is one."""
    for line in damaged:
        note(line)
    if damaged:
        text = _("stored pages that are damaged and were left out: {count}; restore a copy of the archive")
        raise ArchiveDamaged(text, count=len(damaged))


def _open_stream(descriptor: int, before: TextIO | None, *, strict: bool) -> TextIO:
    raw = _RaiseOnce(descriptor, strict=strict)
    # The progress bar on stderr moves the cursor by control characters.
    stream = _Terminal if raw.isatty() and descriptor == 1 else TextIOWrapper
    return stream(
        BufferedWriter(raw),
        encoding=_choose_encoding(before, is_terminal=raw.isatty()),
        errors="backslashreplace",  # a terminal without Chinese characters must not end a command
        line_buffering=descriptor == 2 or raw.isatty(),
    )


def _choose_encoding(before: TextIO | None, *, is_terminal: bool) -> str:
    """Return the encoding of a terminal, or the one that the user names; UTF-8 for pipes and files.

    Windows would use the code page of the system for them, in which most Chinese texts cannot be written.
    """
    chosen = "PYTHONIOENCODING" in os.environ or (is_terminal and sys.platform != "win32")
    return before.encoding if before and chosen else "utf-8"


_HOSTS_SHOWN = 5


def result_json(crawl_options: "CrawlOptions", result: "CrawlResult | BlogArchiveError") -> str:
    """Return the result of a run as one line of JSON; an error that prevented it has fewer keys."""
    found: dict[str, object] = {"command": crawl_options.command, "db": crawl_options.db}
    if isinstance(result, BlogArchiveError):
        return to_json({**found, "outcome": "error", "exit_code": result.exit_code, "message": str(result)})
    found |= {name: getattr(result, name) for name in ("outcome", "exit_code", "message")}
    found |= {**asdict(result.counts), "images_not_fetched": dict(result.skipped_images)}
    failed = {name: {"exit_code": one.exit_code, "message": str(one)} for name, one in result.hosts.items()}
    more = {"known_failures": result.notes, "hosts": failed, "unfinished": result.unfinished}
    return to_json({**found, **more})


def has_news(result: "CrawlResult") -> bool:
    """Return True if the run stored something new, or marked something as gone."""
    counts = result.counts
    changed = (counts.posts_new, counts.posts_changed, counts.posts_gone)
    return any((*changed, counts.comments_new, counts.comments_changed, counts.media))


def summary_lines(result: "CrawlResult") -> Iterator[str]:
    """Yield the lines about a run and the images that it left out; no line if no page was reached."""
    if result.exit_code == Unreachable.exit_code and not result.counts.pages:
        return
    counts = result.counts
    new_posts = ngettext("{count} new post", "{count} new posts", counts.posts_new)
    new_comments = ngettext("{count} new comment", "{count} new comments", counts.comments_new)
    parts = (
        request_count(counts.requests),
        new_posts.format(count=counts.posts_new),
        _("{count} changed").format(count=counts.posts_changed),
        _("{count} gone").format(count=counts.posts_gone),
        new_comments.format(count=counts.comments_new),
        image_count(counts.media),
    )
    text = _(", ").join(parts)
    yield _("done: {counts}").format(counts=text) if result.outcome == "done" else text
    if result.skipped_images:
        yield skipped_images_line(result.skipped_images)
    yield from result.notes


def skipped_images_line(hosts: Mapping[str, int]) -> str:
    """Return how many images on which hosts were not fetched, and the option that fetches them."""
    images = sum(hosts.values())
    shown = [f"{host} ({count})" for host, count in list(hosts.items())[:_HOSTS_SHOWN]]
    if len(hosts) > _HOSTS_SHOWN:
        shown.append(_("{count} more").format(count=len(hosts) - _HOSTS_SHOWN))
    others = ngettext("{count} other host", "{count} other hosts", len(hosts))
    return ngettext(
        "{images} image on {hosts} was not fetched: {list}; --media-hosts '*' fetches it",
        "{images} images on {hosts} were not fetched: {list}; --media-hosts '*' fetches them",
        images,
    ).format(images=images, hosts=others.format(count=len(hosts)), list=", ".join(shown))


@contextmanager
def explain_damage(path: Path) -> Iterator[None]:
    """Raise `ArchiveDamaged` in place of an unexpected error if the archive at `path` turns out to be damaged."""
    try:
        yield
    except (BlogArchiveError, click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    # Few errors of a damaged file say that it is damaged: a text is a number, a row is missing.
    except Exception as error:
        damage = _find_damage(path)
        if damage is None:
            raise
        text = _("{path} is damaged: {damage}; `blogarchive verify` shows all damage")
        raise ArchiveDamaged(text, path=path, damage=damage) from error


def _find_damage(path: Path) -> str | None:
    from blogarchive.store.database.archive import Archive
    from blogarchive.store.verify import verify_archive

    try:
        with Archive.open(path, read_only=True) as archive:
            return next(iter(verify_archive(archive).damage), None)
    except ArchiveDamaged as error:
        return str(error)
    except BlogArchiveError:
        return None


SENTENCE: Final = "BLOGARCHIVE_SUMMARY"
"""Environment variable of the command, with the summary as one sentence."""
_TIMEOUT: Final = 60.0  # seconds; a mail program that hangs must not keep cron waiting


def notify(command: str, *, summary: str, sentence: str) -> None:
    """Run `command` in the shell with `summary` (JSON) on its standard input; print a line if it fails."""
    import subprocess  # only --notify needs it

    from blogarchive.crawl.progress import stamped

    try:
        ended = subprocess.run(  # noqa: S602 - the user's own command line
            command,
            shell=True,
            input=f"{summary}\n".encode(),
            env={**os.environ, SENTENCE: sentence},
            stdout=sys.stderr.fileno(),  # its lines must not be in the JSON of this command
            timeout=_TIMEOUT,
            check=False,
        )
        reason = _("exit code {code}").format(code=ended.returncode) if ended.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    if reason:
        message = _("blogarchive: the command of --notify failed: {command}: {reason}")
        note(stamped(message.format(command=command, reason=reason), sys.stderr))


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Progress]:
    """Yield a callback that moves a bar on a terminal, or writes a file for the waiting page of `app`."""
    if path := os.environ.get(PROGRESS_FILE):
        yield lambda done, total: _write_progress(Path(path), done, total)
        return
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console  # here: takes a sixth of the start-up time
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(
            task, completed=done, total=total or None, description=f"{label} {done}"
        )


def _write_progress(path: Path, done: int, total: int) -> None:
    with suppress(OSError):  # a full disk fails the command itself, or nothing
        path.write_text(f"{done} {total}", "ascii")


def request_count(number: int) -> str:
    """Return the number with its noun."""
    return ngettext("{count} request", "{count} requests", number).format(count=number)


def post_count(number: int) -> str:
    """Return the number with its noun: 1 post, 2 posts."""
    return ngettext("{count} post", "{count} posts", number).format(count=number)


def comment_count(number: int) -> str:
    """Return the number with its noun."""
    return ngettext("{count} comment", "{count} comments", number).format(count=number)


def image_count(number: int) -> str:
    """Return the number with its noun."""
    return ngettext("{count} image", "{count} images", number).format(count=number)


def page_count(number: int) -> str:
    """Return the number with its noun."""
    return ngettext("{count} page", "{count} pages", number).format(count=number)


def file_count(number: int) -> str:
    """Return the number with its noun."""
    return ngettext("{count} file", "{count} files", number).format(count=number)
