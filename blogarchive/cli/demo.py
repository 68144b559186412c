"""The command for a first try: `demo`."""

import shlex
import shutil
import sys
from gettext import gettext as _
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count, PathArgument
from blogarchive.cli.output import comment_count, post_count
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import open_observer
from blogarchive.demo.host import DemoHost
from blogarchive.processes import own_program
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.failures import open_failures
from blogarchive.store.read.status import read_status

_DEMO_DB = Path("data/demo.db")


@click.command(help=_("It needs no network, and shows the archive at its end."))
@click.option("--serve", is_flag=True, help=_("Then serve the archive to a browser, until Ctrl-C."))
@click.option("--port", type=Count(0, 65535), default=8001, show_default=True, help=_("For --serve."))
@click.option(
    "--db",
    type=PathArgument(dir_okay=False),
    default=_DEMO_DB,
    show_default=True,
    help=_("Path of the archive."),
)
@options.quiet
def demo(serve: bool, port: int, db: Path, quiet: bool) -> int:
    """Back up invented blogs."""
    from blogarchive.crawl.run import build_settings, crawl

    with _start_host() as host, open_observer(sys.stderr, quiet=quiet) as observer:
        crawl_options = CrawlOptions(command="backup", db=db, urls=host.blog_urls, site="creaders")
        result = crawl(crawl_options, observer, build_settings(delay=0))
    if not quiet:
        _print_archive(db, result.counts.requests)
    if serve:
        from blogarchive.browse.serve import serve as run_server

        run_server(db, port=port)
    return 0 if result.exit_code == 1 and _only_images_failed(db) else result.exit_code


def _only_images_failed(db: Path) -> bool:
    """Return True if only images failed: the demo has two broken ones, to show how failures are reported."""
    with Archive.open(db, read_only=True) as archive:
        return all(failure.kind == "picture" for failure in open_failures(archive))


def _start_host() -> DemoHost:
    """Start the host on a fixed port, so that a second demo finds nothing new; if it is taken, on any port."""
    try:
        return DemoHost()
    except OSError:
        return DemoHost(port=0)


def _print_archive(db: Path, requests: int) -> None:
    with Archive.open(db, read_only=True) as archive:
        found = read_status(archive)
    click.echo(
        _("{requests} requests to a host of invented blogs on this machine. Stored in {db}:").format(
            requests=requests, db=db
        )
    )
    for blog in found.blogs:
        click.echo(
            _("  {blog.blog_title} by {blog.nickname}: {posts}, {comments}").format(
                blog=blog, posts=post_count(blog.posts_read), comments=comment_count(blog.comments_held)
            )
        )
    click.echo(_("Try next:"))
    program = _program_name()
    for command in ("serve", "search 一只猫", "status", "failures"):
        click.echo(f"  {program} {command} --db {db}")


def _program_name() -> str:
    """Return how to call this program: its name if the shell finds it, else its path."""
    own, found = own_program(), shutil.which("blogarchive")
    return "blogarchive" if found and Path(found).samefile(own[0]) else shlex.join(own)
