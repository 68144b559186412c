"""Ports that no parallel test takes meanwhile: the system gives a port that is free to any of them."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

_BELOW_THOSE_OF_THE_SYSTEM = (20_000, 32_000)


@contextmanager
def refusing_port() -> Iterator[int]:
    """Yield a port of 127.0.0.1 that refuses connections: it is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def port_for_later(address: str = "127.0.0.1") -> int:
    """Return a port for a server that starts later, and again: the system gives it to no other test."""
    while True:
        port = random.randint(*_BELOW_THOSE_OF_THE_SYSTEM)
        with socket.socket() as free:
            try:
                free.bind((address, port))
            except OSError:
                continue
            return port


def wait_for_port(port: int, *, seconds: float = 60) -> None:
    """Wait until a server listens at a port of 127.0.0.1; raises AssertionError."""
    until = time.monotonic() + seconds
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
