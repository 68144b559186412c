"""Processes for benchmarks: the demo host, the command, a bare spider."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import perf_counter

from bench.figures import Run

BIN = Path(sys.executable).parent


@contextmanager
def demo_host(
    *uids: str, posts: int, comments: int = 3, markup: str = "tables", shape: Sequence[str] = ()
) -> Iterator[list[str]]:
    """Serve generated blogs in a process of its own, and yield their URLs; `shape` are further arguments of it."""
    words = [sys.executable, "-m", "tests.demo", "--posts", str(posts), "--comments", str(comments)]
    words += ["--markup", markup, *shape]
    for uid in uids:
        words += ["--uid", uid]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().strip() for _ in uids]
        finally:
            process.terminate()


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that is deleted after the measurement."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        yield Path(name)


def run(words: Sequence[str | Path]) -> Run:
    """Run a process, with its peak memory from the operating system."""
    start = perf_counter()
    with subprocess.Popen(
        [str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as process:
        out, err = _drain(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - start
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{words[0]} ended with {process.returncode}: {err[-400:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(
        seconds=seconds,
        cpu_seconds=cpu,
        peak_mib=usage.ru_maxrss / 1024,
        exit_code=process.returncode,
        stdout=out,
    )


def _environment() -> dict[str, str]:
    """Keep compiled modules, so that not each start compiles Scrapy, and keep the user's cache folder as it is."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"XDG_CACHE_HOME": _cache_folder().name}


@cache
def _cache_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder that is deleted at the end of this process."""
    return tempfile.TemporaryDirectory(prefix="bench-cache-")


def _drain(process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    errors: list[bytes] = []
    assert process.stdout is not None
    assert process.stderr is not None
    reader = threading.Thread(target=lambda stream: errors.append(stream.read()), args=(process.stderr,))
    reader.start()
    out = process.stdout.read()
    reader.join()
    return out.decode(), b"".join(errors).decode()


def command(*words: str | Path) -> Run:
    """Run `blogarchive` with these words."""
    return run([BIN / "blogarchive", *words])


def backup(db: Path, *urls: str) -> Run:
    """Run a backup without images or delay, its summary as JSON on stdout."""
    return command(
        "backup", *urls, "--site", "creaders", "--db", db, "--delay", "0", "--no-media", "--json", "-q"
    )
