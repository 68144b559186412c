-- The tables that people query. A column of a table is described in browse/metadata.toml.

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
    state text,
    state_detail text,
    state_since text,
    state_asked_at text,
    unique (site, uid)
);
create index authors_nickname on authors(nickname);

create table author_aliases (
    author_id integer not null references authors(id),
    alias text not null,
    first_seen_at text not null,
    primary key (author_id, alias)
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
    number text not null,
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
    year text generated always as (substr(posted_at, 1, 4)) virtual,
    text_checksum integer,
    read_by text,
    listed_version text,
    unique (author_id, number)
);
create index posts_posted_at on posts(posted_at desc, id);
create index posts_newest on posts(id, posted_at, author_id);
create index posts_by_author on posts(author_id, posted_at desc, id, year, gone_reason);
create index posts_missing on posts(author_id, posted_at) where content_hash is null and gone_at is null;
create index posts_gone_reason on posts(gone_reason) where gone_reason is not null;
create index posts_year on posts(year, posted_at desc, id, author_id);
create index posts_discussed on posts(comment_count desc);
create index posts_gone_at on posts(gone_at) where gone_at is not null;
create index posts_changed on posts(last_changed_at) where last_changed_at is not null;
create index posts_number on posts(number);

create table post_revisions (
    id integer primary key,
    post_id integer not null references posts(id),
    content_hash text not null,
    title text,
    body_html text,
    body_text text,
    captured_at text not null,
    page_id integer references pages(id),
    text_checksum integer
);
create index post_revisions_post on post_revisions(post_id);

create table post_stats (
    id integer primary key,
    post_id integer not null references posts(id),
    captured_at text not null,
    views integer,
    likes integer,
    comment_count integer,
    page_id integer references pages(id)
);
create unique index post_stats_moment on post_stats(post_id, cast(strftime('%s', captured_at) as integer));

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
    text_checksum integer,
    year text generated always as (substr(posted_at, 1, 4)) virtual,
    ordinal integer generated always as (cast(fingerprint as integer)) virtual,
    base text generated always as (substr(fingerprint, instr(fingerprint, '|') + 1)) virtual,
    is_counted integer generated always as (substr(base, 1, 7) <> 'answer|') virtual,
    unique (post_id, fingerprint)
);
create index comments_author on comments(author_name);
create index comments_newest on comments(id, posted_at, author_name);
create index comments_year on comments(year, author_name, post_id);

create table comment_revisions (
    id integer primary key,
    comment_id integer not null references comments(id),
    body_html text not null,
    body_text text not null,
    captured_at text not null,
    page_id integer references pages(id),
    text_checksum integer,
    author_name text
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
create index post_categories_category on post_categories(category_id, gone_at, post_id);
create index post_categories_post on post_categories(post_id, gone_at, category_id);

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
    detail text,
    etag text,
    last_modified text
);
create index media_work on media(status, host);

create table media_versions (
    id integer primary key,
    url text not null,
    sha256 text not null references media_files(sha256),
    first_seen_at text not null,
    last_seen_at text not null,
    unique (url, sha256)
);

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
create index post_media_unqueued on post_media(post_id) where media_id is null;

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
    held_at text,
    unique (url, fetched_at, sha256)
);

create table frontier (
    id integer primary key,
    key text not null unique,
    url text not null,
    site text not null,
    kind text not null,
    uid text,
    number text,
    post_number text,
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
    last_modified text,
    interval_days real
);
create index pages_facets on pages(kind, status, encoding);
create index frontier_work on frontier(site, uid, state, priority, rank, id, kind);
create index frontier_home on frontier(site, uid) where kind = 'home';
create index frontier_comments on frontier(site, uid, post_number) where post_number is not null;
create index frontier_due on frontier(site, uid, due_at) where state = 'done';

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
    host text,
    cause text
);

create table run_blogs (
    run_id integer not null references runs(id),
    author_id integer not null references authors(id),
    primary key (run_id, author_id)
);

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
create index failures_run on failures(run_id, field);
create index failures_blog on failures(site, uid) where resolved_at is null;

