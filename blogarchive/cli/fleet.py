"""The commands of a fleet: several machines that share hosts through PostgreSQL."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import timedelta
from functools import wraps
from gettext import gettext as _
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

import click

from blogarchive.cli import options
from blogarchive.cli.fleet_output import WorkerReport, status_lines
from blogarchive.cli.options import Count, Duration, PathArgument
from blogarchive.cli.output import note, print_json
from blogarchive.crawl.options import require_archive
from blogarchive.crawl.targets import digest_of, parse_url_list, read_url_list
from blogarchive.errors import Interrupted, UsageError
from blogarchive.fleet.shard import Shard, fleet_url, require_packages, shard_file
from blogarchive.parsing.http import service_of
from blogarchive.workers.pool import stop_signals

if TYPE_CHECKING:
    from blogarchive.fleet.database.shards import ShardStatus
    from blogarchive.fleet.metrics import FleetMetrics
    from blogarchive.fleet.worker import Worker

_T = TypeVar("_T")
_SECONDS_TO_END: Final = 0.2
_STATUS: Final = "$ blogarchive fleet status"
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)*(:[1-9]\d{0,4})?")


def _patterns(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the names of shards to a command: patterns, or `--all`."""

    @click.argument("patterns", nargs=-1, metavar="SHARD...")
    @click.option("--all", "all_shards", is_flag=True, help=_("All shards."))
    @wraps(command)
    def with_patterns(patterns: tuple[str, ...], all_shards: bool, **arguments: Any) -> Any:
        if bool(patterns) == all_shards:
            raise click.UsageError(_("name shards, by patterns such as 'news-*' or by a host, or give --all"))
        return command(patterns=patterns or ("*",), **arguments)

    return with_patterns


