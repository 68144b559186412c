-- Missing posts / 所缺的文章
-- Posts without a stored text, and months with more posts in their listing than in the archive.
select coalesce(a.nickname, a.uid) as author, p.title as what, p.url, p.gone_at, p.gone_reason
  from posts p join authors a on a.id = p.author_id
 where p.content_hash is null
 union all
select coalesce(a.nickname, a.uid), m.month || ': ' || m.posts_listed || ' listed, ' || count(p.id) || ' held',
       m.url, null, null
  from archive_months m
  join authors a on a.id = m.author_id
  left join posts p on p.author_id = m.author_id and substr(p.posted_at, 1, 7) = m.month
   and p.content_hash is not null
 where m.posts_listed is not null
 group by m.id
having count(p.id) < m.posts_listed
