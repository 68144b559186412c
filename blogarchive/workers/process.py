"""Settings of the current process: processor cores, garbage collection, stop signals."""

import gc
import os
import signal

_YOUNG_OBJECTS = 10_000  # parsing a page makes a few thousand objects and frees them itself
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # Windows has no SIGHUP, other systems have no SIGBREAK
_STOP_SIGNALS: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in _NAMES if hasattr(signal, name)
)


def count_cores() -> int:
    """Return how many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def reduce_garbage_collection() -> None:
    """Exclude all present objects from collection, and collect once in several pages."""
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that stop a command, without those that the parent process ignores, as nohup does."""
    return tuple(signum for signum in _STOP_SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN)
