"""From one post to another of the same export: links between them lead to files, not to the site."""

from collections import defaultdict
from collections.abc import Iterable
from posixpath import dirname, relpath
from urllib.parse import quote

from blogarchive.rendering.bodies import PostSource
from blogarchive.sites.post_links import resolve_post_link
from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import PostHeading

Filed = tuple[Blog, PostHeading, str]
"""A post with its blog, and the file of the export that it is in."""


class Crossing:
    """Where the posts of an export lie, by what links call them."""

    def __init__(self, posts: Iterable[Filed]) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}
        self._numbered: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for blog, heading, path in posts:
            number = str(heading.number)
            for uid in (blog.uid, *blog.aliases):
                self._paths[blog.site, uid, number] = path
            self._numbered[blog.site, number].append(path)

    def out_of(self, blog: Blog, heading: PostHeading, path: str) -> PostSource:
        """Gives the relative address of the post that a link in this one, in the file `path`, leads to.

        Old URLs name a post by its number alone: they lead to it where one blog only has that number.
        """

        def source(url: str) -> str | None:
            there = self._path(blog.site, heading.url, url)
            return None if there is None else quote(relpath(there, dirname(path) or "."))

        return source

    def _path(self, site: str, page_url: str, url: str) -> str | None:
        address = resolve_post_link(site, url, page_url)
        if address is None:
            return None
        if address.uid is not None:
            return self._paths.get((site, address.uid, str(address.number)))
        paths = self._numbered.get((site, str(address.number)), [])
        return paths[0] if len(paths) == 1 else None
