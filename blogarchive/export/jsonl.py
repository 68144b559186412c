"""`export jsonl`: one JSON object per post with its comments, images and revisions; with `--table`, two CSV files.

`post.schema.json` (JSON Schema 2020-12) beside this module defines the keys and their order. A key is a field of the
read models, so that a new key needs no change here. Values are not changed for display.

The CSV files are for Excel and LibreOffice: UTF-8 with a byte order mark. Without it, Excel decodes Chinese in the
system's charset. A cell that a spreadsheet would run as a formula gets an apostrophe in front (docs/decisions/0046).
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blogarchive.export.folder import atomic_file, output_file
from blogarchive.export.run import ExportJob, exporter
from blogarchive.store.read.models import BlogHeader, Comment, FullPost
from blogarchive.store.rows import escape_formula

_SCHEMA: Any = json.loads(Path(__file__).with_name("post.schema.json").read_text("utf-8"))
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}

POST_COLUMNS = (
    "site", "uid", "author", "number", "title", "posted_at", "categories", "views", "likes", "comment_count",
    "comments_held", "revisions", "gone_at", "url", "body_text", "body_cut",
)  # fmt: skip
COMMENT_COLUMNS = (
    "site", "uid", "post_number", "post_title", "author_name", "author_url", "reply_to", "posted_at", "likes",
    "gone_at", "body_text", "body_cut",
)  # fmt: skip

# Characters in a cell of Excel, at most; a longer text overflows into the rows below.
_CELL = 32_767


@exporter
def export_jsonl(job: ExportJob) -> None:
    """Write the posts as JSON Lines to the file `out`, or to `posts.jsonl` in it if it is a folder.

    UTF-8, one line for each post, oldest first within a blog; posts seen in listings only have no body.
    """
    with job.open_file("posts.jsonl") as file:
        for blog, post in job.posts():
            file.write(f"{compact_json(post_object(blog, post))}\n".encode())


@exporter
def export_table(job: ExportJob) -> None:
    """Write `posts.csv` and `comments.csv` into the folder `out`.

    Bodies longer than a cell are cut, and their `body_cut` is 1.
    """
    names = ("posts.csv", "comments.csv")
    post_path, comment_path = (output_file(job.archive, job.out / name, name) for name in names)
    made = job.done.files
    with atomic_file(post_path, made) as post_file, atomic_file(comment_path, made) as comment_file:
        post_file.write(b"\xef\xbb\xbf" + _format_row(POST_COLUMNS))
        comment_file.write(b"\xef\xbb\xbf" + _format_row(COMMENT_COLUMNS))
        for blog, post in job.posts():
            post_file.write(_format_row(_post_cells(blog, post)))
            comment_file.writelines(_format_row(_comment_cells(blog, post, one)) for one in post.comments)


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


def _post_cells(blog: BlogHeader, post: FullPost) -> Sequence[object]:
    return (
        blog.site, blog.uid, blog.nickname, post.number, post.title, post.posted_at,
        "、".join(post.categories), post.views, post.likes, post.comment_count,
        len(post.comments), len(post.revisions), post.gone_at, post.url, *_cut_body(post.body_text),
    )  # fmt: skip


def _comment_cells(blog: BlogHeader, post: FullPost, comment: Comment) -> Sequence[object]:
    return (
        blog.site, blog.uid, post.number, post.title, comment.author_name, comment.author_url,
        comment.reply_to, comment.posted_at, comment.likes, comment.gone_at, *_cut_body(comment.body_text),
    )  # fmt: skip


def _cut_body(text: str) -> tuple[str, int]:
    cut = text[: _CELL - 1]
    return cut, int(cut != text)


def _format_row(cells: Sequence[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([escape_formula(value) for value in cells])
    return line.getvalue().encode()
