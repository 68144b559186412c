"""How many cores this process may use."""

import os


def cores() -> int:
    """The cores that are this process's, 1 or more; on systems that do not say which, all of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
