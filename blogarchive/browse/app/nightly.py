"""Update every night by the schedule of this system: systemd for a user, launchd, the Task Scheduler of Windows."""

import os
import plistlib
import shlex
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from blogarchive.processes import own_program

_HOUR, _MINUTE = 3, 30  # the site has few readers then, and the person sleeps
_SECONDS = 30.0


class ScheduleFailed(Exception):
    """The system refused the schedule; the text is its last line of output."""


class Schedule(ABC):
    """The nightly update of one archive in the schedule of a system. All methods may raise `ScheduleFailed`."""

    def __init__(self, archive: Path) -> None:
        digest = sha256(str(archive.absolute()).encode()).hexdigest()[:8]
        self.name = f"blogarchive-{digest}"
        self.words = [*own_program(), "update", "-q", "--db", str(archive.absolute())]

    @abstractmethod
    def files(self) -> dict[Path, str]:
        """Return the texts of the files that the system reads, by path."""

    @abstractmethod
    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the commands that switch the schedule on, once its files are written, and those that switch it off."""

    def is_installed(self) -> bool:
        """Return whether the update is scheduled."""
        return all(path.exists() for path in self.files())

    def install(self) -> None:
        """Schedule the update every night, or after the next start of a computer that was off."""
        for path, text in self.files().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        for words in self.commands()[0]:
            _run(words)

    def remove(self) -> None:
        """Remove the schedule of this archive."""
        for words in self.commands()[1]:
            _run(words)
        for path in self.files():
            path.unlink(missing_ok=True)


def find_schedule(archive: Path) -> Schedule | None:
    """Return the schedule of this system; None if it has none that a program can use."""
    if kind := _BY_PLATFORM.get(sys.platform):
        return kind(archive)
    return Systemd(archive) if _succeeds(["systemctl", "--user", "show-environment"]) else None


class Systemd(Schedule):
    """A timer of systemd, which belongs to the user."""

    def files(self) -> dict[Path, str]:
        """Return the service and its timer."""
        home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        unit = str(Path(home, "systemd", "user", self.name))
        command = " ".join(map(_quote_for_systemd, self.words))
        return {
            Path(f"{unit}.service"): "[Unit]\nDescription=Update the blogs of blogarchive\n\n"
            f"[Service]\nType=oneshot\nExecStart={command}\n",
            Path(f"{unit}.timer"): "[Unit]\nDescription=Update the blogs of blogarchive every night\n\n"
            f"[Timer]\nOnCalendar=*-*-* {_HOUR:02}:{_MINUTE:02}\nRandomizedDelaySec=15min\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n",
        }

    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """Start the timer; stop it."""
        control, timer = ["systemctl", "--user"], f"{self.name}.timer"
        on = [[*control, "daemon-reload"], [*control, "enable", "--now", timer]]
        return on, [[*control, "disable", "--now", timer]]


class Launchd(Schedule):
    """An agent of launchd (macOS), which belongs to the user; a sleeping computer runs it when it wakes up."""

    @property
    def _path(self) -> Path:
        return Path.home() / "Library" / "LaunchAgents" / f"{self.name}.plist"

    def files(self) -> dict[Path, str]:
        """Return the property list of the agent (`man launchd.plist`)."""
        when = {"Hour": _HOUR, "Minute": _MINUTE}
        agent = {"Label": self.name, "ProgramArguments": self.words, "StartCalendarInterval": when}
        return {self._path: plistlib.dumps(agent).decode("utf-8")}

    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """Load the agent; unload it."""
        # `-w` also switches on an agent that was switched off before.
        on, off = (["launchctl", verb, "-w", str(self._path)] for verb in ("load", "unload"))
        return [on], [off]


_TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><CalendarTrigger><StartBoundary>2020-01-01T{hour:02}:{minute:02}:00</StartBoundary>
    <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Settings><StartWhenAvailable>true</StartWhenAvailable><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries><ExecutionTimeLimit>PT0S</ExecutionTimeLimit></Settings>
  <Actions><Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"""


class TaskScheduler(Schedule):
    """A task of the Task Scheduler of Windows, which reads its file once."""

    def files(self) -> dict[Path, str]:
        """Return none."""
        return {}

    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """Delete the task."""
        return [], [["schtasks", "/delete", "/f", "/tn", self.name]]

    def is_installed(self) -> bool:
        """Return whether the task is there."""
        return _succeeds(["schtasks", "/query", "/tn", self.name])

    def install(self) -> None:
        """Create the task, or replace it."""
        with TemporaryDirectory(prefix="blogarchive-") as folder:
            path = Path(folder, "task.xml")
            path.write_text(self.to_xml(), "utf-16")
            _run(["schtasks", "/create", "/f", "/tn", self.name, "/xml", str(path)])

    def to_xml(self) -> str:
        """Return the task as schtasks reads it; the arguments are quoted as Windows splits them."""
        command, arguments = escape(self.words[0]), escape(subprocess.list2cmdline(self.words[1:]))
        return _TASK.format(hour=_HOUR, minute=_MINUTE, command=command, arguments=arguments)


_BY_PLATFORM: dict[str, type[Schedule]] = {"win32": TaskScheduler, "darwin": Launchd}


def _quote_for_systemd(word: str) -> str:
    """Return a word of ExecStart (`man systemd.service`): `%` and `$` begin its variables."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return quoted if quoted == shlex.quote(word) else f'"{quoted}"'


def _succeeds(words: Sequence[str]) -> bool:
    try:
        _run(words)
    except ScheduleFailed:
        return False
    return True


def _run(words: Sequence[str]) -> None:
    """Run a program of the system; raises `ScheduleFailed` if it fails or is not there."""
    try:
        ran = subprocess.run(  # noqa: S603 - a fixed program of the system, without a shell
            words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScheduleFailed(str(error)) from error
    if ran.returncode:
        lines = (ran.stderr or ran.stdout).strip().splitlines()
        raise ScheduleFailed(lines[-1] if lines else str(ran.returncode))
