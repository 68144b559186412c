"""Remove the names that Windows does not have; a Python with this folder in PYTHONPATH imports this module first.

Twisted and filelock recognize a POSIX system by `os.name` and then need `fcntl`, so these two may import it.
"""

import asyncio
import builtins
import os
import signal
from collections.abc import Mapping, Sequence
from types import ModuleType

_MODULES = {"curses", "fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
_NEED_THEM = {"filelock", "twisted"}
_NAMES: dict[ModuleType, str] = {
    os: """
        O_CLOEXEC O_DIRECTORY O_NOFOLLOW chown fchown fchmod fork forkpty getegid geteuid getgid getloadavg
        getpgid getuid initgroups killpg mkfifo nice posix_fadvise pread pwrite sched_getaffinity sendfile setgid setsid
        setuid statvfs sync sysconf uname wait3 wait4
    """,
    signal: """
        SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 SIG_BLOCK SIG_SETMASK alarm pause
        pthread_sigmask setitimer siginterrupt sigwait
    """,
}
_import = builtins.__import__


def _import_portable(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002 - the parameters of __import__
    locals: Mapping[str, object] | None = None,  # noqa: A002
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    importer = str((globals or {}).get("__name__", "")).partition(".")[0]
    if name in _MODULES and level == 0 and importer not in _NEED_THEM:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, globals, locals, fromlist or (), level)


for module, names in _NAMES.items():
    for removed in set(names.split()) & set(dir(module)):
        delattr(module, removed)
asyncio.SelectorEventLoop.add_signal_handler = (
    asyncio.AbstractEventLoop.add_signal_handler
)  # NotImplementedError
builtins.__import__ = _import_portable
