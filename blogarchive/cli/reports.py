"""The commands that report on an archive: `failures`, `log`, `verify`, `diff`, `sites`."""

import os
from collections.abc import Iterator, Sequence
from gettext import gettext as _
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count
from blogarchive.cli.output import file_count, note, page_count, print_json, print_list, print_result
from blogarchive.messages.details import explain_detail, field_words, gone_reason_words, label, list_counts
from blogarchive.sites.base import Site, found_sites, site_by_name, site_names
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures as ledger
from blogarchive.store.ledger.runs import LoggedRun, logged_runs
from blogarchive.store.read import posts
from blogarchive.store.read.models import BlogHeader, Comment, FullPost, Version
from blogarchive.workers.pool import count_cores


@click.command(help=_("Each line says why, and when it is tried again."))
@click.option("--retry", is_flag=True, help=_("Fetch them again now, also those that were given up."))
@options.crawl_flags
def failures(retry: bool, db: Path, as_json: bool, **flags: Any) -> int:
    """List pages and images that could not be fetched or parsed."""
    if retry:
        from blogarchive.cli.backup_update import run_crawl  # here: takes half of the start-up time
        from blogarchive.crawl.options import CrawlOptions

        return run_crawl(CrawlOptions(command="update", db=db, retry=True), as_json=as_json, **flags)
    with Archive.open(db, read_only=True) as archive:
        found = ledger.open_failures(archive)
    nothing = "" if flags["quiet"] else _("no open failures")
    print_list(found, map(_format_failure, found), as_json=as_json, nothing=nothing)
    return 0


@click.command(help=_("Each line has the start, the command, the exit code and what was stored."))
@click.option("--limit", type=Count(min=1), default=20, show_default=True, help=_("Print at most this many."))
@options.db_and_json
def log(limit: int, db: Path, as_json: bool) -> None:
    """List the runs, the newest first."""
    with Archive.open(db, read_only=True) as archive:
        runs = logged_runs(archive, limit)
    print_list(runs, map(_format_run, runs), as_json=as_json, nothing=_("no run yet"))


@click.command(help=_("It ends with exit code 6 if something is damaged."))
@click.option(
    "--new",
    "only_new",
    is_flag=True,
    help=_("Check only bytes and texts stored since the last check on this machine that found no damage."),
)
@options.db_json_quiet
def verify(only_new: bool, db: Path, as_json: bool, quiet: bool) -> None:
    """Check the file, its references and all stored bytes."""
    from blogarchive.export.run import name_record, read_record, write_record
    from blogarchive.store import verify as integrity

    name = name_record("verify", os.path.realpath(db))  # links to an archive share its record
    earlier = read_record(name, "rows digests") if only_new else {}
    with Archive.open(db, read_only=True) as archive:
        rows, digests = integrity.last_rows(archive)
        verified = earlier["rows"] if earlier and integrity.is_verified(archive, **earlier) else None
        found = integrity.verify_archive(archive, threads=count_cores(), verified=verified)
    if not found.damage:  # after damage the next `--new` must check all again
        write_record(name, {"rows": rows, "digests": digests})
    if as_json:
        print_json(found)
    elif not quiet:
        for line in found.lacking:
            print_result(_("missing: {line}").format(line=line))
        for line in found.damage:
            print_result(_("damaged: {line}").format(line=line))
        pages, files = page_count(found.pages), file_count(found.files)
        text = _("checked: {pages} and {files}, {damaged} damaged")
        print_result(text.format(pages=pages, files=files, damaged=len(found.damage)))
    found.require_whole()


@click.command(help=_("From each stored version to the next. NUMBER may be the URL of the post."))
@click.argument("number")
@click.option("--author", metavar="UID", help=_("Blog of the post, if two blogs have that number."))
@options.db_and_json
def diff(number: str, author: str | None, db: Path, as_json: bool) -> None:
    """Show the changes of a post and of its comments."""
    with Archive.open(db, read_only=True) as archive:
        found = posts.find_posts(archive, number, uid=author)
    objects = (_history_object(blog, post) for blog, post in found)
    lines = ("\n".join(_format_history(blog, post)) for blog, post in found)
    print_list(objects, lines, as_json=as_json)


