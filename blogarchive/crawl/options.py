"""What the user asked of a run: options, cookies, hosts that another worker holds, and the settings of each blog."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from blogarchive.errors import UsageError
from blogarchive.fleet.shard import URL_VARIABLE, HostLocks, fleet_url
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, BlogSettings, read_settings, write_settings

if TYPE_CHECKING:
    from http.cookiejar import MozillaCookieJar


@contextmanager
def open_host_locks(db: Path | None, delay: float) -> Iterator[HostLocks]:
    """Yield the locks of the fleet if BLOGARCHIVE_FLEET is set.

    `delay` is the time from the lock of a shared host to the first request, in seconds. Raises `Interrupted` if
    PostgreSQL cannot be reached, and `HostBusy` if the archive at `db` has moved.
    """
    if not os.environ.get(URL_VARIABLE):
        yield HostLocks()
        return
    url = fleet_url()
    from blogarchive.fleet.database.host_locks import fleet_locks

    with fleet_locks(url, db, delay) as locks:
        yield locks


def read_cookies(path: Path) -> "MozillaCookieJar":
    """Return the cookies of a Netscape file, with session cookies; raises `UsageError` if it is none, or cannot be read."""
    from http.cookiejar import LoadError, MozillaCookieJar  # here: takes a tenth of the start-up time

    jar = MozillaCookieJar(path)
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (LoadError, UnicodeDecodeError) as error:  # it names the line, a secret
        raise UsageError(_("{path} is no Netscape cookies file"), path=path) from error
    except OSError as error:
        raise UsageError(_("{path} cannot be read ({why})"), path=path, why=error.strerror) from error
    for cookie in jar:
        if cookie.expires == 0:  # the exporters of most browsers write a session cookie so
            cookie.expires = None
            cookie.discard = True
    return jar


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlOptions:
    """Options of a run, as the user gave them.

    `urls` are blogs or posts to back up, `listed` those of a list with the digest `list_digest`. `uids` are the blogs
    to update; if empty, all blogs of the archive. `limit` is a number of posts, `since` a day in the time zone of the
    site. `duration` and `max_requests` end the run; the next one continues it. `retry` requeues every failure, also
    permanent ones. `accept_changes`: a person agrees with the changes of the site. `media` fetches images too. `named`
    are settings of the command line, which are stored for the blogs of the run. `defaults` are those of the
    configuration file.
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
        asked = {"full": self.full, "retry": self.retry, "accept-changes": self.accept_changes}
        limits = {"limit": self.limit, "since": self.since, "from": self.list_digest}
        options = (*asked.items(), *limits.items())
        return (*self.urls, *self.uids, *(f"{name}={value}" for name, value in options if value))

    @property
    def is_plain_update(self) -> bool:
        """True if a timer may have begun the run: no option and no URL asks for pages again."""
        asks = self.full or self.retry or self.accept_changes or self.urls or self.listed
        return self.command == "update" and not asks

    @property
    def partial(self) -> bool:
        """True if the run leaves out posts on purpose."""
        return self.limit is not None or self.since is not None


class RunSettings:
    """The settings of the blogs of one run; stores those that its command names."""

    def __init__(self, archive: Archive, options: CrawlOptions) -> None:
        self._archive = archive
        self._options = options
        self._cache: dict[Blog, BlogSettings] = {}

    def add_blog(self, blog: Blog) -> None:
        """Store the settings that the command names for `blog`; a backup also includes it in updates again.

        A command for all blogs stores only what is not stored yet.
        """
        before = read_settings(self._archive, blog)
        names_blog = self._options.command == "backup" or bool(self._options.uids)
        named = self._options.named
        after = _overlay(named, before) if names_blog else _overlay(before, named)
        if self._options.command == "backup":
            after = replace(after, forgotten_at=None)
        if after != before:
            write_settings(self._archive, blog, after)
        self._cache[blog] = _overlay(named, _overlay(after, self._options.defaults))

    def of_blog(self, blog: Blog) -> BlogSettings:
        """Return the settings that apply to `blog` in this run. Adds a blog that is not added yet."""
        if blog not in self._cache:
            self.add_blog(blog)
        return self._cache[blog]

    def media_hosts(self, blogs: Iterable[Blog]) -> tuple[str, ...]:
        """Return the host patterns that any of `blogs` allows for images."""
        return tuple(dict.fromkeys(host for blog in blogs for host in self.of_blog(blog).media_hosts))

    def host_delays(self, hosts: Mapping[Blog, str], default: float) -> defaultdict[str, float]:
        """Return the delay of each host of `hosts`, the longest of its blogs; `default` for all others."""
        given = (self._options.named.delay, self._options.defaults.delay, default)
        others = next(delay for delay in given if delay is not None)
        delays: defaultdict[str, float] = defaultdict(lambda: others)
        for blog, host in hosts.items():
            delay = self.of_blog(blog).delay
            delays[host] = max(delays.get(host, 0.0), others if delay is None else delay)
        return delays


def _overlay(first: BlogSettings, second: BlogSettings) -> BlogSettings:
    """Return the values of `first`, and those of `second` that `first` does not set."""
    given = {one.name: getattr(first, one.name) for one in fields(first)}
    return replace(second, **{name: value for name, value in given.items() if value not in (None, "", ())})
