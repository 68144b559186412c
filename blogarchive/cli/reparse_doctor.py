"""The commands that read pages again, or for the first time: `reparse`, `doctor`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.cli.stdio import last_words, require_whole
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
@click.option("--failed", is_flag=True, help="Only pages that could not be read, or have an open failure.")
@click.option("--stale", is_flag=True, help="Only pages that an older version read.")
@click.option("--workers", type=options.Count(min=1), help="Processes that read. [default: one a core]")
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
    """Read all stored pages again with today's code, without the network."""
    changed = 0
    damaged: list[str] = []
    mistakes: list[str] = []
    require_archive(db)
    with _opened(db, diff=diff) as archive:
        stored = page_rows.stored_pages(archive, stale_only=stale, failed_only=failed, damaged=damaged)
        for page in reparse_pages(archive, parse_stored_pages(stored, workers, mistakes), write=not diff):
            changed += 1
            if diff and not as_json:
                click.echo("\n".join(_page_lines(page)))
            elif diff:
                click.echo(json.dumps(asdict(page), ensure_ascii=False))
    if as_json and not diff:
        last_words(json.dumps({"pages_changed": changed}))
    elif not quiet:
        click.echo(f"{changed} pages {'would read' if diff else 'read'} differently", err=True)
    for words in mistakes:
        click.echo(words, err=True)
    require_whole(damaged)
    return 1 if mistakes else 0


@click.command()
@click.argument("url")
@click.option("--site", metavar="NAME", help="The site's name, for a host that is not known.")
@click.option("--lines", is_flag=True, help="Print the visible lines of the page too, with their numbers.")
@click.option("--ignore-robots", is_flag=True, help="Do not ask robots.txt: for your own blog.")
@options.cookies
@options.no_db
@options.as_json
@options.any_verbosity
def doctor(
    url: str, site: str | None, lines: bool, ignore_robots: bool, cookies: Path | None, as_json: bool
) -> None:
    """Fetch one page and print, field by field, what was read of it and from which line."""
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
        click.echo(f"{finding.field} = {_short(finding.value)}{place}")
    if lines:
        for number, text in enumerate(visible_lines(page), start=1):
            click.echo(f"{number:5} {text}")


@contextmanager
def _opened(db: Path, *, diff: bool) -> Iterator[Archive]:
    """The archive, held for this command; where only the differences are asked for, nothing reaches it."""
    if diff:
        with open_scratch(db, command="reparse") as archive:
            yield archive
        return
    with lock.hold_lock(db, "reparse", now=utc_now()), Archive.open(db) as archive:
        yield archive


def _page_lines(page: ReparseResult) -> Iterator[str]:
    yield page.url
    for change in page.differences:
        yield f"  {change.of}, {change.field}: {_short(change.before)} -> {_short(change.after)}"


def _short(text: str | None) -> str:
    words = "none" if text is None else " ".join(text.split())
    return words if len(words) <= 160 else f"{words[:150]}… ({len(words)} characters)"
