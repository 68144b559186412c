"""The site of an export format, and the URLs and ids of blogs and posts that an export leaves out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from gettext import gettext as _
from urllib.parse import SplitResult, quote, unquote, urldefrag, urlsplit
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Page, PageKind, ParsedPage, ParsedUrl, Post, Problem, Target
from blogarchive.parsing.subtree_cache import SubtreeCache
from blogarchive.sites.base import Site
from blogarchive.sites.exports.document import InvalidExport

# --- sites


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


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ExportSite(Site):
    """A platform that exports blogs as files.

    `title` is the name of the platform. `post_url` finds the post's number in a URL, in its first group.
    """

    title: str
    content_type: str
    read_post: ReadPost
    post_url: re.Pattern[str]
    hosts: tuple[str, ...] = ()

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the URL without fragment; a post if its number is in the URL, else UNKNOWN: nothing is crawled."""
        bare = urldefrag(url).url
        number = self.post_url.search(bare)
        if number is None:
            return ParsedUrl(url=bare, kind=PageKind.UNKNOWN)
        return ParsedUrl(url=bare, kind=PageKind.POST, number=number[1])

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Return the post of the page; the kind is UNKNOWN if the page is no export."""
        try:
            return self.read_post(page, target, self.zone).to_parsed_page()
        except InvalidExport:
            return ParsedPage(kind=PageKind.UNKNOWN, encoding="")


# --- URLs

# RFC 2606 reserves the domain: an export that names no URL gets one that leads nowhere.
_NOWHERE = "blog.invalid"


def uid_of(url: str) -> str:
    """Return the uid of a blog at `url`: its host without `www.`, and its path with `-` for `/`.

    Raises `InvalidExport` if `url` is no web address.
    """
    parts = _split(url)
    if parts is None:
        raise InvalidExport(_("it does not say which blog it is of; name the blog's URL with --url"))
    host = (parts.hostname or "").removeprefix("www.")
    path = "-".join(part for part in unquote(parts.path).split("/") if part)
    return "-".join(part for part in (host if host != _NOWHERE else "", path) if part)


def unknown_blog_url(name: str) -> str:
    """Return a URL for a blog if its export names none; the uid of the URL is the name of the author."""
    return f"https://{_NOWHERE}/{quote(name.replace('/', '-'), safe='')}/"


def author_of_unknown(url: str) -> str | None:
    """Return the author's name in a URL of `unknown_blog_url`, None for any other URL."""
    return uid_of(url) if url.startswith(f"https://{_NOWHERE}/") else None


def post_url(blog_url: str, number: str) -> str:
    """Return a URL for a post of which the export names none: that of the blog with the number as `post=`."""
    return f"{blog_url}{'&' if '?' in blog_url else '?'}post={number}"


def web_url(text: str, *, missing: str = "") -> str | None:
    """Return `text` if it is an http(s) URL, with the scheme `missing` if it has none; else None."""
    if "://" not in text and text and ":" not in text.partition("/")[0]:
        text = missing + text
    return text if _split(text) else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
