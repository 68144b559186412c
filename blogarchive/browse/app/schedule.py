"""Commands that let a system update the archive every night, for a person to copy."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

_MINUTE, _HOUR = 30, 3
_TASK: Final = "blogarchive"


def nightly_command(archive: Path) -> str:
    """Return the command that schedules a nightly update on this system."""
    return schtasks_command(archive) if sys.platform == "win32" else crontab_line(archive)


def crontab_line(archive: Path) -> str:
    """Return the line of a crontab (macOS, Linux): the full path of the program, since cron sets a short PATH."""
    command = shlex.join(_update(archive)).replace("%", r"\%")  # cron ends the command at a %
    return f"{_MINUTE} {_HOUR} * * *  {command}"


def schtasks_command(archive: Path) -> str:
    """Return the command for PowerShell and cmd of Windows.

    schtasks reads single quotes or escaped double quotes inside its outer quotes (`schtasks /create /?`). Both shells
    pass single quotes unchanged; only cmd passes escaped double quotes, which a path with an apostrophe needs.
    """
    words = " ".join(map(_quote_for_schtasks, _update(archive)))
    return f'schtasks /create /tn {_TASK} /sc daily /st {_HOUR:02}:{_MINUTE} /tr "{words}"'


def _quote_for_schtasks(word: str) -> str:
    if "'" in word:
        return rf"\"{word}\""
    return f"'{word}'" if " " in word else word


def _update(archive: Path) -> list[str]:
    return [*_program(), "update", "-q", "--db", str(archive)]


def _program() -> list[str]:
    """Return the script that was installed beside this Python, or how this Python runs the package."""
    script = shutil.which("blogarchive", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "blogarchive"]
