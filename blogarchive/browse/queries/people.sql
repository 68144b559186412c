-- Who comments / 谁在评论
-- Writers by the number of their comments, with the first and the last time.
select name as author_name, sum(comments) as comments, sum(posts) as posts, min(first_at) as first_at,
       max(last_at) as last_at
  from _commenter_totals
 group by name
 order by 2 desc
 limit 500
