"""The progress bar of commands that run without the network."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from blogarchive.store.rows import Progress, no_progress


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Progress]:
    """Yield a callback that moves a bar on a terminal, and does nothing elsewhere."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console  # a sixth of the start of a command
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
