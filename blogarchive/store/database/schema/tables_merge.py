"""Table of the merge that is not finished: at most one row."""

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
