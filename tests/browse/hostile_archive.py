"""An archive with every XSS vector in every place where a text is shown.

Each vector is the title of one post and part of the name of a category. It is also the URL and the reason of a failure,
and the name of an image. The first posts show sixteen vectors each: in the body as they are stored, and unsanitized as
bodies, names and URLs of comments. The other bodies are unsanitized, as in an archive of a stranger.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from blogarchive.parsing.html import parse_html
from blogarchive.parsing.sanitize import sanitize_element
from blogarchive.store.database.archive import Archive
from tests.browse.make_archive import make
from tests.browse.xss import EVIL, VECTORS

SEEN = "2025-02-01T09:00:00+00:00"


def sanitized(markup: str) -> str:
    """Return `markup` as it would be stored."""
    return sanitize_element(parse_html(f"<!doctype html><body>{markup}"), EVIL)


def in_groups(vectors: Sequence[str]) -> list[Sequence[str]]:
    """Return the vectors in groups of sixteen."""
    return [vectors[start : start + 16] for start in range(0, len(vectors), 16)]


def make_hostile(path: Path, vectors: Sequence[str]) -> list[int]:
    """Write the archive to `path`; return the ids of the posts, first those with many vectors."""
    make(path)
    with Archive.open(path) as archive, archive.atomic():
        archive.execute(
            "update authors set nickname = ?, blog_title = ?, tagline = ?, url = 'javascript:alert(1)' where id = 1",
            VECTORS[10:13],
        )
        archive.execute(
            "update authors set state = 'moved', state_detail = 'javascript:alert(1)', state_since = ? where id = 1",
            (SEEN,),
        )
        groups = in_groups(vectors)
        bodies = [*("".join(map(_in_body, group)) for group in groups), *vectors[len(groups) :]]
        posts = [_post(archive, *numbered) for numbered in enumerate(zip(vectors, bodies, strict=True))]
        for post, group in zip(posts, groups, strict=False):
            category = archive.insert(
                "insert into categories (author_id, name, url, first_seen_at, last_seen_at)"
                " values (1, ?, 'javascript:alert(1)', ?, ?)",
                (" ".join(group), SEEN, SEEN),
            )
            archive.insert(
                "insert into post_categories (post_id, category_id) values (?, ?)", (post, category)
            )
            for position, vector in enumerate(group):
                _comment(archive, post, vector)
                archive.insert(
                    "insert into post_media (post_id, url, position) values (?, ?, ?)",
                    (post, _image_url(vector), position + 1),
                )
                archive.insert(
                    "insert into failures (site, uid, url, kind, detail, first_failed_at, last_failed_at)"
                    " values ('creaders', '27282', ?, 'http', ?, ?, ?)",
                    (vector, vector, SEEN, SEEN),
                )
    return posts


def _image_url(vector: str) -> str:
    return f"{EVIL}/{quote(vector, safe='/?=:&')}"


def _in_body(vector: str) -> str:
    """Return the vector as it would be stored, and an image that is named by it."""
    return sanitized(
        f"{vector}<p><img src='{escape(_image_url(vector))}' alt='{escape(vector)}' title='{escape(vector)}'>"
    )


def _post(archive: Archive, number: int, text: tuple[str, str]) -> int:
    vector, body = text
    post = archive.insert(
        "insert into posts (author_id, number, url, title, posted_at, posted_at_text, body_html, body_text,"
        " content_hash, first_seen_at, last_seen_at, gone_at, gone_reason)"
        " values (1, ?, ?, ?, ?, ?, ?, ?, 'x', ?, ?, ?, ?)",
        (str(number), f"{EVIL}/{number}", vector, "2026-01-01", vector, body, vector, SEEN, SEEN, SEEN, vector),
    )  # fmt: skip
    archive.insert(
        "insert into post_revisions (post_id, content_hash, title, body_text, captured_at) values (?, 'y', ?, ?, ?)",
        (post, vector[::-1], vector[::-1], SEEN),
    )
    archive.insert(
        "insert into post_media (post_id, url, position) values (?, ?, 0)", (post, f"{EVIL}/track.gif")
    )
    return post


def _comment(archive: Archive, post: int, vector: str) -> None:
    archive.insert(
        "insert into comments (post_id, author_name, author_url, reply_to, body_html, body_text, posted_at,"
        " posted_at_text, fingerprint, first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (post, vector, vector if "script:" in vector else "javascript:alert(1)", vector, vector, vector,
         vector, vector, vector, SEEN, SEEN),
    )  # fmt: skip
