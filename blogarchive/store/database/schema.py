"""Tables of changes that may be the site's: of texts in each run, and those that wait for a person."""

import sqlite3
from collections.abc import Iterator

# tables_merge

TABLES = """
create table merge_progress (
    id integer primary key check (id = 1),
    source text not null,
    source_state text not null,
    started_at text not null,
    pages_before integer not null,
    posts_before integer not null,
    members_before integer not null,
    parsed_page_id integer,
    merged_post_id integer not null default 0
);
"""


# tables_settings

TABLES_of_tables_settings = """
create table blog_settings (
    id integer primary key,
    site text not null,
    uid text not null,
    delay real,
    media_hosts text not null default '[]',
    cookies text,
    paused_at text,
    forgotten_at text,
    unique (site, uid)
);
"""


# tables_discovery

TABLES_of_tables_discovery = """
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


# tables_crawl

TABLES_of_tables_crawl = """
create table archive_months (
    id integer primary key,
    author_id integer not null references authors(id),
    month text not null,
    first_post_on text,
    last_post_on text,
    url text,
    posts_listed integer,
    proved_at text,
    proved_first_on text,
    proved_last_on text,
    shown_changed_at text,
    first_seen_at text not null,
    last_seen_at text not null,
    page_id integer references pages(id),
    unique (author_id, month)
);

create table sidebar_titles (
    id integer primary key,
    author_id integer not null references authors(id),
    place text not null,
    title text not null,
    number integer,
    first_seen_at text not null,
    last_seen_at text not null,
    page_id integer references pages(id),
    unique (author_id, place, title)
);

create table frontier (
    id integer primary key,
    key text not null unique,
    url text not null,
    site text not null,
    kind text not null,
    uid text,
    number integer,
    post_number integer,
    page_no integer not null default 1,
    chain text,
    state text not null,
    priority integer not null default 0,
    rank integer not null default 0,
    shown_on text,
    attempts integer not null default 0,
    due_at text,
    found_at text not null,
    found_on text,
    fetched_at text,
    etag text,
    last_modified text
);

create index frontier_work on frontier(site, uid, state, priority, rank, id, kind);

create index frontier_home on frontier(site, uid) where kind = 'home';

create index frontier_comments on frontier(site, uid, post_number) where post_number is not null;

create index frontier_due on frontier(site, uid, due_at) where state = 'done';

create table sweeps (
    id integer primary key,
    site text not null,
    uid text,
    chain text not null,
    kind text not null,
    post_id integer references posts(id),
    started_at text not null,
    pages_read integer not null default 0,
    claimed integer,
    sound integer not null default 1,
    restarts integer not null default 0,
    complete_at text,
    unique (site, chain)
);

create table sweep_items (
    id integer primary key,
    sweep_id integer not null references sweeps(id) on delete cascade,
    item text not null,
    digest text not null default '',
    state text not null default 'seen'
);

create index sweep_items_sweep on sweep_items(sweep_id, item);

create table media (
    id integer primary key,
    url text not null unique,
    host text not null default '',
    sha256 text references media_files(sha256),
    content_type text,
    size integer,
    width integer,
    height integer,
    status text not null,
    attempts integer not null default 0,
    next_try_at text,
    fetched_at text,
    detail text
);

create index media_work on media(status, host);

create table media_files (
    sha256 text primary key,
    content_type text not null,
    size integer not null,
    body blob not null
);

create table post_media (
    id integer primary key,
    post_id integer not null references posts(id),
    url text not null,
    position integer not null,
    media_id integer references media(id),
    unique (post_id, position)
);

create index post_media_media on post_media(media_id);

create table failures (
    id integer primary key,
    run_id integer references runs(id),
    site text,
    uid text,
    url text not null,
    kind text not null,
    field text,
    detail text not null,
    permanent integer not null default 0,
    attempts integer not null default 1,
    first_failed_at text not null,
    last_failed_at text not null,
    next_try_at text,
    resolved_at text
);

create index failures_open on failures(url, kind) where resolved_at is null;
"""


# script


def execute_script(connection: sqlite3.Connection, script: str) -> None:
    """Run each statement of `script` within the open transaction.

    `Database.executescript` of sqlite-utils 4.2 does the same in a time that grows with the square of a statement:
    it took more than half of the time in which an archive is made.
    """
    for statement in _iter_statements(script):
        connection.execute(statement)


def _iter_statements(script: str) -> Iterator[str]:
    """Yield statements that end with a line; a trigger contains semicolons of its own."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if ";" in line and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


# tables_blog_links

TABLES_of_tables_blog_links = """
alter table discovered_blogs add column found_by text;

alter table discovered_blogs add column reported_at text;

update discovered_blogs set reported_at = first_seen_at;

create index discovered_blogs_found_by on discovered_blogs(site, found_by);
"""


# tables_changes

TABLES_of_tables_changes = """
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
