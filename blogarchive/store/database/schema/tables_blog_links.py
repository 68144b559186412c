"""Columns of discovered blogs: the blog whose pages name them, and whether `discover` has reported them."""

TABLES = """
alter table discovered_blogs add column found_by text;

alter table discovered_blogs add column reported_at text;

update discovered_blogs set reported_at = first_seen_at;

create index discovered_blogs_found_by on discovered_blogs(site, found_by);
"""
