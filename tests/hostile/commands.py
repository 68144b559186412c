"""Run a command over hostile input in a process of its own, and measure its processor time and memory."""

import functools
import os
import resource
import subprocess
import sys

from tests.faults.run_commands import GOOD_CODES

STARTS = 20  # the processor time of as many commands that end at once: a harmless archive takes one to two
MEGABYTES = 500
_ERRORS = ("Traceback", "unexpected", "this program failed")


def run_measured(*words: str) -> tuple[int, str, float, int]:
    """Return exit code, error lines, seconds of processor time and megabytes of a command and its processes."""
    return measure(sys.executable, "-m", "blogarchive", *words)


def measure(*line: str) -> tuple[int, str, float, int]:
    """Return what `run_measured` does, of any command line."""
    process = subprocess.Popen(
        line,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "BLOGARCHIVE_LANG": "en"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )  # fmt: skip
    assert process.stderr is not None
    err = process.stderr.read().decode()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    return process.returncode, err, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def assert_cheap(*words: str) -> tuple[int, str]:
    """Run the command, return exit code and error lines; assert a code of its own, no traceback, little time and memory."""
    code, err, seconds, megabytes = run_measured(*words)
    assert code in GOOD_CODES, (words, code, err)
    assert not any(sign in err for sign in _ERRORS), (words, err)
    assert max(seconds / (STARTS * _measure_start()), megabytes / MEGABYTES) < 1, (words, seconds, megabytes)
    return code, err


@functools.cache
def _measure_start() -> float:
    """Return the processor time of a command without an archive: on a slower machine all others cost more, too."""
    return max(run_measured("status", "--db", os.devnull + "/none.db")[2] for _ in range(3))
