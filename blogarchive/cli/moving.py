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
from blogarchive.errors import UsageError
from blogarchive.export import html, jsonl, markdown, table
from blogarchive.export.report import Exported, Progress, no_progress
from blogarchive.store.kept import Filters

Export = Callable[..., Exported]

_FORMATS: dict[str, Export] = {
    "html": html.export_html,
    "markdown": markdown.export_markdown,
    "jsonl": jsonl.export_jsonl,
}


@click.command()
@click.argument("kind", metavar="FORMAT", type=click.Choice(sorted(_FORMATS)))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--table", "as_table", is_flag=True, help="With jsonl: posts.csv and comments.csv instead.")
@click.option("--author", "authors", multiple=True, help="A uid, site/uid or nickname; may be repeated.")
@click.option("--since", type=options.Day(), help="Nothing older than that day.")
@click.option("--until", type=options.Day(), help="Nothing younger than that day.")
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
        click.echo(json.dumps({**asdict(done), "out": str(done.out)}, ensure_ascii=False))
    elif not quiet:
        lacking = f", {done.missing} known by name only" if done.missing else ""
        click.echo(f"{done.posts} posts and {done.comments} comments in {done.out}{lacking}", err=True)


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
