"""The commands that report on an archive: `status`, `failures`, `verify`, `diff`, `sites`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli.backup_update import run_crawl
from blogarchive.cli.common import options
from blogarchive.cli.common.options import CrawlFlags
from blogarchive.cli.common.run_summary import skipped_images_line
from blogarchive.cli.common.stdio import print_result
from blogarchive.crawl.options import CrawlOptions
from blogarchive.messages.labels import label
from blogarchive.sites.base import broken_sites, site_by_name, site_names
from blogarchive.sites.links.post_ids import parse_decimal_id
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery.discovered import Coverage
from blogarchive.store.ledger import failures as ledger
from blogarchive.store.ledger.failures import OpenFailure
from blogarchive.store.queries import history
from blogarchive.store.queries import status as status_query
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import FullPost
from blogarchive.store.queries.status import BlogStatus
from blogarchive.store.queries.verify import integrity
from blogarchive.workers.process import count_cores


@click.command(help=_("Show how much of each blog is stored, compared with the counts on its pages."))
@options.db
@options.as_json
@options.any_verbosity
def status(db: Path, as_json: bool) -> None:
    """Show how much of each blog is stored, compared with the counts on its pages."""
    with Archive.open(db, read_only=True) as archive:
        found = status_query.read_status(archive)
    if as_json:
        click.echo(json.dumps({**asdict(found), "blogs": [_blog_json(blog) for blog in found.blogs]}))
        return
    for blog in found.blogs:
        click.echo("\n".join(_format_blog(blog)))
    for coverage in found.coverage:
        if coverage.blogs_discovered:
            click.echo(_format_coverage(coverage))
    click.echo(
        _("{pages} pages and {images} images stored; last run: {last_run}").format(
            pages=found.pages, images=found.media, last_run=_format_last_run(found)
        )
    )
    if found.pages_stale:
        click.echo(
            _(
                "{count} pages were parsed by an older version: `blogarchive reparse --stale` parses them again"
            ).format(count=found.pages_stale)
        )
    if found.unfinished_merge:
        click.echo(
            _(
                "the merge of {name} was interrupted: `blogarchive merge` with the same file continues it"
            ).format(name=found.unfinished_merge)
        )


@click.command(
    help=_("List pages and images that could not be fetched or parsed, and when they are retried.")
)
@click.option("--retry", is_flag=True, help=_("Fetch them again now, also those that were given up."))
@options.crawl_flags
def failures(retry: bool, db: Path, flags: CrawlFlags) -> int:
    """List pages and images that could not be fetched or parsed, and when they are retried."""
    if retry:
        return run_crawl(CrawlOptions(command="update", db=db, retry=True), flags)
    with Archive.open(db, read_only=True) as archive:
        found = ledger.open_failures(archive)
    if flags.as_json:
        click.echo(json.dumps([asdict(failure) for failure in found], ensure_ascii=False))
        return 0
    for failure in found:
        click.echo(_format_failure(failure))
    return 0


@click.command(
    help=_("Check the file, the references between rows and all stored bytes; exit code 6 on damage.")
)
@options.db
@options.as_json
@options.verbosity
def verify(db: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Check the file, the references between rows and all stored bytes; exit code 6 on damage."""
    with Archive.open(db, read_only=True) as archive:
        found = integrity.verify_archive(archive, threads=count_cores())
    if as_json:
        print_result(json.dumps(asdict(found), ensure_ascii=False))
    elif not quiet:
        for line in found.lacking:
            print_result(_("missing: {line}").format(line=line))
        print_result(
            _("{pages} pages and {files} files checked, {damaged} damaged").format(
                pages=found.pages, files=found.files, damaged=len(found.damage)
            )
        )
    found.require_whole()


@click.command(help=_("Show the changes of a post and of its comments from each version to the next."))
@click.argument("number")
@click.option("--author", metavar="UID", help=_("Blog of the post, if two blogs have that number."))
@options.db
@options.as_json
@options.any_verbosity
def diff(number: str, author: str | None, db: Path, as_json: bool) -> None:
    """Show the changes of a post and of its comments from each version to the next."""
    with Archive.open(db, read_only=True) as archive:
        found = history.find_posts(archive, parse_decimal_id(number) or number, uid=author)
    if as_json:
        click.echo(
            json.dumps([history.history_object(blog, post) for blog, post in found], ensure_ascii=False)
        )
        return
    for blog, post in found:
        click.echo("\n".join(_format_history(blog, post)))


@click.command(help=_("List the supported sites with their hosts."))
@options.no_db
@options.as_json
@options.any_verbosity
def sites(as_json: bool) -> None:
    """List the supported sites with their hosts."""
    found = {name: site_by_name(name) for name in site_names()}
    for name, reason in broken_sites().items():
        click.echo(_("The site {name} cannot be loaded: {reason}").format(name=name, reason=reason), err=True)
    if as_json:
        click.echo(json.dumps([{"name": name, "hosts": site.hosts} for name, site in found.items()]))
        return
    for name, site in found.items():
        hosts = ", ".join(site.hosts) or _("export files, blogarchive import {name}").format(name=name)
        closed = _("closed: blogarchive import html stores saved pages")
        click.echo(f"{name}: {hosts}" + (f" ({closed})" if site.is_closed else ""))


