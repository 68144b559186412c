-- Edited posts / 改过的文章
-- Posts with a changed text, the last change first. The length of the text is shown before and after.
select p.id as post_id, coalesce(a.nickname, a.uid) as author, p.title, r.captured_at as earlier_text_seen_at,
       p.last_changed_at, length(r.body_text) as characters_before, length(p.body_text) as characters_now
  from post_revisions r
  join posts p on p.id = r.post_id
  join authors a on a.id = p.author_id
 order by p.last_changed_at desc, r.captured_at desc
