"""The commands for single blogs of an archive: `settings`, `pause`, `resume`, `forget`."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.crawl.cookies import read_cookies
from blogarchive.crawl.options import require_archive
from blogarchive.errors import UsageError
from blogarchive.parsing.media.hosts import parse_hosts
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blog_removal import remove_blog
from blogarchive.store.ledger.blog_settings import BlogSettings, read_settings, write_settings
from blogarchive.store.ledger.blogs import Blog, find_blog, stored_blogs
from blogarchive.store.timestamps import format_utc, utc_now

_KEYS = ("delay", "media_hosts", "cookies")
_blog = click.argument("name", metavar="BLOG")


@click.command(help=_("Show the settings of a blog, or of all; KEY=VALUE changes one, KEY= removes it."))
@click.argument("name", metavar="[BLOG]", required=False)
@click.argument("changes", metavar="[KEY=VALUE]...", nargs=-1)
@options.db
@options.as_json
@options.any_verbosity
def settings(name: str | None, changes: tuple[str, ...], db: Path, as_json: bool) -> None:
    """Show or change the settings of blogs: delay, media_hosts, cookies."""
    if changes and name:
        with _opened(db, "settings") as archive:
            blog = find_blog(archive, name)
            write_settings(archive, blog, _changed(read_settings(archive, blog), changes))
    with Archive.open(db, read_only=True) as archive:
        blogs = [find_blog(archive, name)] if name else stored_blogs(archive, left_out=True)
        found = [(blog, read_settings(archive, blog)) for blog in blogs]
    if as_json:
        objects = [{"site": blog.site, "uid": blog.uid, **asdict(chosen)} for blog, chosen in found]
        click.echo(json.dumps(objects[0] if name else objects, ensure_ascii=False))
        return
    for blog, chosen in found:
        click.echo(_line(blog, chosen))


@click.command(help=_("Leave a blog out of updates until `resume`."))
@_blog
@options.db
@options.any_verbosity
def pause(name: str, db: Path) -> None:
    """Leave a blog out of updates until `resume`."""
    _change(db, "pause", name, lambda chosen: replace(chosen, paused_at=format_utc(utc_now())))
    click.echo(
        _("{blog} is paused; `blogarchive resume {blog}` includes it again").format(blog=name), err=True
    )


@click.command(help=_("Include a paused or forgotten blog in updates again."))
@_blog
@options.db
@options.any_verbosity
def resume(name: str, db: Path) -> None:
    """Include a paused or forgotten blog in updates again."""
    _change(db, "resume", name, lambda chosen: replace(chosen, paused_at=None, forgotten_at=None))
    click.echo(_("{blog} is updated again from now on").format(blog=name), err=True)


@click.command(help=_("Leave a blog out of updates and of `status` for good; what is stored of it stays."))
@_blog
@click.option("--delete", is_flag=True, help=_("Delete what is stored of it as well."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@options.db
@options.any_verbosity
def forget(name: str, delete: bool, yes: bool, db: Path) -> None:
    """Leave a blog out of updates for good, or delete it."""
    question = (
        _("Delete everything that is stored of {blog}? The site may not have it any more.")
        if delete
        else _("Leave {blog} out of updates? What is stored of it stays.")
    ).format(blog=name)
    if not yes:
        click.confirm(question, abort=True, err=True)
    if not delete:
        _change(db, "forget", name, lambda chosen: replace(chosen, forgotten_at=format_utc(utc_now())))
        return
    with _opened(db, "forget") as archive:
        remove_blog(archive, find_blog(archive, name))


def _change(db: Path, command: str, name: str, change: Callable[[BlogSettings], BlogSettings]) -> None:
    with _opened(db, command) as archive:
        blog = find_blog(archive, name)
        write_settings(archive, blog, change(read_settings(archive, blog)))


@contextmanager
def _opened(db: Path, command: str) -> Iterator[Archive]:
    require_archive(db)
    with lock.hold_lock(db, command, now=utc_now()), Archive.open(db) as archive:
        yield archive


def _changed(chosen: BlogSettings, changes: Sequence[str]) -> BlogSettings:
    """Return the settings with `KEY=VALUE` changes. Raises `UsageError` if a change cannot be understood."""
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or key not in _KEYS:
            raise UsageError(
                _("{change} is no setting; write KEY=VALUE, where KEY is one of {keys}").format(
                    change=repr(change), keys=", ".join(_KEYS)
                )
            )
        chosen = _with_value(chosen, key, value.strip())
    return chosen


def _with_value(chosen: BlogSettings, key: str, value: str) -> BlogSettings:
    match key:
        case "delay":
            delay = options.Seconds(min=0).convert(value, None, None) if value else None
            return replace(chosen, delay=delay)
        case "media_hosts":
            return replace(chosen, media_hosts=parse_hosts([value]))
        case _:
            if value:
                read_cookies(Path(value).expanduser())
            return replace(chosen, cookies=str(Path(value).expanduser().absolute()) if value else None)


def _line(blog: Blog, chosen: BlogSettings) -> str:
    values = [f"delay={chosen.delay:g}" if chosen.delay is not None else ""]
    values += [f"media_hosts={','.join(chosen.media_hosts)}" if chosen.media_hosts else ""]
    values += [f"cookies={chosen.cookies}" if chosen.cookies else ""]
    values += [_("paused since {time}").format(time=chosen.paused_at) if chosen.paused_at else ""]
    values += [_("forgotten since {time}").format(time=chosen.forgotten_at) if chosen.forgotten_at else ""]
    shown = "  ".join(value for value in values if value) or _("defaults")
    return f"{blog.site}/{blog.uid or '?'}  {shown}"
