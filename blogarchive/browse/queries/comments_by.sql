-- Comments by a person / 某人的评论
-- All comments of a person, the newest first; the name exactly as shown.
select c.id as comment_id, c.post_id, c.posted_at, p.title as post, coalesce(a.nickname, a.uid) as blog, c.reply_to, c.body_text, c.gone_at
  from comments c
  join posts p on p.id = c.post_id
  join authors a on a.id = p.author_id
 where c.author_name = :person
 order by c.posted_at desc
