"""blog.creaders.net (万维博客). Its markup was never seen: pages are read by words and structure alone.

What is known of the site, and how surely, is told in docs/sites/creaders.md.
"""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from blogarchive.items import (
    Link,
    Page,
    PageKind,
    ParsedPage,
    ParsedUrl,
    Target,
)
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.creaders.frame import Frame, author_of, frame_of
from blogarchive.sites.creaders.items import each_once, post_item, post_link, sidebar_links
from blogarchive.sites.creaders.owner import own_posts
from blogarchive.sites.creaders.urls import parse_url
from blogarchive.sites.grammar.listing.listing import read_listing
from blogarchive.sites.grammar.listing.pagination import next_page
from blogarchive.sites.grammar.page.labels import has_post_label
from blogarchive.sites.grammar.page.page_view import PageView, view_of
from blogarchive.sites.grammar.post.notices import find_notice
from blogarchive.sites.grammar.post.post_page import PostPage, read_post
from blogarchive.sites.grammar.sidebar.sidebar import Sidebar, read_sidebar

# No page shows a zone; posts are stamped in North American evenings, most likely Pacific (a guess, see the docs).
_ZONE = ZoneInfo("America/Los_Angeles")


_LISTS = (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)
_FEWEST_ROWS = 2  # titles with their times that make a list


