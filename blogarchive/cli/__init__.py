"""The command line: one function per command, grouped into modules."""

from blogarchive.cli.main import main

__all__ = ["main"]
