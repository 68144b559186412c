"""Tables of the crawl: months, sidebar titles, the frontier, page chains (`sweeps`), media and failures."""

TABLES = """
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
