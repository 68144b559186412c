"""What happens to a running command at a request that a test chooses, on a busy machine too."""

import subprocess
import threading
from collections.abc import Callable
from signal import SIGKILL, Signals

from tests.demo.server.http_server import LoggedRequest


class AtRequest:
    """Calls `act` when a host gets its request `number`, before the answer; `listen` is the observer of the host."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        self._left = number
        self._act = act
        self._lock = threading.Lock()

    def listen(self, request: LoggedRequest) -> None:
        """Count a request."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._act()


class Killer:
    """Sends a signal to a process when a host gets its n-th request, before the answer: the process cannot be ahead.

    Only requests whose path contains `part` are counted. `listen` is the observer of the host.
    """

    def __init__(self, part: str = "") -> None:
        self._part = part
        self._left = 0
        self._signum = SIGKILL
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(
        self, start: Callable[[], subprocess.Popen[str]], *, after: int, signum: Signals = SIGKILL
    ) -> subprocess.Popen[str]:
        """Start a process that gets the signal at its request number `after`; return it when it has ended."""
        with self._lock:  # a request waits until its process is known
            self._process = process = start()
            self._left, self._signum = after, signum
        process.communicate(timeout=300)
        with self._lock:
            self._process = None
        return process

    def listen(self, request: LoggedRequest) -> None:
        """Count a request; send the signal if it is the n-th."""
        with self._lock:
            if self._process is not None and self._part in request.path:
                self._left -= 1
                if self._left == 0:
                    self._process.send_signal(self._signum)
