"""The commands of a fleet: several machines that share hosts through PostgreSQL."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar
from urllib.parse import urlsplit

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count, Duration, PathArgument, Seconds
from blogarchive.cli.output import notify, print_result
from blogarchive.crawl.options import lock_name, require_archive
from blogarchive.crawl.progress import stamped
from blogarchive.crawl.targets import digest_of, parse_url_list, read_url_list
from blogarchive.errors import Interrupted, UsageError
from blogarchive.fleet.shard import Shard, fleet_url
from blogarchive.messages.details import label
from blogarchive.parsing.http import host_of, port_of
from blogarchive.workers.pool import stop_signals

if TYPE_CHECKING:
    from blogarchive.fleet.registry import ShardStatus
    from blogarchive.fleet.worker import EndedRound, Worker


# fleet_output


def round_line(ended: "EndedRound") -> str:
    """Return a line about a round that has ended: its outcome, its requests, and the time of the next one."""
    result = ended.result
    outcome = label(result.outcome) if result.outcome else _("exit code {code}").format(code=result.exit_code)
    parts = [f"{ended.shard}: {outcome}"]
    if result.requests is not None:
        parts.append(
            ngettext("{count} request", "{count} requests", result.requests).format(count=result.requests)
        )
    if ended.paused:
        parts.append(
            _("paused: {reason}; then `blogarchive fleet resume {name}`").format(
                reason=result.message or outcome, name=ended.shard
            )
        )
    else:
        parts.append(_("next round: {time}").format(time=_time(ended.next_at)))
    return _(", ").join(parts)


def ended_json(ended: "EndedRound") -> dict[str, Any]:
    """Return the JSON object that `--notify` gets about a round that has ended."""
    return {"command": "fleet work", "shard": ended.shard, "db": str(ended.db), **asdict(ended.result)}


def status_json(one: "ShardStatus") -> dict[str, Any]:
    """Return the JSON object of a shard in `fleet status --json`; its times are `datetime`."""
    row = asdict(one.row)
    del row["urls"], row["has_job"]
    rounds = [asdict(done) for done in one.rounds]
    return {**row, "blogs": len(one.row.urls), "lag_seconds": one.lag_seconds, "rounds": rounds}


def status_lines(one: "ShardStatus") -> Iterator[str]:
    """Yield the lines about a shard and its last rounds."""
    row = one.row
    yield _("{name}  {hosts}  {db} on {machine}, epoch {epoch}").format(
        name=row.shard, hosts=_few(row.hosts), db=row.db, machine=row.machine, epoch=row.epoch
    )
    if row.paused_at:
        yield _("  paused since {time}: {reason}").format(
            time=_time(row.paused_at), reason=row.paused_reason or _("by a person")
        )
    elif row.is_running:
        yield _("  a round runs")
    else:
        late = _(", {seconds} s late").format(seconds=round(one.lag_seconds)) if one.lag_seconds >= 1 else ""
        yield _("  next round: {time}").format(time=_time(row.next_at)) + late
    for done in one.rounds:
        yield _("  {time}  exit code {code}, {outcome}, {requests} requests, on {machine}").format(
            time=_time(done.started_at),
            code="-" if done.exit_code is None else done.exit_code,
            outcome=label(done.outcome) if done.outcome else "-",
            requests="-" if done.requests is None else done.requests,
            machine=done.machine,
        )


def _few(hosts: Sequence[str]) -> str:
    shown = ", ".join(hosts[:3])
    return (
        shown if len(hosts) <= 3 else _("{hosts} and {count} more").format(hosts=shown, count=len(hosts) - 3)
    )


def _time(moment: datetime | None) -> str:
    """Return a time in the time zone of this machine; None is now."""
    return _("now") if moment is None else moment.astimezone().isoformat(sep=" ", timespec="seconds")


# fleet

_T = TypeVar("_T")
_SECONDS_TO_END: Final = 0.2
_name = click.argument("name", metavar="SHARD")


@click.group(
    help=_(
        """Keep the archives of many hosts on several machines, through PostgreSQL.

    BLOGARCHIVE_FLEET is its address, as postgresql://user@host/database. See docs/fleet.md.
    """
    )
)
def fleet() -> None:
    """Group of the commands of a fleet."""


@fleet.command(help=_("Make or migrate the tables in PostgreSQL, and restore the shards of FOLDERs."))
@click.argument("folders", type=PathArgument(exists=True, file_okay=False), nargs=-1, metavar="[FOLDER]...")
@options.no_db
@options.verbosity
def init(folders: tuple[Path, ...], quiet: bool, verbose: bool) -> None:
    """Make or migrate the tables, and restore shards."""
    url = fleet_url()
    from blogarchive.fleet import registry

    _run(registry.make_tables(url))
    if not quiet:
        click.echo(_("the tables of the fleet are ready"), err=True)
    for folder in folders:
        restored = _run(registry.restore_folder(url, folder))
        if not quiet:
            click.echo(
                _("{folder}: restored {shards}").format(
                    folder=folder, shards=", ".join(restored) or _("nothing")
                ),
                err=True,
            )


@fleet.command(
    help=_(
        "Add the shard of an archive: the blogs at these URLs, or all discovered blogs of HOST. Repeat it to change"
        " the schedule or the list."
    )
)
@click.argument("words", nargs=-1, metavar="[HOST|URL]...")
@click.option(
    "--from",
    "list_file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help=_("The blogs of a list: one URL a line, # begins a comment, - is the standard input."),
)
@click.option(
    "--db",
    type=PathArgument(dir_okay=False),
    required=True,
    help=_("Path of the archive; its name is the name of the shard."),
)
@click.option("--every", type=Duration(), default="1d", help=_("Time between complete rounds. [default: 1d]"))
@click.option(
    "--slice", "slice_", type=Duration(), default="30m", help=_("Longest time of a round. [default: 30m]")
)
@click.option("--delay", type=Seconds(min=0), help=_("Seconds between requests. [default: 1]"))
@click.option("--site", metavar="NAME", help=_("Name of the site, for an unknown host."))
@click.option("--no-media", is_flag=True, help=_("Fetch no images."))
@options.verbosity
def add(
    words: tuple[str, ...],
    list_file: TextIO | None,
    db: Path,
    every: timedelta,
    slice_: timedelta,
    delay: float | None,
    site: str | None,
    no_media: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Add a shard, or change its schedule."""
    url = fleet_url()
    from blogarchive.fleet import registry

    named = [word for word in words if "://" in word]
    hosts = [_bare_host(word) for word in words if "://" not in word]
    urls = parse_url_list("\n".join(named), "URL", db, site) if named else ()
    if list_file:
        urls = (*urls, *read_url_list(list_file, db, site))
    hosts += [lock_name(host_of(one), port_of(one)) for one in urls]
    if not hosts:
        raise click.UsageError(_("give a host, the URL of a blog, or a list of them with --from FILE"))
    urls = tuple(dict.fromkeys(urls))
    shard = Shard(
        shard=db.resolve().stem,
        hosts=tuple(dict.fromkeys(hosts)),
        site=site,
        urls=urls,
        list_digest=digest_of(urls) if urls else None,
        every_seconds=int(every.total_seconds()),
        slice_seconds=int(slice_.total_seconds()),
        delay=delay,
        media=not no_media,
    )
    _run(registry.add_shard(url, db, shard))
    if not quiet:
        click.echo(_("{name} is added; its first round is due").format(name=shard.shard), err=True)


