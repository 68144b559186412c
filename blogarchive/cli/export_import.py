"""The commands that convert archives: `export`, `import`, `merge`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli.common import options
from blogarchive.cli.common.damage import explain_damage
from blogarchive.cli.common.progress_bar import progress_bar
from blogarchive.cli.common.stdio import print_result, require_undamaged
from blogarchive.errors import UsageError
from blogarchive.export import atom, epub, html, jsonl, markdown, parquet, single_post, table, wacz, warc
from blogarchive.export.book.volumes import Division
from blogarchive.export.common.report import Exported
from blogarchive.importing.exports import PLATFORMS, import_export
from blogarchive.importing.html import import_html
from blogarchive.importing.merge import merge_archive
from blogarchive.importing.report import ImportReport
from blogarchive.importing.warc import import_warc
from blogarchive.sites.links.post_ids import parse_decimal_id
from blogarchive.store.queries.export_models import Filters

Export = Callable[..., Exported]

_FORMATS: dict[str, Export] = {
    "html": html.export_html,
    "markdown": markdown.export_markdown,
    "jsonl": jsonl.export_jsonl,
    "epub": epub.export_epub,
    "atom": atom.export_atom,
    "warc": warc.export_warc,
    "wacz": wacz.export_wacz,
    "parquet": parquet.export_parquet,
}


_EXPORT_HELP = _(
    """Write blogs to files that need no special program; run it again to update OUT.

\b
Formats:
  html      web pages in a folder, with search, without this program; with --number one post in one file
  markdown  a folder of Markdown files with front matter, for Hugo and others
  jsonl     one JSON object a line; with --table two CSV files
  epub      a book for e-readers; with --each a book for each blog or year
  atom      a feed
  warc      the pages as served, for web archives
  wacz      the same with an index and a list of pages, for ReplayWeb.page
  parquet   tables for DuckDB, pandas and Spark; needs blogarchive[parquet]
"""
)


@click.command(help=_EXPORT_HELP)
@click.argument("kind", metavar="FORMAT", type=click.Choice(list(_FORMATS)))
@click.argument("out", type=options.PathArgument())
@click.option(
    "--table", "as_table", is_flag=True, help=_("With jsonl: write posts.csv and comments.csv instead.")
)
@click.option(
    "--number", metavar="N", help=_("With html: the post of that number, in one file with its images.")
)
@click.option(
    "--each",
    type=click.Choice(["blog", "year"]),
    help=_("With epub: a folder with a book for each blog, or for each blog and year."),
)
@click.option("--author", "authors", multiple=True, help=_("A uid, site/uid or nickname; may be repeated."))
@click.option("--since", type=options.Day(), help=_("Only posts of that day and later."))
@click.option("--until", type=options.Day(last=True), help=_("Only posts of that day and earlier."))
@click.option("--category", "categories", multiple=True, help=_("Posts of that category; may be repeated."))
@options.db
@options.as_json
@options.verbosity
def export(
    kind: str,
    out: Path,
    as_table: bool,
    number: str | None,
    each: Division | None,
    authors: tuple[str, ...],
    since: date | None,
    until: date | None,
    categories: tuple[str, ...],
    db: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write blogs to files; the help is translated above."""
    write = _choose_export(kind, as_table=as_table, number=number, each=each)
    if number is not None and (since or until or categories):
        raise UsageError(_("--number names one post: leave out --since, --until and --category"))
    filters = Filters(authors=authors, since=since, until=until, categories=categories)
    with progress_bar(_("exporting"), quiet=quiet) as progress:
        done = write(db, out, filters=filters, progress=progress)
    if as_json:
        print_result(json.dumps({**asdict(done), "out": str(done.out)}, ensure_ascii=False))
    elif not quiet:
        missing = _(", {count} posts not fetched yet").format(count=done.missing) if done.missing else ""
        count = (
            _("{count} pages").format(count=done.pages)
            if done.pages
            else _("{posts} posts and {comments} comments").format(posts=done.posts, comments=done.comments)
        )
        click.echo(
            _("{count} in {path}{missing}").format(count=count, path=done.out, missing=missing), err=True
        )
    require_undamaged(done.damaged)


