"""Rename the posts of 文学城 from `id` to `YYYYMM_id`: its ids are a series per month.

Versions before numbered a post by its id alone. The URL of each post has its month: `blogview.php?date=YYYYMM&postID=id`.
"""

import sqlite3

from blogarchive.store.database.schema.script import execute_script

_IS_OLD = "instr(number, '_') = 0 and url glob '*[?&]date=[0-9][0-9][0-9][0-9][0-9][0-9]&*'"
_NEW = "substr(url, instr(url, 'date=') + length('date='), 6) || '_' || number"

# An archive that both versions wrote has such a post twice: its rows move to the newer one.
_RENAME = f"""
create temp table renamed as
select p.id, p.author_id, p.number as old, n.number as new, q.id as twin
  from posts p join authors a on a.id = p.author_id and a.site = 'wenxuecity'
  join (select id, {_NEW} as number from posts where {_IS_OLD}) n on n.id = p.id
  left join posts q on q.author_id = p.author_id and q.number = n.number;

update sidebar_titles set number =
       (select min(new) from renamed r where r.author_id = sidebar_titles.author_id and r.old = number
         group by r.old having count(*) = 1)
 where instr(number, '_') = 0 and author_id in (select id from authors where site = 'wenxuecity');

update pages set reader_version = 0
 where (site, uid) in (select a.site, a.uid from renamed r join authors a on a.id = r.author_id);

insert into post_revisions(post_id, content_hash, title, body_html, body_text, captured_at, page_id)
select r.twin, p.content_hash, p.title, p.body_html, p.body_text, p.last_seen_at, p.page_id
  from renamed r join posts p on p.id = r.id join posts q on q.id = r.twin
 where p.content_hash is not null and p.content_hash <> ifnull(q.content_hash, '');
update posts set first_seen_at = min(first_seen_at,
       (select p.first_seen_at from renamed r join posts p on p.id = r.id where r.twin = posts.id))
 where id in (select twin from renamed);
update post_revisions set post_id = (select twin from renamed r where r.id = post_id)
 where post_id in (select id from renamed where twin);
update post_stats set post_id = (select twin from renamed r where r.id = post_id)
 where post_id in (select id from renamed where twin);
delete from post_categories where post_id in (select id from renamed where twin);
delete from post_media where post_id in (select id from renamed where twin);
delete from posts where id in (select id from renamed where twin);
update posts set number = (select new from renamed r where r.id = posts.id) where id in (select id from renamed);
drop table renamed;

delete from frontier where site = 'wenxuecity' and instr(post_number, '_') = 0;
update or ignore frontier set number = {_NEW}, key = site || '/' || uid || '/' || {_NEW}
 where site = 'wenxuecity' and kind = 'post' and uid is not null and {_IS_OLD};
delete from frontier where site = 'wenxuecity' and kind = 'post' and uid is not null and {_IS_OLD};
"""  # noqa: S608 - constants


def rename(connection: sqlite3.Connection) -> None:
    """Rename the posts, and mark the pages of their blogs as stale: posts of two months may share a row."""
    if connection.execute("select 1 from authors where site = 'wenxuecity'").fetchone() is not None:
        execute_script(connection, _RENAME)
