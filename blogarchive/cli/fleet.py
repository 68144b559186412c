"""The commands of a fleet, several machines that share hosts through PostgreSQL, and what they print."""

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import wraps
from gettext import gettext as _
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

import click

from blogarchive.cli import options
from blogarchive.cli.options import Count, Duration, PathArgument
from blogarchive.cli.output import note, notify, print_json, request_count, to_json
from blogarchive.crawl.named_urls import parse_url_list, read_url_list
from blogarchive.crawl.progress import stamped
from blogarchive.errors import UsageError
from blogarchive.fleet.shard import Shard, ShardRow, fleet_url, require_packages, shard_file
from blogarchive.messages.details import label
from blogarchive.parsing.urls import service_of
from blogarchive.store.database.connection import require_archive
from blogarchive.workers.pool import interrupted_by, stop_signals

if TYPE_CHECKING:
    from blogarchive.fleet.database.shards import ShardStatus
    from blogarchive.fleet.metrics import FleetMetrics
    from blogarchive.fleet.round import RoundResult
    from blogarchive.fleet.worker import Worker

_T = TypeVar("_T")
_SECONDS_TO_END: Final = 0.2
_SHOWN_SHARDS: Final = 50
_STATUS: Final = "$ blogarchive fleet status"
# A host as in a URL, with its port. Each round of a shard with a mistyped URL as host would fail.
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


_EVERY = _("Time between complete rounds. [new shards: 1d]")
_SLICE = _("Longest time of a round. [new shards: 30m]")
_shard_options = options.all_of(
    options.url_list(_("The blogs of a list: one URL a line, # begins a comment, - is the standard input.")),
    click.option("--every", "every_seconds", type=Duration(), help=_EVERY),
    click.option("--slice", "slice_seconds", type=Duration(), help=_SLICE),
    options.delay,
    options.site,
    click.option("--media/--no-media", default=None, help=_("Fetch images, or none.")),
)


