"""A network namespace with one link to a blog host and one to PostgreSQL, which can be cut."""

import os
import subprocess
from contextlib import suppress


class NotPermitted(Exception):
    """The system has no `ip netns`, or this user may not use it."""


class Network:
    """`host_address` and `database_address` are this machine as the namespace sees it."""

    def __init__(self) -> None:
        number = os.getpid() % 200 + 1
        self._name = f"blogarchive{os.getpid()}"
        self._links = [f"ba{kind}{os.getpid()}" for kind in ("h", "d")]
        self.host_address, self.database_address = (f"10.{net}.{number}.1" for net in (213, 214))
        try:
            self._ip("netns", "add", self._name)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotPermitted from error
        for link, address in zip(self._links, (self.host_address, self.database_address), strict=True):
            inner = f"{link}x"
            self._ip("link", "add", link, "type", "veth", "peer", "name", inner, "netns", self._name)
            self._ip("address", "add", f"{address}/24", "dev", link)
            self._ip("link", "set", link, "up")
            self._ip("-n", self._name, "address", "add", f"{address[:-1]}2/24", "dev", inner)
            self._ip("-n", self._name, "link", "set", inner, "up")

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return the words before a command that runs in the namespace."""
        return ("ip", "netns", "exec", self._name)

    def cut_database(self) -> None:
        """Cut the link to PostgreSQL: packets are lost, and no connection is closed."""
        self._ip("link", "set", self._links[1], "down")

    def close(self) -> None:
        """Remove the namespace and its links."""
        for link in self._links:
            with suppress(subprocess.CalledProcessError):
                self._ip("link", "delete", link)
        self._ip("netns", "delete", self._name)

    @staticmethod
    def _ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)
