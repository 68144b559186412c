-- Missing posts / 所缺的文章
-- Posts without a stored text, and months with more posts in their listing than in the archive.
select p.id as post_id, coalesce(a.nickname, a.uid) as author, p.title as what, p.url, p.gone_at, p.gone_reason
  from missing_posts m
  join posts p on p.id = m.id
  join authors a on a.id = p.author_id
 union all
select null, coalesce(a.nickname, a.uid), m.month || ': ' || m.posts_listed || ' listed, '
       || (coalesce(t.posts, 0) - coalesce(t.missing, 0)) || ' stored', m.url, null, null
  from archive_months m
  join authors a on a.id = m.author_id
  left join _month_totals t on t.author_id = m.author_id and t.month = m.month
 where m.posts_listed > coalesce(t.posts, 0) - coalesce(t.missing, 0)
