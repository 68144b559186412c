"""A systemd of a user, with a folder of its own: the one of a desktop, if there is one, never learns of it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = (Path("/usr/lib/systemd/systemd"), Path("/lib/systemd/systemd"))
_CGROUPS = Path("/sys/fs/cgroup")

# systemd wants to be started by one of the system, and a group of processes that is its own.
_BOOTED = """
mount -t tmpfs none /run && mkdir -p /run/systemd/system
mount -t tmpfs none /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup
exec "$0" --user
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserSystemd:
    """A systemd that runs: the environment of its user, and the words that start a program beside it."""

    environment: dict[str, str]
    words: list[str]


@contextmanager
def user_systemd(folder: Path) -> Iterator[UserSystemd]:
    """Run a systemd whose home is in `folder`; skip where it cannot start."""
    program = next((path for path in PROGRAMS if path.exists()), None)
    if program is None or not shutil.which("systemctl"):
        pytest.skip("no systemd")
    environment = {**os.environ, "HOME": str(folder / "home"), "XDG_RUNTIME_DIR": str(folder / "run")}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS"):
        environment.pop(name, None)
    (folder / "home").mkdir()
    (folder / "run").mkdir(mode=0o700)
    with _own_group(folder.name) as command, (folder / "systemd.log").open("wb") as log:
        process = subprocess.Popen([*command, program, "--user"], env=environment, stdout=log, stderr=log)
        try:
            beside = ["nsenter", "--target", str(process.pid), "--mount"] if command else []
            user = UserSystemd(environment=environment, words=beside)
            if not _is_running(user):
                pytest.skip("systemd does not start here")
            yield user
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _own_group(name: str) -> Iterator[list[str]]:
    """Yield the words that start systemd in a group of processes of its own; none if this machine runs systemd."""
    groups = next(
        (path for path in (_CGROUPS / "unified", _CGROUPS) if (path / "cgroup.procs").exists()), None
    )
    if Path("/run/systemd/system").exists() or os.geteuid() or groups is None:
        yield []
        return
    group = groups / f"blogarchive-{name}"
    group.mkdir()
    enter = 'echo $$ > "$1/cgroup.procs" && exec unshare --mount --cgroup sh -c "$2" "$3"'
    try:
        yield ["sh", "-c", enter, "sh", str(group), _BOOTED]
    finally:
        for one in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
            one.rmdir()
        group.rmdir()


def _is_running(user: UserSystemd) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        words = [*user.words, "systemctl", "--user", "is-active", "default.target"]
        ran = subprocess.run(words, env=user.environment, capture_output=True, text=True, timeout=30)
        if ran.stdout.strip() == "active":
            return True
        time.sleep(0.2)
    return False
