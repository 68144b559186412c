"""`export jsonl`: write one JSON object per post, with its comments, images and revisions.

`post.schema.json` (JSON Schema 2020-12) beside this module defines the keys and their order. A key is a field of the
read models, so that a new key needs no change here. Values are not changed for display.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from blogarchive.export.folder import Digests, atomic_file, output_file
from blogarchive.export.posts import escape_line_ends, iterate_posts
from blogarchive.export.run import Exported
from blogarchive.store.read.exports import Filters, open_reader
from blogarchive.store.read.models import Blog, Comment, FullPost
from blogarchive.store.rows import Progress, no_progress

_SCHEMA: Any = json.loads(files("blogarchive.export").joinpath("post.schema.json").read_text("utf-8"))


def export_jsonl(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write the posts as JSON Lines to the file `out`, or to `posts.jsonl` in it if it is a folder.

    UTF-8, one line for each post, oldest first within a blog; posts seen in listings only have no body.
    Raises `NoArchive`, `ArchiveDamaged`, `UsageError` (unknown author or category), `CannotWrite`.
    """
    path = output_file(archive, out, "posts.jsonl")
    posts = comments = missing = 0
    files: Digests = {}
    with open_reader(archive, filters) as reader:
        with atomic_file(path, files) as file:
            for blog, post in iterate_posts(reader, progress):
                file.write(format_post(blog, post).encode())
                posts += 1
                comments += len(post.comments)
                missing += not post.has_text
        state = reader.finish()
    return Exported(
        out=path, posts=posts, comments=comments, missing=missing, files=files, archive_state=state
    )


def format_post(blog: Blog, post: FullPost) -> str:
    """Return the line of a post with its line end."""
    line = json.dumps(post_object(blog, post), ensure_ascii=False, separators=(",", ":"))
    return escape_line_ends(line) + "\n"


def post_object(blog: Blog, post: FullPost) -> dict[str, object]:
    """Return the object of a post, with the keys of `post.schema.json` in their order."""
    keys = _SCHEMA["properties"]
    return _object(
        _SCHEMA,
        post,
        site=blog.site,
        uid=blog.uid,
        author=blog.nickname,
        number=post.number,
        blog_title=blog.blog_title,
        body_html=post.body_html if post.has_text else None,
        body_text=post.body_text if post.has_text else None,
        pictures=[_object(keys["pictures"]["items"], image) for image in post.images],
        comments=[_comment_object(comment) for comment in post.comments],
        revisions=[_object(keys["revisions"]["items"], revision) for revision in post.revisions],
    )


def _comment_object(comment: Comment) -> dict[str, object]:
    schema = _SCHEMA["$defs"]["comment"]
    revisions = schema["properties"]["revisions"]["items"]
    return _object(
        schema, comment, revisions=[_object(revisions, revision) for revision in comment.revisions]
    )


def _object(schema: Any, row: object, **values: object) -> dict[str, object]:
    """Return the required keys of a schema in its order, with values given here or fields of `row`."""
    return {key: values[key] if key in values else getattr(row, key) for key in schema["required"]}