create table field_counts (
    run_id integer not null references runs(id),
    site text not null,
    kind text not null,
    field text not null,
    filled integer not null,
    empty integer not null,
    primary key (run_id, site, kind, field)
);

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

create table blog_settings (
    id integer primary key,
    site text not null,
    uid text not null,
    delay real,
    media_hosts text not null default '[]',
    cookies text,
    paused_at text,
    forgotten_at text,
    revisits integer,
    unique (site, uid)
);

create table discovered_blogs (
    id integer primary key,
    site text not null,
    uid text not null,
    url text not null,
    source text not null,
    found_on text,
    first_seen_at text not null,
    backed_up_at text,
    found_by text,
    reported_at text,
    unique (site, uid)
);
create index discovered_blogs_found_by on discovered_blogs(site, found_by);

-- Nobody asks for these rows. Without them a page chain, a merge or a discovery begins again.

create table _discovery_requests (
    id integer primary key,
    url text not null unique,
    requested_at text not null
);

create table _sidebar_titles (
    id integer primary key,
    author_id integer not null references authors(id),
    place text not null,
    title text not null,
    number text,
    first_seen_at text not null,
    last_seen_at text not null,
    page_id integer references pages(id),
    unique (author_id, place, title)
);

create table _page_chains (
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

create table _page_chain_items (
    id integer primary key,
    chain_id integer not null references _page_chains(id) on delete cascade,
    item text not null,
    digest text not null default '',
    state text not null default 'seen'
);
create index _page_chain_items_chain on _page_chain_items(chain_id, item);

create table _merge_progress (
    id integer primary key check (id = 1),
    source text not null,
    source_state text not null,
    started_at text not null,
    posts_before integer not null,
    members_before integer not null,
    merged_post_id integer not null default 0
);

create table readme (
    language text primary key,
    text text not null
) without rowid;

-- The search index, see store/search_index.py. FTS5 needs the indexed text to remove its words, so the first note of a
-- changed row has it. INSERT OR IGNORE is no alternative: the conflict clause of the statement that fired the trigger
-- replaces it. Datasette needs the name of the table in double quotes. Emoji are symbols (S*), ‖ is a break.

create table _search_state (folding text not null);

create table _search_pending (
    kind text not null,
    row_id integer not null,
    was_indexed integer not null,
    title text,
    body_text text,
    primary key (kind, row_id)
);

create virtual table posts_fts using fts5(
    title, body_text, content="posts", content_rowid="id",
    tokenize="unicode61 categories 'L* N* Co S* M*' tokenchars '‖'"
);

create virtual table comments_fts using fts5(
    body_text, content="comments", content_rowid="id",
    tokenize="unicode61 categories 'L* N* Co S* M*' tokenchars '‖'"
);

create trigger search_posts_insert after insert on posts begin
    insert into _search_pending select 'posts', new.id, 0, null, null
     where not exists (select 1 from _search_pending where kind = 'posts' and row_id = new.id);
end;

create trigger search_posts_update after update of title, body_text on posts
  when old.body_text is not new.body_text or old.title is not new.title begin
    insert into _search_pending select 'posts', old.id, 1, old.title, old.body_text
     where not exists (select 1 from _search_pending where kind = 'posts' and row_id = old.id);
end;

create trigger search_posts_delete after delete on posts begin
    insert into _search_pending select 'posts', old.id, 1, old.title, old.body_text
     where not exists (select 1 from _search_pending where kind = 'posts' and row_id = old.id);
end;

create trigger search_comments_insert after insert on comments begin
    insert into _search_pending select 'comments', new.id, 0, null, null
     where not exists (select 1 from _search_pending where kind = 'comments' and row_id = new.id);
end;

create trigger search_comments_update after update of body_text on comments
  when old.body_text is not new.body_text begin
    insert into _search_pending select 'comments', old.id, 1, null, old.body_text
     where not exists (select 1 from _search_pending where kind = 'comments' and row_id = old.id);
end;

create trigger search_comments_delete after delete on comments begin
    insert into _search_pending select 'comments', old.id, 1, null, old.body_text
     where not exists (select 1 from _search_pending where kind = 'comments' and row_id = old.id);
end;

-- A gone post keeps its categories: no listing shows it any more, which proves nothing about its categories.
-- `posted_at_utc` of a date without a time is its midnight, of a month or a year its first day.

create view posts_in_categories as
select post_id, category_id from post_categories
 where gone_at is null
    or exists (select 1 from posts p where p.id = post_categories.post_id and p.gone_at is not null);

create view posts_view as
select p.id, a.site, a.uid, a.nickname as author, p.number, p.title, p.posted_at,
       strftime('%Y-%m-%dT%H:%M:%S+00:00', case
         when length(p.posted_at) < 10 then p.posted_at || substr('0000-01-01', length(p.posted_at) + 1)
         when p.posted_at glob '*T[0-9][0-9][-+]*' then substr(p.posted_at, 1, 13) || ':00' || substr(p.posted_at, 14)
         else p.posted_at end) as posted_at_utc,
       (select group_concat(name, '、') from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name)) as categories,
       p.views, p.likes, p.comment_count,
       (select count(*) from comments k where k.post_id = p.id) as comments_held,
       p.gone_at, p.gone_reason, p.url, p.body_text,
       p.year, p.gone_at is not null as is_gone,
       (select json_group_array(name) from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = p.id order by c.name)) as category_list
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
  from (select distinct post_id from post_revisions) e join posts p on p.id = e.post_id
  join authors a on a.id = p.author_id join post_revisions r on r.post_id = p.id
 group by p.id;

