"""The sites of export files: each stored page has one post."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urldefrag
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Page, PageKind, ParsedPage, ParsedUrl, Post, Problem, Target
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.explanation import Explanation
from blogarchive.sites.exports.document import InvalidExport


class PostStatus(StrEnum):
    """Whether readers of the blog see a post."""

    PUBLISHED = "published"
    DRAFT = "draft"  # or scheduled
    TRASHED = "trashed"
    NO_POST = "no_post"  # a template, a setting, a menu, an attachment


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedPost:
    """The post of one stored page of an export, with its blog. `post` has all visible comments."""

    encoding: str
    status: PostStatus
    author: Author
    post: Post
    problems: tuple[Problem, ...] = ()

    def to_parsed_page(self) -> ParsedPage:
        """Return the post as the parsed page of a post."""
        return ParsedPage(
            kind=PageKind.POST,
            encoding=self.encoding,
            author=self.author,
            posts=(self.post,),
            problems=self.problems,
        )


ReadPost = Callable[[Page, Target, ZoneInfo], ExportedPost]
"""Returns the post of a page; the zone is that of times without one. Raises `InvalidExport`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportSite:
    """A platform that exports blogs as files; implements the `Site` protocol.

    `title` is the name of the platform. `post_url` finds the post's number in a URL, in its first group.
    """

    name: str
    title: str
    content_type: str
    read_post: ReadPost
    post_url: re.Pattern[str]
    zone: ZoneInfo
    image_hosts: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    is_closed: bool = False

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the URL without fragment; a post if its number is in the URL, else UNKNOWN: nothing is crawled."""
        bare = urldefrag(url).url
        number = self.post_url.search(bare)
        if number is None:
            return ParsedUrl(url=bare, kind=PageKind.UNKNOWN)
        return ParsedUrl(url=bare, kind=PageKind.POST, number=number[1])

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return None: the export names the URL of each post."""
        return None

    def is_number_field(self, name: str) -> bool:
        """Return False: no saved page is of this site."""
        return False

    def find_own_url(self, text: str) -> str | None:
        """Return None: no saved page is of this site."""
        return None

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Return the post of the page; the kind is UNKNOWN if the page is no export."""
        try:
            return self.read_post(page, target, self.zone).to_parsed_page()
        except InvalidExport:
            return ParsedPage(kind=PageKind.UNKNOWN, encoding="")

    def explain_page(self, page: Page, target: Target) -> Explanation | None:
        """Return None: no selectors are needed."""
        return None
