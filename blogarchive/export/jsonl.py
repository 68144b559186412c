"""`export jsonl`: one JSON object a post, with its comments, pictures and replaced versions.

The objects fit `post.schema.json` (JSON Schema 2020-12) beside this module; nothing in them is changed or cleaned for
display.
"""

import json
from pathlib import Path

from blogarchive.export.iterate import walk_posts
from blogarchive.export.report import Exported
from blogarchive.export.writer import out_file, whole_file
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.export_models import (
    ExportedBlog,
    ExportedComment,
    ExportedPost,
    ExportedRevision,
    Filters,
)
from blogarchive.store.queries.export_reader import open_reader

# Line ends to some readers of lines, though not to JSON.
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})


def export_jsonl(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the posts as JSON Lines to the file `out` (`posts.jsonl` in it where it is a folder).

    UTF-8, one line a post, oldest first within a blog; posts known from listings only have no body.
    Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (unknown author or category), `CannotWrite`.
    """
    path = out_file(archive, out, "posts.jsonl")
    posts = comments = missing = 0
    with open_reader(archive, filters) as reader, whole_file(path) as file:
        for blog, post in walk_posts(reader, progress):
            file.write(post_line(blog, post).encode())
            posts += 1
            comments += len(post.comments)
            missing += not post.heading.whole
    return Exported(out=path, posts=posts, comments=comments, missing=missing)


def post_line(blog: ExportedBlog, post: ExportedPost) -> str:
    """The line of that post, its line end included."""
    line = json.dumps(_post(blog, post), ensure_ascii=False, separators=(",", ":"))
    return line.translate(_LINE_ENDS) + "\n"


def _post(blog: ExportedBlog, post: ExportedPost) -> dict[str, object]:
    heading = post.heading
    return {
        "site": blog.site,
        "uid": blog.uid,
        "author": blog.nickname,
        "blog_title": blog.blog_title,
        "number": heading.number,
        "url": heading.url,
        "title": heading.title,
        "posted_at": heading.posted_at,
        "posted_at_text": heading.posted_at_text,
        "categories": list(heading.categories),
        "views": heading.views,
        "likes": heading.likes,
        "comment_count": heading.comment_count,
        "body_html": post.body_html if heading.whole else None,
        "body_text": post.body_text if heading.whole else None,
        "first_seen_at": heading.first_seen_at,
        "last_seen_at": heading.last_seen_at,
        "last_changed_at": heading.last_changed_at,
        "gone_at": heading.gone_at,
        "gone_reason": heading.gone_reason,
        "pictures": [
            {"url": picture.url, "sha256": picture.sha256, "content_type": picture.content_type}
            for picture in post.pictures
        ],
        "comments": [_comment(comment) for comment in post.comments],
        "revisions": [_revision(revision) | {"title": revision.title} for revision in post.earlier],
    }


def _comment(comment: ExportedComment) -> dict[str, object]:
    return {
        "author_name": comment.author_name,
        "author_url": comment.author_url,
        "reply_to": comment.reply_to,
        "posted_at": comment.posted_at,
        "posted_at_text": comment.posted_at_text,
        "likes": comment.likes,
        "body_html": comment.body_html,
        "body_text": comment.body_text,
        "first_seen_at": comment.first_seen_at,
        "last_seen_at": comment.last_seen_at,
        "gone_at": comment.gone_at,
        "revisions": [_revision(revision) for revision in comment.earlier],
    }


def _revision(revision: ExportedRevision) -> dict[str, object]:
    return {
        "captured_at": revision.captured_at,
        "body_html": revision.body_html,
        "body_text": revision.body_text,
    }