create view missing_posts as
select p.id, a.uid, a.nickname as author, p.number, p.title, p.url, p.first_seen_at, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id where p.content_hash is null and p.gone_at is null
 union all
select p.id, a.uid, a.nickname, p.number, p.title, p.url, p.first_seen_at, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id where p.content_hash is null and p.gone_at is not null;

create view open_failures as
select id, site, uid, url, kind, field, detail, permanent, attempts, first_failed_at, last_failed_at, next_try_at
  from failures where resolved_at is null;

-- Totals, see totals.py. Those of a blog are counted at the end of a run, for the authors that triggers note: one note
-- per author, further changes of its rows find it there. Counts of pages and of post numbers are changed at once.

create table _totals_pending (author_id integer primary key);
create table _blog_totals (author_id integer primary key references authors(id) on delete cascade, posts, missing, gone, edited, comments, first_post_on text, last_post_on text, posts_read, gone_unread, comments_claimed, posts_lacking_comments, comments_held, comments_gone, comments_edited) without rowid;
create table _month_totals (author_id, month text, posts, missing, gone, views, first_on text, last_on text, posts_read, primary key (author_id, month)) without rowid;
create table _category_totals (category_id integer references categories(id) on delete cascade, year text, posts, primary key (category_id, year)) without rowid;
create table _comment_totals (author_id, month text, comments, primary key (author_id, month)) without rowid;
create table _commenter_totals (author_id, name text, comments, posts, first_at text, last_at text, primary key (author_id, name)) without rowid;
create table _reply_totals (author_id, name text, reply_to text, comments, primary key (author_id, name, reply_to)) without rowid;
create table _page_totals (reader_version, is_held, pages, bytes, primary key (reader_version, is_held)) without rowid;
create table _number_totals (site text primary key, numbers, highest) without rowid;

create index _commenter_totals_name on _commenter_totals(name, comments, posts, first_at, last_at);
create index _commenter_totals_comments on _commenter_totals(author_id, comments);
create index _reply_totals_comments on _reply_totals(author_id, comments);

create trigger totals_posts_insert after insert on posts begin
    insert or ignore into _totals_pending select new.author_id;
end;

create trigger totals_posts_update after update of author_id, posted_at, content_hash, gone_at, views, comment_count, comments_complete_at on posts begin
    insert or ignore into _totals_pending select new.author_id;
end;

create trigger totals_posts_delete after delete on posts begin
    insert or ignore into _totals_pending select old.author_id;
