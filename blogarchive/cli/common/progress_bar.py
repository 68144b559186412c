"""The progress bar of commands that run without the network."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar

from blogarchive.store.progress import Progress, no_progress


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Progress]:
    """Yield a callback that moves a bar on a terminal, and does nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield no_progress
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