def _schedule(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that change a shard; the command gets those that were given as `changes`."""

    @options.url_list(_("The blogs of a list: one URL a line, # begins a comment, - is the standard input."))
    @click.option(
        "--every", "every_seconds", type=Duration(), help=_("Time between complete rounds. [default: 1d]")
    )
    @click.option(
        "--slice", "slice_seconds", type=Duration(), help=_("Longest time of a round. [default: 30m]")
    )
    @options.delay
    @options.site
    @click.option("--media/--no-media", default=None, help=_("Fetch images, or none."))
    @wraps(command)
    def with_changes(**arguments: Any) -> Any:
        given = {field.name: arguments.pop(field.name, None) for field in fields(Shard)}
        changes = {
            name: int(value.total_seconds()) if isinstance(value, timedelta) else value
            for name, value in given.items()
            if value is not None
        }
        return command(changes=changes, **arguments)

    return with_changes


@click.group(
    help=_(
        """The machines share a list of archives in PostgreSQL.

    BLOGARCHIVE_FLEET is its address, as postgresql://user@host/database. See docs/fleet.md.
    """
    )
)
def fleet() -> None:
    """Group of the commands of a fleet."""


@fleet.command(help=_("Make or migrate the tables in PostgreSQL, and restore the shards of FOLDERs."))
@click.argument("folders", type=PathArgument(exists=True, file_okay=False), nargs=-1, metavar="[FOLDER]...")
@options.quiet
def init(folders: tuple[Path, ...], quiet: bool) -> None:
    """Make or migrate the tables, and restore shards."""
    restored = _ask(lambda registry, url: registry.make_tables(url, folders))
    if quiet:
        return
    note(_("the tables of the fleet are ready"))
    for folder, names in restored.items():
        shards = ", ".join(names) or _("nothing")
        note(_("{folder}: restored {shards}").format(folder=folder, shards=shards))


@fleet.command(
    help=_(
        "Add the shard of an archive: the blogs at these URLs, or all discovered blogs of HOST. Of a shard that is"
        " there, only what is named changes."
    )
)
@click.argument("words", nargs=-1, metavar="[HOST|URL]...")
@_schedule
@click.option(
    "--db",
    type=PathArgument(dir_okay=False),
    required=True,
    help=_("Path of the archive; its name is the name of the shard."),
)
@options.quiet
def add(
    words: tuple[str, ...], list_file: TextIO | None, db: Path, changes: dict[str, Any], quiet: bool
) -> None:
    """Add a shard, or change the named values of one."""
    changes |= _blogs(words, list_file, db, changes.get("site"))
    if "hosts" not in changes and not shard_file(db).exists():
        raise click.UsageError(_("give a host, the URL of a blog, or a list of them with --from FILE"))
    is_new = _ask(lambda registry, url: registry.add_shard(url, db, changes))
    if not quiet:
        message = _("{name} is added; its first round is due") if is_new else _("{name} is changed")
        note(message.format(name=db.resolve().stem))


@fleet.command("set", help=_("Change what is named of shards, from any machine; the rest stays."))
@_patterns
@_schedule
def set_(patterns: tuple[str, ...], list_file: TextIO | None, changes: dict[str, Any]) -> None:
    """Change shards."""
    changes |= _blogs((), list_file, Path(), changes.get("site"))
    if not changes:
        raise click.UsageError(_("name what to change, such as --every 2d"))
    if "hosts" in changes and (len(patterns) > 1 or "*" in patterns[0]):
        raise click.UsageError(_("a list of blogs is that of one shard"))
    _change(_("{names}: changed"), lambda registry, url: registry.set_shards(url, patterns, changes))


@fleet.command(help=_("Run the rounds of the shards in FOLDER until it is stopped; made for systemd."))
@click.argument("folder", type=PathArgument(exists=True, file_okay=False))
@click.option(
    "--rounds", type=Count(min=1), default=4, show_default=True, help=_("Most rounds side by side.")
)
@click.option("--once", is_flag=True, help=_("End when no round is due."))
@click.option(
    "--new",
    multiple=True,
    metavar="SHARD",
    help=_("Begin this shard anew: its archive is lost, and no copy is there."),
)
@click.option(
    "--keep", type=Duration(), default="90d", help=_("Keep the history of rounds so long. [default: 90d]")
)
@click.option(
    "--notify",
    "command",
    metavar="COMMAND",
    help=_("Run this command if a shard needs a person; it gets JSON on its input."),
)
@click.option("--metrics-port", type=click.IntRange(1, 65535), help=_("Serve metrics for Prometheus here."))
@click.option(
    "--metrics-file", type=PathArgument(dir_okay=False), help=_("Write metrics into this file each 10 s.")
)
@options.as_json
@options.quiet
def work(
    folder: Path,
    rounds: int,
    once: bool,
    new: tuple[str, ...],
    keep: timedelta,
    command: str | None,
    metrics_port: int | None,
    metrics_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the rounds of the shards in a folder."""
    url = fleet_url()
    from blogarchive.fleet.worker import Worker

    if new:
        _ask(lambda registry, url: registry.begin_anew(url, new))
    metrics = _metrics() if metrics_port or metrics_file else None
    if metrics and metrics_port:
        metrics.serve(metrics_port)
    report = WorkerReport(quiet=quiet, as_json=as_json, command=command, metrics=metrics, file=metrics_file)
    _run(_work(Worker(url, folder, most_rounds=rounds, once=once, keep=keep, observer=report)))


@fleet.command(help=_("Show the shards, their workers, their last and next rounds, and how late they are."))
@click.argument("patterns", nargs=-1, metavar="[SHARD]...")
@click.option("--all", "all_shards", is_flag=True, help=_("Of many shards, also those that need nothing."))
@click.option("--metrics", is_flag=True, help=_("Print metrics for Prometheus."))
@options.as_json
def status(patterns: tuple[str, ...], all_shards: bool, metrics: bool, as_json: bool) -> None:
    """Show the shards and their rounds."""
    found = _ask(lambda registry, url: registry.read_status(url, patterns))
    if metrics:
        click.echo(_metrics(found).as_text(), nl=False)
    elif as_json:
        print_json(found)
    else:
        click.echo("\n".join(status_lines(found, all_shards=all_shards or bool(patterns))))


@fleet.command(help=_("Leave the next rounds of shards out until `resume`; a round that runs goes on."))
@_patterns
@click.option("--now", is_flag=True, help=_("End the rounds that run too, after their page."))
def pause(patterns: tuple[str, ...], now: bool) -> None:
    """Pause shards."""
    _change(
        _("{names}: paused; `blogarchive fleet resume` goes on"),
        lambda registry, url: registry.pause(url, patterns, now=now),
    )


@fleet.command(help=_("End the pause of shards or hosts; their next round is due at once."))
@_patterns
def resume(patterns: tuple[str, ...]) -> None:
    """End the pause of shards."""
    _change(_("{names}: the next round is due"), lambda registry, url: registry.resume(url, patterns))


@fleet.command(help=_("Remove shards from the fleet; their archives stay."))
@_patterns
def remove(patterns: tuple[str, ...]) -> None:
    """Remove shards from the fleet."""
    _change(_("{names}: removed; the archives stay"), lambda registry, url: registry.remove(url, patterns))


@fleet.command(
    help=_("Make a copied or restored archive on this machine the home of a shard; the old home is refused.")
)
@click.argument("name", metavar="SHARD")
@click.option("--db", type=PathArgument(dir_okay=False), required=True, help=_("Path of the archive here."))
def move(name: str, db: Path) -> None:
    """Move a shard to this machine."""
    require_archive(db)
    moved = _ask(lambda registry, url: registry.move_shard(url, name, db))
    note(_("{name} is at {db} now, epoch {epoch}").format(name=moved.shard, db=db, epoch=moved.epoch))


def _metrics(found: "Sequence[ShardStatus]" = ()) -> "FleetMetrics":
    from blogarchive.fleet.metrics import FleetMetrics

    return FleetMetrics(found)


@fleet.command(
    "try",
    help=_(
        "Try a fleet on this machine: a temporary PostgreSQL, two hosts of invented blogs, two workers. Nothing is left."
    ),
)
def try_() -> None:
    """Try a fleet on this machine."""
    require_packages()
    from blogarchive.demo.fleet_trial import open_trial

    with (
        TemporaryDirectory(prefix="blogarchive-fleet-") as folder,
        open_trial(Path(folder), lambda line: click.echo(f"$ {line}")) as wait,
    ):
        found = wait()
        click.echo(_STATUS)
        click.echo("\n".join(status_lines(found, all_shards=True)))
    click.echo(_("the trial has ended, and nothing of it is left; docs/fleet.md sets up a fleet"))


def _change(message: str, work: Callable[[Any, str], Coroutine[Any, Any, list[str]]]) -> None:
    """Run `work` as `_ask` does, and print the names that it returns."""
    note(message.format(names=", ".join(_ask(work))))


def _blogs(words: Sequence[str], list_file: TextIO | None, db: Path, site: str | None) -> dict[str, Any]:
    """Return the hosts and blogs of a shard that a command names; raises `UsageError` for a host of no known site."""
    urls = tuple(word for word in words if "://" in word)
    hosts = tuple(map(_home_of_host, (word for word in words if "://" not in word)))
    listed = read_url_list(list_file, db, site) if list_file else ()
    named = parse_url_list("\n".join((*urls, *hosts)), "URL", db, site) if urls or hosts else ()
    if not named and not listed:
        return {}
    urls = tuple(dict.fromkeys((*(one for one in named if one not in hosts), *listed)))
    services = map(service_of, (*hosts, *urls))
    return {
        "hosts": tuple(dict.fromkeys(services)),
        "urls": urls,
        "list_digest": digest_of(urls) if urls else None,
    }


def _home_of_host(word: str) -> str:
    """Return the URL of a host without scheme and path; raises `UsageError` for other text."""
    if _HOST.fullmatch(word):
        return f"https://{word.lower()}/"
    raise UsageError(
        _(
            "{word!r} is no host and no URL; write blog.creaders.net or https://blog.creaders.net/u/31182/"
        ).format(word=word)
    )


def _ask(work: Callable[[Any, str], Coroutine[Any, Any, _T]]) -> _T:
    """Run `work` with the module of the registry, which imports drivers, and with the address of PostgreSQL."""
    url = fleet_url()
    from blogarchive.fleet import registry

    return _run(work(registry, url))


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine; the tasks that it leaves, which may wait for a lost PostgreSQL, get a moment."""
    with closing(asyncio.new_event_loop()) as loop:
        try:
            return loop.run_until_complete(work)
        finally:
            rest = asyncio.all_tasks(loop)
            for task in rest:
                task.cancel()
            if rest:
                loop.run_until_complete(asyncio.wait(rest, timeout=_SECONDS_TO_END))


async def _work(worker: "Worker") -> None:
    """Run a worker until it ends or a stop signal arrives."""
    loop = asyncio.get_running_loop()
    for signum in stop_signals():
        error = Interrupted(
            _("stopped by {signal}; the same command goes on where it stopped").format(signal=signum.name)
        )
        loop.add_signal_handler(signum, worker.stop, error)
    await worker.run()
