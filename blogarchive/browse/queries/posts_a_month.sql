-- Posts a month / 每月文章
-- The number of posts of each blog in each month, and their views.
select coalesce(a.nickname, a.uid) as author, t.month, t.posts, t.views, t.gone
  from _month_totals t join authors a on a.id = t.author_id
 order by t.month desc, author
