"""What the commands of a fleet print: the lines of `fleet status` and of `fleet work`."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from blogarchive.cli.output import note, notify, to_json
from blogarchive.crawl.progress import stamped
from blogarchive.messages.details import label

if TYPE_CHECKING:
    from blogarchive.fleet.database.shards import ShardStatus
    from blogarchive.fleet.metrics import FleetMetrics
    from blogarchive.fleet.round import RoundResult
    from blogarchive.fleet.shard import ShardRow

_SHOWN_SHARDS: Final = 50


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
        """Print why a shard cannot begin its round, and tell a person."""
        event = {"event": "problem", "shard": name, "message": text}
        self._print(f"{name}: {text}", **event)
        self._tell({"command": "fleet work", **event}, text)

    def on_ended(
        self, row: "ShardRow", result: "RoundResult", *, paused: bool, next_at: datetime | None
    ) -> None:
        """Print the result of a round; tell a person if the shard is paused."""
        values = {"shard": row.shard, "db": row.db, **asdict(result)}
        due_at = next_at.isoformat() if next_at else None
        line = round_line(row.shard, result, paused=paused, next_at=due_at)
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
            sys.stdout.flush()
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
        parts.append(
            ngettext("{count} request", "{count} requests", result.requests).format(count=result.requests)
        )
    if result.hosts:
        parts.append(_("failed: {hosts}").format(hosts=_few(list(result.hosts))))
    if paused:
        parts.append(
            _("paused: {reason}; then `blogarchive fleet resume {name}`").format(
                reason=result.message or outcome, name=name
            )
        )
    else:
        parts.append(_("next round: {time}").format(time=_time(next_at)))
    return _(", ").join(parts)


def status_lines(found: "Sequence[ShardStatus]", *, all_shards: bool) -> Iterator[str]:
    """Yield a summary, the homes without a worker, and the lines of the shards.

    Of many shards, only those that need a person or are late are shown, unless `all_shards` is set.
    """
    yield _(
        "shards: {shards}, hosts: {hosts}; running: {running}, paused: {paused}, failing hosts: {failing}"
    ).format(
        shards=len(found),
        hosts=sum(len(one["hosts"]) for one in found),
        running=sum(one["is_running"] for one in found),
        paused=sum(one["paused_at"] is not None for one in found),
        failing=sum(len(one["failing_hosts"]) for one in found),
    )
    yield from _home_lines(found)
    shown = [one for one in found if all_shards or one["needs_person"] or one["lag_seconds"] >= 60]
    shown = list(found) if len(found) <= _SHOWN_SHARDS else shown
    for one in shown:
        yield from shard_lines(one)
    if len(shown) < len(found):
        yield _("nothing to do for {count} more; --all shows them").format(count=len(found) - len(shown))


def _home_lines(found: "Sequence[ShardStatus]") -> Iterator[str]:
    homes = Counter((one["machine"], str(Path(one["db"]).parent)) for one in found)
    workers = {(one["machine"], str(Path(one["db"]).parent)): one["worker"] for one in found}
    for (machine, folder), count in sorted(homes.items()):
        names = {"machine": machine, "folder": folder, "count": count}
        if worker := workers[machine, folder]:
            yield _("{machine} {folder}, shards: {count}; worker {pid} of version {version}").format(
                **names, pid=worker["pid"], version=worker["version"]
            )
        else:
            yield _(
                "{machine} {folder}, shards: {count}; no worker serves them: start `blogarchive fleet work"
                " {folder}` there, or restore them elsewhere and use `blogarchive fleet move`"
            ).format_map(names)


def shard_lines(one: "ShardStatus") -> Iterator[str]:
    """Yield the lines about a shard, its hosts that fail, and its last rounds."""
    yield _("{name}  {hosts}  {db} on {machine}, epoch {epoch}").format(
        name=one["shard"], hosts=_few(one["hosts"]), db=one["db"], machine=one["machine"], epoch=one["epoch"]
    )
    if one["problem"]:
        yield f"  {one['problem']}"
    yield f"  {state_of(one)}"
    for host in one["failing_hosts"]:
        when = _("paused") if host["paused_at"] else _("next: {time}").format(time=_time(host["next_at"]))
        yield f"  {host['host']}: {when}; {host['message'] or _('by a person')}"
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
    return (
        shown if len(hosts) <= 3 else _("{hosts} and {count} more").format(hosts=shown, count=len(hosts) - 3)
    )


def _time(moment: str | None) -> str:
    """Return a time in the time zone of this machine; None is now."""
    if moment is None:
        return _("now")
    return datetime.fromisoformat(moment).astimezone().isoformat(sep=" ", timespec="seconds")
