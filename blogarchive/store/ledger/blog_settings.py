"""Settings that a person chose for one blog, stored so that later runs keep them."""

import json
from dataclasses import dataclass

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.rows import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogSettings:
    """Settings of one blog; None and empty mean the default. Times are UTC text.

    `delay` is in seconds. `media_hosts` are patterns as `--media-hosts` takes them. `cookies` is the path of a
    cookies.txt file. A blog with `paused_at` or `forgotten_at` is left out of updates.
    """

    delay: float | None = None
    media_hosts: tuple[str, ...] = ()
    cookies: str | None = None
    paused_at: str | None = None
    forgotten_at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    id: int
    delay: float | None
    media_hosts: str
    cookies: str | None
    paused_at: str | None
    forgotten_at: str | None


def read_settings(archive: Archive, blog: Blog) -> BlogSettings:
    """Return the settings of a blog; the defaults if none are stored."""
    row = _row(archive, blog)
    if row is None:
        return BlogSettings()
    return BlogSettings(
        delay=row.delay,
        media_hosts=tuple(json.loads(row.media_hosts)),
        cookies=row.cookies,
        paused_at=row.paused_at,
        forgotten_at=row.forgotten_at,
    )


def write_settings(archive: Archive, blog: Blog, settings: BlogSettings) -> None:
    """Store all settings of a blog. Does nothing for a blog whose uid no page has shown yet."""
    if blog.uid is None:
        return
    values: dict[str, Value] = {
        "delay": settings.delay,
        "media_hosts": json.dumps(settings.media_hosts, ensure_ascii=False),
        "cookies": settings.cookies,
        "paused_at": settings.paused_at,
        "forgotten_at": settings.forgotten_at,
    }
    row = _row(archive, blog)
    with archive.atomic():
        if row is None:
            archive.insert_row("blog_settings", {"site": blog.site, "uid": blog.uid, **values})
        else:
            archive.update_row("blog_settings", row.id, values)


def _row(archive: Archive, blog: Blog) -> _Row | None:
    return archive.one_as(
        _Row,
        "select id, delay, media_hosts, cookies, paused_at, forgotten_at from blog_settings"
        " where site = ? and uid = ?",
        (blog.site, blog.uid),
    )