def _format_last_run(found: status_query.ArchiveStatus) -> str:
    if found.last_run_command is None:
        return _("none")
    outcome = label(found.last_run_outcome) if found.last_run_outcome else _("running or killed")
    return _("{command}, {outcome}, {time}").format(
        command=found.last_run_command, outcome=outcome, time=found.last_run_at
    )


def _blog_json(blog: BlogStatus) -> dict[str, object]:
    return {**asdict(blog), "months_complete": blog.months_complete, "complete": blog.complete}


def _format_blog(blog: BlogStatus) -> Sequence[str]:
    if not blog.reached:
        return _format_unreached(blog)
    name = blog.blog_title or blog.nickname or blog.uid
    paused = _(" (paused)") if blog.paused_at else ""
    lines = [
        f"{name} ({blog.site}/{blog.uid}) {blog.url}{paused}",
        _("  posts     {read} of {named} read, {edited} edited, {gone} gone").format(
            read=blog.posts_read, named=blog.posts_named, edited=blog.edited, gone=blog.gone
        ),
        _("  comments  {stored} of {counted} stored, {edited} edited, {gone} gone").format(
            stored=blog.comments_held,
            counted=blog.comments_claimed,
            edited=blog.comments_edited,
            gone=blog.comments_gone,
        ),
        _("  months    {complete} of {all} complete").format(
            complete=blog.months_complete, all=len(blog.months)
        ),
        _(
            "  images    {stored} of {shown} stored, {dead} given up, {waiting} still to fetch,"
            " {skipped} on hosts that are not allowed"
        ).format(
            stored=blog.pictures.held,
            shown=blog.pictures.shown,
            dead=blog.pictures.dead,
            waiting=blog.pictures.waiting,
            skipped=blog.pictures.skipped,
        ),
        _("  failures  {open} open, {waiting} pages still to fetch").format(
            open=blog.open_failures, waiting=blog.waiting
        ),
    ]
    if blog.last_good_run or not blog.complete:
        lines.append(_("  last good run  {time}").format(time=blog.last_good_run or _("none yet")))
    if blog.images_not_fetched:
        lines.append(f"  {skipped_images_line(blog.images_not_fetched)}")
    if blog.unreached_since:
        lines.append(
            _("  home page not reached since {time}: {error}").format(
                time=blog.unreached_since, error=blog.last_error
            )
        )
    lines += [
        _("  {month}  {read} of {named} posts read, {stored} stored, {shown} shown").format(
            month=month.month,
            read=month.read,
            named=month.named,
            stored=_format_days(month.first_held, month.last_held),
            shown=_format_days(month.first_shown, month.last_shown),
        )
        for month in blog.months
        if not month.complete
    ]
    return lines


def _format_unreached(blog: BlogStatus) -> Sequence[str]:
    name, paused = f"{blog.site}/{blog.uid or '?'}", _(" (paused)") if blog.paused_at else ""
    return [
        f"{name} {blog.url}{paused}",
        _("  never reached: {error}").format(error=blog.last_error or _("not tried yet")),
    ]


def _format_coverage(coverage: Coverage) -> str:
    """Return the known blogs of a site, and how many numbers of its posts are known up to the highest."""
    text = _(
        "{site}: {blogs} blogs, {waiting} more are discovered and wait for `backup --discovered`"
    ).format(site=coverage.site, blogs=coverage.blogs, waiting=coverage.blogs_waiting)
    if not coverage.highest_number:
        return text
    share = 100 * coverage.numbers_known / coverage.highest_number
    return text + _("; {known} post numbers known of at most {highest} ({share:.1f} %)").format(
        known=coverage.numbers_known, highest=coverage.highest_number, share=share
    )


def _format_days(first: str | None, last: str | None) -> str:
    return _("none") if first is None else _("{first} to {last}").format(first=first, last=last)


def _format_failure(failure: OpenFailure) -> str:
    retry = (
        _("retried from {time}").format(time=failure.next_try_at)
        if failure.next_try_at
        else _("not retried automatically")
    )
    kind = f"{label(failure.kind)} ({failure.field})" if failure.field else label(failure.kind)
    times = _("{count}x").format(count=failure.attempts)
    return f"{failure.last_failed_at}  {kind}  {failure.url}  {failure.detail}  [{times}, {retry}]"


def _format_history(blog: Blog, post: FullPost) -> Sequence[str]:
    lines = [
        _("{url} ({blog}), {count} versions").format(
            url=post.url, blog=f"{blog.site}/{blog.uid}", count=len(post.versions)
        )
    ]
    if post.gone_at:
        lines.append(_("gone since {time}: {reason}").format(time=post.gone_at, reason=post.gone_reason))
    for before, after in zip(post.versions, post.versions[1:], strict=False):
        lines += history.unified_difference(before, after)
    for comment in history.changed_comments(post):
        gone = _(", gone since {time}").format(time=comment.gone_at) if comment.gone_at else ""
        lines.append(
            _("comment of {name}, {time}{gone}").format(
                name=comment.author_name, time=comment.posted_at_text, gone=gone
            )
        )
        for before, after in zip(comment.versions, comment.versions[1:], strict=False):
            lines += history.unified_difference(before, after)
    return lines
