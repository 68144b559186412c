"""The commands that read the archive: `search`, `serve`, `app`."""

import os
import sys
from collections.abc import Sequence
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count, Day
from blogarchive.cli.output import note, print_list
from blogarchive.store import search as finder, search_index
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import open_locked
from blogarchive.store.search import Fragment, Hit, Scope


def format_hit(hit: Hit, *, colour: bool = False) -> str:
    """Return three lines: day, author and title; the excerpt; the URL. `colour` highlights the words found."""
    author = _("{author} (comment)").format(author=hit.author) if hit.kind == "comment" else hit.author
    gone = _("  (gone from the site)") if hit.gone_at else ""
    title = _join(hit.title, colour=colour) or _("(untitled)")
    return (
        f"{(hit.posted_at or '----------')[:10]}  {author}  {title}{gone}\n"
        f"    {_join(hit.excerpt, colour=colour)}\n"
        f"    {hit.url}"
    )


def hit_object(hit: Hit) -> dict[str, object]:
    """Return the object of `--json`; `excerpt` is plain text, `marks` are the words found in it."""
    names = ("kind", "id", "post_id", "author", "title", "posted_at", "url", "gone_at", "excerpt")
    return {
        **{name: getattr(hit, name) for name in names},
        "title": _join(hit.title, colour=False),
        "excerpt": _join(hit.excerpt, colour=False),
        "marks": [piece.text for piece in hit.excerpt if piece.hit],
    }


def _join(pieces: Sequence[Fragment], *, colour: bool) -> str:
    marked = (
        click.style(one.text, fg="yellow", bold=True) if colour and one.hit else one.text for one in pieces
    )
    return "".join(marked).strip()


@click.command(
    context_settings={"ignore_unknown_options": True},
    help=_('Words of any length, "phrases", A OR B, -without; 简 finds 繁.'),
)  # -关税 excludes a word
@click.argument("words", nargs=-1)
@click.option(
    "--author", help=_("A uid, site/uid, nickname or title; with --comments, the author of the comments.")
)
@click.option("--since", type=Day(), help=_("Only that day, month or year, and later."))
@click.option("--comments", is_flag=True, help=_("Search the comments."))
@click.option("--best", is_flag=True, help=_("Best hits first. [default: newest first]"))
@click.option(
    "--limit", type=Count(min=1), default=20, show_default=True, help=_("Print at most this many hits.")
)
@click.option("--rebuild", is_flag=True, help=_("Rebuild the search index first."))
@options.db_and_json
def search(
    words: tuple[str, ...],
    author: str | None,
    since: date | None,
    comments: bool,
    best: bool,
    limit: int,
    rebuild: bool,
    db: Path,
    as_json: bool,
) -> int:
    """Find posts or comments."""
    for word in words:
        # Click passes on unknown options, and a mistyped one would be a word to find.
        if word.startswith("--"):
            raise click.NoSuchOption(word)
    if rebuild:
        with open_locked(db, "search") as archive:
            rows = archive.rebuild_search()
        note(_("{rows} posts and comments indexed").format(rows=rows))
    elif not words:
        raise click.UsageError(_("give words to find, or --rebuild"))
    text, day = " ".join(words), since.isoformat() if since else None
    scope: Scope = {"author": author, "since": day, "comments": comments}
    with Archive.open(db, read_only=True) as archive:
        if author is not None and not comments:
            finder.require_blog(archive, author)
        found = finder.search(archive, text, order="best" if best else "newest", limit=limit, **scope)
        # Fewer hits than asked for are all: to count them would search the index again.
        total = len(found) if len(found) < limit else finder.count_hits(archive, text, **scope)
        is_whole = search_index.is_whole(archive)
    _print_hits(found, total, as_json=as_json, is_whole=is_whole, is_asked=bool(words))
    return 0


@click.command(
    help=_(
        "It answers this machine only, unless --host says otherwise. Several ARCHIVES are served side by side."
    )
)
@click.argument("archives", metavar="[ARCHIVE]...", nargs=-1, type=options.FILE)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=_("Address to listen on; 0.0.0.0 lets other machines read the archive."),
)
@click.option(
    "--port", type=Count(0, 65535), default=8001, show_default=True, help=_("0 takes any free port.")
)
@click.option("--open", "open_browser", is_flag=True, help=_("Open a browser."))
@click.option("--immutable", is_flag=True, help=_("Read faster; the file must not be written meanwhile."))
@click.option(
    "--allow-host",
    "allowed_hosts",
    metavar="NAME",
    multiple=True,
    help=_("Answer requests for this name too, such as that of a proxy. Repeatable."),
)
@options.db
@options.config
@click.pass_context
def serve(context: click.Context, /, archives: tuple[Path, ...], db: Path, **choices: Any) -> None:
    """Read and search the archive in the browser."""
    from blogarchive.browse.serve import serve as run_server

    if archives and context.get_parameter_source("db") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError(_("name the archives with --db or as ARCHIVE, not with both"))
    run_server(*(archives or (db,)), **choices)


@click.command(name="app", help=_("It answers this machine only."))
@click.option(
    "--port",
    type=Count(0, 65535),
    help=_("0 takes any free port. [default: 8123, or a free one if it is taken]"),
)
@click.option("--no-browser", is_flag=True, help=_("Print the address; do not open a browser."))
@options.db
def app(port: int | None, no_browser: bool, db: Path) -> None:
    """Start, watch and stop backups in the browser."""
    from blogarchive.browse.app.server import run_app

    run_app(db, port=port, open_browser=not no_browser)


def _print_hits(found: Sequence[Hit], total: int, *, as_json: bool, is_whole: bool, is_asked: bool) -> None:
    """Print the first hits of `total`."""
    has_colour = sys.stdout.isatty() and not (os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb")
    lines = (format_hit(hit, colour=has_colour) for hit in found)
    nothing = _("nothing found") if is_whole and is_asked else ""
    print_list(map(hit_object, found), lines, as_json=as_json, nothing=nothing)
    if not is_whole:
        text = _(
            "some texts are not in the index yet; the next run adds them, or `blogarchive search --rebuild`"
        )
        note(text)
    if total > len(found):
        message = _("the first {count} of {total}; --limit {total} shows them all")
        note(message.format(count=len(found), total=total))
