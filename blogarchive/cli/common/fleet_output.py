"""Lines and JSON about the rounds and shards of a fleet."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Any

from blogarchive.messages.labels import label

if TYPE_CHECKING:  # these import psycopg, which is an extra
    from blogarchive.fleet.registry import ShardStatus
    from blogarchive.fleet.worker import EndedRound


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
