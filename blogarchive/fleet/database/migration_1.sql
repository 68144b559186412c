-- The tables of 1.0, which had the times of rounds in a queue.
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