@click.command(help="")
@options.as_json
def sites(as_json: bool) -> None:
    """List the supported sites with their hosts."""
    found = [site_by_name(name) for name in site_names()]
    for name, reason in found_sites().broken.items():
        note(_("The site {name} cannot be loaded: {reason}").format(name=name, reason=reason))
    objects = ({"name": site.name, "hosts": site.hosts} for site in found)
    print_list(objects, map(_format_site, found), as_json=as_json)


def _format_run(run: LoggedRun) -> str:
    outcome = label(run.outcome) if run.outcome else _("running")
    code = "-" if run.exit_code is None else run.exit_code
    return f"{run.started_at}  {run.command}  {code} {outcome}  {list_counts(run.counts)}".rstrip()


def _format_site(site: Site) -> str:
    other = _("any other host") if site.has_any_host else _("export files, blogarchive import {name}")
    hosts = ", ".join(site.hosts) or other.format(name=site.name)
    closed = _("closed: blogarchive import html stores saved pages")
    return f"{site.name}: {hosts}" + (f" ({closed})" if site.is_closed else "")


def _format_failure(failure: ledger.OpenFailure) -> str:
    retry = _("retried from {time}") if failure.next_try_at else _("not retried automatically")
    retry = retry.format(time=failure.next_try_at)
    kind = label(failure.kind) + (f" ({_(field_words(failure.field))})" if failure.field else "")
    detail = explain_detail(failure.detail, failure.kind)
    tries = _(", ").join((_("{count}x").format(count=failure.attempts), retry))
    # The fragment of a home page says that its links are followed: no reader of the line needs it.
    return f"{failure.last_failed_at}  {kind}  {urldefrag(failure.url).url}  {detail}  [{tries}]"


def _history_object(blog: BlogHeader, post: FullPost) -> dict[str, object]:
    found = _values_of(blog, "site", "uid") | _values_of(post, "number", "url", "gone_at", "gone_reason")
    versions = _version_objects(post.versions, has_current=post.has_text)
    comments = [
        _values_of(one, "author_name", "posted_at_text", "gone_at")
        | {"versions": _version_objects(one.versions, has_current=True)}
        for one in _changed_comments(post)
    ]
    return {**found, "versions": versions, "comments": comments}


def _values_of(row: object, *names: str) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}


def _version_objects(versions: Sequence[Version], *, has_current: bool) -> list[dict[str, object]]:
    return [
        {"title": one.title, "text": one.body_text or "", "html": one.body_html or ""}
        | {"since": one.captured_at, "current": has_current and one is versions[-1]}
        for one in versions
    ]


def _changed_comments(post: FullPost) -> list[Comment]:
    """Return the comments of a post that were edited or are gone, those without a time first."""
    changed = [comment for comment in post.comments if comment.revisions or comment.gone_at]
    return sorted(changed, key=lambda comment: (comment.posted_at or "", comment.id))


def unified_difference(before: Version, after: Version) -> Iterator[str]:
    """Return the lines of a unified diff of title and text; none if both are equal."""
    from difflib import unified_diff

    texts = zip((before, after), before.texts_compared_with(after), strict=True)
    old, new = ([f"# {one.title or ''}", "", *text.splitlines()] for one, text in texts)
    return unified_diff(old, new, before.captured_at, after.captured_at, lineterm="", n=1)


def _format_history(blog: BlogHeader, post: FullPost) -> Sequence[str]:
    text = _("{url} ({blog}), versions: {count}")
    lines = [text.format(url=post.url, blog=f"{blog.site}/{blog.uid}", count=len(post.versions))]
    if post.gone_at:
        text = _("gone since {time}: {reason}")
        lines.append(text.format(time=post.gone_at, reason=_(gone_reason_words(post.gone_reason))))
    for before, after in pairwise(post.versions):
        lines += unified_difference(before, after)
    for comment in _changed_comments(post):
        gone = _(", gone since {time}").format(time=comment.gone_at) if comment.gone_at else ""
        message = _("comment of {name}, {time}{gone}")
        lines.append(message.format(name=comment.author_name, time=comment.posted_at_text, gone=gone))
        for before, after in pairwise(comment.versions):
            lines += unified_difference(before, after)
    return lines
