"""Run a command over hostile input, and measure its processor time and memory.

`run_measured` forks a process of its own from one that has imported the program.
"""

import functools
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.faults.run_commands import GOOD_CODES
from tests.tool import run_code

STARTS = 40  # the processor time of as many commands that end at once: the dearest archive here takes 8 to 20
MEGABYTES = 500
_ERRORS = ("Traceback", "unexpected", "this program failed")
_MEASURED = """
import os, resource, sys
from pathlib import Path
from blogarchive.cli import main

os.environ["BLOGARCHIVE_LANG"] = "en"
used = Path(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    main()
finally:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in usage)
    used.write_text(f"{seconds} {max(one.ru_maxrss for one in usage) >> 10}")
"""
Result = TypeVar("Result")


def run_measured(*words: str) -> tuple[int, str, float, int]:
    """Return exit code, error lines, seconds of processor time and megabytes of a command and its processes."""
    with TemporaryDirectory() as folder:
        ran = run_code(_MEASURED, f"{folder}/used", *words, folder=Path(folder))
        seconds, megabytes = Path(folder, "used").read_text().split()
    return ran.code, ran.err, float(seconds), int(megabytes)


def measure_call(call: Callable[[], Result]) -> tuple[Result, float, int]:
    """Return what a call returns, its seconds of processor time, and how many megabytes more than before it needed."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is the present size
    before, begun = _peak(), time.process_time()
    result = call()
    return result, time.process_time() - begun, (_peak() - before) >> 10


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measure(*line: str) -> tuple[int, str, float, int]:
    """Return what `run_measured` does, of any command line that is started afresh."""
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
    # The other processes may have made this machine slower since the first measurement.
    is_quick = any(seconds < STARTS * start() for start in (_measure_start, _measure_start.__wrapped__))
    assert (is_quick, megabytes < MEGABYTES) == (True, True), (words, seconds, megabytes)
    return code, err


@functools.cache
def _measure_start() -> float:
    """Return the processor time of a command without an archive: on a slower machine all others cost more, too."""
    line = sys.executable, "-m", "blogarchive", "status", "--db", os.devnull + "/none.db"
    return max(measure(*line)[2] for _ in range(3))
