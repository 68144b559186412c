"""The commands that parse pages: `reparse` stored ones, `doctor` a page of the site."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.cli.stdio import print_result, require_undamaged
from blogarchive.crawl.doctor import examine, visible_lines
from blogarchive.crawl.options import require_archive, target_of_url
from blogarchive.store.database import lock
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.scratch_copy import open_scratch
from blogarchive.store.ingest.reparse import ReparseResult, reparse_pages
from blogarchive.store.pages import page_rows
from blogarchive.store.timestamps import utc_now
from blogarchive.workers.batch_reparse import parse_stored_pages


@click.command()
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@click.option("--failed", is_flag=True, help="Only pages that could not be parsed, or have an open failure.")
@click.option("--stale", is_flag=True, help="Only pages that an older version parsed.")
@click.option("--workers", type=options.Count(min=1), help="Number of processes. [default: one a core]")
@options.db
@options.as_json
@options.verbosity
def reparse(
    diff: bool,
    failed: bool,
    stale: bool,
    workers: int | None,
    db: Path,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Parse all stored pages again with the installed version, without the network."""
    changed = 0
    damaged: list[str] = []
    errors: list[str] = []
    require_archive(db)
    with _open_archive(db, diff=diff) as archive:
        stored = page_rows.stored_pages(archive, stale_only=stale, failed_only=failed, damaged=damaged)
        for page in reparse_pages(archive, parse_stored_pages(stored, workers, errors), write=not diff):
            changed += 1
            if diff and not as_json:
                click.echo("\n".join(_format_changes(page)))
            elif diff:
                click.echo(json.dumps(asdict(page), ensure_ascii=False))
    if as_json and not diff:
        print_result(json.dumps({"pages_changed": changed}))
    elif not quiet:
        click.echo(f"{changed} pages {'would change' if diff else 'changed'}", err=True)
    for line in errors:
        click.echo(line, err=True)
    require_undamaged(damaged)
    return 1 if errors else 0


@click.command()
@click.argument("url")
@click.option("--site", metavar="NAME", help="Name of the site, for an unknown host.")
@click.option("--lines", is_flag=True, help="Also print the visible lines of the page, with numbers.")
@click.option("--ignore-robots", is_flag=True, help="Do not obey robots.txt: for your own blog.")
@options.cookies
@options.no_db
@options.as_json
@options.any_verbosity
def doctor(
    url: str, site: str | None, lines: bool, ignore_robots: bool, cookies: Path | None, as_json: bool
) -> None:
    """Fetch one page and print every parsed field with its line."""
    from blogarchive.crawl import run

    target = target_of_url(url, site)
    page = run.fetch(target, run.build_settings(cookies=cookies, ignore_robots=ignore_robots))
    findings = examine(page, target)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
        return
    click.echo(f"{page.url}: status {page.status}, {len(page.body)} bytes, {page.header('Content-Type')}")
    for finding in findings:
        place = f"  [line {finding.line}, {finding.path}]" if finding.line else ""
        click.echo(f"{finding.field} = {_shorten(finding.value)}{place}")
    if lines:
        for number, text in enumerate(visible_lines(page), start=1):
            click.echo(f"{number:5} {text}")


@contextmanager
def _open_archive(db: Path, *, diff: bool) -> Iterator[Archive]:
    """Yield the archive under its lock; with `diff`, a scratch copy that is thrown away."""
    if diff:
        with open_scratch(db, command="reparse") as archive:
            yield archive
        return
    with lock.hold_lock(db, "reparse", now=utc_now()), Archive.open(db) as archive:
        yield archive


def _format_changes(page: ReparseResult) -> Iterator[str]:
    yield page.url
    for change in page.differences:
        yield f"  {change.of}, {change.field}: {_shorten(change.before)} -> {_shorten(change.after)}"


def _shorten(text: str | None) -> str:
    line = "none" if text is None else " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:150]}… ({len(line)} characters)"
