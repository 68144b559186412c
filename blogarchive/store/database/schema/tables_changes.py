"""Tables of changes that may be the site's: of texts in each run, and those that wait for a person."""

TABLES = """
create table text_changes (
    id integer primary key,
    run_id integer not null references runs(id),
    post_id integer not null references posts(id),
    site text not null,
    kind text not null,
    digest text,
    captured_at text not null,
    posted_at text,
    posted_at_text text,
    last_changed_at text,
    held integer not null default 0,
    unique (run_id, post_id)
);

create index text_changes_digest on text_changes(site, digest) where digest is not null;

create index text_changes_post on text_changes(post_id);

create table site_changes (
    id integer primary key,
    site text not null,
    field text not null,
    run_id integer references runs(id),
    found_at text not null,
    ended_at text,
    accepted integer not null default 0
);

create unique index site_changes_open on site_changes(site, field) where ended_at is null;

create index site_changes_accepted on site_changes(site, field) where accepted;

alter table pages add column held_at text;
"""
