"""The versions of a post over time, its comments' too, and what changed between two of them."""

from dataclasses import dataclass
from difflib import unified_diff
from typing import cast

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive

_COMMENT_VERSIONS = """
select null as title, body_text as text, body_html as html, since, current from (
    select id, body_text, body_html, captured_at as since, 0 as current from comment_revisions where comment_id = ?1
     union all
    select id, body_text, body_html, coalesce(version_at, first_seen_at), 1 from comments where id = ?1)
 order by current, since, id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVersion:
    """One version of a text: `since` (UTC text) it was first seen; `current`: it is what the site shows now."""

    title: str | None
    text: str
    html: str
    since: str
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentHistory:
    """A comment that was edited, or that is gone; versions oldest first."""

    author_name: str
    posted_at_text: str | None
    gone_at: str | None
    versions: tuple[TextVersion, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHistory:
    """A post with all its versions, oldest first, and the comments of it that changed."""

    site: str
    uid: str
    number: int | str
    url: str
    gone_at: str | None
    gone_reason: str | None
    versions: tuple[TextVersion, ...]
    comments: tuple[CommentHistory, ...]


def of_post(archive: Archive, number: int | str, *, uid: str | None = None) -> list[PostHistory]:
    """The history of the post of that number; several where more than one blog has such a number.

    Raises `UsageError` where the archive holds none.
    """
    rows = archive.rows(
        "select p.id, a.site, a.uid, p.number, p.url, p.gone_at, p.gone_reason from posts p"
        " join authors a on a.id = p.author_id where p.number = ?1 and (?2 is null or a.uid = ?2 or exists"
        " (select 1 from author_aliases l where l.author_id = a.id and l.alias = ?2)) order by p.id",
        (number, uid),
    )
    if not rows:
        raise UsageError(
            f"no post {number} in {archive.path}; `blogarchive search` finds posts by their words"
        )
    return [_post(archive, row) for row in rows]


def differences(before: TextVersion, after: TextVersion) -> list[str]:
    """What changed, line by line, as a unified diff; empty where title and text are the same."""
    return list(
        unified_diff(
            _lines(before), _lines(after), fromfile=before.since, tofile=after.since, lineterm="", n=1
        )
    )


def _lines(version: TextVersion) -> list[str]:
    return [f"# {version.title or ''}", "", *version.text.splitlines()]


def _post(archive: Archive, row: tuple[object, ...]) -> PostHistory:
    post_id, site, uid, number, url, gone_at, reason = row
    return PostHistory(
        site=str(site),
        uid=str(uid),
        number=cast("int | str", number),
        url=str(url),
        gone_at=cast("str | None", gone_at),
        gone_reason=cast("str | None", reason),
        versions=archive.all_as(
            TextVersion,
            "select title, coalesce(body_text, '') as text, coalesce(body_html, '') as html,"
            " captured_at as since, is_current as current from post_versions where post_id = ?"
            " order by is_current, captured_at",
            (cast(int, post_id),),
        ),
        comments=tuple(_comments(archive, cast(int, post_id))),
    )


def _comments(archive: Archive, post_id: int) -> list[CommentHistory]:
    rows = archive.rows(
        "select id, author_name, posted_at_text, gone_at from comments c where post_id = ? and (gone_at is not null"
        " or exists (select 1 from comment_revisions r where r.comment_id = c.id)) order by posted_at, id",
        (post_id,),
    )
    return [
        CommentHistory(
            author_name=str(name),
            posted_at_text=cast("str | None", posted),
            gone_at=cast("str | None", gone_at),
            versions=archive.all_as(TextVersion, _COMMENT_VERSIONS, (cast(int, comment_id),)),
        )
        for comment_id, name, posted, gone_at in rows
    ]
