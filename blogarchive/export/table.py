"""`export jsonl --table`: posts.csv and comments.csv, as Excel and LibreOffice open them.

UTF-8 with a byte order mark, without which Excel reads Chinese as something else. A cell that a spreadsheet
would take for a formula gets an apostrophe in front; the JSON Lines keep every character as it is
(docs/decisions/0046).
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from blogarchive.export.iterate import walk_posts
from blogarchive.export.report import Exported
from blogarchive.export.writer import out_file, whole_file
from blogarchive.store.progress import Progress, no_progress
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.export_models import Filters
from blogarchive.store.queries.export_reader import open_reader
from blogarchive.store.queries.post_models import Comment, FullPost

POST_COLUMNS = (
    "site", "uid", "author", "number", "title", "posted_at", "categories", "views", "likes", "comment_count",
    "comments_held", "revisions", "gone_at", "url", "body_text", "body_cut",
)  # fmt: skip
COMMENT_COLUMNS = (
    "site", "uid", "post_number", "post_title", "author_name", "author_url", "reply_to", "posted_at", "likes",
    "gone_at", "body_text", "body_cut",
)  # fmt: skip

_CELL = 32_767
"""The most that a cell of Excel holds; a longer one spills into the rows below."""


def export_table(
    archive: Path, out: Path, *, filters: Filters | None = None, progress: Progress = no_progress
) -> Exported:
    """Write `posts.csv` and `comments.csv` into the folder `out`.

    Bodies longer than a spreadsheet's cell are cut, and `body_cut` is 1 there. Raises as `export_jsonl` does.
    """
    posts = comments = missing = 0
    post_path, comment_path = (out_file(archive, out / name, name) for name in ("posts.csv", "comments.csv"))
    with (
        open_reader(archive, filters) as reader,
        whole_file(post_path) as post_file,
        whole_file(comment_path) as comment_file,
    ):
        post_file.write(b"\xef\xbb\xbf" + _row(POST_COLUMNS))
        comment_file.write(b"\xef\xbb\xbf" + _row(COMMENT_COLUMNS))
        for blog, post in walk_posts(reader, progress):
            post_file.write(_row(_post(blog, post)))
            comment_file.writelines(_row(_comment(blog, post, comment)) for comment in post.comments)
            posts += 1
            comments += len(post.comments)
            missing += not post.has_text
    return Exported(out=out, posts=posts, comments=comments, missing=missing)


def _post(blog: Blog, post: FullPost) -> Sequence[object]:
    return (
        blog.site, blog.uid, blog.nickname, post.number, post.title, post.posted_at,
        "、".join(post.categories), post.views, post.likes, post.comment_count,
        len(post.comments), len(post.revisions), post.gone_at, post.url, *_body(post.body_text),
    )  # fmt: skip


def _comment(blog: Blog, post: FullPost, comment: Comment) -> Sequence[object]:
    return (
        blog.site, blog.uid, post.number, post.title, comment.author_name, comment.author_url,
        comment.reply_to, comment.posted_at, comment.likes, comment.gone_at, *_body(comment.body_text),
    )  # fmt: skip


def _body(text: str) -> tuple[str, int]:
    cut = text[: _CELL - 1]
    return cut, int(cut != text)


def _row(cells: Sequence[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(value) for value in cells])
    return line.getvalue().encode()


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is made plain text by an apostrophe (OWASP)."""
    if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")):
        return f"'{value}"
    return value
