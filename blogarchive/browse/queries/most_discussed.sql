-- Most discussed / 评论最多
-- Posts by the number of stored comments, among the 500 with the highest number shown.
select p.id as post_id, coalesce(a.nickname, a.uid) as author, p.title, p.posted_at, count(c.id) as comments,
       count(distinct c.author_name) as people, max(c.posted_at) as last_comment_at
  from posts p
  join authors a on a.id = p.author_id
  join comments c on c.post_id = p.id
 where p.id in (select id from posts order by comment_count desc limit 500)
 group by p.id
 order by comments desc, last_comment_at desc
 limit 100
