"""Choose the paths of the pages of an exported site: posts, months and categories of each blog.

Names in an archive may be chosen by an attacker; here they become plain file names. `href` makes relative URLs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from blogarchive.export.common.filenames import UniqueNames, safe_name
from blogarchive.store.read.models import Blog, PostHeading

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
UNDATED = "undated"


@dataclass(frozen=True, kw_only=True, slots=True)
class SitePost:
    """A post and the path of its page below the site's folder."""

    heading: PostHeading
    path: str

    @property
    def title(self) -> str:
        """The title, or a placeholder if it has none."""
        return (self.heading.title or "").strip() or "（无题）"

    @property
    def month(self) -> str:
        """YYYY-MM, or `UNDATED` if no page showed it."""
        found = _MONTH.match(self.heading.posted_at or "")
        return found[0] if found else UNDATED


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The posts of a month or a category, newest first, and the path of their page."""

    name: str
    path: str
    posts: list[SitePost] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteBlog:
    """A blog and the paths of its pages: `posts` undated and oldest first, `months` newest first, categories by name."""

    blog: Blog
    path: str
    posts: list[SitePost]
    months: list[Listing]
    categories: list[Listing]


def plan_blog(blog: Blog, folder: str, headings: Iterable[PostHeading]) -> SiteBlog:
    """Return the blog with the paths of its pages below `folder`."""
    names = UniqueNames()
    names.claim("index", "")
    posts = [
        SitePost(heading=heading, path=f"{folder}/{names.claim(_stem(heading), 'post')}.html")
        for heading in sorted(headings, key=lambda heading: heading.posted_at or "")
    ]
    months: dict[str, Listing] = {}
    categories: dict[str, Listing] = {}
    for post in reversed(posts):
        _find_listing(months, post.month, folder, "month", names).posts.append(post)
        for name in post.heading.categories:
            _find_listing(categories, name, folder, "category", names).posts.append(post)
    by_month = [
        months[name] for name in sorted(months, key=lambda month: (month != UNDATED, month), reverse=True)
    ]
    by_name = [categories[name] for name in sorted(categories)]
    return SiteBlog(blog=blog, path=f"{folder}/index.html", posts=posts, months=by_month, categories=by_name)


def href(path: str, root: str = "") -> str:
    """Return the relative URL of the file at `path`; `root` is the URL of the site's folder."""
    return root + quote(path)


def _stem(heading: PostHeading) -> str:
    return safe_name(heading.number, max_bytes=80)


def _find_listing(
    found: dict[str, Listing], name: str, folder: str, kind: str, names: UniqueNames
) -> Listing:
    if name not in found:
        stem = names.claim(f"{kind}-{safe_name(name, max_bytes=80)}", "more")
        found[name] = Listing(name=name, path=f"{folder}/{stem}.html")
    return found[name]
