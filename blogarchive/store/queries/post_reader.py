"""Read posts with everything that belongs to them, from an archive or a read-only connection."""

from collections import defaultdict
from dataclasses import fields

from blogarchive.store.queries.post_models import (
    POST_HEADINGS,
    Comment,
    FullPost,
    Image,
    PostHeading,
    Version,
)
from blogarchive.store.rows import Executor, all_as, dicts, one_as


def read_post(executor: Executor, post_id: int) -> FullPost | None:
    """Return the post of that id, or None."""
    heading = one_as(executor, PostHeading, f"{POST_HEADINGS} where p.id = ?", (post_id,))
    return None if heading is None else complete_heading(executor, heading)


def complete_heading(executor: Executor, heading: PostHeading) -> FullPost:
    """Return the post of a heading with its text, comments, images and revisions."""
    (text,) = dicts(
        executor.execute(
            "select coalesce(body_html, '') as body_html, coalesce(body_text, '') as body_text,"
            " coalesce(version_at, first_seen_at) as version_at from posts where id = ?",
            (heading.id,),
        )
    )
    return FullPost(
        **{field.name: getattr(heading, field.name) for field in fields(heading)},
        **text,
        comments=_read_comments(executor, heading.id),
        images=_read_images(executor, heading.id),
        revisions=all_as(
            executor,
            Version,
            "select captured_at, title, body_html, body_text from post_revisions where post_id = ?"
            " order by captured_at, id",
            (heading.id,),
        ),
    )


def _read_comments(executor: Executor, post_id: int) -> tuple[Comment, ...]:
    """Return the comments, oldest first. Pages show the newest first, so `position` is descending."""
    revisions: defaultdict[int, list[Version]] = defaultdict(list)
    for row in dicts(
        executor.execute(
            "select r.comment_id, r.captured_at, null as title, r.body_html, r.body_text from comment_revisions r"
            " join comments c on c.id = r.comment_id where c.post_id = ? order by r.captured_at, r.id",
            (post_id,),
        )
    ):
        revisions[row.pop("comment_id")].append(Version(**row))
    rows = executor.execute(
        "select id, author_name, author_url, reply_to, posted_at, posted_at_text, likes, body_html, body_text,"
        " coalesce(version_at, first_seen_at) as version_at, first_seen_at, last_seen_at, gone_at from comments"
        " where post_id = ? order by posted_at is null, posted_at, position desc, id",
        (post_id,),
    )
    return tuple(Comment(**row, revisions=tuple(revisions[row["id"]])) for row in dicts(rows))


def _read_images(executor: Executor, post_id: int) -> tuple[Image, ...]:
    return all_as(
        executor,
        Image,
        "select pm.url, f.sha256, f.content_type, f.size, m.width, m.height from post_media pm"
        " left join media m on m.id = coalesce(pm.media_id, (select id from media where url = pm.url))"
        " left join media_files f on f.sha256 = m.sha256 where pm.post_id = ? order by pm.position",
        (post_id,),
    )
