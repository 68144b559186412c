"""Table of the settings of each blog."""

TABLES = """
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
