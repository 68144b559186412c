"""The errors that end a command, each with the exit code it means.

BlogArchiveError                1
├── UsageError                  2   the words on the command line cannot be carried out
│   └── NoArchive               2   no archive at that path, and this command creates none
├── Interrupted                 3   stopped by a person or the system; the same command goes on
├── Unreachable                 4   no blog could be reached
│   ├── SiteBlocks              4   the site refuses us
│   └── RobotsForbid            4   robots.txt forbids the blog
├── SiteChanged                 5   fields that used to be filled are empty on many pages, or none can be read
├── ArchiveDamaged              6   the file is not whole, or not an archive
│   └── CannotWrite             6   disk full, or the file is read-only
└── ArchiveBusy                75   another run holds the archive (EX_TEMPFAIL of sysexits.h)

Messages are one line for the person at the terminal: what is wrong, and what to do.
"""

from typing import ClassVar


class BlogArchiveError(Exception):
    """Ends the command with `exit_code`; its text is shown to the person as it is."""

    exit_code: ClassVar[int] = 1


class UsageError(BlogArchiveError):
    """The words on the command line cannot be carried out."""

    exit_code = 2


class NoArchive(UsageError):
    """There is no archive at the path, and the command creates none."""


class Interrupted(BlogArchiveError):
    """Stopped before the end; the same command goes on where this one stopped."""

    exit_code = 3


class Unreachable(BlogArchiveError):
    """No blog could be reached."""

    exit_code = 4


class SiteBlocks(Unreachable):
    """The site refuses us, by status codes or by block pages."""


class RobotsForbid(Unreachable):
    """robots.txt forbids the blog."""


class SiteChanged(BlogArchiveError):
    """Fields that used to be filled are empty on many pages of this run, or nothing on its pages can be read."""

    exit_code = 5


class ArchiveDamaged(BlogArchiveError):
    """The file is not whole, or is not an archive of blogarchive."""

    exit_code = 6


class CannotWrite(ArchiveDamaged):
    """The disk is full, or the file or its folder is read-only."""


class ArchiveBusy(BlogArchiveError):
    """Another run holds the archive."""

    exit_code = 75
