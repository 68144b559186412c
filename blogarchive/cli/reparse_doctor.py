"""The commands that parse pages: `reparse` stored ones, `doctor` a page of the site."""

from collections.abc import Iterable
from gettext import gettext as _, ngettext
from pathlib import Path
from typing import Any

import click

from blogarchive.cli import options
from blogarchive.cli.output import note, print_json, print_json_array, require_undamaged
from blogarchive.crawl.doctor import FieldFinding, examine, find_refusal, visible_lines
from blogarchive.crawl.named_urls import stored_site, target_of_url
from blogarchive.errors import Unreachable, UsageError
from blogarchive.items import Page, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.urls import repair_url
from blogarchive.sites.base import MAX_PAGE_BYTES, MAX_TAGS, count_tags
from blogarchive.store.database import connection, totals
from blogarchive.store.database.files import open_locked, open_scratch
from blogarchive.store.ingest.reparse import ReparseResult, reparse_pages
from blogarchive.store.pages import pages
from blogarchive.workers.batch_reparse import parse_stored_pages


@click.command(help=_("No page is requested again."))
@click.option("--diff", is_flag=True, help=_("Show what would change; write nothing."))
@click.option(
    "--failed", is_flag=True, help=_("Only pages that could not be parsed, or have an open failure.")
)
@click.option("--stale", is_flag=True, help=_("Only pages that an older version parsed."))
@click.option("--workers", type=options.Count(min=1), help=_("Number of processes. [default: one a core]"))
@options.db_json_quiet
def reparse(
    diff: bool, failed: bool, stale: bool, workers: int | None, db: Path, as_json: bool, quiet: bool
) -> int:
    """Parse all stored pages again."""
    damaged: list[str] = []
    errors: list[tuple[str, str]] = []
    connection.require_archive(db)
    with open_scratch(db, command="reparse") if diff else open_locked(db, "reparse") as archive:
        if not diff:
            with archive.atomic():
                totals.correct(archive)
        stored = pages.stored_pages(archive, stale_only=stale, failed_only=failed, damaged=damaged)
        parsed = parse_stored_pages(pages.within_size(archive, stored), errors, workers)
        changed = reparse_pages(archive, parsed)
        count = _print_changes(changed, as_json=as_json) if diff else sum(1 for _page in changed)
    if as_json and not diff:
        print_json({"pages_changed": count})
    elif not as_json and not quiet:
        note(_count_changed(count, diff=diff))
    for url, why in errors:
        note(f"{url}: {explain_detail(why)}")
    require_undamaged(damaged)
    return 1 if errors else 0


def _print_changes(changed: Iterable[ReparseResult], *, as_json: bool) -> int:
    """Print the differences of each page, JSON after the last one; return the number of pages."""
    if as_json:
        differing = list(changed)
        print_json_array(differing)
        return len(differing)
    count = 0
    for page in changed:
        click.echo(page.url)
        for change in page.differences:
            before, after = _shorten(change.before), _shorten(change.after)
            click.echo(f"  {change.of}, {change.field}: {before} -> {after}")
        count += 1
    return count


def _count_changed(count: int, *, diff: bool) -> str:
    would = ngettext("{count} page would change", "{count} pages would change", count)
    did = ngettext("{count} page changed", "{count} pages changed", count)
    return (would if diff else did).format(count=count)


@click.command(help=_("Each field is printed with its line and its selector."))
@click.argument("source", metavar="FILE|URL")
@options.site
@click.option("--url", metavar="URL", help=_("URL of the page in FILE, if the page does not say it."))
@click.option("--lines", is_flag=True, help=_("Also print the visible lines of the page, with numbers."))
@options.ignore_robots
@options.ignore_certificates
@options.cookies
@options.db_and_json
def doctor(
    source: str, site: str | None, url: str | None, lines: bool, db: Path, as_json: bool, **settings: Any
) -> None:
    """Print every parsed field of a page."""
    if not Path(source).exists():  # a URL without its scheme reads like the name of a file
        source = repair_url(source)
    is_fetched = source.startswith(("http://", "https://"))
    if is_fetched:
        from blogarchive.crawl.run import build_settings, fetch

        target = target_of_url(source, site or stored_site(db, source))
        page = fetch(target, build_settings(**settings))
    else:
        page, target = _read_saved_page(Path(source), url, site)
    findings, template = examine(page, target)
    if as_json:
        print_json_array([FieldFinding(field="status", value=str(page.status)), *findings])
    else:
        _print_page(page, template, target.site)
        for finding in findings:
            click.echo(_format_finding(finding))
        for number, text in enumerate(visible_lines(page) if lines else (), start=1):
            click.echo(f"{number:5} {text}")
    if is_fetched and (reason := find_refusal(page, target)) is not None:
        message = _("a backup would not store this page: {reason}").format(reason=reason)
        raise Unreachable(message)


def _print_page(page: Page, template: str | None, site: str) -> None:
    """Print the lines about the whole page: its response, the limits of size, its template."""
    kind = page.header("Content-Type") or _("no content type")
    message = _("{url}: status {status}, {size} bytes, {type}")
    click.echo(message.format(url=page.url, status=page.status, size=len(page.body), type=kind))
    text = _("a page is parsed up to {max_bytes} bytes and {max_tags} tags; this one has {tags} tags")
    click.echo(text.format(max_bytes=MAX_PAGE_BYTES, max_tags=MAX_TAGS, tags=count_tags(page.body)))
    if template is not None:
        click.echo(_("site {site}, template: {template}").format(site=site, template=template))


def _read_saved_page(path: Path, url: str | None, site: str | None) -> tuple[Page, Target]:
    """Return the page of a file as `import html` identifies it; raises `UsageError` if it cannot."""
    from blogarchive.importing.identify import find_target, identify, to_crawled_page
    from blogarchive.importing.saved_files import CannotIdentify, load_page, readable_file

    with readable_file(path):
        saved = load_page(path, path.parent)
    try:
        crawled = identify(saved, url=url, site=site)
    except CannotIdentify as error:
        target = find_target(url, site) if url else None
        if target is None:
            raise UsageError(f"{path}: {error}") from error
        crawled = to_crawled_page(saved, target)  # the fields show why it is no page of a blog
    return crawled.page, crawled.target


def _format_finding(finding: FieldFinding) -> str:
    place = _("  [line {line}, {path}]").format(line=finding.line, path=finding.path) if finding.line else ""
    source = f"  <- {finding.selector}" if finding.selector else place
    return f"{finding.field} = {_shorten(_translate_value(finding))}{source}"


def _translate_value(finding: FieldFinding) -> str | None:
    """Return the value as people read it: the reason of a problem translated, None for no value."""
    if finding.field.startswith("problems[") and finding.field.endswith(".detail"):
        return explain_detail(finding.value)
    if finding.field.endswith("[…]"):
        return _("{count} in all").format(count=finding.value.partition(" ")[0])
    return None if finding.value == "none" else finding.value


def _shorten(text: str | None) -> str:
    line = _("none") if text is None else " ".join(text.split())
    cut = _("{text}… ({count} characters)")
    return line if len(line) <= 160 else cut.format(text=line[:150], count=len(line))
