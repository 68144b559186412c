"""Iterate over the posts of an export and report progress."""

from collections.abc import Iterator

from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import Blog, FullPost
from blogarchive.store.rows import Progress


def iterate_posts(reader: ExportReader, progress: Progress) -> Iterator[tuple[Blog, FullPost]]:
    """Yield every post with its blog: blogs by site and uid, posts oldest first, one post in memory at a time."""
    blogs = reader.blogs()
    total = sum(1 for blog in blogs for _ in reader.headings(blog))
    done = 0
    progress(done, total)
    for blog in blogs:
        for heading in reader.headings(blog):
            yield blog, reader.post(heading)
            done += 1
            progress(done, total)
