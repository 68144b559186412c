"""Views for queries by hand: posts with their authors, versions, edits, open failures and missing posts."""


# tables_content

TABLES = """
create table runs (
    id integer primary key,
    command text not null,
    arguments text not null default '[]',
    started_at text not null,
    epoch_at text not null,
    finished_at text,
    outcome text,
    exit_code integer,
    counts text not null default '{}',
    version text not null,
    pid integer,
    host text
);

create table pages (
    id integer primary key,
    url text not null,
    fetched_at text not null,
    status integer not null,
    headers text not null default '[]',
    encoding text,
    body blob not null,
    body_size integer not null,
    sha256 text not null,
    kind text not null,
    site text not null,
    uid text,
    target text not null default '{}',
    counted text,
    closed integer not null default 1,
    reader_version integer not null,
    run_id integer references runs(id),
    unique (url, fetched_at, sha256)
);

create table authors (
    id integer primary key,
    site text not null,
    uid text not null,
    nickname text,
    blog_title text,
    tagline text,
    url text not null,
    registered_on text,
    registered_on_text text,
    first_seen_at text not null,
    last_seen_at text not null,
    home_proved_at text,
    page_id integer references pages(id),
    unique (site, uid)
);

create table author_aliases (
    author_id integer not null references authors(id),
    alias text not null,
    first_seen_at text not null,
    primary key (author_id, alias)
);

create table run_blogs (
    run_id integer not null references runs(id),
    author_id integer not null references authors(id),
    primary key (run_id, author_id)
);

create table field_counts (
    run_id integer not null references runs(id),
    site text not null,
    kind text not null,
    field text not null,
    filled integer not null,
    empty integer not null,
    primary key (run_id, site, kind, field)
);

create table author_stats (
    id integer primary key,
    author_id integer not null references authors(id),
    captured_at text not null,
    total_visits integer,
    account_age integer,
    page_id integer references pages(id),
    unique (author_id, captured_at)
);

create table author_names (
    id integer primary key,
    author_id integer not null references authors(id),
    nickname text,
    blog_title text,
    tagline text,
    captured_at text not null,
    page_id integer references pages(id)
);

create table posts (
    id integer primary key,
    author_id integer not null references authors(id),
    number integer not null,
    url text not null,
    title text,
    title_is_cut integer not null default 0,
    posted_at text,
    posted_at_text text,
    body_html text,
    body_text text,
    content_hash text,
    views integer,
    likes integer,
    comment_count integer,
    first_seen_at text not null,
    last_seen_at text not null,
    version_at text,
    from_listing integer not null default 0,
    last_changed_at text,
    comments_complete_at text,
    listed_title text,
    listed_comment_count integer,
    own_page_seen_at text,
    own_page_gone_at text,
    own_page_gone_reason text,
    missing_from_listing_at text,
    gone_at text,
    gone_reason text,
    page_id integer references pages(id),
    unique (author_id, number)
);

create index posts_posted_at on posts(posted_at);

create table post_revisions (
    id integer primary key,
    post_id integer not null references posts(id),
    content_hash text not null,
    title text,
    body_html text,
    body_text text,
    captured_at text not null,
    page_id integer references pages(id)
);

create index post_revisions_post on post_revisions(post_id);

create table post_stats (
    id integer primary key,
    post_id integer not null references posts(id),
    captured_at text not null,
    views integer,
    likes integer,
    comment_count integer,
    page_id integer references pages(id),
    unique (post_id, captured_at)
);

create table comments (
    id integer primary key,
    post_id integer not null references posts(id),
    author_name text not null,
    author_url text,
    reply_to text,
    body_html text not null,
    body_text text not null,
    posted_at text,
    posted_at_text text,
    likes integer,
    fingerprint text not null,
    position integer,
    text_digest text,
    version_at text,
    first_seen_at text not null,
    last_seen_at text not null,
    gone_at text,
    page_id integer references pages(id),
    unique (post_id, fingerprint)
);

create index comments_author on comments(author_name);

create table comment_revisions (
    id integer primary key,
    comment_id integer not null references comments(id),
    body_html text not null,
    body_text text not null,
    captured_at text not null,
    page_id integer references pages(id)
);

create index comment_revisions_comment on comment_revisions(comment_id);

create table categories (
    id integer primary key,
    author_id integer not null references authors(id),
    name text not null,
    url text,
    proved_at text,
    first_seen_at text not null,
    last_seen_at text not null,
    page_id integer references pages(id),
    unique (author_id, name)
);

create table post_categories (
    post_id integer not null references posts(id),
    category_id integer not null references categories(id),
    gone_at text,
    page_id integer references pages(id),
    primary key (post_id, category_id)
);

create index post_categories_category on post_categories(category_id);
"""

CATEGORY_INDEXES = """
drop index post_categories_category;
create index post_categories_category on post_categories(category_id, gone_at, post_id);
create index post_categories_post on post_categories(post_id, gone_at, category_id);
"""


# views

VIEWS = """
create view posts_view as
select p.id, a.site, a.uid, a.nickname as author, p.number, p.title, p.posted_at,
       (select group_concat(c.name, '、') from post_categories pc join categories c on c.id = pc.category_id
         where pc.post_id = p.id and pc.gone_at is null) as categories,
       p.views, p.likes, p.comment_count,
       (select count(*) from comments k where k.post_id = p.id) as comments_held,
       p.gone_at, p.gone_reason, p.url, p.body_text,
       substr(p.posted_at, 1, 4) as year, p.gone_at is not null as is_gone,
       (select json_group_array(c.name) from post_categories pc join categories c on c.id = pc.category_id
         where pc.post_id = p.id and pc.gone_at is null) as category_list
  from posts p join authors a on a.id = p.author_id;

create view post_versions as
select post_id, content_hash, title, body_html, body_text, captured_at, page_id, 0 as is_current
  from post_revisions
union all
select id, content_hash, title, body_html, body_text, coalesce(version_at, first_seen_at), page_id, 1
  from posts where content_hash is not null;

create view edited_posts as
select p.id, p.number, a.nickname as author, p.title, count(r.id) as revisions,
       max(p.last_changed_at) as last_edited_at, p.url
  from posts p join authors a on a.id = p.author_id join post_revisions r on r.post_id = p.id
 group by p.id;

create view open_failures as
select id, site, uid, url, kind, field, detail, permanent, attempts, first_failed_at, last_failed_at, next_try_at
  from failures where resolved_at is null;

create view missing_posts as
select p.id, a.uid, a.nickname as author, p.number, p.title, p.url, p.first_seen_at, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id where p.content_hash is null
"""

POSTS_IN_CATEGORIES = """
create view posts_in_categories as
select pc.post_id, pc.category_id
  from post_categories pc join posts p on p.id = pc.post_id
 where pc.gone_at is null or p.gone_at is not null;

drop view posts_view;

create view posts_view as
select p.id, a.site, a.uid, a.nickname as author, p.number, p.title, p.posted_at,
       (select group_concat(name, '、') from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name)) as categories,
       p.views, p.likes, p.comment_count,
       (select count(*) from comments k where k.post_id = p.id) as comments_held,
       p.gone_at, p.gone_reason, p.url, p.body_text,
       substr(p.posted_at, 1, 4) as year, p.gone_at is not null as is_gone,
       (select json_group_array(name) from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name)) as category_list
  from posts p join authors a on a.id = p.author_id
"""
"""A gone post keeps its categories: no listing shows it any more, which proves nothing about its categories."""
