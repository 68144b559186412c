"""The commands that crawl blogs: `backup`, `update`, and for a first try `demo`."""

import shlex
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _, ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from blogarchive.cli import options, output
from blogarchive.cli.options import Count
from blogarchive.crawl.named_urls import read_url_list
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import CrawlObserver, open_observer, stamped
from blogarchive.crawl.result import CrawlResult
from blogarchive.errors import BlogArchiveError, NoArchive, UsageError
from blogarchive.parsing.urls import parse_hosts
from blogarchive.processes import own_program
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import bring_up_to_date, open_scratch
from blogarchive.store.discovery import waiting_urls
from blogarchive.store.ledger.blogs import NAMED_SETTINGS, BlogSettings, blogs_at
from blogarchive.store.ledger.failures import open_failures
from blogarchive.store.read.status import digest_of, read_status
from blogarchive.workers import parser_process

if TYPE_CHECKING:
    from blogarchive.demo.host import DemoHost


@click.command(help=_("Run it again to update them. An interrupted backup continues where it stopped."))
@click.argument("urls", nargs=-1, metavar="URL...")
@options.site
@options.url_list(
    _("Also back up the blogs of a list: one URL a line, # begins a comment, - is the standard input.")
)
@click.option("--discovered", is_flag=True, help=_("Also back up the blogs that `discover` has found."))
@click.option("--at-most", type=Count(min=1), help=_("Back up at most this many of them in this run."))
@options.crawl_flags
def backup(
    urls: tuple[str, ...],
    site: str | None,
    list_file: TextIO | None,
    discovered: bool,
    at_most: int | None,
    db: Path,
    **flags: Any,
) -> int:
    """Back up blogs."""
    if at_most is not None and not discovered:
        raise click.UsageError(_("--at-most needs --discovered"))
    if not urls and list_file is None and not discovered:
        raise click.UsageError(_("give the URL of a blog, or a list of them with --from FILE"))
    if not flags["dry_run"]:
        bring_up_to_date(db, "backup", create=True)  # its blogs say of which site a URL is
    listed = read_url_list(list_file, db, site) if list_file else ()
    if site is not None and not flags["dry_run"]:
        _require_stored_site(db, site, (*urls, *listed))
    digest = digest_of(listed) if listed else None
    if discovered:
        with open_scratch(db) if flags["dry_run"] else Archive.open(db, read_only=True) as archive:
            found = waiting_urls(archive, site=site, at_most=at_most)
        if not found and not urls and not listed:
            output.note(_("no discovered blog waits for a backup; `blogarchive discover` finds some"))
            return 0
        # One name for all lists of discovered blogs: those that wait are fewer when an interrupted run is resumed.
        listed, digest = (*listed, *found), f"{digest or ''}discovered"
    chosen = CrawlOptions(command="backup", db=db, urls=urls, listed=listed, list_digest=digest, site=site)
    return run_crawl(chosen, **flags)


def _require_stored_site(db: Path, site: str, urls: tuple[str, ...]) -> None:
    """Raise `UsageError` if `site` is not that of a stored blog of these: its pages would be fetched for nobody."""
    with suppress(NoArchive), Archive.open(db, read_only=True) as archive:
        for url in urls:
            stored = [blog.site for blog in blogs_at(archive, url)]
            if stored and site not in stored:
                text = _(
                    "{url} is stored as a blog of {stored}; leave out --site {site}, or name a new archive by --db"
                )
                raise UsageError(text, url=url, stored=stored[0], site=site)


@click.command(help=_("It is made for cron, and prints nothing with -q if all is well."))
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--full", is_flag=True, help=_("Fetch all pages again."))
@click.option(
    "--accept-changes",
    is_flag=True,
    help=_("Accept the changes of a site that ended a run with exit code 5, and store them."),
)
@options.crawl_flags
def update(uids: tuple[str, ...], full: bool, accept_changes: bool, db: Path, **flags: Any) -> int:
    """Update the blogs of the archive."""
    chosen = CrawlOptions(command="update", db=db, uids=uids, full=full, accept_changes=accept_changes)
    return run_crawl(chosen, **flags)


def run_crawl(
    crawl_options: CrawlOptions,
    *,
    no_media: bool,
    ignore_robots: bool,
    ignore_certificates: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    notify: str | None,
    **values: Any,
) -> int:
    """Run a crawl, or print its requests with `dry_run`; return the exit code. `values` are limits and settings."""
    values |= _settings(**{name: values.pop(name) for name in NAMED_SETTINGS})
    crawl_options = replace(crawl_options, media=not no_media, **values)
    if dry_run:
        return _print_requests(crawl_options, robots=not ignore_robots, as_json=as_json)
    try:
        ignored = {"ignore_robots": ignore_robots, "ignore_certificates": ignore_certificates}
        result = _crawl(crawl_options, quiet=quiet, verbose=verbose, **ignored)
    except BlogArchiveError as error:
        if notify and not isinstance(error, UsageError):  # a mistyped command is seen by who types it
            output.notify(notify, summary=output.result_json(crawl_options, error), sentence=str(error))
        raise
    _report(crawl_options, result, as_json=as_json, quiet=quiet, notify=notify)
    return result.exit_code


