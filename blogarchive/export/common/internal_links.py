"""Rewrite links between posts of the same export: they lead to its files, not to the site."""

from collections import defaultdict
from collections.abc import Iterable
from posixpath import dirname, relpath
from urllib.parse import quote

from blogarchive.rendering.bodies import PostSource
from blogarchive.sites.links import resolve_post_link
from blogarchive.store.read.models import Blog, PostHeading

PostFile = tuple[Blog, PostHeading, str]
"""A blog, a post of it, and the path of the post's file in the export."""


class InternalLinks:
    """The paths of the posts in an export, by the uid and number in their URLs."""

    def __init__(self, posts: Iterable[PostFile]) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}
        self._numbered: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for blog, heading, path in posts:
            number = heading.number
            for uid in (blog.uid, *blog.aliases):
                self._paths[blog.site, uid, number] = path
            self._numbered[blog.site, number].append(path)

    def source_for(self, blog: Blog, heading: PostHeading, path: str) -> PostSource:
        """Return a source of relative URLs for the links in that post, which is written to the file `path`.

        Old URLs have the number of a post and no uid: they are resolved if only one blog has that number.
        """

        def source(url: str) -> str | None:
            target = self._find_path(blog.site, heading.url, url)
            return None if target is None else quote(relpath(target, dirname(path) or "."))

        return source

    def _find_path(self, site: str, page_url: str, url: str) -> str | None:
        link = resolve_post_link(site, url, page_url)
        if link is None or link.number is None:
            return None
        if link.uid is not None:
            return self._paths.get((site, link.uid, link.number))
        paths = self._numbered.get((site, link.number), [])
        return paths[0] if len(paths) == 1 else None
