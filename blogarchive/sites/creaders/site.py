"""blog.creaders.net (万维博客): its markup was never seen, so pages are parsed by words and structure.

docs/sites/creaders.md lists the known facts and how sure each is.
"""

import re
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from blogarchive.items import Page, ParsedPage, ParsedUrl, Target
from blogarchive.sites.base import Site
from blogarchive.sites.creaders.urls import build_home_url, parse_url

_NUMBER_FIELD = re.compile(r"did|id|blog_?id|diary_?id|post_?id", re.IGNORECASE)


class Creaders(Site):
    """The site of blog.creaders.net and its mirror."""

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host."""
        return parse_url(url)

    def build_post_url(self, home_url: str, number: str) -> str:
        """Return the old URL of the post, which needs no month."""
        return urljoin(home_url, f"/user_blog_diary.php?did={number}")

    def build_home_url(self, page_url: str, uid: str) -> str:
        """Return the home page of the blog on the host of `page_url`."""
        return build_home_url(page_url, uid)

    def is_number_field(self, name: str) -> bool:
        """Return whether the name is `did`, as in old URLs, or another one for the id of a post."""
        return _NUMBER_FIELD.fullmatch(name) is not None

    def parse_page(self, page: Page, target: Target) -> ParsedPage:
        """Return all that a reader sees on `page`."""
        from blogarchive.sites.creaders.page_parser import parse_page  # half of the start of a command

        return parse_page(self, page, target)


SITE = Creaders(
    name="creaders",
    hosts=("blog.creaders.net", "blog2.creaders.net"),
    image_hosts=("*.creaders.net",),  # seen: pub, bbs and the blog's own host
    # No page shows a time zone. Posts have times of North American evenings, so Pacific is a guess (see the docs).
    zone=ZoneInfo("America/Los_Angeles"),
)