@fleet.command(help=_("Run the rounds of the shards in FOLDER until it is stopped; made for systemd."))
@click.argument("folder", type=PathArgument(exists=True, file_okay=False))
@click.option(
    "--rounds", type=Count(min=1), default=4, show_default=True, help=_("Most rounds side by side.")
)
@click.option("--once", is_flag=True, help=_("End when no round is due."))
@click.option(
    "--notify",
    "command",
    metavar="COMMAND",
    help=_("Run this command if a shard is paused because it needs a person; it gets JSON on its input."),
)
@options.no_db
@options.verbosity
def work(folder: Path, rounds: int, once: bool, command: str | None, quiet: bool, verbose: bool) -> None:
    """Run the rounds of the shards in a folder."""
    url = fleet_url()
    from blogarchive.fleet.worker import Worker

    def on_line(name: str, line: str) -> None:
        click.echo(f"[{name}] {line}", err=True)

    def on_ended(ended: "EndedRound") -> None:
        if not quiet or ended.paused:
            click.echo(stamped(round_line(ended), sys.stderr), err=True)
        if ended.paused and command:
            notify(command, summary=json.dumps(ended_json(ended)), sentence=round_line(ended))

    worker = Worker(url, folder, most_rounds=rounds, once=once, on_line=on_line, on_ended=on_ended)
    _run(_work(worker))


@fleet.command(help=_("Show the shards, their last and next rounds, and how late they are."))
@options.no_db
@options.as_json
@options.any_verbosity
def status(as_json: bool) -> None:
    """Show the shards and their rounds."""
    url = fleet_url()
    from blogarchive.fleet import registry

    found = _run(registry.read_status(url))
    if as_json:
        print_result(
            json.dumps([status_json(one) for one in found], ensure_ascii=False, default=datetime.isoformat)
        )
        return
    for one in found:
        click.echo("\n".join(status_lines(one)))


@fleet.command(help=_("Leave the next rounds of a shard out until `resume`; a round that runs goes on."))
@_name
@options.no_db
@options.any_verbosity
def pause(name: str) -> None:
    """Pause a shard."""
    url = fleet_url()
    from blogarchive.fleet import registry

    paused = _run(registry.pause(url, name))
    click.echo(_("{name} is paused; `blogarchive fleet resume {name}` goes on").format(name=paused), err=True)


@fleet.command(help=_("End the pause of a shard; its next round is due at once."))
@_name
@options.no_db
@options.any_verbosity
def resume(name: str) -> None:
    """End the pause of a shard."""
    url = fleet_url()
    from blogarchive.fleet import registry

    resumed = _run(registry.resume(url, name))
    click.echo(_("the next round of {name} is due").format(name=resumed), err=True)


@fleet.command(
    help=_("Make a copied or restored archive on this machine the home of a shard; the old home is refused.")
)
@_name
@click.option("--db", type=PathArgument(dir_okay=False), required=True, help=_("Path of the archive here."))
@options.any_verbosity
def move(name: str, db: Path) -> None:
    """Move a shard to this machine."""
    url = fleet_url()
    require_archive(db)
    from blogarchive.fleet import registry

    moved = _run(registry.move_shard(url, name, db))
    click.echo(
        _("{name} is at {db} now, epoch {epoch}").format(name=moved.shard, db=db, epoch=moved.epoch), err=True
    )


def _bare_host(word: str) -> str:
    """Return a host without scheme and path as locks name it; raises `UsageError` for other text."""
    try:
        parts = urlsplit(f"https://{word}/")
        if parts.netloc == word and parts.hostname and not parts.username:
            return lock_name(parts.hostname, parts.port or 443)
    except ValueError:
        pass
    raise UsageError(
        _(
            "{word!r} is no host and no URL; write blog.creaders.net or https://blog.creaders.net/u/31182/"
        ).format(word=word)
    )


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
