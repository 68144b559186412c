"""Table of blogs that pages, lists or samples name, and indexes for runs over many blogs."""

TABLES = """
create table discovered_blogs (
    id integer primary key,
    site text not null,
    uid text not null,
    url text not null,
    source text not null,
    found_on text,
    first_seen_at text not null,
    backed_up_at text,
    unique (site, uid)
);

create table discovery_requests (
    id integer primary key,
    url text not null unique,
    requested_at text not null
);

create index failures_run on failures(run_id, field);

create index failures_blog on failures(site, uid) where resolved_at is null;

create index post_media_unqueued on post_media(post_id) where media_id is null;
"""
