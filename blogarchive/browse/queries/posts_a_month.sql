-- Posts a month / 每月文章
-- The number of posts of each blog in each month, and their views.
select coalesce(a.nickname, a.uid) as author, substr(p.posted_at, 1, 7) as month, count(*) as posts,
       sum(p.views) as views, sum(p.gone_at is not null) as gone
  from posts p join authors a on a.id = p.author_id
 group by a.id, month
 order by month desc, author
