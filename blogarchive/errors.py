"""The errors that end a command, each with its exit code.

BlogArchiveError                1
├── UsageError                  2   invalid arguments
│   └── NoArchive               2   no archive at the path, and this command creates none
├── Interrupted                 3   stopped by the user or the system; the same command continues
├── Unreachable                 4   no blog could be reached
│   ├── SiteBlocks              4   the site blocks us
│   ├── RobotsForbid            4   robots.txt forbids the blog
│   └── FleetUnreachable        4   the PostgreSQL of the fleet cannot be reached
├── SiteChanged                 5   usually filled fields are empty on many pages, or no page can be parsed
├── ArchiveDamaged              6   the file is damaged, or no archive
│   └── CannotWrite             6   disk full, or the file is read-only
├── ArchiveBusy                75   another run uses the archive (EX_TEMPFAIL of sysexits.h)
└── HostBusy                   76   another worker of the fleet holds a host

A message is one line for the user: the error, and the action to take.
"""

from errno import EDQUOT, ENOSPC
from gettext import gettext as _
from pathlib import Path
from typing import ClassVar, Self

from blogarchive.messages import N_

# Texts of errors of the operating system, which are English in every language.
SYSTEM_REASONS = (
    N_("Address already in use"), N_("Cannot assign requested address"), N_("Directory not empty"), N_("File exists"),
    N_("File name too long"), N_("Input/output error"), N_("Is a directory"), N_("No such file or directory"),
    N_("No space left on device"), N_("Not a directory"), N_("Name or service not known"),
    N_("Operation not permitted"), N_("Permission denied"), N_("Read-only file system"), N_("Too many open files"),
)  # fmt: skip


class UserError(Exception):
    """An error with a text for the user: the translated message, its placeholders filled by `values`."""

    def __init__(self, message: str, /, **values: object) -> None:
        # Without values nothing is filled: the text of another error may contain braces.
        shown = {name: _(str(one)) if one in SYSTEM_REASONS else one for name, one in values.items()}
        super().__init__(message.format(**shown) if shown else message)


class BlogArchiveError(UserError):
    """Ends the command with `exit_code`; its message is shown to the user unchanged."""

    exit_code: ClassVar[int] = 1


class UsageError(BlogArchiveError):
    """The arguments on the command line are invalid."""

    exit_code = 2


class NoArchive(UsageError):
    """There is no archive at the path, and the command creates none."""


class Interrupted(BlogArchiveError):
    """The run was stopped before its end; the same command continues it."""

    exit_code = 3


class Unreachable(BlogArchiveError):
    """No blog could be reached."""

    exit_code = 4


class SiteBlocks(Unreachable):
    """The site blocks us, by status codes or by block pages."""


class RobotsForbid(Unreachable):
    """robots.txt forbids the blog."""


class FleetUnreachable(Unreachable):
    """The PostgreSQL of the fleet cannot be reached."""


class SiteChanged(BlogArchiveError):
    """Usually filled fields are empty on many pages of this run, or no page can be parsed."""

    exit_code = 5


class ArchiveDamaged(BlogArchiveError):
    """The file is damaged, or is not an archive of blogarchive."""

    exit_code = 6


class CannotWrite(ArchiveDamaged):
    """The disk is full, or the file or its folder is read-only."""

    @classmethod
    def for_file(cls, path: Path, error: OSError) -> Self:
        """Return the error to show for one of the operating system."""
        text = _("cannot write {path} ({reason}); correct the permissions, or name another place")
        if error.errno in (ENOSPC, EDQUOT):
            text = _("the disk is full at {path}; make room, then run the same command")
        return cls(text, path=path, reason=error.strerror)


class ArchiveBusy(BlogArchiveError):
    """Another run uses the archive."""

    exit_code = 75


class HostBusy(BlogArchiveError):
    """Another worker of the fleet holds a host, or is the home of the archive."""

    exit_code = 76
