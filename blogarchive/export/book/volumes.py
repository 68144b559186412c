"""Divide posts into books: all in one, one for each blog, or one for each blog and year."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from blogarchive.export.common.filenames import UniqueNames, safe_name
from blogarchive.rendering.atom import join_titles
from blogarchive.store.read.exports import ExportReader
from blogarchive.store.read.models import Blog, PostHeading

Division = Literal["blog", "year"]
_UNDATED = "没有日期"


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """The posts of a book, oldest first; `name` is its file name, `year` is None if it has posts of all years."""

    name: str
    blogs: tuple[Blog, ...]
    posts: tuple[tuple[Blog, PostHeading], ...]
    year: str | None = None

    @property
    def title(self) -> str:
        """The titles of the first blogs, with the year."""
        title = join_titles(self.blogs)
        return f"{title} {self.year}" if self.year else title


def plan_volumes(reader: ExportReader, each: Division | None) -> list[Volume]:
    """Return the books; without `each` one with all posts. A book without a stored text is left out."""
    blogs = reader.blogs()
    if each is None:
        posts = tuple((blog, heading) for blog in blogs for heading in reader.headings(blog))
        return [Volume(name="blog.epub", blogs=blogs, posts=posts)]
    names = UniqueNames()
    return [
        Volume(
            name=names.claim(safe_name(f"{blog.title} {year or ''}"), blog.uid) + ".epub",
            blogs=(blog,),
            posts=posts,
            year=year,
        )
        for blog in blogs
        for year, posts in _divide(blog, reader.headings(blog), each)
        if any(heading.has_text for _, heading in posts)
    ]


def _divide(
    blog: Blog, headings: tuple[PostHeading, ...], each: Division
) -> Iterator[tuple[str | None, tuple[tuple[Blog, PostHeading], ...]]]:
    if each == "blog":
        yield None, tuple((blog, heading) for heading in headings)
        return
    for year, group in groupby(headings, _year):
        yield year, tuple((blog, heading) for heading in group)


def _year(heading: PostHeading) -> str:
    return (heading.posted_at or "")[:4] or _UNDATED
