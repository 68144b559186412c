"""`export jsonl --table`: posts.csv and comments.csv for Excel and LibreOffice.

UTF-8 with a byte order mark, without which Excel decodes Chinese in the system's charset. A cell that a spreadsheet
would run as a formula gets an apostrophe in front; JSON Lines export every character unchanged
(docs/decisions/0046).
"""

import csv
import io
from collections.abc import Sequence

from blogarchive.export.folder import atomic_file, output_file
from blogarchive.export.run import ExportJob, exporter
from blogarchive.store.read.models import BlogHeader, Comment, FullPost
from blogarchive.store.rows import escape_formula

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
