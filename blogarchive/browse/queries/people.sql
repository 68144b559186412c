-- Who comments / 谁在评论
-- Writers by the number of their comments, with the first and the last time.
select author_name, count(*) as comments, count(distinct post_id) as posts, min(posted_at) as first_at,
       max(posted_at) as last_at
  from comments
 group by author_name
 order by comments desc
 limit 500
