"""Settings of each blog of a run: of the command line, else stored for the blog, else of the configuration file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from blogarchive.crawl.options import CrawlOptions
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, BlogSettings, read_settings, write_settings


@dataclass(frozen=True, kw_only=True, slots=True)
class HostDelays:
    """Seconds between two requests: the `lowest` of all hosts, those `by_host`, and that of all `others`."""

    lowest: float
    by_host: Mapping[str, float]
    others: float


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
        """Return the settings that apply to `blog` in this run."""
        if blog not in self._cache:
            self.add_blog(blog)
        return self._cache[blog]

    def media_hosts(self, blogs: Iterable[Blog]) -> tuple[str, ...]:
        """Return the host patterns that any of `blogs` allows for images."""
        return tuple(dict.fromkeys(host for blog in blogs for host in self.of_blog(blog).media_hosts))

    def host_delays(self, hosts: Mapping[Blog, str], default: float) -> HostDelays:
        """Return the delay of each host of `hosts`, the longest of its blogs; `default` for all others."""
        others = self._options.named.delay
        if others is None:
            others = self._options.defaults.delay
        if others is None:
            others = default
        by_host: dict[str, float] = {}
        for blog, host in hosts.items():
            delay = self.of_blog(blog).delay
            by_host[host] = max(by_host.get(host, 0.0), others if delay is None else delay)
        return HostDelays(lowest=min(by_host.values(), default=others), by_host=by_host, others=others)

    def cookie_files(self, blogs: Iterable[Blog]) -> dict[tuple[str, str | None], str]:
        """Return the path of the cookies of each blog that has some, by site and uid."""
        found = {(blog.site, blog.uid): self.of_blog(blog).cookies for blog in blogs}
        return {blog: path for blog, path in found.items() if path}


def _overlay(first: BlogSettings, second: BlogSettings) -> BlogSettings:
    """Return the values of `first`, and those of `second` that `first` does not set."""
    return BlogSettings(
        delay=second.delay if first.delay is None else first.delay,
        media_hosts=first.media_hosts or second.media_hosts,
        cookies=first.cookies or second.cookies,
        paused_at=first.paused_at or second.paused_at,
        forgotten_at=first.forgotten_at or second.forgotten_at,
    )
