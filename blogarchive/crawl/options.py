"""Options of a run, and the default path of the archive."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Literal

from blogarchive.errors import NoArchive
from blogarchive.store.ledger.blogs import BlogSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlOptions:
    """Options of a run, as the user gave them.

    `urls` are blogs or posts to back up, `listed` those of a list with the digest `list_digest`. `uids` are the
    blogs to update; if empty, all blogs of the archive. `limit` is a number of posts, `since` a day in the time
    zone of the site. `duration` and `max_requests` end the run; the next one continues it. `retry` requeues every
    failure, also permanent ones. `accept_changes`: a person agrees with the changes of the site. `media` fetches
    images too. `named` are settings of the command line, which are stored for the blogs of the run; `defaults` are
    those of the configuration file.
    """

    command: Literal["backup", "update"]
    db: Path
    urls: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    list_digest: str | None = None
    uids: tuple[str, ...] = ()
    site: str | None = None
    full: bool = False
    retry: bool = False
    accept_changes: bool = False
    limit: int | None = None
    since: date | None = None
    duration: timedelta | None = None
    max_requests: int | None = None
    media: bool = True
    named: BlogSettings = field(default_factory=BlogSettings)
    defaults: BlogSettings = field(default_factory=BlogSettings)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that identify a run; a second run with the same words continues an interrupted first."""
        options = (
            ("full", self.full),
            ("retry", self.retry),
            ("accept-changes", self.accept_changes),
            ("limit", self.limit),
            ("since", self.since),
            ("from", self.list_digest),
        )
        return (*self.urls, *self.uids, *(f"{name}={value}" for name, value in options if value))

    @property
    def partial(self) -> bool:
        """True if the run leaves out posts on purpose."""
        return self.limit is not None or self.since is not None


def default_db() -> Path:
    """Return the default path of the archive: BLOGARCHIVE_DB with `~` expanded, else the first that exists.

    The places are `data/archive.db` in the current folder and `~/blogarchive/archive.db`. If neither exists, a desktop
    begins in the home folder and a server in the current one.
    """
    if named := os.environ.get("BLOGARCHIVE_DB"):
        return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser may raise
    here, home = Path("data/archive.db"), Path(os.path.expanduser("~/blogarchive/archive.db"))  # noqa: PTH111
    if here.exists() or not (home.exists() or has_display(os.environ, sys.platform)):
        return here
    return home


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return True on a desktop: not in a remote shell, and on Unix with a display."""
    if "SSH_CONNECTION" in environment:
        return False
    return platform in ("win32", "darwin") or bool(
        environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    )


def require_archive(db: Path) -> None:
    """Raise `NoArchive` if there is no file at `db`; call it before a lock file is made."""
    if not db.exists():
        raise NoArchive(_("no archive at {db}; `blogarchive backup URL` makes one").format(db=db))
