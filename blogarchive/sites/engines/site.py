"""Any blog of a host that no other site has: parsed by the description of its engine, or by the generic reader."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from blogarchive.items import (
    Author,
    Link,
    ListedPost,
    Page,
    PageKind,
    ParsedPage,
    ParsedUrl,
    Post,
    Problem,
    Target,
)
from blogarchive.messages.details import Detail
from blogarchive.sites.base import Explanation, Site
from blogarchive.sites.engines.urls import (
    WALK,
    blog_root,
    is_index,
    is_interface,
    is_within,
    looks_like_post,
    next_index,
    parse_url,
    post_number,
)

if TYPE_CHECKING:
    from blogarchive.sites.engines.indexes import Index
    from blogarchive.sites.engines.outline import Outline
    from blogarchive.sites.engines.reader import PostReading

NAME = "web"
_ZONE = ZoneInfo("Asia/Shanghai")  # of times without an offset: the pages are Chinese
_IMAGE_HOSTS = (
    "*.wp.com",
    "*.files.wordpress.com",
    "*.bp.blogspot.com",
    "blogger.googleusercontent.com",
    "*.cnblogs.com",
    "*.csdnimg.cn",
    "img-blog.csdn.net",
    "*.oschina.net",
)
_LIST_CLASS = re.compile(
    r"^(?:home|archive|blog|category|tag|paged|index|is-home|page-home|home-page|search)$", re.IGNORECASE
)
_POST_CLASS = re.compile(
    r"^(?:single|single-post|post-template|postid-\d+|page-post|is-post|item-view|article-page)$",
    re.IGNORECASE,
)
_MIN_LISTED = 3
_MIN_TEXT = 200  # visible characters below which a page with scripts shows nothing without them


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AnyBlog(Site):
    """The site of all hosts that no other site has."""

    name: str = NAME
    hosts: tuple[str, ...] = ()
    image_hosts: tuple[str, ...] = _IMAGE_HOSTS
    zone: ZoneInfo = _ZONE
    has_any_host: bool = True

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the number and the canonical form of a URL; the content of its page decides."""
        return parse_url(url)

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return the URL of the post: its number is the path."""
        return urljoin(home_url, f"/{number}")

    def build_home_url(self, page_url: str, uid: str) -> str | None:
        """Return the home page of the blog: its uid is host and path."""
        return blog_root(uid, page_url)

    def start_url(self, url: str) -> ParsedUrl:
        """Return the home page of the host, or a page whose content says where its blog begins."""
        parsed = parse_url(url)
        parts = urlsplit(parsed.url)
        if parsed.uid is not None or (parsed.kind is PageKind.POST and looks_like_post(url)):
            return replace(parsed, uid=parsed.uid or parts.netloc)
        if parsed.kind is PageKind.HOME:
            return ParsedUrl(url=blog_root(parts.netloc, url), kind=PageKind.HOME, uid=parts.netloc)
        return replace(parsed, kind=PageKind.HOME, number=None)

    def next_index(self, target: Target) -> Target | None:
        """Return the list of posts to try after that of `target` has failed; None if it is no such list."""
        uid = target.uid
        if target.kind is not PageKind.HOME or target.page_no < 2 or uid is None or not is_index(target.url):
            return None
        has_moved = not is_within(target.url, uid)
        root = urljoin(target.url, "/") if has_moved else blog_root(uid, target.url)
        url = next_index(target.url, root)
        return None if url is None else replace(target, url=url, etag=None, last_modified=None)

    def is_index(self, url: str) -> bool:
        """Return whether the URL is one of a list of all posts with the times of their changes."""
        return is_index(url)

    def parse_page(self, page: Page, target: Target) -> ParsedPage:
        """Return all that a reader sees on `page`; times stay as the page shows them."""
        return _PageParser.of(self, page, target).parse()

    def explain_page(self, page: Page, target: Target) -> Explanation:
        """Return the engine that made the page, and the witness of each field."""
        return _PageParser.of(self, page, target).explain()


@dataclass(frozen=True, kw_only=True, slots=True)
class _PageParser:
    page: Page
    target: Target
    text: str
    encoding: str
    now: datetime
    here: ParsedUrl
    blog: str | None = None  # that the page shows, if neither target nor URL names one

    @classmethod
    def of(cls, site: AnyBlog, page: Page, target: Target) -> "_PageParser":
        from blogarchive.parsing.charset.decoding import decode  # most commands parse no page

        decoded = decode(page.body, page.header("content-type"))
        return cls(
            page=page,
            target=target,
            text=decoded.text,
            encoding=decoded.encoding,
            now=page.fetched_at.astimezone(site.zone),
            here=parse_url(page.url),
        )

    @property
    def uid(self) -> str:
        """The blog that the page belongs to: that of the target unless it has moved, of the URL, else the host."""
        wanted = self.target.uid
        if wanted and is_within(self.here.url, wanted):
            return wanted
        return self.here.uid or self.blog or urlsplit(self.here.url).netloc

    def parse(self) -> ParsedPage:
        from blogarchive.sites.engines.indexes import read_comments, read_index

        if self.target.kind is PageKind.COMMENTS or self.here.kind is PageKind.COMMENTS:
            answer = read_comments(self.page, self.text, self.now)
            if answer is not None:
                return self._page_of_comments(answer.comments, answer.more)
        index = read_index(self.page, self.text, self.uid, self.now)
        if index is not None:
            return self._page_of_index(index)
        if is_index(self.page.url):
            return self._unknown(Detail.INDEX_UNREADABLE, "listed")
        return self._parse_html()

    def explain(self) -> Explanation:
        from blogarchive.sites.engines.reader import find_reader

        outline = self._outline()
        reading = self._read(outline)
        template = find_reader(outline)
        return Explanation(template=template, sources=() if reading is None else reading.sources)

    def _outline(self) -> "Outline":
        from blogarchive.sites.engines.outline import build_outline
        from blogarchive.sites.markup.picker import parse_tree

        return build_outline(parse_tree(self.text, self.page.url))

    def _read(self, outline: "Outline") -> "PostReading | None":
        from blogarchive.sites.engines.reader import read_post

        url = re.sub(r"/comment-page-\d+/?$", "/", self.here.url).removesuffix(WALK)
        number = self.target.post_number or self.target.number or post_number(url)
        return read_post(outline, self.now, number, url)

    def _parse_html(self) -> ParsedPage:
        from blogarchive.sites.engines.sources import find_blog

        outline = self._outline()
        if _needs_browser(outline):
            return self._unknown(Detail.NEEDS_BROWSER, "page")
        if self.target.uid is None and self.here.uid is None:
            return replace(self, blog=find_blog(outline, self.now))._parse_outline(outline)
        return self._parse_outline(outline)

    def _parse_outline(self, outline: "Outline") -> ParsedPage:
        from blogarchive.sites.engines.lists import find_listed

        listed = find_listed(outline, self.uid, self.now)
        if self._is_list(outline, listed):
            return self._page_of_list(outline, listed)
        reading = self._read(outline)
        if reading is None:
            return (
                self._page_of_list(outline, listed)
                if len(listed) >= _MIN_LISTED
                else self._unknown(Detail.BODY_NOT_FOUND, "body")
            )
        return self._page_of_post(outline, reading)

    def _is_list(self, outline: "Outline", listed: tuple[ListedPost, ...]) -> bool:
        from blogarchive.sites.engines.lists import is_mostly_list

        body = outline.tree.root.find("body")
        classes = [] if body is None else (body.get("class") or "").split()
        states_post = (
            outline.metas.get("og:type") == "article"
            or "article:published_time" in outline.metas
            or any(map(_POST_CLASS.match, classes))
        )
        is_target = self.target.kind in (PageKind.POST, PageKind.COMMENTS) and self.target.uid is not None
        if not is_target and (self.here.kind is PageKind.HOME or self._is_root):
            return not (states_post and not listed)
        if states_post:
            return False
        if any(map(_LIST_CLASS.match, classes)) and not looks_like_post(self.here.url):
            return is_target or len(listed) > 1
        return len(listed) >= _MIN_LISTED and is_mostly_list(outline, self.uid)

    def _page_of_post(self, outline: "Outline", reading: "PostReading") -> ParsedPage:
        post = reading.post
        links = self._comment_links(outline, post)
        is_further = self.target.kind is PageKind.COMMENTS and self.target.page_no > 1
        if links and self.target.kind is not PageKind.COMMENTS and is_interface(links[0].url):
            post = replace(post, comments=())  # the interface has all of them
        problems = reading.problems
        if is_further:
            post = replace(post, body_html=None, body_text=None, images=(), whole=False, comment_count=None)
            problems = tuple(
                one for one in problems if one.field.startswith("comments") and one.kind != "incomplete"
            )
        elif links:
            problems = tuple(one for one in problems if one.kind != "incomplete")
        return ParsedPage(
            kind=PageKind.COMMENTS if is_further else PageKind.POST,
            encoding=self.encoding,
            author=self._author(outline),
            posts=(post,),
            links=links,
            problems=problems,
        )

    def _comment_links(self, outline: "Outline", post: Post) -> tuple[Link, ...]:
        """Return the link to comments that the page does not show: of the interface, else the next page of them."""
        from blogarchive.sites.engines.sources import comments_url

        url = comments_url(outline, post, self.uid)
        return (
            ()
            if url is None or self.target.kind is PageKind.COMMENTS
            else (Link(url=url, kind=PageKind.COMMENTS, next_page=True, number=post.number),)
        )

    def _page_of_comments(self, comments: tuple["object", ...], more: str | None) -> ParsedPage:
        number = self.target.post_number or self.target.number or ""
        post = Post(number=number, url=self.page.url, comments=comments, whole=False)  # type: ignore[arg-type]
        links = (Link(url=more, kind=PageKind.COMMENTS, next_page=True, number=number),) if more else ()
        return ParsedPage(
            kind=PageKind.COMMENTS,
            encoding=self.encoding,
            posts=(post,),
            links=links,
            author=self._author(None),
        )

    def _page_of_list(self, outline: "Outline", listed: tuple[ListedPost, ...]) -> ParsedPage:
        from blogarchive.sites.engines.lists import find_next
        from blogarchive.sites.engines.sources import first_index

        is_home = self.target.page_no == 1 and not self.target.url.endswith(WALK)
        url = first_index(outline, self.uid) if is_home and self._is_root else None
        is_walk = self.page.url.endswith(WALK) or self.target.url.endswith(WALK)
        url = url or find_next(outline, self.uid, archives=is_walk)
        detail = (
            Detail.LIST_UNPROVED if is_walk and url is None else None if listed or url else Detail.LIST_EMPTY
        )
        problems = () if detail is None else (Problem(kind="incomplete", field="listed", detail=detail),)
        return self._listing(outline, listed, () if url is None else (url,), problems)

    def _page_of_index(self, index: "Index") -> ParsedPage:
        problems: tuple[Problem, ...] = ()
        more = index.more
        if not index.complete and not more:
            more = (blog_root(self.uid, self.page.url) + WALK,)
        return self._listing(None, index.listed, more, problems)

    def _listing(
        self,
        outline: "Outline | None",
        listed: tuple[ListedPost, ...],
        more: tuple[str, ...],
        problems: tuple[Problem, ...],
    ) -> ParsedPage:
        links = [Link(url=url, kind=PageKind.HOME, next_page=True) for url in more]
        links += [Link(url=post.url, kind=PageKind.POST, number=post.number) for post in listed if post.url]
        return ParsedPage(
            kind=PageKind.HOME,
            encoding=self.encoding,
            author=self._author(outline),
            listed=listed,
            links=tuple(links),
            problems=problems,
        )

    @property
    def _is_root(self) -> bool:
        return urlsplit(self.here.url).path.strip("/") == self.uid.partition("/")[2]

    def _author(self, outline: "Outline | None") -> Author:
        title = None
        if outline is not None:
            is_home = self.here.kind is PageKind.HOME and self._is_root
            title = outline.metas.get("og:site_name") or (outline.tree.title if is_home else None)
        return Author(uid=self.uid, url=blog_root(self.uid, self.page.url), blog_title=title or None)

    def _unknown(self, detail: str, field: str) -> ParsedPage:
        problem = Problem(kind="unreadable", field=field, detail=detail)
        return ParsedPage(kind=PageKind.UNKNOWN, encoding=self.encoding, problems=(problem,))


def _needs_browser(outline: "Outline") -> bool:
    """Return whether the page shows nothing without its scripts."""
    root = outline.tree.root
    mount = outline.select("#app, #root, #__next, #__nuxt, [data-reactroot]")
    empty = any(outline.size(node) == 0 and node.find(".//img") is None for node in mount)
    return outline.size(root) < _MIN_TEXT and empty and root.find(".//script") is not None


SITE = AnyBlog()