end;

create trigger totals_comments_insert after insert on comments begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_comments_update after update of post_id, author_name, reply_to, posted_at, gone_at, fingerprint on comments begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_comments_delete after delete on comments begin
    insert or ignore into _totals_pending select author_id from posts where id = old.post_id;
end;

create trigger totals_post_categories_insert after insert on post_categories begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_post_categories_update after update of post_id, category_id, gone_at on post_categories begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_post_categories_delete after delete on post_categories begin
    insert or ignore into _totals_pending select author_id from posts where id = old.post_id;
end;

create trigger totals_post_revisions_insert after insert on post_revisions begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_post_revisions_update after update of post_id on post_revisions begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_post_revisions_delete after delete on post_revisions begin
    insert or ignore into _totals_pending select author_id from posts where id = old.post_id;
end;

create trigger totals_post_stats_insert after insert on post_stats begin
    insert or ignore into _totals_pending select author_id from posts where id = new.post_id;
end;

create trigger totals_comment_revisions_insert after insert on comment_revisions begin
    insert or ignore into _totals_pending select p.author_id from comments c join posts p on p.id = c.post_id where c.id = new.comment_id;
end;

create trigger _page_totals_insert after insert on pages begin
    insert into _page_totals values (new.reader_version, new.held_at is not null, 1, new.body_size)
        on conflict do update set pages = pages + 1, bytes = bytes + excluded.bytes;
end;

create trigger _page_totals_update after update of reader_version, held_at, body_size on pages when old.reader_version is not new.reader_version or old.held_at is not new.held_at or old.body_size is not new.body_size begin
    update _page_totals set pages = pages - 1, bytes = bytes - old.body_size
     where reader_version = old.reader_version and is_held = (old.held_at is not null);
    delete from _page_totals where pages = 0;
    insert into _page_totals values (new.reader_version, new.held_at is not null, 1, new.body_size)
        on conflict do update set pages = pages + 1, bytes = bytes + excluded.bytes;
end;

create trigger _page_totals_delete after delete on pages begin
    update _page_totals set pages = pages - 1, bytes = bytes - old.body_size
     where reader_version = old.reader_version and is_held = (old.held_at is not null);
    delete from _page_totals where pages = 0;
end;

create trigger _number_totals_insert after insert on posts begin
    insert into _number_totals select a.site, 1, cast(new.number as integer) from authors a
     where a.id = new.author_id and new.number not glob '*[^0-9]*' and length(new.number) between 1 and 15
       and not exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = new.number and p.id <> new.id and o.site = a.site)
        on conflict do update set numbers = numbers + 1, highest = max(highest, excluded.highest);
end;

create trigger _number_totals_update after update of number, author_id on posts when old.number is not new.number or old.author_id is not new.author_id begin
    update _number_totals set numbers = numbers - 1, highest = nullif(highest, cast(old.number as integer))
     where old.number not glob '*[^0-9]*' and length(old.number) between 1 and 15 and site = (select site from authors where id = old.author_id)
       and not exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = old.number and p.id <> old.id and o.site = _number_totals.site);
    delete from _number_totals where numbers = 0;
    insert into _number_totals select a.site, 1, cast(new.number as integer) from authors a
     where a.id = new.author_id and new.number not glob '*[^0-9]*' and length(new.number) between 1 and 15
       and not exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = new.number and p.id <> new.id and o.site = a.site)
        on conflict do update set numbers = numbers + 1, highest = max(highest, excluded.highest);
end;

create trigger _number_totals_delete after delete on posts begin
    update _number_totals set numbers = numbers - 1, highest = nullif(highest, cast(old.number as integer))
     where old.number not glob '*[^0-9]*' and length(old.number) between 1 and 15 and site = (select site from authors where id = old.author_id)
       and not exists (
        select 1 from posts p cross join authors o on o.id = p.author_id
         where p.number = old.number and p.id <> old.id and o.site = _number_totals.site);
    delete from _number_totals where numbers = 0;
end;
