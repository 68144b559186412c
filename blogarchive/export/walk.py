"""Goes through the posts that an export is made of, one at a time, telling how far it is."""

from collections.abc import Iterator

from blogarchive.export.report import Progress
from blogarchive.store.export_items import KeptBlog, KeptHeading, KeptPost
from blogarchive.store.export_reader import Reader


def count_posts(reader: Reader) -> int:
    """How many posts the reader's filters let through, in all its blogs."""
    return sum(sum(1 for _ in reader.headings(blog)) for blog in reader.blogs())


def walk_posts(reader: Reader, progress: Progress) -> Iterator[tuple[KeptBlog, KeptPost]]:
    """Every post with its blog: blogs by site and uid, posts oldest first; one post in memory at a time."""
    total = count_posts(reader)
    done = 0
    progress(done, total)
    for blog in reader.blogs():
        for post in posts_of(reader, reader.headings(blog)):
            yield blog, post
            done += 1
            progress(done, total)


def posts_of(reader: Reader, headings: Iterator[KeptHeading]) -> Iterator[KeptPost]:
    """The whole posts of those headings, loaded as they are asked for."""
    return (reader.post(heading) for heading in headings)