def _takes_changes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that change a shard; the command gets those that were given as `changes`."""

    @_shard_options
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
        "Add the shard of an archive: the blogs at these URLs, or all discovered blogs of HOST. An existing shard keeps"
        " its blogs and all values that you do not name."
    )
)
@click.argument("words", nargs=-1, metavar="[HOST|URL]...")
@_takes_changes
@click.option(
    "--db",
    type=options.FILE,
    required=True,
    help=_("Path of the archive; its name is the name of the shard."),
)
@options.quiet
def add(
    words: tuple[str, ...], list_file: TextIO | None, db: Path, changes: dict[str, Any], quiet: bool
) -> None:
    """Add a shard, or change the named values of one."""
    changes |= _blogs(words, list_file, db, changes.get("site"))
    if "hosts" not in changes and not shard_file(db).exists():  # a shard that exists keeps its blogs
        raise click.UsageError(_("give a host, the URL of a blog, or a list of them with --from FILE"))
    is_new = _ask(lambda registry, url: registry.add_shard(url, db, changes))
    if not quiet:
        message = _("{name} is added; its first round is due") if is_new else _("{name} is changed")
        note(message.format(name=db.resolve().stem))


@fleet.command(
    "set", help=_("Change the named values of shards, from any machine; --from replaces a shard's blogs.")
)
@_patterns
@_takes_changes
def set_(patterns: tuple[str, ...], list_file: TextIO | None, changes: dict[str, Any]) -> None:
    """Change shards."""
    changes |= _blogs((), list_file, Path(), changes.get("site"))
    if not changes:
        raise click.UsageError(_("name what to change, such as --every 2d"))
    _change(_("{names}: changed"), lambda registry, url: registry.set_shards(url, patterns, changes))


@fleet.command(help=_("Run the rounds of the shards in FOLDER until it is stopped; made for systemd."))
@click.argument("folder", type=PathArgument(exists=True, file_okay=False))
@click.option(
    "--rounds", type=Count(min=1), default=4, show_default=True, help=_("Most rounds side by side.")
)
@click.option("--once", is_flag=True, help=_("End when each shard that is due is complete or waits."))
@click.option(
    "--new",
    multiple=True,
    metavar="SHARD",
    help=_("Begin this shard anew, because its archive is lost and has no copy."),
)
@click.option(
    "--keep",
    type=Duration(),
    default="90d",
    help=_("Keep the history of rounds for this time. [default: 90d]"),
)
@click.option(
    "--notify",
    "command",
    metavar="COMMAND",
    help=_("Run this command if a shard needs a person; it gets JSON on its input."),
)
@click.option("--metrics-port", type=Count(1, 65535), help=_("Serve metrics for Prometheus here."))
@click.option("--metrics-file", type=options.FILE, help=_("Write metrics into this file each 10 s."))
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
    from blogarchive.fleet.metrics import FleetMetrics
    from blogarchive.fleet.worker import Worker

    if new:
        _ask(lambda registry, url: registry.begin_anew(url, new))
    metrics = FleetMetrics(()) if metrics_port or metrics_file else None
    if metrics and metrics_port:
        metrics.serve(metrics_port)
    report = WorkerReport(quiet=quiet, as_json=as_json, command=command, metrics=metrics, file=metrics_file)
    home = folder.resolve()
    _run(_work(Worker(url=url, folder=home, most_rounds=rounds, once=once, keep=keep, observer=report)))


@fleet.command(help=_("Show the shards, their workers, their last and next rounds, and how late they are."))
@click.argument("patterns", nargs=-1, metavar="[SHARD]...")
@click.option("--all", "all_shards", is_flag=True, help=_("Also show the shards that need nothing."))
@click.option("--metrics", is_flag=True, help=_("Print metrics for Prometheus."))
@options.as_json
def status(patterns: tuple[str, ...], all_shards: bool, metrics: bool, as_json: bool) -> None:
    """Show the shards and their rounds."""
    found = _ask(lambda registry, url: registry.read_status(url, patterns))
    if metrics:
        from blogarchive.fleet.metrics import FleetMetrics

        click.echo(FleetMetrics(found).as_text(), nl=False)
    elif as_json:
        print_json(found)
    else:
        click.echo("\n".join(status_lines(found, all_shards=all_shards or bool(patterns))))


@fleet.command(help=_("Start no rounds of shards until `resume`; a running round continues."))
@_patterns
@click.option("--now", is_flag=True, help=_("Also end running rounds, after their page."))
def pause(patterns: tuple[str, ...], now: bool) -> None:
    """Pause shards."""
    text = _("{names}: paused; `blogarchive fleet resume` continues")
    _change(text, lambda registry, url: registry.pause(url, patterns, now=now))


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
@click.option("--db", type=options.FILE, required=True, help=_("Path of the archive here."))
def move(name: str, db: Path) -> None:
    """Move a shard to this machine."""
    require_archive(db)  # before PostgreSQL names it as the home, which refuses the old one for good
    moved = _ask(lambda registry, url: registry.move_shard(url, name, db))
    note(_("{name} is at {db} now, epoch {epoch}").format(name=moved.shard, db=db, epoch=moved.epoch))


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
    """Return the hosts and blogs of a shard that a command names; raises `UsageError` for text that is no URL."""
    urls = tuple(word for word in words if "://" in word)
    hosts = tuple(map(_home_of_host, (word for word in words if "://" not in word)))
    listed = read_url_list(list_file, db, site) if list_file else ()
    named = parse_url_list("\n".join((*urls, *hosts)), "URL", db, site) if urls or hosts else ()
    urls = (*(one for one in named if one not in hosts), *listed)
    return {"hosts": tuple(map(service_of, (*hosts, *urls))), "urls": urls} if hosts or urls else {}


def _home_of_host(word: str) -> str:
    """Return the URL of a host without scheme and path; raises `UsageError` for other text."""
    if _HOST.fullmatch(word):
        return f"https://{word.lower()}/"
    text = _("{word!r} is no host and no URL; write blog.creaders.net or https://blog.creaders.net/u/31182/")
    raise UsageError(text, word=word)


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
        loop.add_signal_handler(signum, worker.stop, interrupted_by(signum))
    await worker.run()


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerReport:
    """The observer of a worker: prints lines, or with `as_json` JSON lines, and writes the metrics into `file`.

    `command` is run for each shard that needs a person.
    """

    quiet: bool
    as_json: bool
    command: str | None
    metrics: "FleetMetrics | None"
    file: Path | None

    def on_message(self, name: str, text: str) -> None:
        """Print a message about a shard or the folder."""
        self._print(f"[{name}] {text}" if name else text, event="message", shard=name or None, message=text)

    def on_problem(self, name: str, text: str) -> None:
        """Print why a shard cannot begin its round, and run the `--notify` command."""
        event = {"event": "problem", "shard": name, "message": text}
        self._print(f"{name}: {text}", **event)
        self._tell({"command": "fleet work", **event}, text)

    def on_ended(
        self, row: ShardRow, result: "RoundResult", *, paused: bool, next_at: datetime | None
    ) -> None:
        """Print the result of a round; tell a person if the shard is paused."""
        values = {"shard": row.shard, "db": row.db, **asdict(result)}
        due_at = next_at.isoformat() if next_at else None
        line = round_line(row.shard, result, paused=paused, next_at=due_at)
        # A pause needs a person, who may read nothing but a mail of cron.
        if not self.quiet or paused or self.as_json:
            self._print(line, event="round", paused=paused, next_at=due_at, **values)
        if paused:
            self._tell({"command": "fleet work", **values}, line)

    @property
    def needs_status(self) -> bool:
        """True if metrics are written or served."""
        return self.metrics is not None

    def on_status(self, found: "Sequence[ShardStatus] | None") -> None:
        """Update the metrics, at a port or in a file."""
        if self.metrics is None:
            return
        self.metrics.is_connected = found is not None
        if found is not None:
            self.metrics.found = found
        if self.file:
            self.metrics.write(self.file)

    def _print(self, line: str, **event: Any) -> None:
        if self.as_json:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            click.echo(to_json({"time": now, **event}))
            sys.stdout.flush()  # who reads the lines by a pipe waits for each event, not for a full buffer
        else:
            note(stamped(line, sys.stderr))

    def _tell(self, summary: dict[str, Any], sentence: str) -> None:
        if self.command:
            notify(self.command, summary=to_json(summary), sentence=sentence)


def round_line(name: str, result: "RoundResult", *, paused: bool, next_at: str | None) -> str:
    """Return a line about a round that has ended: its outcome, its requests, and the time of the next one."""
    outcome = label(result.outcome) if result.outcome else _("exit code {code}").format(code=result.exit_code)
    parts = [f"{name}: {outcome}"]
    if result.requests is not None:
        parts.append(request_count(result.requests))
    if result.hosts:
        parts.append(_("failed: {hosts}").format(hosts=_few(list(result.hosts))))
    until = _("paused: {reason}; then `blogarchive fleet resume {name}`")
    then = until if paused else _("next round: {time}")
    parts.append(then.format(reason=result.message or outcome, name=name, time=_time(next_at)))
    return _(", ").join(parts)


def status_lines(found: "Sequence[ShardStatus]", *, all_shards: bool) -> Iterator[str]:
    """Yield a summary, the homes without a worker, and the lines of the shards.

    Of many shards, only those that need a person or are late are shown, unless `all_shards` is set.
    """
    text = _(
        "shards: {shards}, hosts: {hosts}; running: {running}, paused: {paused}, failing hosts: {failing}"
    )
    yield text.format(
        shards=len(found),
        hosts=sum(len(one["hosts"]) for one in found),
        running=sum(one["is_running"] for one in found),
        paused=sum(one["paused_at"] is not None for one in found),
        failing=sum(len(one["failing_hosts"]) for one in found),
    )
    yield from _home_lines(found)
    # A worker takes some seconds to begin a round that is due: less than a minute is not late.
    shown = [one for one in found if all_shards or one["needs_person"] or one["lag_seconds"] >= 60]
    shown = list(found) if len(found) <= _SHOWN_SHARDS else shown
    for one in shown:
        yield from shard_lines(one)
    if len(shown) < len(found):
        yield _("nothing to do for {count} more; --all shows them").format(count=len(found) - len(shown))


def _home_lines(found: "Sequence[ShardStatus]") -> Iterator[str]:
    workers: dict[tuple[str, str], list[Any]] = {}  # of each shard: a home has one
    for one in found:
        workers.setdefault((one["machine"], str(Path(one["db"]).parent)), []).append(one["worker"])
    for (machine, folder), of_home in sorted(workers.items()):
        names = {"machine": machine, "folder": folder, "count": len(of_home)}
        if worker := of_home[-1]:
            text = _("{machine} {folder}, shards: {count}; worker {pid} of version {version}")
            yield text.format_map({**worker, **names})
        else:
            yield _(
                "{machine} {folder}, shards: {count}; no worker serves them: start `blogarchive fleet work"
                " {folder}` there, or restore them elsewhere and use `blogarchive fleet move`"
            ).format_map(names)


def shard_lines(one: "ShardStatus") -> Iterator[str]:
    """Yield the lines about a shard, its hosts that fail, and its last rounds."""
    found = {**one, "hosts": _few(one["hosts"])}
    yield _("{shard}  {hosts}  {db} on {machine}, epoch {epoch}").format_map(found)
    if one["problem"]:
        yield f"  {one['problem']}"
    yield f"  {state_of(one)}"
    for host in one["failing_hosts"]:
        when = _("paused") if host["paused_at"] else _("next: {time}").format(time=_time(host["next_at"]))
        why = host["message"] or _("by a person")
        yield f"  {host['host']}: {when}; {why}"
    for done in one["rounds"]:
        yield _("  {time}  exit code {code}, {outcome}, requests: {requests}, on {machine}").format(
            time=_time(done["started_at"]),
            code="-" if done["exit_code"] is None else done["exit_code"],
            outcome=label(done["outcome"]) if done["outcome"] else "-",
            requests="-" if done["requests"] is None else done["requests"],
            machine=done["machine"],
        )


def state_of(one: "ShardStatus") -> str:
    """Return whether a shard is paused, running or waits, and how late it is."""
    if one["paused_at"]:
        reason = one["paused_reason"] or _("by a person")
        return _("paused since {time}: {reason}").format(time=_time(one["paused_at"]), reason=reason)
    if one["is_running"]:
        return _("a round runs; requests: {count}").format(count=one["requests"])
    lag = round(one["lag_seconds"])
    late = _(", {seconds} s late").format(seconds=lag) if lag >= 1 else ""
    return _("next round: {time}").format(time=_time(one["next_at"])) + late


def _few(hosts: Sequence[str]) -> str:
    shown = ", ".join(hosts[:3])
    more = _("{hosts} and {count} more")
    return shown if len(hosts) <= 3 else more.format(hosts=shown, count=len(hosts) - 3)


def _time(moment: str | None) -> str:
    """Return a time in the time zone of this machine; None is now."""
    if moment is None:
        return _("now")
    return datetime.fromisoformat(moment).astimezone().isoformat(sep=" ", timespec="seconds")
