"""The queries of `media`: which pictures the posts of some authors show, by state and host.

Everything is asked through `post_media`: a picture that no post shows any more is not fetched. `authors` is a JSON
array of ids of `authors`, as `author_ids` gives it.
"""

import json
from collections.abc import Sequence
from typing import cast

from blogarchive.store.database.archive import Archive, Row
from blogarchive.store.ledger.blogs import Blog


def author_ids(archive: Archive, blogs: Sequence[Blog]) -> str:
    """The ids of the authors of these blogs, as far as they are held."""
    rows = [
        archive.row("select id from authors where site = ? and uid = ?", (blog.site, blog.uid))
        for blog in blogs
    ]
    return json.dumps(sorted({cast(int, row[0]) for row in rows if row is not None}))


def images_without_row(archive: Archive, authors: str) -> list[tuple[str, str, str]]:
    """URL, a post's URL and site of every picture that has no row yet."""
    rows = archive.rows(
        "select pm.url, p.url, a.site from post_media pm join posts p on p.id = pm.post_id"
        " join authors a on a.id = p.author_id"
        " where pm.media_id is null and a.id in (select value from json_each(?)) order by pm.id",
        (authors,),
    )
    return cast("list[tuple[str, str, str]]", rows)


def link_media_rows(archive: Archive, authors: str) -> None:
    """Have every place of a picture name the picture's row."""
    archive.execute(
        "update post_media set media_id = (select id from media where url = post_media.url)"
        " where media_id is null and post_id in"
        " (select id from posts where author_id in (select value from json_each(?)))",
        (authors,),
    )


_DUE = (
    " from media m where (m.status = 'todo' or (m.status = 'failed' and m.next_try_at <= ?))"
    " and exists (select 1 from post_media pm join posts p on p.id = pm.post_id where pm.media_id = m.id"
    " and p.author_id in (select value from json_each(?)) and coalesce(p.own_page_seen_at, '') >= ?)"
)


def due_hosts(archive: Archive, authors: str, *, moment: str, since: str) -> list[str]:
    """The hosts of pictures that are to be fetched at `moment` (UTC text), in the order of their rows."""
    rows = archive.rows(
        "select m.host" + _DUE + " group by m.host order by min(m.id)", (moment, authors, since)
    )
    return [str(row[0]) for row in rows]


def count_due(archive: Archive, authors: str, *, moment: str, since: str) -> int:
    """How many pictures are to be fetched at `moment` (UTC text)."""
    return archive.scalar("select count(*)" + _DUE, (moment, authors, since))


def due_images(
    archive: Archive, authors: str, host: str, *, limit: int, moment: str, since: str
) -> list[Row]:
    """Id, URL, host, attempts, a post's URL, site and uid of pictures to fetch, those that never failed first."""
    found: list[Row] = []
    for state in ("todo", "failed"):
        found += archive.rows(
            "select m.id, m.url, m.host, m.attempts, p.url, a.site, a.uid from media m"
            " join posts p on p.id = (select pm.post_id from post_media pm join posts q on q.id = pm.post_id"
            " where pm.media_id = m.id and q.author_id in (select value from json_each(?))"
            " and coalesce(q.own_page_seen_at, '') >= ? order by pm.id limit 1)"
            " join authors a on a.id = p.author_id"
            " where m.status = ? and m.host = ? and coalesce(m.next_try_at, '') <= ? order by m.id limit ?",
            (authors, since, state, host, moment, limit - len(found)),
        )
    return found


def skipped_hosts(archive: Archive) -> list[str]:
    """The hosts of everything that was skipped."""
    return [str(row[0]) for row in archive.rows("select distinct host from media where status = 'skipped'")]


def skipped_images(archive: Archive, authors: str, host: str) -> list[tuple[int, str, str, str]]:
    """Id, URL, a post's URL and site of what was skipped of one host."""
    rows = archive.rows(
        "select m.id, m.url, p.url, a.site from media m join post_media pm on pm.media_id = m.id"
        " join posts p on p.id = pm.post_id join authors a on a.id = p.author_id"
        " where m.status = 'skipped' and m.host = ? and a.id in (select value from json_each(?))",
        (host, authors),
    )
    return cast("list[tuple[int, str, str, str]]", rows)


def count_by_status(archive: Archive, authors: str) -> dict[str, int]:
    """How many pictures are in which state; those without a row are to be fetched."""
    rows = archive.rows(
        "select coalesce(m.status, 'todo'), count(distinct pm.url) from post_media pm"
        " join posts p on p.id = pm.post_id left join media m on m.id = pm.media_id"
        " where p.author_id in (select value from json_each(?)) group by 1",
        (authors,),
    )
    return dict(cast("list[tuple[str, int]]", rows))


def reset_failed(archive: Archive, authors: str) -> int:
    """Make what failed or is dead to be fetched; gives how many."""
    return archive.execute(
        "update media set status = 'todo', attempts = 0, next_try_at = null"
        " where status in ('failed', 'dead') and exists (select 1 from post_media pm"
        " join posts p on p.id = pm.post_id where pm.media_id = media.id"
        " and p.author_id in (select value from json_each(?)))",
        (authors,),
    ).rowcount
