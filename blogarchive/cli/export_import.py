"""The commands that take an archive elsewhere, or bring something in: `export`, `import`, `merge`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress as Bar

from blogarchive.cli import options
from blogarchive.cli.stdio import last_words, require_whole
from blogarchive.errors import UsageError
from blogarchive.export import atom, epub, html, jsonl, markdown, table, warc
from blogarchive.export.report import Exported
from blogarchive.importing.html import import_html
from blogarchive.importing.merge import merge_archive
from blogarchive.importing.report import ImportReport
from blogarchive.importing.warc import import_warc
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.export_models import Filters

Export = Callable[..., Exported]

_FORMATS: dict[str, Export] = {
    "html": html.export_html,
    "markdown": markdown.export_markdown,
    "jsonl": jsonl.export_jsonl,
    "epub": epub.export_epub,
    "atom": atom.export_atom,
    "warc": warc.export_warc,
}


@click.command()
@click.argument("kind", metavar="FORMAT", type=click.Choice(list(_FORMATS)))
@click.argument("out", type=options.PathArgument())
@click.option("--table", "as_table", is_flag=True, help="With jsonl: posts.csv and comments.csv instead.")
@click.option("--author", "authors", multiple=True, help="A uid, site/uid or nickname; may be repeated.")
@click.option("--since", type=options.Day(), help="Nothing older than that day.")
@click.option("--until", type=options.Day(last=True), help="Nothing younger than that day.")
@click.option("--category", "categories", multiple=True, help="Posts of that category; may be repeated.")
@options.db
@options.as_json
@options.verbosity
def export(
    kind: str,
    out: Path,
    as_table: bool,
    authors: tuple[str, ...],
    since: date | None,
    until: date | None,
    categories: tuple[str, ...],
    db: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write the blogs out, to read without this tool; again into the same OUT brings it up to date."""
    chosen = _FORMATS[kind]
    if as_table:
        if kind != "jsonl":
            raise UsageError("--table goes with jsonl: blogarchive export jsonl OUT --table")
        chosen = table.export_table
    filters = Filters(authors=authors, since=since, until=until, categories=categories)
    with _bar("exporting", quiet=quiet) as progress:
        done = chosen(db, out, filters=filters, progress=progress)
    if as_json:
        last_words(json.dumps({**asdict(done), "out": str(done.out)}, ensure_ascii=False))
    elif not quiet:
        lacking = f", {done.missing} known by name only" if done.missing else ""
        held = f"{done.pages} pages" if done.pages else f"{done.posts} posts and {done.comments} comments"
        click.echo(f"{held} in {done.out}{lacking}", err=True)
    require_whole(done.damaged)


@click.command("import")
@click.argument("kind", metavar="FORMAT", type=click.Choice(["html", "warc"]))
@click.argument("source", type=options.PathArgument())
@click.option("--url", help="The page's address, where SOURCE is one saved page, or the blog's.")
@click.option("--site", metavar="NAME", help="The site's name, for a host that is not known.")
@options.db
@options.as_json
@options.verbosity
def import_(
    kind: str,
    source: Path,
    url: str | None,
    site: str | None,
    db: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Bring in pages that were saved by a browser (html: a file or a folder) or by a crawler (warc)."""
    if url is not None and kind == "warc":
        raise UsageError("a WARC tells the address of each page: leave --url out")
    with _bar("importing", quiet=quiet) as progress:
        if kind == "warc":
            done = import_warc(db, source, site=site, progress=progress)
        else:
            done = import_html(db, source, url=url, site=site, progress=progress)
    _tell(done, as_json=as_json, quiet=quiet)
    return 1 if done.unplaced else 0


@click.command()
@click.argument("other", type=options.PathArgument(dir_okay=False))
@options.db
@options.as_json
@options.verbosity
def merge(other: Path, db: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Bring all that another archive holds into this one; the other is only read."""
    with _bar("merging", quiet=quiet) as progress:
        done = merge_archive(db, other, progress=progress)
    _tell(done, as_json=as_json, quiet=quiet)


def _tell(done: ImportReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        last_words(json.dumps(asdict(done), ensure_ascii=False))
        return
    for one in done.unplaced:
        click.echo(f"{one.name}: {one.why}", err=True)
    if not quiet:
        click.echo(
            f"{done.pages} pages were new, {done.same} were held; {done.posts} new posts, {done.changed} changed,"
            f" {done.comments} new comments, {done.pictures} new pictures; {len(done.unplaced)} not placed",
            err=True,
        )


@contextmanager
def _bar(what: str, *, quiet: bool) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield no_progress
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
