-- Who comments / 谁在评论
-- Writers by the number of their comments, with the first and the last time.
select name as author_name, comments, posts, first_at, last_at
  from _person_totals
 order by comments desc
 limit 500
