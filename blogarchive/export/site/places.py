"""Where the files of an exported site lie, and what the months and categories of a blog are.

All names are made from an archive's rows and may have been chosen by somebody who means harm; here they become
plain file names, and `href` makes a relative address of one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from blogarchive.export.filenames import UniqueNames, safe_name
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import PostHeading

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
UNDATED = "undated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A post in its blog: `path` is below the site's folder."""

    heading: PostHeading
    path: str

    @property
    def title(self) -> str:
        """The title, or a word for there being none."""
        return (self.heading.title or "").strip() or "（无题）"

    @property
    def month(self) -> str:
        """YYYY-MM, or `UNDATED` where no page showed that much."""
        found = _MONTH.match(self.heading.posted_at or "")
        return found[0] if found else UNDATED


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The posts of a month or a category, newest first, and the file that lists them."""

    name: str
    path: str
    posts: list[Placed] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """A blog with the places of its pages; `posts` oldest first with those without a date before
    all, `months` newest first, categories by name."""

    blog: Blog
    path: str
    posts: list[Placed]
    months: list[Listing]
    categories: list[Listing]


def shelve(blog: Blog, folder: str, headings: Iterable[PostHeading]) -> Shelf:
    """The places of a blog's pages below `folder`."""
    names = UniqueNames()
    names.take("index", "")
    posts = [
        Placed(heading=heading, path=f"{folder}/{names.take(_stem(heading), 'post')}.html")
        for heading in sorted(headings, key=lambda heading: heading.posted_at or "")
    ]
    months: dict[str, Listing] = {}
    categories: dict[str, Listing] = {}
    for post in reversed(posts):
        _listing(months, post.month, folder, "month", names).posts.append(post)
        for name in post.heading.categories:
            _listing(categories, name, folder, "category", names).posts.append(post)
    by_month = [
        months[name] for name in sorted(months, key=lambda month: (month != UNDATED, month), reverse=True)
    ]
    by_name = [categories[name] for name in sorted(categories)]
    return Shelf(blog=blog, path=f"{folder}/index.html", posts=posts, months=by_month, categories=by_name)


def href(path: str, root: str = "") -> str:
    """The relative address of the file at `path`; `root` leads from the page to the site's folder."""
    return root + quote(path)


def _stem(heading: PostHeading) -> str:
    return safe_name(str(heading.number), most_bytes=80)


def _listing(found: dict[str, Listing], name: str, folder: str, kind: str, names: UniqueNames) -> Listing:
    if name not in found:
        stem = names.take(f"{kind}-{safe_name(name, most_bytes=80)}", "more")
        found[name] = Listing(name=name, path=f"{folder}/{stem}.html")
    return found[name]
