"""The command line: one short function a command, in a room for each group of commands."""

from blogarchive.cli.main import main

__all__ = ["main"]
