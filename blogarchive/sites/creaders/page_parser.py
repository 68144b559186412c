"""The parser of a page of blog.creaders.net, by words and structure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from blogarchive import items
from blogarchive.parsing.charset.decoding import decode
from blogarchive.sites.base import Site
from blogarchive.sites.creaders.urls import build_home_url, filter_own_posts, parse_url, resolve_uid
from blogarchive.sites.grammar import card, leftovers, listing, page as page_views
from blogarchive.sites.grammar.post import PostPage, find_byline, find_notice, parse_post
from blogarchive.sites.grammar.sidebar import Sidebar, parse_sidebar
from blogarchive.sites.links import FoundBlogs, Rows, find_listing_name, linked_blogs

# --- the page around a post


@dataclass(kw_only=True, slots=True)
class _PageLayout:
    """The sidebar, the blog header, and the indexes of all other lines outside a post."""

    sidebar: Sidebar
    header: card.BlogHeader
    main: list[int]

    @property
    def own_lines(self) -> frozenset[int]:
        """The lines of the sidebar and of the header."""
        return self.header.own_lines | self.sidebar.own_lines


def _parse_layout(view: page_views.PageView, post_page: PostPage | None) -> _PageLayout:
    """Return the parts of a page around the post it shows, if it shows one."""
    lines = range(len(view.lines))
    start, end = (post_page.start, max(post_page.start, post_page.end)) if post_page else (0, 0)
    outside = [*lines[:start], *lines[end:]]
    sidebar = parse_sidebar(view, outside)
    rest = [i for i in outside if i not in sidebar.own_lines]
    titles = () if post_page is None or post_page.heading is None else (post_page.heading.title,)
    others = frozenset((sidebar.card.nickname, *titles, *(row.name for row in sidebar.categories)))
    header = card.parse_blog_header(view, rest, start if post_page else None, others)
    return _PageLayout(sidebar=sidebar, header=header, main=[i for i in rest if i not in header.own_lines])


# --- items


@lru_cache(maxsize=4)  # each page of a blog has the same sidebar
def _build_sidebar_links(
    months: Rows[items.MonthRow], categories: Rows[items.CategoryRow], latest: Rows[items.ListedPost]
) -> tuple[items.Link, ...]:
    """Return the links of the sidebar: months and categories first, then posts."""
    posts = [*latest, *(post for row in categories for post in row.posts)]
    links = [
        *[_build_link(row.url, items.PageKind.MONTH) for row in months if row.url],
        *[_build_link(row.url, items.PageKind.CATEGORY) for row in categories if row.url],
        *[_build_link(post.url, items.PageKind.POST) for post in posts if post.url],
    ]
    return tuple(dict.fromkeys(links))


def _join_links(
    listed: Sequence[items.Link], sidebar: Sidebar, paging: Sequence[items.Link]
) -> tuple[items.Link, ...]:
    """Return the links of a page in order, each once: those listed, of the sidebar, to the next page."""
    own = _build_sidebar_links(Rows(sidebar.months), Rows(sidebar.categories), Rows(sidebar.latest))
    return tuple(dict.fromkeys((*listed, *own, *paging))) if listed or paging else own


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def _build_link(url: str, kind: items.PageKind) -> items.Link:
    """Return a link to a page of that kind."""
    found = parse_url(url)
    return items.Link(url=found.url, kind=kind, number=found.number, uid=found.uid)


# --- the parser

_MIN_LIST_ROWS = 2  # titles with different times that make a list


def _count_times(listed: Sequence[items.ListedPost]) -> int:
    """Return the number of different times; all links in the first paragraph of a post share its time."""
    return len({post.posted.text for post in listed if post.posted and ":" in post.posted.text})


def parse_page(site: Site, page: items.Page, target: items.Target) -> items.ParsedPage:
    """Return all that a reader sees on `page`."""
    decoded = decode(page.body, page.header("content-type"))
    now, number = page.fetched_at.astimezone(site.zone), target.post_number or target.number
    view = page_views.build_page_view(decoded.text, page.url, now, parse_url, number)
    return _PageParser(site=site, view=view, target=target, encoding=decoded.encoding).parse()


@dataclass(kw_only=True, slots=True)
class _PageParser:
    """The parser of one page."""

    site: Site
    view: page_views.PageView
    target: items.Target
    encoding: str

    @property
    def _expects_post(self) -> bool:
        """Whether the page should show a post or its comments."""
        here = parse_url(self.view.url)
        # The site may redirect a deleted post to the blog's home page.
        is_expected = self.target.kind is items.PageKind.POST and here.kind is not items.PageKind.HOME
        # The URL of a further page of a list may have the form of a post's.
        is_further_list = self.target.kind in items.LIST_KINDS and self.target.page_no > 1
        is_post_url = here.kind is items.PageKind.POST and not is_further_list
        return is_expected or is_post_url or self.target.kind is items.PageKind.COMMENTS

    def parse(self) -> items.ParsedPage:
        """Parse the page; its content decides whether it is a post or a list."""
        if not self._expects_post:
            return self._build_list_page()
        # The last link to a next page, the page's own or a typed one.
        pager = listing.find_next_page(self.view, range(len(self.view.lines)), self.target.page_no)
        further = self.target.is_further_comments
        post_page = parse_post(self.view, further=further, pager=None if pager is None else pager[1])
        is_other = self._leads_to_other_post, self._looks_like_list, self._is_sidebar_beside_notice
        if post_page is None or any(check(post_page) for check in is_other):
            return self._build_list_page()
        return self._build_post_page(post_page, paged=pager is not None)

    def _looks_like_list(self, post_page: PostPage) -> bool:
        """Check whether the parsed post is the first row of a list that replaces the expected post."""
        if post_page.comments.found or self.target.is_further_comments:
            return False
        if page_views.has_post_label(self.view) or self._is_titled_by_window(post_page):
            return False  # most posts without comments
        outside = range(len(self.view.lines))
        sidebar = parse_sidebar(self.view, outside)
        listed = listing.parse_listing(self.view, [i for i in outside if i not in sidebar.own_lines])
        return _count_times(listed) >= _MIN_LIST_ROWS

    def _is_titled_by_window(self, post_page: PostPage) -> bool:
        """Check whether the window title begins or ends with the title, which is neither a link nor the blog's name."""
        heading, window_title = post_page.heading, self.view.document.title
        if heading is None or heading.title in ("", window_title):
            return False
        if any(self.view.links_to_other_post(i) for i in range(heading.start, heading.end)):
            return False
        if window_title.startswith(heading.title):
            return True
        blog_title = _parse_layout(self.view, post_page).header.title
        return bool(blog_title) and heading.title != blog_title and window_title.endswith(heading.title)

    def _is_sidebar_beside_notice(self, post_page: PostPage) -> bool:
        """Check whether a notice replaces the post, and the supposed post is a part of the sidebar."""
        if post_page.comments.found or post_page.counters is not None or self.target.is_further_comments:
            return False
        layout = _parse_layout(self.view, None)
        if find_notice(self.view, layout.main) is None:
            return False
        return not self._is_confirmed(post_page, layout)

    def _leads_to_other_post(self, post_page: PostPage) -> bool:
        """Check whether the title links to another post: then a list replaces a deleted post.

        The id 0 means that the id is unknown. Then a title may link to its own page if the page shows
        one post.
        """
        expected = self.view.number
        heading = post_page.heading
        if heading is None or expected is None:
            return False
        if expected == "0" and (post_page.comments.found or page_views.has_post_label(self.view)):
            return False
        own = range(heading.start, heading.end)
        links = [each for index in own for each in self.view.links_to(index, items.PageKind.POST)]
        linked = {found.number for text, _, found in links if text.strip() == heading.title}
        return bool(linked) and expected not in linked

    def _build_post_page(self, post_page: PostPage, *, paged: bool) -> items.ParsedPage:
        """Return the page of a post or of its further comments; `paged`: it links to a next page."""
        layout = _parse_layout(self.view, post_page)
        if not post_page.categories and (category := self._find_category(post_page, layout)):
            post_page = replace(post_page, categories=category)
        number = self.view.number
        paging = list[items.Link]()
        if paged and post_page.comments.found and (url := self._find_next_comments(post_page, layout)):
            paging.append(items.Link(url=url, kind=items.PageKind.COMMENTS, next_page=True, number=number))
        links = _join_links((), layout.sidebar, paging)
        whole, url = not self.target.is_further_comments, parse_url(self.view.url).url
        posts = () if number is None else (post_page.to_post(number, url, whole=whole),)
        kind = items.PageKind.POST if whole else items.PageKind.COMMENTS
        problems = (*post_page.problems, *layout.sidebar.problems)
        if number is not None and whole and not self._is_confirmed(post_page, layout):
            problems = (*problems, page_views.UNCONFIRMED_TITLE)
        author, heading = self._build_author(layout, ()), post_page.heading
        if author is not None and author.nickname is None and heading is not None:
            author = replace(author, nickname=find_byline(self.view, heading, author.blog_title))
        parsed = self._build_page(kind, layout, links, author=author, posts=posts, problems=problems)
        return leftovers.add_problem(self.view, parsed, post_page, layout.own_lines)

    # Promise "any words": 2025-03-08 21:14 | 时政.
    def _find_category(self, post_page: PostPage, layout: _PageLayout) -> tuple[str, ...]:
        """Return the category of the sidebar with the name beside the time of the post."""
        heading = post_page.heading
        lines = () if heading is None else self.view.lines[heading.start : heading.end]
        texts = (line.text[start:end] for line in lines for start, end, _, _ in line.spans)
        pieces = "|".join(texts).split("|")
        shown = {piece.strip(" []【】") for piece in pieces if heading and piece.strip() != heading.title}
        found = [row.name for row in layout.sidebar.categories if row.name in shown]
        return tuple(found) if len(found) == 1 else ()

    def _build_author(self, layout: _PageLayout, listed: Sequence[items.ListedPost]) -> items.Author | None:
        """Return the author as the page shows it; None if no part of the page names the blog."""
        header, shown, url = layout.header, layout.sidebar.card, self.view.url
        uid = resolve_uid(url, self.target.uid, header.url, layout.sidebar.latest, listed)
        if uid is None:
            return None
        return items.Author(
            uid=uid,
            url=build_home_url(url, uid),
            nickname=shown.nickname,
            blog_title=header.title,
            tagline=header.tagline,
            registered=shown.registered,
            account_age=shown.account_age,
            total_visits=shown.total_visits,
        )

    def _is_confirmed(self, post_page: PostPage, layout: _PageLayout) -> bool:
        """Check whether the label 网络日志正文, the window title or the sidebar confirms the title of the post."""
        title = "" if post_page.heading is None else post_page.heading.title
        window_title = self.view.document.title
        first = post_page.body_text.partition("\n")[0]  # BLOG, TIME, TITLE below a window title of both names
        other = None if first == title else first
        is_blog = title == layout.sidebar.card.nickname or card.BLOG_NAME.search(title) is not None
        is_blog = is_blog or (other is not None and page_views.confirms_title(window_title, other))
        is_named = not is_blog and page_views.confirms_title(window_title, title)
        if page_views.has_post_label(self.view) or is_named:
            return True
        rows = (layout.sidebar.latest, *(row.posts for row in layout.sidebar.categories))
        own = (post.title for posts in rows for post in posts if post.number == self.view.number)
        return any(title.startswith(listed) for listed in own)

    @property
    def _was_sent_home(self) -> bool:
        """Whether the site redirected a month or a category to the blog's home page."""
        if self.target.kind not in (items.PageKind.MONTH, items.PageKind.CATEGORY):
            return False
        here = parse_url(self.view.url)
        return here.kind is items.PageKind.HOME and here.url != parse_url(self.target.url).url

    def _find_next_comments(self, post_page: PostPage, layout: _PageLayout) -> str | None:
        """Find the next page of comments by a link outside all text that people wrote."""
        start, comments = post_page.start, post_page.comments
        texts = (range(start, post_page.body_end), range(comments.start, comments.end))
        written = layout.sidebar.own_lines.union(*texts)
        own = [i for i in range(start, len(self.view.lines)) if i not in written]
        found = listing.find_next_page(self.view, own, self.target.page_no)
        return None if found is None else found[0]

    def _build_list_page(self) -> items.ParsedPage:
        """Return the page as a list; as a notice, or of kind UNKNOWN, if it lists no post."""
        layout = _parse_layout(self.view, None)
        listed = listing.parse_listing(self.view, layout.main)
        latest = {post.number for post in layout.sidebar.latest}
        is_first = self.target.kind is items.PageKind.HOME and self.target.page_no == 1
        if latest and is_first and latest.isdisjoint(post.number for post in listed):
            # 最新日志 is the heading of the list: a sidebar has titles that the list has too.
            for label in [i for i, name in self.view.sections.items() if name == "latest"]:
                del self.view.sections[label]
            return self._build_list_page()
        author = self._build_author(layout, listed)
        if author is not None and author.uid.isdigit():
            listed = filter_own_posts(listed, author.uid)
        kind, notice = self._find_list_kind(layout, listed)
        listed_links = [_build_link(post.url or "", items.PageKind.POST) for post in listed]
        following = listing.find_next_page(self.view, layout.main, self.target.page_no) if listed else None
        paging = [items.Link(url=following[0], kind=kind, next_page=True)] if following else ()
        links = _join_links(listed_links, layout.sidebar, paging)
        problems = layout.sidebar.problems
        parsed = self._build_page(
            kind, layout, links, author=author, listed=listed, notice=notice, problems=problems
        )
        return leftovers.add_problem(self.view, parsed, None, layout.own_lines) if listed else parsed

    def _find_list_kind(
        self, layout: _PageLayout, listed: Sequence[items.ListedPost]
    ) -> tuple[items.PageKind, items.Notice | None]:
        """Return the kind of a page without a post, and the notice that it shows in place of a list."""
        expects_list = self.target.kind in items.LIST_KINDS
        # Two neighbours, or recommendations, beside a text that was not read are no list, and its words no notice.
        if listed and self._expects_post and _count_times(listed) <= _MIN_LIST_ROWS:
            return items.PageKind.UNKNOWN, None
        if not listed and not (expects_list and layout.sidebar.own_lines):
            notice = find_notice(self.view, layout.main)
            return items.PageKind.NOTICE if notice else items.PageKind.UNKNOWN, notice
        return items.PageKind.HOME if self._was_sent_home or not expects_list else self.target.kind, None

    def _build_page(
        self,
        kind: items.PageKind,
        layout: _PageLayout,
        links: tuple[items.Link, ...],
        *,
        author: items.Author | None,
        problems: tuple[items.Problem, ...],
        **fields: Any,
    ) -> items.ParsedPage:
        """Return the page with the parts around its posts, and the blogs that it links to."""
        sidebar, urls = layout.sidebar, (parse_url(self.view.url).url, self.target.chain)
        blogs, too_many = self._find_blogs(author)
        return items.ParsedPage(
            kind=kind,
            encoding=self.encoding,
            author=author,
            blogs=blogs,
            problems=(*problems, *too_many),
            latest=sidebar.latest,
            categories=sidebar.categories,
            months=sidebar.months,
            listing=find_listing_name(kind, urls, sidebar.categories, sidebar.months),
            links=links,
            **fields,
        )

    def _find_blogs(self, author: items.Author | None) -> FoundBlogs:
        """Return the other blogs that the page links to, and a problem if they are too many.

        Names instead of numbers count only on pages of a blog with a name. A short path such as `/about/` looks like
        a name too.
        """
        uids = (author and author.uid, self.target.uid, parse_url(self.view.url).uid)
        own = frozenset([uid for uid in uids if uid])
        has_names = any(not uid.isdigit() for uid in own)
        linked = [to for row in self.view.links for _, _, to in row if to is not None and to.uid not in own]
        urls = dict.fromkeys(to.url for to in linked if to.uid and (has_names or to.uid.isdigit()))
        return linked_blogs(self.site, urls, self.view.url, own)
