"""blog.wenxuecity.com (文学城) in its template of 2005-06: months, homes and categories show whole posts.

The markup is known from one real month page. A page of one post with its comments was never seen, so
comments are counted and not parsed.
"""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from blogarchive.items import (
    Author,
    Link,
    MonthRow,
    Page,
    PageKind,
    ParsedPage,
    ParsedUrl,
    Post,
    Problem,
    Target,
)
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.lines.subtree_cache import SubtreeCache
from blogarchive.sites.explanation import Explanation
from blogarchive.sites.grammar.listing.pagination import find_next_page
from blogarchive.sites.grammar.page.page_view import PageView, build_page_view
from blogarchive.sites.grammar.post.notices import find_notice
from blogarchive.sites.grammar.sidebar.sidebar import Sidebar, parse_sidebar
from blogarchive.sites.wenxuecity.posts import parse_posts
from blogarchive.sites.wenxuecity.urls import build_home_url, parse_url

_MONTH_ROW = re.compile(r"(?P<month>\d{1,2})/0?1/(?P<year>\d{4})\s*-\s*\d{1,2}/0?1/\d{4}")
_CARD = re.compile(r"(?P<name>.+?)\s*,\s*(?P<age>\d{1,3})\s*岁")
_VISITS = re.compile(r"你是第\D*(?P<visits>[\d,]+)\s*位访问者.*")
_ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wenxuecity:
    """The site; implements the `Site` protocol."""

    name: str = "wenxuecity"
    hosts: tuple[str, ...] = ("blog.wenxuecity.com",)
    image_hosts: tuple[str, ...] = ("*.wenxuecity.com",)
    zone: ZoneInfo = _ZONE

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host."""
        return parse_url(url)

    def build_post_url(self, home_url: str, number: int) -> str | None:
        """Return None: a post's URL needs its month as well."""
        return None

    def find_own_url(self, text: str) -> str | None:
        """Return None: no script of the site's pages states their URL."""
        return None

    def parse_page(self, page: Page, target: Target, cache: SubtreeCache | None = None) -> ParsedPage:
        """Return all that a reader sees on `page`."""
        decoded = decode(page.body, page.header("content-type"))
        now = page.fetched_at.astimezone(_ZONE)
        view = build_page_view(decoded.text, page.url, now, parse_url, cache=cache)
        return _parse_page(view, target, decoded.encoding)

    def explain_page(self, page: Page, target: Target) -> Explanation | None:
        """Return None: the grammar parses the pages by words."""
        return None


SITE = Wenxuecity()


def _parse_page(view: PageView, target: Target, encoding: str) -> ParsedPage:
    posts, post_lines = parse_posts(view)
    outside = [i for i in range(len(view.lines)) if i not in post_lines]
    sidebar = parse_sidebar(view, outside)
    months = tuple(row for row in (_parse_month_row(view, i) for i in outside) if row is not None)
    kind = _choose_kind(target, posts, sidebar)
    notice = find_notice(view, outside) if kind is PageKind.UNKNOWN else None
    return ParsedPage(
        kind=PageKind.NOTICE if notice else kind,
        encoding=encoding,
        author=_parse_author(view, target, outside, months),
        posts=tuple(posts),
        listing=_find_listing_name(view, sidebar, kind),
        latest=sidebar.latest,
        categories=sidebar.categories,
        months=months,
        links=_collect_links(view, target, kind, outside, sidebar, months, posts),
        notice=notice,
        problems=_report_unparsed_comments(kind, posts),
    )


def _choose_kind(target: Target, posts: list[Post], sidebar: Sidebar) -> PageKind:
    if posts:
        return target.kind
    return target.kind if sidebar.own_lines and target.kind is not PageKind.POST else PageKind.UNKNOWN


