-- `due_at` is the time of the next round, `next_at` that of the hosts without failures; `asked_at` is when a person asked
-- for a round.
alter table fleet_shards
    add column round integer not null default 0,
    add column posts integer,
    add column problem text,
    add column next_at timestamptz,
    add column due_at timestamptz not null default now(),
    add column asked_at timestamptz,
    add column succeeded_at timestamptz,
    add column requests bigint not null default 0,
    add column failures integer not null default 0,
    add column home text not null
        generated always as (left(md5(machine || ':' || regexp_replace(db, '[^/]*$', '')), 16)) stored;
create index fleet_shards_home on fleet_shards (home, due_at);
alter table fleet_rounds
    add column left_out text[] not null default '{}',
    add column is_stopped boolean not null default false;
create table fleet_hosts (
    host text primary key,
    shard text references fleet_shards on delete cascade,
    exit_code integer,
    failures integer not null default 0,
    message text,
    next_at timestamptz,
    paused_at timestamptz,
    delay double precision
);
create index fleet_hosts_shard on fleet_hosts (shard);
create table fleet_workers (
    home text primary key,
    machine text not null,
    folder text not null,
    pid integer not null,
    version text not null,
    rounds integer not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
);
