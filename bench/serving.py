"""`blogarchive serve` as a process, and a client that keeps its connection and reads the server's processor time."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.running import BIN


class Client:
    """A kept connection to a server of this machine, and the server's process."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self._connection = HTTPConnection("127.0.0.1", port)

    def get(self, path: str) -> bytes:
        """Return the body at `path`. Raises `RuntimeError` unless the status is 200."""
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} was answered with {response.status}: {body[:300]!r}")
        return body

    def cpu_milliseconds(self, path: str, rounds: int = 5) -> float:
        """Return the least processor time of the server for `path`, after a first request that fills caches."""
        self.get(path)
        times = []
        for _ in range(rounds):
            before = self.cpu_seconds()
            self.get(path)
            times.append(self.cpu_seconds() - before)
        return 1000 * min(times)

    def cpu_seconds(self) -> float:
        """Return the processor seconds of all threads, which Linux counts in nanoseconds."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def served(db: Path) -> Iterator[Client]:
    """Serve the archive at `db` until the block ends."""
    words = [str(BIN / "blogarchive"), "serve", "--db", str(db), "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            url = next(word for word in line.split() if word.startswith("http"))
            yield Client(process, urlsplit(url).port or 0)
        finally:
            process.terminate()