def _parse_month_row(view: PageView, index: int) -> MonthRow | None:
    """Parse a row of the archive: it shows the first day of the month and of the next, not days of posts."""
    match = _MONTH_ROW.fullmatch(view.folded[index].strip())
    if match is None or not 1 <= int(match["month"]) <= 12:
        return None
    url = next((parse_url.url for _, _, parse_url in view.links[index] if parse_url is not None), None)
    return MonthRow(month=f"{match['year']}-{int(match['month']):02d}", url=url)


def _parse_author(
    view: PageView, target: Target, outside: list[int], months: tuple[MonthRow, ...]
) -> Author | None:
    linked = (view.parse_url(row.url).uid for row in months if row.url)
    uid = target.uid or view.parse_url(view.url).uid or next((uid for uid in linked if uid), None)
    if uid is None:
        return None
    card = _find_line(view, outside, _CARD)
    visits = _find_line(view, outside, _VISITS)
    title = _lines_below_label(view, outside, "博客标题")
    return Author(
        uid=uid,
        url=build_home_url(view.url, uid),
        nickname=None if card is None else card[0][slice(*card[1].span("name"))],
        blog_title=title[0] if title else None,
        tagline=title[1] if len(title) > 1 else None,
        account_age=None if card is None else int(card[1]["age"]),
        total_visits=None if visits is None else parse_count(visits[1]["visits"]),
    )


def _find_line(
    view: PageView, lines: list[int], pattern: "re.Pattern[str]"
) -> tuple[str, "re.Match[str]"] | None:
    for index in lines:
        match = pattern.fullmatch(view.folded[index])
        if match is not None:
            return view.lines[index].text, match
    return None


def _lines_below_label(view: PageView, lines: list[int], label: str) -> list[str]:
    """Return the texts between a section's label and the next label."""
    texts = [(view.folded[i].strip(), view.lines[i].text.strip()) for i in lines if view.folded[i].strip()]
    start = next((offset for offset, (folded, _) in enumerate(texts) if folded == label), None)
    if start is None:
        return []
    stops = ("个人信息", "最新文章", "归档备份", "文章分类")
    found = []
    for folded, text in texts[start + 1 : start + 4]:
        if folded in stops:
            break
        found.append(text)
    return found


def _find_listing_name(view: PageView, sidebar: Sidebar, kind: PageKind) -> str | None:
    here = view.parse_url(view.url).url
    if kind is not PageKind.CATEGORY:
        return None
    return next((row.name for row in sidebar.categories if row.url == here), None)


def _collect_links(
    view: PageView,
    target: Target,
    kind: PageKind,
    outside: list[int],
    sidebar: Sidebar,
    months: tuple[MonthRow, ...],
    posts: list[Post],
) -> tuple[Link, ...]:
    rows = [(row.url, PageKind.MONTH) for row in months]
    rows += [(row.url, PageKind.CATEGORY) for row in sidebar.categories]
    listed = [*sidebar.latest, *(post for row in sidebar.categories for post in row.posts)]
    rows += [(post.url, PageKind.POST) for post in listed]
    links = [_build_link(view, url, wanted) for url, wanted in rows if url is not None]
    main = [i for i in outside if i not in sidebar.own_lines]
    paging = find_next_page(view, main, target.page_no)
    if paging is not None and posts:
        links.append(Link(url=paging[0], kind=kind, next_page=True))
    return tuple(dict.fromkeys(links))


def _build_link(view: PageView, url: str, wanted: PageKind) -> Link:
    parsed_url = view.parse_url(url)
    return Link(url=parsed_url.url, kind=wanted, number=parsed_url.number, uid=parsed_url.uid)


def _report_unparsed_comments(kind: PageKind, posts: list[Post]) -> tuple[Problem, ...]:
    claimed = posts[0].comment_count if kind is PageKind.POST and posts else None
    if not claimed:
        return ()
    detail = f"the page claims {claimed} comments, in a markup that this reader does not know yet"
    return (Problem(kind="incomplete", field="comments", detail=detail),)
