"""Back up hosted Chinese blogs into one SQLite file."""

__version__ = "0.1.0"
