"""The commands for single blogs of an archive: `settings`, `pause`, `resume`, `forget`."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from blogarchive.cli import options, output
from blogarchive.crawl.options import read_cookies
from blogarchive.errors import BlogArchiveError, UsageError
from blogarchive.parsing.urls import parse_hosts
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_locked
from blogarchive.store.ledger import blogs as blog_rows
from blogarchive.store.rows import format_utc, utc_now
from blogarchive.store.verify import write_sealed_copy

_Change = Callable[[blog_rows.BlogSettings], blog_rows.BlogSettings]
_blog = click.argument("name", metavar="BLOG")


@click.command(help=_("KEY=VALUE changes a setting, KEY= removes it."))
@click.argument("name", metavar="[BLOG]", required=False)
@click.argument("changes", metavar="[KEY=VALUE]...", nargs=-1)
@options.db_and_json
def settings(name: str | None, changes: tuple[str, ...], db: Path, as_json: bool) -> None:
    """Show or change the settings of blogs."""
    if changes and name:
        _change(db, "settings", name, lambda current: _apply_changes(current, changes))
    with Archive.open(db, read_only=True) as archive:
        named = [blog_rows.find_blog(archive, name)] if name else ()
        blogs = named or blog_rows.stored_blogs(archive, left_out=True)
        found = [(blog, blog_rows.read_settings(archive, blog)) for blog in blogs]
    objects = [{"site": blog.site, "uid": blog.uid, **asdict(current)} for blog, current in found]
    if name and as_json:
        output.print_json(objects[0])
    else:
        lines = (_format_settings(blog, current) for blog, current in found)
        output.print_list(objects, lines, as_json=as_json, nothing=_("no blog is stored"))


@click.command(help="")
@_blog
@options.db
def pause(name: str, db: Path) -> None:
    """Leave a blog out of updates until `resume`."""
    _change(db, "pause", name, lambda current: replace(current, paused_at=format_utc(utc_now())))
    output.note(_("{blog} is paused; `blogarchive resume {blog}` includes it again").format(blog=name))


@click.command(help="")
@_blog
@options.db
def resume(name: str, db: Path) -> None:
    """Include a paused or forgotten blog in updates again."""
    _change(db, "resume", name, lambda current: replace(current, paused_at=None, forgotten_at=None))
    output.note(_("{blog} is updated again from now on").format(blog=name))


@click.command(help=_("What is stored of it stays, and `status` leaves it out too."))
@_blog
@click.option("--delete", is_flag=True, help=_("Delete what is stored of it as well."))
@click.option(
    "--copy",
    "copy_path",
    metavar="FILE",
    type=options.FILE,
    help=_("With --delete: first write a sealed copy of the whole archive to FILE."),
)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@options.db
def forget(name: str, delete: bool, copy_path: Path | None, yes: bool, db: Path) -> None:
    """Leave a blog out of updates for good, or delete it."""
    if copy_path is not None and not delete:
        raise UsageError(_("--copy goes with --delete"))
    with Archive.open(db, read_only=True) as archive:
        blog = blog_rows.find_blog(archive, name)
        contents = blog_rows.count_contents(archive, blog)
    if not yes:
        _ask(contents, delete=delete)  # without the lock: a nightly update must not wait for the answer
    if not delete:
        _change(db, "forget", name, lambda current: replace(current, forgotten_at=format_utc(utc_now())))
        text = _("{blog} is left out of updates; `blogarchive resume {blog}` includes it again")
        output.note(text.format(blog=name))
        return
    with open_locked(db, "forget") as archive:
        if copy_path is not None:
            write_sealed_copy(db, copy_path)
        blog_rows.remove_blog(archive, blog_rows.find_blog(archive, name))
    output.note(_("{blog} is deleted").format(blog=name))


def _ask(contents: blog_rows.BlogContents, *, delete: bool) -> None:
    """Ask whether to forget a blog. Raises `UsageError` if nobody can answer, `click.Abort` for a no."""
    if not sys.stdin.isatty():
        raise UsageError(_("forget asks first, and there is no terminal to answer; use --yes"))
    question = _("Leave {blog} out of updates? What is stored of it stays.")
    if delete:
        question = _(
            "Delete everything that is stored of {blog}: {posts}, {comments}, {images}?"
            " The site may not have it any more."
        )
    question = question.format(
        blog=contents.name,
        posts=output.post_count(contents.posts),
        comments=output.comment_count(contents.comments),
        images=output.image_count(contents.images),
    )
    click.confirm(output.escape_controls(question), abort=True, err=True)


def _change(db: Path, command: str, name: str, change: _Change) -> None:
    with open_locked(db, command) as archive:
        blog = blog_rows.find_blog(archive, name)
        blog_rows.write_settings(archive, blog, change(blog_rows.read_settings(archive, blog)))


def _apply_changes(current: blog_rows.BlogSettings, changes: Sequence[str]) -> blog_rows.BlogSettings:
    """Return the settings with `KEY=VALUE` changes. Raises `UsageError` if a change is invalid."""
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or key not in blog_rows.NAMED_SETTINGS:
            text = _("{change} is no setting; write KEY=VALUE, where KEY is one of {keys}")
            raise UsageError(text, change=repr(change), keys=", ".join(blog_rows.NAMED_SETTINGS))
        try:
            current = _set_value(current, key, value.strip())
        except (BlogArchiveError, click.ClickException) as error:
            reason = error.format_message() if isinstance(error, click.ClickException) else str(error)
            raise UsageError(f"{key}: {reason}") from error
    return current


def _set_value(current: blog_rows.BlogSettings, key: str, value: str) -> blog_rows.BlogSettings:
    stored: Any = None
    if key == "media_hosts":
        stored = parse_hosts([value])
    elif value and key == "cookies":
        path = Path(value).expanduser()
        read_cookies(path)  # a wrong file is an error now, and not in the middle of a night
        stored = str(path.absolute())
    elif value:
        number = options.Seconds(min=0) if key == "delay" else options.Count(min=0)
        stored = number.convert(value, None, None)
    return replace(current, **{key: stored})


def _format_settings(blog: blog_rows.Blog, current: blog_rows.BlogSettings) -> str:
    values = {name: getattr(current, name) for name in blog_rows.NAMED_SETTINGS}
    values["media_hosts"] = ",".join(current.media_hosts) or None
    values["delay"] = None if current.delay is None else f"{current.delay:g}"
    lines = [f"{key}={value}" for key, value in values.items() if value is not None]
    if current.paused_at:
        lines.append(_("paused since {time}").format(time=current.paused_at))
    if current.forgotten_at:
        lines.append(_("forgotten since {time}").format(time=current.forgotten_at))
    shown = "  ".join(lines) or _("defaults")
    return f"{blog.site}/{blog.uid or '?'}  {shown}"
