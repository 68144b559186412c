"""Read the posts, the lists and the author's card of a page by selectors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.items import (
    Author,
    CategoryRow,
    Link,
    ListedPost,
    MonthRow,
    PageKind,
    ParsedPage,
    ParsedUrl,
    Post,
)
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.parse import parse_date
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.base import Site
from blogarchive.sites.links import linked_blogs
from blogarchive.sites.markup.comments import PageComments, check_doubt, find_comment_elements, read_comments
from blogarchive.sites.markup.parts import CardParts, LinkParts, ListParts, PostParts
from blogarchive.sites.markup.picker import (
    Body,
    PageTree,
    Picker,
    have_one_path,
    keep_outermost,
    read_body,
    with_descendants,
)

# --- posts


def has_post(picker: Picker, parts: PostParts) -> bool:
    """Return whether the page has the title and the body of a post."""
    bodies = with_descendants(picker.elements(parts.body))
    titles = parts.title if isinstance(parts.title, tuple) else (parts.title,)
    outside = picker.with_closed(bodies)
    return bool(bodies) and any(outside.values(pick) for pick in titles)


def read_post(picker: Picker, parts: PostParts, number: str, url: str) -> Post | None:
    """Return the post of a page of its own, with its comments; None if the page shows no body."""
    return _read(picker, parts, None, number, url)


def read_whole_posts(
    picker: Picker, parts: PostParts | None, parse_url: Callable[[str], ParsedUrl]
) -> list[Post]:
    """Return the posts that a listing shows, in its order, without the bodies that it cuts.

    A post without a link is left out, with a problem.
    """
    if parts is None or parts.each is None:
        return []
    posts = []
    elements = picker.elements(parts.each)
    if not have_one_path(elements):
        picker.add_problem("forged", "listed", Detail.LIST_POSITIONS)
        return []
    for element in elements:
        url = picker.url(parts.link, element)
        found = None if url is None else parse_url(url)
        if found is None or found.number is None:
            picker.add_problem("unreadable", "listed", Detail.NO_POST_LINK)
            continue
        more = picker.url(parts.more, element)
        is_cut = more is not None and parse_url(more).number == found.number
        post = _read(picker, parts, element, found.number, found.url)
        if post is not None:
            posts.append(without_body(post) if is_cut else post)
    return posts


def without_body(post: Post) -> Post:
    """Return the post as a page shows it that has only its beginning, or its further comments."""
    return replace(post, body_html=None, body_text=None, images=(), whole=False)


def _read(picker: Picker, parts: PostParts, within: Element | None, number: str, url: str) -> Post | None:
    written = find_comment_elements(picker, parts.comments, within)
    outermost = keep_outermost([*picker.elements(parts.body, within), *written])
    bodies = [node for node in outermost if node not in written]
    if not bodies:
        return None
    if len(bodies) > 1:
        picker.add_problem("forged", "body", Detail.TEXTS.format(count=len(bodies)))
    picker.close(outermost)
    found = read_comments(picker, parts.comments, [node for node in outermost if node in written])
    body = read_body(picker, bodies[0], parts.drop, parts.opened)
    picker.note_source("body", parts.body, body.text)
    return _add_comments(picker, parts, _build_post(picker, parts, body, within, number, url), found)


def _build_post(
    picker: Picker, parts: PostParts, body: Body, within: Element | None, number: str, url: str
) -> Post:
    return Post(
        number=number,
        url=url,
        title=picker.value("title", parts.title, within),
        posted=picker.date("posted_at", parts.posted, within),
        body_html=body.html,
        body_text=body.text,
        images=body.images,
        views=picker.count("views", parts.views, within),
        likes=picker.count("likes", parts.likes, within),
        comment_count=picker.count("comment_count", parts.comment_count, within),
        categories=tuple(picker.values(parts.categories, within)) if parts.categories else (),
    )


def _add_comments(picker: Picker, parts: PostParts, post: Post, found: PageComments) -> Post:
    """Return the post with its comments; without them, and with a problem, if the page shows more than it counts."""
    claimed, is_paged = post.comment_count, picker.url(parts.next_comments) is not None
    if claimed is not None and found.counted > claimed and not is_paged:
        picker.add_problem(
            "forged", "comments", Detail.COMMENTS_MORE.format(claimed=claimed, count=found.counted)
        )
        return post
    found = check_doubt(picker, found, claimed)
    return replace(post, comments=found.comments, unseen_comments=found.unseen)


# --- lists

_CUT_MARKS = ("…", "...", "⋯")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListReader:
    """Reads the lists of one page; `now` is the fetch time in the site's zone."""

    picker: Picker
    parse_url: Callable[[str], ParsedUrl]
    now: datetime

    def titles(self, parts: ListParts | None, within: Element | None = None) -> tuple[ListedPost, ...]:
        """Return the posts that a list names; a row without a link to a post is no post."""
        if parts is None:
            return ()
        picker, listed = self.picker, []
        for element in picker.elements(parts.each, within):
            url = picker.url(parts.title, element)
            found = None if url is None else self.parse_url(url)
            title = picker.value("listed.title", parts.title, element)
            if found is None or found.kind is not PageKind.POST or title is None:
                continue
            is_cut = title.endswith(_CUT_MARKS)
            listed.append(
                ListedPost(
                    title=title.rstrip("….⋯").rstrip() if is_cut else title,
                    number=found.number,
                    url=found.url,
                    title_cut=is_cut,
                    posted=picker.date("listed.posted_at", parts.posted, element),
                    comment_count=picker.count("listed.comment_count", parts.comment_count, element),
                )
            )
        return tuple({post.number: post for post in reversed(listed)}.values())[::-1]

    def categories(self, parts: LinkParts | None) -> tuple[CategoryRow, ...]:
        """Return the categories of the sidebar; the list of a default category may be the home page."""
        rows = []
        for element, name, url in self._rows("categories", parts):
            found = self.parse_url(url) if url else None
            if found is None or found.kind in (PageKind.CATEGORY, PageKind.HOME):
                posts = self.titles(parts.posts if parts else None, element)
                rows.append(CategoryRow(name=name, url=None if found is None else found.url, posts=posts))
        return tuple({(row.name, row.url): row for row in rows}.values())

    def months(self, parts: LinkParts | None) -> tuple[MonthRow, ...]:
        """Return the months that the sidebar links to."""
        rows = []
        for _element, name, url in self._rows("archive_months", parts):
            found = self.parse_url(url) if url else None
            month = (found and found.month) or self._parse_month(name)
            if month is not None:
                rows.append(MonthRow(month=month, url=None if found is None else found.url))
        return tuple({row.month: row for row in rows}.values())

    def next_link(self, selector: str | None, kind: PageKind, number: str | None = None) -> list[Link]:
        """Return the link to the next page, or nothing."""
        url = self.picker.url(selector)
        if url is None:
            return []
        return [Link(url=self.parse_url(url).url, kind=kind, next_page=True, number=number)]

    def link(self, url: str | None, kind: PageKind) -> list[Link]:
        """Return the link to a page of that kind, or nothing."""
        if url is None:
            return []
        found = self.parse_url(url)
        return [Link(url=found.url, kind=kind, number=found.number, uid=found.uid)]

    def _parse_month(self, text: str) -> str | None:
        parsed = parse_date(text, self.now)
        return None if parsed is None or parsed.precision == "year" else f"{parsed.at:%Y-%m}"

    def _rows(self, name: str, parts: LinkParts | None) -> list[tuple[Element, str, str | None]]:
        if parts is None:
            return []
        rows = []
        for element in self.picker.elements(parts.each):
            text = self.picker.value(name, parts.name, element)
            if text is not None:
                url = self.picker.url(parts.url, element)
                rows.append((element, text, absolute_url(url, self.picker.tree.base)))
        return rows


