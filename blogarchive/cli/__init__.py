"""The command line: one function per command, grouped into modules."""

import gc
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line in the language of the system, and leave with its exit code."""
    gc.disable()  # nothing that an import makes is garbage: to look for some takes a tenth of the start
    try:
        from blogarchive.messages import use_system_language

        use_system_language()
        from blogarchive.cli import group  # help texts are translated when it is imported
    except KeyboardInterrupt:  # Ctrl-C before anything is done
        raise SystemExit(3) from None  # the exit code of `Interrupted`, which may not be imported yet
    group.main(arguments)


__all__ = ["main"]
