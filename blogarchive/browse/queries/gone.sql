-- Gone from the site / 原站已无
-- Stored posts that the site no longer shows.
select p.id as post_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at, p.gone_at, p.gone_reason, p.views
  from posts p join authors a on a.id = p.author_id
 where p.gone_at is not null
 order by p.gone_at desc