# --- the author's card


def read_uid(picker: Picker, parts: CardParts | None) -> str | None:
    """Return the uid that the page itself shows, or None."""
    return None if parts is None else picker.value("uid", parts.uid)


def read_author(picker: Picker, parts: CardParts | None, uid: str, url: str) -> Author:
    """Return the author with this uid and this home page; the other fields come from the page."""
    card = parts or CardParts()
    return Author(
        uid=uid,
        url=url,
        nickname=picker.value("author.nickname", card.nickname),
        blog_title=picker.value("author.blog_title", card.blog_title),
        tagline=picker.value("author.tagline", card.tagline),
        registered=picker.date("author.registered_on", card.registered),
        account_age=picker.count("author.account_age", card.account_age),
        total_visits=picker.count("author.total_visits", card.total_visits),
    )


# --- linked blogs


def with_blogs(parsed: ParsedPage, tree: PageTree, site: Site, own: frozenset[str]) -> ParsedPage:
    """Return the parsed page with the blogs that its visible links name; `own` are the uids of its own blog.

    A closed site has no blogs to back up, so its pages name none.
    """
    if site.is_closed:
        return parsed
    blogs, too_many = linked_blogs(site, _visible_urls(tree), tree.url, own)
    return replace(parsed, blogs=blogs, problems=(*parsed.problems, *too_many)) if blogs else parsed


def _visible_urls(tree: PageTree) -> Iterator[str]:
    """Yield the absolute URL of each visible link."""
    origin, hidden = (absolute_url("/", tree.base) or "/")[:-1], tree.hidden
    for anchor in tree.root.iter("a"):
        href = anchor.get("href")
        if not href or anchor in hidden:
            continue
        if href.startswith(("http://", "https://")):
            yield href
        elif href[0] == "/" and href[1:2] != "/":
            yield origin + href
        elif not href.startswith(("#", "javascript:")) and (url := absolute_url(href, tree.base)):
            yield url
