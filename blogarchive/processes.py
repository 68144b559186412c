"""Start this program as another process, by its Python or by a bundle, which has no Python beside it."""

import os
import sys
from pathlib import Path
from typing import Final

_PACKAGE: Final = "blogarchive"
# Option of Python: a module of the working folder must not replace one of ours.
_ISOLATED: Final = "-P"

PROGRESS_FILE: Final = "BLOGARCHIVE_PROGRESS"
"""Environment variable: the file into which a command writes its progress and the total, for a page to show."""


def is_bundle() -> bool:
    """Return whether this process runs from a bundle."""
    return bool(getattr(sys, "frozen", False))


def own_command(*words: str) -> list[str]:
    """Return the command line that runs `blogarchive WORDS`."""
    return [sys.executable, _ISOLATED, "-m", _PACKAGE, *words]


def own_code(code: str) -> list[str]:
    """Return the command line that runs Python code with the modules of this program."""
    return [sys.executable, _ISOLATED, "-c", code]


def own_program() -> list[str]:
    """Return the shortest command line of this program, for a person or a schedule of the system."""
    if is_bundle():
        return [sys.executable]
    from shutil import which

    script = which(_PACKAGE, path=str(Path(sys.executable).parent))
    return [script] if script else own_command()


def detached_environment() -> dict[str, str]:
    """Return the environment of a process that may outlive this one.

    A bundle of one file unpacks itself into a folder that it removes at its end. A process that shares this folder
    would lose its modules; with this variable of PyInstaller it unpacks its own.
    """
    return {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"}


def run_bundle(arguments: list[str]) -> None:
    """Run a bundle as a Python: `-m blogarchive WORDS` and `-c CODE`, also after `-P`; other words are a command."""
    from multiprocessing import freeze_support

    freeze_support()  # does not return in a worker process
    _restore_library_path()
    words = arguments[1:] if arguments[:1] == [_ISOLATED] else arguments
    match words:
        case ["-c", code, *rest]:
            sys.argv = ["-c", *rest]
            exec(code, {"__name__": "__main__"})  # noqa: S102 - as a Python does
        case ["-m", "blogarchive", *rest]:
            _run_command(rest)
        case _:
            _run_command(words)


def _run_command(words: list[str]) -> None:
    from importlib import import_module

    sys.argv = [_PACKAGE, *words]
    import_module("blogarchive.cli").main()


def _restore_library_path() -> None:
    """Give programs of the system, such as a browser, their own libraries instead of those of the bundle."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        original = os.environ.pop(f"{name}_ORIG", None)
        if original is not None:
            os.environ[name] = original
        elif is_bundle():
            os.environ.pop(name, None)
