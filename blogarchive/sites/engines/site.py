"""Any blog of a host that no other site has: parsed by the description of its engine, or by the generic reader."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from blogarchive.items import Page, PageKind, ParsedPage, ParsedUrl, Target
from blogarchive.sites.base import Explanation, Site
from blogarchive.sites.engines import urls


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AnyBlog(Site):
    """The site of all hosts that no other site has."""

    name: str = "web"
    hosts: tuple[str, ...] = ()
    image_hosts: tuple[str, ...] = tuple(urls.PATTERNS["image_hosts"])
    has_any_host: bool = True

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the number and the canonical form of a URL; the content of its page decides."""
        return urls.parse_url(url)

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return the URL of the post: its number is the path."""
        return urljoin(home_url, f"/{number}")

    def build_home_url(self, page_url: str, uid: str) -> str | None:
        """Return the home page of the blog: its uid is host and path."""
        return urls.blog_root(uid, page_url)

    def start_url(self, url: str) -> ParsedUrl:
        """Return the home page of the host, or a page whose content says where its blog begins."""
        parts = urlsplit((parsed := urls.parse_url(url)).url)
        if parsed.uid is not None:
            return parsed
        if parsed.kind is PageKind.HOME and not urls.HOME.search(parts.path):
            return ParsedUrl(url=urls.blog_root(parts.netloc, url), kind=PageKind.HOME, uid=parts.netloc)
        return replace(parsed, kind=PageKind.HOME, number=None)

    def next_index(self, target: Target) -> Target | None:
        """Return the list of posts to try after that of `target`, at last the home page to walk from; None if it is none."""
        if urls.is_rest(target.url) and (number := target.post_number):  # its page shows some of them
            url = urljoin(target.url, f"/{number}")
            return Target(url=url, site=self.name, kind=PageKind.POST, uid=target.uid, number=number)
        uid, is_later = target.uid, target.kind is PageKind.HOME and target.page_no > 1
        if uid is None or not (is_later and urls.is_index(target.url)):
            return None
        home = target.chain or urls.blog_root(uid, target.url)  # Flask answers `/blog`, and `/blog/` with 404
        root = urls.blog_root(uid, target.url) if urls.is_within(home, uid) else home  # of one that has moved
        names = [*dict.fromkeys(urljoin(root, name) for name in urls.INDEXES), home + urls.WALK]
        place = names.index(target.url) + 1 if target.url in names else 0
        url = urls.after_comments(uid, target.url) if urls.COMMENT_FEED.search(target.url) else names[place]
        return replace(target, url=url, etag=None, last_modified=None)

    def is_index(self, url: str) -> bool:
        """Return whether the URL is one of a list of all posts with the times of their changes."""
        return urls.is_index(url)

    def is_digest(self, url: str) -> bool:
        """Return whether the URL is one of a feed of WordPress that changes with any post or comment."""
        return urls.COMMENT_FEED.search(url) is not None and "feed/comments" not in url

    def month_of(self, url: str) -> str | None:
        """Return the month, YYYY-MM, of a list of the posts of one month; None for other URLs."""
        return f"{found[1]}-{found[2] or found[3]:0>2}" if (found := urls.MONTH.search(url)) else None

    def parse_page(self, page: Page, target: Target) -> ParsedPage:
        """Return all that a reader sees on `page`; times stay as the page shows them."""
        from blogarchive.sites.engines.page import PageParser  # most commands parse no page

        return PageParser(page, target, self.zone).parse()

    def explain_page(self, page: Page, target: Target) -> Explanation:
        """Return the engine that made the page, and the witness of each field."""
        from blogarchive.sites.engines.page import PageParser

        return PageParser(page, target, self.zone).explain()


SITE = AnyBlog(zone=ZoneInfo("Asia/Shanghai"))  # of times without an offset: the pages are Chinese
