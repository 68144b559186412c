"""Migrations of the fleet's tables: append only, each applied once. Procrastinate's own tables come first."""

from gettext import gettext as _
from typing import Any, Final, LiteralString

from procrastinate.schema import SchemaManager

from blogarchive.errors import UsageError
from blogarchive.fleet.database.connection import Connection

_MIGRATIONS: Final[tuple[LiteralString, ...]] = (
    """
    create table fleet_shards (
        shard text primary key,
        hosts text[] not null,
        site text,
        urls text[] not null,
        list_digest text,
        every_seconds integer not null,
        slice_seconds integer not null,
        delay double precision,
        media boolean not null,
        epoch integer not null,
        machine text not null,
        db text not null,
        added_at timestamptz not null default now(),
        paused_at timestamptz,
        paused_reason text
    );
    create table fleet_rounds (
        id bigint generated always as identity primary key,
        shard text not null references fleet_shards on delete cascade,
        epoch integer not null,
        machine text not null,
        started_at timestamptz not null,
        finished_at timestamptz,
        exit_code integer,
        outcome text,
        requests integer,
        pages integer,
        message text
    );
    create index fleet_rounds_shard on fleet_rounds (shard, id desc);
    """,
)
_MINIMUM_SERVER: Final = 140000
"""`idle_session_timeout` is new in PostgreSQL 14."""


async def migrate(connection: Connection) -> None:
    """Apply the pending migrations. Raises `UsageError` for an older PostgreSQL, or tables of a newer blogarchive."""
    if connection.info.server_version < _MINIMUM_SERVER:
        raise UsageError(_("a fleet needs PostgreSQL 14 or later"))
    async with connection.transaction():
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('blogarchive migrations', 0))"
        )
        await connection.execute(
            "create table if not exists fleet_migrations"
            " (number integer primary key, applied_at timestamptz not null default now())"
        )
        if await _scalar(connection, "select to_regclass('procrastinate_jobs') is null"):
            await connection.execute(SchemaManager.get_schema())
        applied = await _scalar(connection, "select coalesce(max(number), 0)::integer from fleet_migrations")
        if applied > len(_MIGRATIONS):
            raise UsageError(_("a newer blogarchive made the tables of this fleet; upgrade this one"))
        for number, script in enumerate(_MIGRATIONS[applied:], applied + 1):
            await connection.execute(script)
            await connection.execute("insert into fleet_migrations (number) values (%s)", (number,))


async def _scalar(connection: Connection, sql: LiteralString) -> Any:
    row = await (await connection.execute(sql)).fetchone()
    return row[0] if row else None
