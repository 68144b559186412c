"""The command for a first look: `demo`."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from blogarchive.cli import options
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import open_observer
from blogarchive.demo import DemoBlog, DemoHost
from blogarchive.demo.blogs.sample import SAMPLE_MARKUPS, sample_blogs
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.failures import open_failures
from blogarchive.store.queries.status import read_status

_PORT = 8917
_DEMO_DB = Path("data/demo.db")


@click.command()
@click.option("--serve", is_flag=True, help="Then open the archive to a browser, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="For --serve.")
@click.option(
    "--db",
    type=options.PathArgument(dir_okay=False),
    default=_DEMO_DB,
    show_default=True,
    help="Where the demo's archive goes.",
)
@options.verbosity
def demo(serve: bool, port: int, db: Path, quiet: bool, verbose: bool) -> int:
    """Back up invented blogs from a small host on this machine, and show what was kept."""
    from blogarchive.crawl.run import build_settings, crawl

    blogs = sample_blogs()
    with _host(blogs) as host, open_observer(sys.stderr, quiet=quiet) as observer:
        urls = tuple(host.blog_url(blog.uid) for blog in blogs)
        report = crawl(
            CrawlOptions(command="backup", db=db, urls=urls, site="creaders"),
            observer,
            build_settings(delay=0),
        )
    if not quiet:
        _show(db, report.counts.requests)
    if serve:
        from blogarchive.browse.serve import serve as run

        run(db, port=port)
    return 0 if report.exit_code == 1 and _all_is_well(db) else report.exit_code


def _all_is_well(db: Path) -> bool:
    """Whether nothing but pictures is missing: two are broken on purpose, and that they are told is what is shown."""
    with Archive.open(db, read_only=True) as archive:
        return all(failure.kind == "picture" for failure in open_failures(archive))


def _host(blogs: Sequence[DemoBlog]) -> DemoHost:
    """On the same port every time, so that a second demo finds nothing new; on any where that one is taken."""
    try:
        return DemoHost(blogs, markups=SAMPLE_MARKUPS, port=_PORT)
    except OSError:
        return DemoHost(blogs, markups=SAMPLE_MARKUPS)


def _show(db: Path, requests: int) -> None:
    with Archive.open(db, read_only=True) as archive:
        found = read_status(archive)
    click.echo(f"{requests} requests to a host of invented blogs on this machine. {db} now holds:")
    for blog in found.blogs:
        click.echo(
            f"  {blog.blog_title} by {blog.nickname}: {blog.posts_read} posts, {blog.comments_held} comments"
        )
    click.echo("Try next:")
    program = _program()
    for words in (
        f"{program} serve --db {db}",
        f"{program} search 一只猫 --db {db}",
        f"{program} status --db {db}",
        f"{program} failures --db {db}",
    ):
        click.echo(f"  {words}")


def _program() -> str:
    """How a person calls this very program: by its name where the shell finds it, else by its path."""
    own = Path(sys.argv[0])
    found = shutil.which("blogarchive")
    if found is not None and Path(found).resolve() == own.resolve():
        return "blogarchive"
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else str(own)
