"""blog.creaders.net (万维博客): its markup was never seen, so pages are parsed by words and structure.

docs/sites/creaders.md lists the known facts and how sure each is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from blogarchive.items import Page, ParsedPage, ParsedUrl, Target
from blogarchive.sites.base import Explanation
from blogarchive.sites.creaders.urls import build_home_url, build_post_url, is_number_field, parse_url

if TYPE_CHECKING:
    from blogarchive.parsing.subtree_cache import SubtreeCache

# No page shows a time zone. Posts have times of North American evenings, so Pacific is a guess (see the docs).
_ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Creaders:
    """The site; implements the `Site` protocol."""

    name: str = "creaders"
    hosts: tuple[str, ...] = ("blog.creaders.net", "blog2.creaders.net")
    image_hosts: tuple[str, ...] = ("*.creaders.net",)  # seen: pub, bbs and the blog's own host
    zone: ZoneInfo = _ZONE
    is_closed: bool = False

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host."""
        return parse_url(url)

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return the old URL of the post, which needs no month."""
        return build_post_url(home_url, number)

    def build_home_url(self, page_url: str, uid: str) -> str | None:
        """Return the home page of the blog on the host of `page_url`."""
        return build_home_url(page_url, uid)

    def is_number_field(self, name: str) -> bool:
        """Return whether the name is `did`, as in old URLs, or that of an id of a post, in any case."""
        return is_number_field(name)

    def find_own_url(self, text: str) -> str | None:
        """Return None: no script of the site's pages states their URL."""
        return None

    def parse_page(self, page: Page, target: Target, cache: "SubtreeCache | None" = None) -> ParsedPage:
        """Return all that a reader sees on `page`."""
        from blogarchive.sites.creaders.page_parser import parse_page  # half of the start of a command

        return parse_page(self, page, target, cache)

    def explain_page(self, page: Page, target: Target) -> Explanation | None:
        """Return None: the grammar parses the pages by words."""
        return None


SITE = Creaders()
