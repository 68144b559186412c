"""Views for queries by hand: posts with their authors, versions, edits, open failures and missing posts."""

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