@dataclass(frozen=True, kw_only=True, slots=True)
class Creaders:
    """The site, as the `Site` protocol asks."""

    name: str = "creaders"
    hosts: tuple[str, ...] = ("blog.creaders.net", "blog2.creaders.net")
    image_hosts: tuple[str, ...] = ("*.creaders.net",)  # seen: pub, bbs and the blog's own host
    zone: ZoneInfo = _ZONE

    def parse_url(self, url: str) -> ParsedUrl:
        """What the absolute `url` says of itself, whatever its host."""
        return parse_url(url)

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Everything a reader sees on `page`."""
        decoded = decode(page.body, page.header("content-type"))
        now, number = page.fetched_at.astimezone(self.zone), target.post_number or target.number
        view = view_of(decoded.text, page.url, now, parse_url, number, cache)
        return _Reader(view=view, target=target, encoding=decoded.encoding).read()


SITE = Creaders()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """One page under reading."""

    view: PageView
    target: Target
    encoding: str

    def read(self) -> ParsedPage:
        """The reading, post pages and lists alike."""
        here = parse_url(self.view.url)
        # A post that was deleted may send its reader to the blog's home page.
        asked = self.target.kind is PageKind.POST and here.kind is not PageKind.HOME
        called = here.kind is PageKind.POST and not self._goes_on
        if asked or called or self.target.kind is PageKind.COMMENTS:
            pager = self._pager()
            shown = self._shown(pager, labelled=False)
            if shown is None or self._is_list(shown):
                return self._list()
            return self._post(shown, paged=pager is not None)
        parsed = self._list()
        if parsed.listed:
            return parsed
        # Nothing is listed: the page may show one post whole, whose text must not be read as the sidebar's.
        pager = self._pager()
        shown = self._shown(pager, labelled=True)
        if shown is None:
            return parsed
        is_post = here.number is not None and not self._goes_on
        return self._post(shown, paged=pager is not None) if is_post else self._list(shown)

    def _is_list(self, shown: PostPage) -> bool:
        """Whether what reads like a post is the first row of a list: an answer that was not asked for."""
        if shown.comments.found or self._further or has_post_label(self.view):
            return False
        outside = range(len(self.view.lines))
        sidebar = read_sidebar(self.view, outside)
        listed = read_listing(self.view, [i for i in outside if i not in sidebar.taken])
        # All links in the first paragraph of a post stand under its own time.
        return (
            len({post.posted.text for post in listed if post.posted and ":" in post.posted.text})
            >= _FEWEST_ROWS
        )

    def _pager(self) -> int | None:
        """The line of the page's last link to a next page, whoever put it there."""
        found = next_page(self.view, range(len(self.view.lines)), self.target.page_no)
        return None if found is None else found[1]

    def _shown(self, pager: int | None, *, labelled: bool) -> PostPage | None:
        shown = read_post(self.view, further=self._further, pager=pager, labelled=labelled)
        return None if shown is None or self._is_another(shown) else shown

    def _is_another(self, shown: PostPage) -> bool:
        """Whether the title leads to another post: a list that stands in the place of a post that is no more.

        Wanted may be number 0, one not known yet: then a title may lead to its own page where the page says that it
        shows one post.
        """
        wanted = self.view.number
        heading = shown.heading
        if heading is None or wanted is None:
            return False
        if wanted == 0 and (shown.comments.found or has_post_label(self.view)):
            return False
        linked = {
            found.number
            for index in range(heading.start, heading.end)
            for text, _, found in self.view.links[index]
            if found is not None and found.kind is PageKind.POST and text.strip() == heading.title
        }
        return bool(linked) and wanted not in linked

    @property
    def _goes_on(self) -> bool:
        """Whether the page was asked for as a list's further one: its URL may be that of a post then."""
        return self.target.kind in _LISTS and self.target.page_no > 1

    @property
    def _further(self) -> bool:
        return self.target.kind is PageKind.COMMENTS and self.target.page_no > 1

    def _post(self, shown: PostPage, *, paged: bool) -> ParsedPage:
        frame = frame_of(self.view, shown)
        number = self.view.number
        links = sidebar_links(frame.sidebar)
        if paged and shown.comments.found and (paging := self._next_comments(shown, frame)):
            links.append(Link(url=paging, kind=PageKind.COMMENTS, next_page=True, number=number))
        posts = () if number is None else (post_item(shown, number, self.view.url, whole=not self._further),)
        kind = PageKind.COMMENTS if self._further else PageKind.POST
        problems = (*shown.problems, *frame.sidebar.problems)
        return self._reading(
            kind,
            frame,
            links,
            author=author_of(self.view, self.target, frame, ()),
            posts=posts,
            problems=problems,
        )

    @property
    def _sent_home(self) -> bool:
        """Whether the reader of a month or a category was sent to the blog's home page."""
        if self.target.kind not in (PageKind.MONTH, PageKind.CATEGORY):
            return False
        here = parse_url(self.view.url)
        return here.kind is PageKind.HOME and here.url != parse_url(self.target.url).url

    def _next_comments(self, shown: PostPage, frame: Frame) -> str | None:
        """The next page of the comments, by a link outside what authors and commenters wrote."""
        written = {*range(shown.start, shown.body_end), *range(shown.comments.start, shown.comments.end)}
        written |= frame.sidebar.taken
        own = [i for i in range(shown.start, len(self.view.lines)) if i not in written]
        found = next_page(self.view, own, self.target.page_no)
        return None if found is None else found[0]

    def _list(self, shown: PostPage | None = None) -> ParsedPage:
        frame = frame_of(self.view, shown)
        listed = read_listing(self.view, frame.main)
        author = author_of(self.view, self.target, frame, listed)
        if author is not None and author.uid.isdigit():
            listed = own_posts(listed, author.uid)
        wanted = self.target.kind
        kind, notice = PageKind.HOME if self._sent_home else wanted, None
        expects_list = wanted in _LISTS
        if not expects_list:
            kind = PageKind.HOME if listed else PageKind.UNKNOWN
        if not listed and not (expects_list and frame.sidebar.taken):
            notice = find_notice(self.view, frame.main)
            kind = PageKind.NOTICE if notice else PageKind.UNKNOWN
        links = [post_link(post) for post in listed] + sidebar_links(frame.sidebar)
        paging = next_page(self.view, frame.main, self.target.page_no)
        if paging is not None and listed:
            links.append(Link(url=paging[0], kind=kind, next_page=True))
        problems = frame.sidebar.problems
        return self._reading(
            kind, frame, links, author=author, listed=listed, notice=notice, problems=problems
        )

    def _reading(self, kind: PageKind, frame: Frame, links: list[Link], **fields: Any) -> ParsedPage:
        name = self._listing_name(kind, frame.sidebar)
        return ParsedPage(
            kind=kind,
            encoding=self.encoding,
            latest=frame.sidebar.latest,
            categories=frame.sidebar.categories,
            months=frame.sidebar.months,
            listing=name,
            links=each_once(links),
            **fields,
        )

    def _listing_name(self, kind: PageKind, sidebar: Sidebar) -> str | None:
        """The month or the category of a list, by the sidebar's link to it."""
        here = {parse_url(self.view.url).url, self.target.chain}
        if kind is PageKind.CATEGORY:
            return next((row.name for row in sidebar.categories if row.url in here), None)
        if kind is PageKind.MONTH:
            return next((row.month for row in sidebar.months if row.url in here), None)
        return None
