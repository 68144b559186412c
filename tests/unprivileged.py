"""Run a test function as a user without rights, since root may write everywhere."""

import os
import pwd
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

NOBODY = "nobody"


def is_root() -> bool:
    """Return whether the tests run as root."""
    return os.geteuid() == 0


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Yield a new folder that every user can enter; pytest's own folders are private."""
    folder = Path(tempfile.mkdtemp(prefix="blogarchive-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        rmtree(folder)


def make_read_only(folder: Path) -> None:
    """Take all rights to write below `folder` away."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def run_unprivileged(work: Callable[[], None]) -> None:
    """Call `work`, in a process of `nobody` if the caller is root. Raises `AssertionError` if that process fails."""
    if not is_root():
        work()
        return
    child = os.fork()
    if child == 0:
        os._exit(_run_as_nobody(work))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _run_as_nobody(work: Callable[[], None]) -> int:
    try:
        user = pwd.getpwnam(NOBODY)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        work()
    except BaseException:  # noqa: BLE001 - the parent asserts the exit code; no frame of pytest may run on here
        traceback.print_exc()
        return 1
    return 0
