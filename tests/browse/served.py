"""`blogarchive serve` as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen


def served(path: Path, *words: str, may_log: bool = False) -> Iterator[str]:
    """Yield the URL of a server of that archive, stopped by Ctrl-C as a person does.

    `words` are further archives and options. It may write to stderr only if `may_log`.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "blogarchive", "serve", str(path), "--port", "0", *words],
        env={**os.environ, "BLOGARCHIVE_LANG": "en"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        with suppress(HTTPError):  # once it answers, Ctrl-C ends it: before, it interrupts the start
            urlopen(f"{found[0]}/none", timeout=60).close()
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        process.stderr.close()
        assert (process.wait(20), "Traceback" in rest) == (0, False), rest
        assert may_log or rest == ""