def _choose_export(kind: str, *, as_table: bool, number: str | None, each: Division | None) -> Export:
    """Return the function of a format with its options. Raises `UsageError` for options of another format."""
    if as_table and kind != "jsonl":
        raise UsageError(_("--table goes with jsonl: blogarchive export jsonl OUT --table"))
    if number is not None and kind != "html":
        raise UsageError(_("--number goes with html: blogarchive export html FILE --number N"))
    if each is not None and kind != "epub":
        raise UsageError(_("--each goes with epub: blogarchive export epub FOLDER --each year"))
    if as_table:
        return table.export_table
    if number is not None:
        return partial(single_post.export_post, number=parse_decimal_id(number) or number)
    return partial(epub.export_epub, each=each) if each else _FORMATS[kind]


@click.command(
    "import",
    help=_(
        "Import pages saved by a browser (html: a file or a folder) or by a crawler (warc), or the export file of"
        " a platform (blogger, wordpress, movabletype, blogbus)."
    ),
)
@click.argument("kind", metavar="FORMAT", type=click.Choice(["html", "warc", *PLATFORMS]))
@click.argument("source", type=options.PathArgument())
@click.option("--url", help=_("URL of the page, if SOURCE is one saved page; else URL of the blog."))
@click.option("--site", metavar="NAME", help=_("Name of the site, for an unknown host (html, warc)."))
@click.option("--zone", metavar="NAME", help=_("Time zone of an export without one, such as Asia/Taipei."))
@click.option("--drafts", is_flag=True, help=_("Import the drafts of an export too."))
@options.db
@options.as_json
@options.verbosity
def import_(
    kind: str,
    source: Path,
    url: str | None,
    site: str | None,
    zone: str | None,
    drafts: bool,
    db: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Import files of other programs; the help is translated above."""
    _require_options(kind, url, site, zone, drafts)
    with progress_bar(_("importing"), quiet=quiet) as progress:
        if kind == "warc":
            done = import_warc(db, source, site=site, progress=progress)
        elif kind == "html":
            done = import_html(db, source, url=url, site=site, progress=progress)
        else:
            done = import_export(db, source, kind, url=url, zone=zone, drafts=drafts, progress=progress)
    _print_report(done, as_json=as_json, quiet=quiet)
    if done.drafts and not drafts and not quiet and not as_json:
        click.echo(_("{count} drafts left out; --drafts imports them").format(count=done.drafts), err=True)
    return 1 if done.unplaced else 0


def _require_options(kind: str, url: str | None, site: str | None, zone: str | None, drafts: bool) -> None:
    if url is not None and kind == "warc":
        raise UsageError(_("a WARC contains the URL of each page: leave out --url"))
    if kind in PLATFORMS and site is not None:
        raise UsageError(_("an export of a platform is of one site: leave out --site"))
    if kind not in PLATFORMS and (zone is not None or drafts):
        raise UsageError(_("--zone and --drafts go with exports of platforms"))


@click.command(help=_("Copy everything from another archive into this one; the other is only read."))
@click.argument("other", type=options.PathArgument(dir_okay=False))
@options.db
@options.as_json
@options.verbosity
def merge(other: Path, db: Path, as_json: bool, quiet: bool, verbose: bool) -> int:
    """Copy everything from another archive into this one; the other is only read."""
    with progress_bar(_("merging"), quiet=quiet) as progress, explain_damage(other):
        done = merge_archive(db, other, progress=progress)
    _print_report(done, as_json=as_json, quiet=quiet)
    return 1 if done.unplaced else 0


def _print_report(report: ImportReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_result(json.dumps(asdict(report), ensure_ascii=False))
        return
    for one in report.unplaced:
        click.echo(f"{one.name}: {one.why}", err=True)
    if not quiet:
        click.echo(
            _(
                "{pages} new pages, {same} stored before; {posts} new posts, {changed} changed, "
                "{comments} new comments, {images} new images; {rejected} not imported"
            ).format(
                pages=report.pages,
                same=report.same,
                posts=report.posts,
                changed=report.changed,
                comments=report.comments,
                images=report.pictures,
                rejected=len(report.unplaced),
            ),
            err=True,
        )
