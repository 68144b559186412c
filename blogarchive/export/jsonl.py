"""`export jsonl`: write one JSON object per post, with its comments, images and revisions.

`post.schema.json` (JSON Schema 2020-12) beside this module defines the keys and their order. A key is a field of the
read models, so that a new key needs no change here. Values are not changed for display.
"""

import json
from pathlib import Path
from typing import Any

from blogarchive.export.run import ExportJob, exporter
from blogarchive.store.read.models import BlogHeader, Comment, FullPost

_SCHEMA: Any = json.loads(Path(__file__).with_name("post.schema.json").read_text("utf-8"))
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}


@exporter
def export_jsonl(job: ExportJob) -> None:
    """Write the posts as JSON Lines to the file `out`, or to `posts.jsonl` in it if it is a folder.

    UTF-8, one line for each post, oldest first within a blog; posts seen in listings only have no body.
    """
    with job.open_file("posts.jsonl") as file:
        for blog, post in job.posts():
            file.write(f"{compact_json(post_object(blog, post))}\n".encode())


def compact_json(value: object) -> str:
    """Return JSON that is one line for every program, and valid in JavaScript of every version."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char, escape in _LINE_ENDS.items():  # for a rare character a hundredth of the time of `translate`
        text = text.replace(char, escape)
    return text


def post_object(blog: BlogHeader, post: FullPost) -> dict[str, object]:
    """Return the object of a post, with the keys of `post.schema.json` in their order."""
    keys = _SCHEMA["properties"]
    return _object(
        _SCHEMA,
        post,
        site=blog.site,
        uid=blog.uid,
        author=blog.nickname,
        blog_title=blog.blog_title,
        body_html=post.body_html if post.has_text else None,
        body_text=post.body_text if post.has_text else None,
        pictures=[_object(keys["pictures"]["items"], image) for image in post.images],
        comments=[_comment_object(comment) for comment in post.comments],
        revisions=[_object(keys["revisions"]["items"], revision) for revision in post.revisions],
    )


def _comment_object(comment: Comment) -> dict[str, object]:
    schema = _SCHEMA["$defs"]["comment"]
    of_revision = schema["properties"]["revisions"]["items"]
    revisions = [_object(of_revision, revision) for revision in comment.revisions]
    return _object(schema, comment, revisions=revisions)


def _object(schema: Any, row: object, **values: object) -> dict[str, object]:
    """Return the required keys of a schema in its order, with values given here or fields of `row`."""
    return {key: values[key] if key in values else getattr(row, key) for key in schema["required"]}