def _crawl(crawl_options: CrawlOptions, *, quiet: bool, verbose: bool, **ignored: bool) -> CrawlResult:
    delay, cookies = crawl_options.named.delay, crawl_options.named.cookies or crawl_options.defaults.cookies
    is_first = crawl_options.command == "backup" and not crawl_options.limit and not crawl_options.db.exists()
    with parser_process.spawned_early(wanted=is_first and parser_process.is_useful(delay)) as spawned:
        from blogarchive.crawl.run import build_settings, crawl  # imports Scrapy, beside that process

        settings = build_settings(delay=delay, cookies=Path(cookies) if cookies else None, **ignored)
        with open_observer(sys.stderr, quiet=quiet, verbose=verbose) as observer:
            return crawl(crawl_options, observer, settings, spawned)


def _report(
    crawl_options: CrawlOptions, result: CrawlResult, *, as_json: bool, quiet: bool, notify: str | None
) -> None:
    """Print the result of a run, and run the command of `--notify` if it is worth it."""
    if not quiet and not as_json:
        for line in output.summary_lines(result):
            output.note(line)
    if result.message:
        output.note(stamped(f"blogarchive: {result.message}", sys.stderr))
    summary = output.result_json(crawl_options, result)
    if as_json:
        output.print_result(summary)
    if notify and (result.message or output.has_news(result)):
        output.notify(notify, summary=summary, sentence=result.message or next(output.summary_lines(result)))


def _settings(*, cookies: Path | None, **values: Any) -> dict[str, BlogSettings]:
    """Return the settings of blogs in the options that the command line names, and those in all others."""
    hosts = parse_hosts(values["media_hosts"])
    values |= {"cookies": str(cookies.absolute()) if cookies else None, "media_hosts": hosts}
    # A value of the command line applies to the blogs of this run, and is stored for them. A value of the
    # configuration file applies to all blogs without one.
    source = click.get_current_context().get_parameter_source
    named = {name for name in values if source(name) is click.core.ParameterSource.COMMANDLINE}
    return {
        "named": BlogSettings(**{name: values[name] for name in named}),
        "defaults": BlogSettings(**{name: values[name] for name in values.keys() - named}),
    }


def _print_requests(crawl_options: CrawlOptions, *, robots: bool, as_json: bool) -> int:
    from blogarchive.crawl.run import planned_urls

    urls = planned_urls(crawl_options, CrawlObserver(), robots=robots)
    if as_json:
        output.print_json({"requests": len(urls), "urls": urls})
    else:
        for url in urls:
            click.echo(url)
        text = ngettext(
            "{count} request, and those for new links on this page",
            "{count} requests, and those for new links on these pages",
            len(urls),
        )
        output.note(text.format(count=len(urls)))
    return 0


# The demo

_DEMO_DB = Path("data/demo.db")


@click.command(help=_("It needs no network, and shows the archive at its end."))
@click.option("--serve", is_flag=True, help=_("Then serve the archive to a browser, until Ctrl-C."))
@click.option("--port", type=Count(0, 65535), default=8001, show_default=True, help=_("For --serve."))
@click.option("--db", type=options.FILE, default=_DEMO_DB, show_default=True, help=_("Path of the archive."))
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


def _start_host() -> "DemoHost":
    """Start the host on a fixed port, so that a second demo finds nothing new. If it is taken, use any port."""
    from blogarchive.demo.host import DemoHost  # here: a backup needs no reader of WARC files

    try:
        return DemoHost()
    except OSError:
        return DemoHost(port=0)


def _print_archive(db: Path, requests: int) -> None:
    with Archive.open(db, read_only=True) as archive:
        found = read_status(archive)
    text = _("{requests} requests to a host of invented blogs on this machine. Stored in {db}:")
    click.echo(text.format(requests=requests, db=db))
    for blog in found.blogs:
        posts, comments = output.post_count(blog.posts_read), output.comment_count(blog.comments_held)
        text = _("  {title} by {name}: {posts}, {comments}")
        click.echo(text.format(title=blog.blog_title, name=blog.nickname, posts=posts, comments=comments))
    click.echo(_("Try next:"))
    own, found_program = own_program(), shutil.which("blogarchive")
    is_found = found_program and Path(found_program).samefile(own[0])
    program = "blogarchive" if is_found else shlex.join(own)  # its name if the shell finds it
    for command in ("serve", "search 一只猫", "status", "failures"):
        click.echo(f"  {program} {command} --db {db}")
