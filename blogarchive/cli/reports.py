"""The commands that tell what an archive holds: `status`, `failures`, `verify`, `diff`, `sites`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.cli.backup_update import walk
from blogarchive.cli.options import CrawlFlags
from blogarchive.cli.stdio import last_words
from blogarchive.crawl.options import CrawlOptions
from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.sites.base import site_by_name, site_names
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures as ledger
from blogarchive.store.ledger.failures import OpenFailure
from blogarchive.store.queries import history
from blogarchive.store.queries import integrity as whole
from blogarchive.store.queries import status as state
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import FullPost
from blogarchive.store.queries.status import BlogStatus


@click.command()
@options.db
@options.as_json
@options.any_verbosity
def status(db: Path, as_json: bool) -> None:
    """Tell what the archive holds of each blog, against what the blog's pages claim."""
    with Archive.open(db, read_only=True) as archive:
        found = state.read_status(archive)
    if as_json:
        click.echo(json.dumps({**asdict(found), "blogs": [_blog_object(blog) for blog in found.blogs]}))
        return
    for blog in found.blogs:
        click.echo("\n".join(_blog_lines(blog)))
    click.echo(f"{found.pages} pages kept, {found.media} pictures; last run: {_last_run(found)}")


@click.command()
@click.option("--retry", is_flag=True, help="Ask for them again now, for those given up too.")
@options.walking
def failures(retry: bool, db: Path, manner: CrawlFlags) -> int:
    """List what could not be had or read, and when it is tried again."""
    if retry:
        return walk(CrawlOptions(command="update", db=db, retry=True), manner)
    with Archive.open(db, read_only=True) as archive:
        found = ledger.open_failures(archive)
    if manner.as_json:
        click.echo(json.dumps([asdict(failure) for failure in found], ensure_ascii=False))
        return 0
    for failure in found:
        click.echo(_failure_line(failure))
    return 0


@click.command()
@options.db
@options.as_json
@options.verbosity
def verify(db: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Check the file, the references between rows and every byte kept; exit code 6 on damage."""
    with Archive.open(db, read_only=True) as archive:
        found = whole.verify_archive(archive)
    if as_json:
        last_words(json.dumps(asdict(found), ensure_ascii=False))
    elif not quiet:
        for words in found.lacking:
            last_words(f"lacking: {words}")
        last_words(f"{found.pages} pages and {found.files} files checked, {len(found.damage)} damaged")
    found.require_whole()


@click.command()
@click.argument("number")
@click.option("--author", metavar="UID", help="Whose post, where two blogs have that number.")
@options.db
@options.as_json
@options.any_verbosity
def diff(number: str, author: str | None, db: Path, as_json: bool) -> None:
    """Show what changed in a post, and in its comments, between each version and the next."""
    wanted = parse_digits(number)
    with Archive.open(db, read_only=True) as archive:
        found = history.find_posts(archive, number if wanted is None else wanted, uid=author)
    if as_json:
        click.echo(
            json.dumps([history.history_object(blog, post) for blog, post in found], ensure_ascii=False)
        )
        return
    for blog, post in found:
        click.echo("\n".join(_history_lines(blog, post)))


@click.command()
@options.no_db
@options.as_json
@options.any_verbosity
def sites(as_json: bool) -> None:
    """List the sites whose blogs can be read, with their hosts."""
    found = {name: site_by_name(name).hosts for name in site_names()}
    if as_json:
        click.echo(json.dumps([{"name": name, "hosts": hosts} for name, hosts in found.items()]))
        return
    for name, hosts in found.items():
        click.echo(f"{name}: {', '.join(hosts)}")


def _last_run(found: state.ArchiveStatus) -> str:
    if found.last_run_command is None:
        return "none"
    return f"{found.last_run_command}, {found.last_run_outcome or 'under way or killed'}, {found.last_run_at}"


def _blog_object(blog: BlogStatus) -> dict[str, object]:
    return {**asdict(blog), "months_complete": blog.months_complete, "complete": blog.complete}


def _blog_lines(blog: BlogStatus) -> Sequence[str]:
    name = blog.blog_title or blog.nickname or blog.uid
    lines = [
        f"{name} ({blog.site}/{blog.uid}) {blog.url}",
        f"  posts     {blog.posts_read} of {blog.posts_named} read, {blog.edited} edited, {blog.gone} gone",
        f"  comments  {blog.comments_held} of {blog.comments_claimed} held,"
        f" {blog.comments_edited} edited, {blog.comments_gone} gone",
        f"  months    {blog.months_complete} of {len(blog.months)} complete",
        f"  pictures  {blog.pictures.held} of {blog.pictures.shown} held, {blog.pictures.dead} lost,"
        f" {blog.pictures.waiting} still to fetch, {blog.pictures.skipped} of hosts that are not asked",
        f"  failures  {blog.open_failures} open, {blog.waiting} pages still to fetch",
        f"  last good run  {blog.last_good_run or 'none yet'}",
    ]
    lines += [f"  home page not reached since {blog.unreached_since}"] if blog.unreached_since else []
    lines += [
        f"  {month.month}  {month.read} of {month.named} posts read,"
        f" {_days(month.first_held, month.last_held)} held, {_days(month.first_shown, month.last_shown)} shown"
        for month in blog.months
        if not month.complete
    ]
    return lines


def _days(first: str | None, last: str | None) -> str:
    return "none" if first is None else f"{first} to {last}"


def _failure_line(failure: OpenFailure) -> str:
    again = f"again from {failure.next_try_at}" if failure.next_try_at else "not tried again by itself"
    what = f"{failure.kind} ({failure.field})" if failure.field else failure.kind
    return (
        f"{failure.last_failed_at}  {what}  {failure.url}  {failure.detail}  [{failure.attempts}x, {again}]"
    )


def _history_lines(blog: Blog, post: FullPost) -> Sequence[str]:
    lines = [f"{post.url} ({blog.site}/{blog.uid}), {len(post.versions)} versions"]
    if post.gone_at:
        lines.append(f"gone since {post.gone_at}: {post.gone_reason}")
    for before, after in zip(post.versions, post.versions[1:], strict=False):
        lines += history.unified_difference(before, after)
    for comment in history.changed_comments(post):
        gone = f", gone since {comment.gone_at}" if comment.gone_at else ""
        lines.append(f"comment of {comment.author_name}, {comment.posted_at_text}{gone}")
        for before, after in zip(comment.versions, comment.versions[1:], strict=False):
            lines += history.unified_difference(before, after)
    return lines
