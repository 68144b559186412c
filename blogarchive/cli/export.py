"""The commands that write copies: `export` and `seal`."""

import sys
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blogarchive.cli import options, output
from blogarchive.errors import UsageError
from blogarchive.export.folder import require_other_file
from blogarchive.export.run import FORMATS, Exported, run_export
from blogarchive.store.read.exports import Filters
from blogarchive.store.rows import Progress
from blogarchive.workers.pool import reduce_garbage_collection

if TYPE_CHECKING:
    from blogarchive.export.epub import Division


_EXPORT_HELP = _(
    """Run it again to update OUT.

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
@click.argument("kind", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("out", type=options.OutArgument())
@click.option(
    "--table", "as_table", is_flag=True, help=_("With jsonl: write posts.csv and comments.csv instead.")
)
@click.option(
    "--number", metavar="N", help=_("With html: the post of that number or URL, in one file with its images.")
)
@click.option(
    "--years",
    is_flag=True,
    help=_("With html: also a page for each year, with all posts and comments, to print."),
)
@click.option(
    "--each",
    type=click.Choice(["blog", "year"]),
    help=_("With epub: a folder with a book for each blog, or for each blog and year."),
)
@click.option(
    "--author",
    "authors",
    multiple=True,
    help=_("Only posts of this blog: uid, site/uid or nickname; may be repeated."),
)
@click.option("--since", type=options.Day(), help=_("Only posts of that day and later."))
@click.option("--until", type=options.Day(last=True), help=_("Only posts of that day and earlier."))
@click.option("--category", "categories", multiple=True, help=_("Posts of that category; may be repeated."))
@options.db_json_quiet
def export(
    kind: str,
    out: Path | str,
    as_table: bool,
    number: str | None,
    years: bool,
    each: "Division | None",
    db: Path,
    as_json: bool,
    quiet: bool,
    **chosen: Any,
) -> None:
    """Write blogs to files."""
    module, choices = _choose_export(kind, as_table=as_table, number=number, years=years, each=each)
    if number is not None and (chosen["since"] or chosen["until"] or chosen["categories"]):
        raise UsageError(_("--number names one post: leave out --since, --until and --category"))
    reduce_garbage_collection(50_000)  # most exports after an update make fewer objects
    if kind == "parquet" and "numpy" not in sys.modules:
        # pyarrow needs neither: to load them takes longer than an export after ten new posts.
        unused: Any = {"numpy": None, "pandas": None}
        sys.modules.update(unused)
    filters = Filters(**chosen)
    with output.progress_bar(_("exporting"), quiet=quiet) as progress:
        if isinstance(out, str):
            done = _export_to_store(kind, db, out, filters, progress)
        else:
            done = run_export(module, db, out, filters=filters, progress=progress, **choices)
    output.print_summary(done.to_json(), _format_result(done), as_json=as_json, quiet=quiet)
    output.require_undamaged(done.damaged)


def _export_to_store(kind: str, db: Path, url: str, filters: Filters, progress: Progress) -> Exported:
    if kind != "parquet":
        raise UsageError(_("only parquet is written to an object store; name a path"))
    from blogarchive.export.parquet import export_to_store

    return export_to_store(db, url, filters=filters, progress=progress)


def _format_result(done: Exported) -> str:
    posts, comments = output.post_count(done.posts), output.comment_count(done.comments)
    pages = output.page_count(done.pages) if done.pages else ""
    count = pages or _("{posts} and {comments}").format(posts=posts, comments=comments)
    unread = _(", {posts} not fetched yet")
    missing = unread.format(posts=output.post_count(done.missing)) if done.missing else ""
    text = _("{count} in {path}{missing}").format(count=count, path=done.out, missing=missing)
    return text + _("; unchanged since the earlier export") if done.unchanged else text


def _choose_export(
    kind: str, *, as_table: bool, number: str | None, years: bool, each: "Division | None"
) -> tuple[str, dict[str, object]]:
    """Return the module of a format and its options. Raises `UsageError` for options of another format."""
    formats = {"--table": "jsonl", "--number": "html", "--each": "epub", "--years": "html"}
    given = (as_table, number is not None, each is not None, years)
    for (option, of_kind), is_given in zip(formats.items(), given, strict=True):
        if is_given and kind != of_kind:
            raise UsageError(_("{option} goes with {kind}"), option=option, kind=of_kind)
    if years and number is not None:
        raise UsageError(_("--years writes all posts, --number one: leave one of them out"))
    if as_table:
        return "table", {}
    if number is not None:
        return "single_post", {"number": number}
    return kind, {"years": True} if years else {"each": each} if each else {}


@click.command(
    help=_(
        "The folder OUT gets a website, a README and checksums beside the copy. An OUT ending in .db names the copy."
    )
)
@click.argument("out", type=options.PathArgument())
@click.option(
    "--file-only", is_flag=True, help=_("Write the verified copy to the file OUT, and nothing else.")
)
@options.db_json_quiet
def seal(out: Path, file_only: bool, db: Path, as_json: bool, quiet: bool) -> None:
    """Write a verified copy."""
    from blogarchive.export.seal import seal_archive  # `export` starts without `verify`, which these need
    from blogarchive.store.verify import write_sealed_copy

    if file_only:
        require_other_file(db, out)
        write_sealed_copy(db, out)
        size = out.stat().st_size
        copied = _("sealed: {path} ({size} MB), checked").format(path=out, size=f"{size / 1e6:.1f}")
        output.print_summary({"out": out, "bytes": size}, copied, as_json=as_json, quiet=quiet)
        return
    with output.progress_bar(_("sealing"), quiet=quiet) as progress:
        done = seal_archive(db, out, progress=progress)
    counts = {"posts": output.post_count(done.posts), "files": output.file_count(done.files)}
    text = _("sealed: {posts} in {files} ({size} MB), checked; checksums in {path}")
    text = text.format(**counts, size=f"{done.bytes / 1e6:.1f}", path=done.checksums)
    output.print_summary(done, text, as_json=as_json, quiet=quiet)
