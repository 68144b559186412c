"""Read one page: find its template, read its parts, or read it by words if no template fits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from blogarchive import items
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import absolute_url
from blogarchive.parsing.urls import matches_host
from blogarchive.sites.base import Explanation
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE, PageView, build_page_view, confirms_title
from blogarchive.sites.grammar.post import find_notice, parse_post
from blogarchive.sites.links import find_listing_name, linked_blogs
from blogarchive.sites.markup import posts as post_parts
from blogarchive.sites.markup.parts import Answer, CardParts, PostParts, Template, ViewsAnswer
from blogarchive.sites.markup.picker import PageTree, Picker, parse_tree
from blogarchive.sites.markup.posts import ListReader, PageComments

if TYPE_CHECKING:
    from blogarchive.sites.markup.site import MarkupSite


# --- answers to scripts


def _read_comments_answer(text: str, url: str, answer: Answer | None) -> tuple[PageComments, Picker] | None:
    """Return the comments of an answer, and the picker with its problems; None if the text is no answer."""
    if answer is None or (html := answer.unwrap(text)) is None:
        return None
    picker = Picker(tree=parse_tree(html, url))
    elements = post_parts.find_comment_elements(picker, answer.comments)
    found = post_parts.read_comments(picker, answer.comments, elements)
    return post_parts.check_doubt(picker, found), picker


def _read_views_answer(text: str, answer: ViewsAnswer | None) -> int | None:
    """Return the number of views that an answer states; None if the text is no such answer."""
    match = None if answer is None else re.fullmatch(answer.match, text.strip())
    return None if match is None else parse_count(match[1])


def _find_views_url(picker: Picker, answer: ViewsAnswer | None) -> str | None:
    """Return the URL from which the page fetches its views, on a host of the site; None without one."""
    if answer is None or (url := picker.url(answer.url)) is None:
        return None
    is_own = urlsplit(url).netloc == urlsplit(picker.tree.url).netloc
    return url if is_own or matches_host(urlsplit(url).hostname or "", answer.hosts) else None


# --- templates


def _find_template(tree: PageTree, templates: Iterable[Template]) -> Template | None:
    """Return the first template that fits the page, or None."""
    return next((one for one in templates if _fits(Picker(tree=tree), one)), None)


def _shows_whole_posts(picker: Picker, template: Template) -> bool:
    """Return whether the page has posts that its template shows whole in a list."""
    return template.whole is not None and bool(picker.elements(template.whole.each))


def _fits(picker: Picker, template: Template) -> bool:
    if template.marker is not None:
        return bool(picker.elements(template.marker))
    if template.post is not None and post_parts.has_post(picker, template.post):
        return True
    parts = (template.whole, template.titles, template.comments)
    return any(picker.elements(part.each) for part in parts if part is not None)


# --- the page


def _find_post(view: PageView) -> items.Post | None:
    """Return the post that the words of the page show, if the window title confirms its title."""
    found = parse_post(view, further=False, pager=None)
    if found is None or found.heading is None or not confirms_title(view.document.title, found.heading.title):
        return None
    return found.to_post(view.number or "", view.url)


_EMPTY_LIST = items.Problem(kind="incomplete", field="listed", detail=Detail.LIST_EMPTY)
_LIST_AT_POST = items.Problem(kind="unreadable", field="posts", detail=Detail.LIST_AT_POST)
_NO_TIME = items.Problem(kind="unreadable", field="posted_at", detail=Detail.NO_TIME_OF_POST)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReader:
    """Reads one page of a site; `now` is the fetch time in the site's zone."""

    site: "MarkupSite"
    text: str
    encoding: str
    url: str
    now: datetime
    target: items.Target

    def parse(self) -> items.ParsedPage:
        """Return all that the page shows."""
        return self._parse_answer() or self._parse_tree(parse_tree(self.text, self.url))

    def _parse_tree(self, tree: PageTree) -> items.ParsedPage:
        template = _find_template(tree, self.site.templates)
        if template is None:
            return self._with_blogs(self._parse_by_words(tree), tree)
        parsed = self._parse_template(Picker(tree=tree), template)
        parsed = self._check_list(tree, parsed) if parsed.kind in items.LIST_KINDS else parsed
        return self._with_blogs(parsed, tree)

    def _with_blogs(self, parsed: items.ParsedPage, tree: PageTree) -> items.ParsedPage:
        """Return the parsed page with the blogs that its visible links name.

        A closed site has no blogs to back up, so its pages name none.
        """
        if self.site.is_closed:
            return parsed
        uids = (parsed.author and parsed.author.uid, self._here.uid, self.target.uid)
        shown = (anchor for anchor in tree.root.iter("a") if anchor not in tree.hidden)
        urls = [url for anchor in shown if (url := absolute_url(anchor.get("href"), tree.base)) is not None]
        blogs, too_many = linked_blogs(self.site, urls, tree.url, [uid for uid in uids if uid])
        return replace(parsed, blogs=blogs, problems=(*parsed.problems, *too_many)) if blogs else parsed

    def _parse_by_words(self, tree: PageTree) -> items.ParsedPage:
        """Return the post, the notice, or a page of kind UNKNOWN; a notice alone has no problem of its template."""
        number = self.target.post_number or self.target.number
        view = build_page_view(self.text, self.url, self.now, self.site.parse_url, number)
        post = None if view.number is None else _find_post(view)
        notice = None if post is not None else find_notice(view, range(len(view.lines)))
        detail = Detail.TEMPLATE_UNKNOWN if post is None else Detail.TEMPLATE_WORDS
        problem = items.Problem(kind="unreadable", field="template", detail=detail)
        return items.ParsedPage(
            kind=items.PageKind.POST if post else items.PageKind.NOTICE if notice else items.PageKind.UNKNOWN,
            encoding=self.encoding,
            author=self._read_author(Picker(tree=tree), None),
            posts=() if post is None else (post,),
            notice=notice,
            problems=() if notice else (problem,),
        )

    def _check_list(self, tree: PageTree, parsed: items.ParsedPage) -> items.ParsedPage:
        """Return a list, with a problem if it is empty or at a post's URL; else what the words say.

        The template around a notice, or around a post of unknown markup, fits too.
        """
        is_at_post, is_empty = self._here.kind is items.PageKind.POST, not (parsed.posts or parsed.listed)
        if is_empty:
            by_words = self._parse_by_words(tree)
            if is_at_post or by_words.kind is items.PageKind.NOTICE:
                return by_words
        problem = _EMPTY_LIST if is_empty else _LIST_AT_POST if is_at_post else None
        return parsed if problem is None else replace(parsed, problems=(*parsed.problems, problem))

    def explain(self) -> Explanation:
        """Return the template that fits the page, and the selector that filled each field first."""
        tree = parse_tree(self.text, self.url)
        template = _find_template(tree, self.site.templates)
        if template is None:
            return Explanation(template=None)
        picker = Picker(tree=tree)
        self._parse_template(picker, template)
        sources = {source.field: source for source in reversed(picker.sources)}
        return Explanation(template=template.name, sources=tuple(reversed(sources.values())))

    @property
    def _here(self) -> items.ParsedUrl:
        return self.site.parse_url(self.url)

    @property
    def _post_url(self) -> str:
        """URL of the post that the page belongs to."""
        number, url = self._number, self._here.url
        if self._here.kind is not items.PageKind.COMMENTS or number is None:
            return url
        return self.site.build_post_url(url, number) or url

    @property
    def _number(self) -> str | None:
        number = self._here.number or self.target.post_number
        return self.target.number if number is None else number

    def _parse_template(self, picker: Picker, template: Template) -> items.ParsedPage:
        shows_list = self._here.kind in items.LIST_KINDS and _shows_whole_posts(picker, template)
        if template.post is not None and post_parts.has_post(picker, template.post) and not shows_list:
            return self._parse_post_page(picker, template, template.post)
        if template.comments is not None and picker.elements(template.comments.each):
            return self._parse_comments_page(picker, template)
        return self._parse_list_page(picker, template)

    def _parse_post_page(self, picker: Picker, template: Template, parts: PostParts) -> items.ParsedPage:
        """Return the page of a post or of its further comments, as the template describes it."""
        number = self._number
        post = None if number is None else post_parts.read_post(picker, parts, number, self._post_url)
        if post is None:
            picker.add_problem("unreadable", "posts", Detail.NO_POST_NUMBER)
            return self._page(picker, template, items.PageKind.POST)
        if post.title is None or not confirms_title(picker.tree.title, post.title):
            picker.problems.append(UNCONFIRMED_TITLE)
        if post.posted is None and parts.posted is not None and not self.target.is_further_comments:
            picker.problems.append(_NO_TIME)
        reader = self._list_reader(picker)
        paging = reader.next_link(parts.next_comments, items.PageKind.COMMENTS, number)
        if self.target.is_further_comments:
            post = post_parts.without_body(post)
            return self._page(picker, template, items.PageKind.COMMENTS, posts=(post,), paging=paging)
        paging = paging or self._answer_link(1)
        if post.views is None and (url := _find_views_url(picker, self.site.views_answer)):
            paging.append(items.Link(url=url, kind=items.PageKind.COMMENTS, number=number))
        return self._page(picker, template, items.PageKind.POST, posts=(post,), paging=paging)

    def _parse_comments_page(self, picker: Picker, template: Template) -> items.ParsedPage:
        """Parse a page that shows comments alone."""
        elements = post_parts.find_comment_elements(picker, template.comments)
        picker.close(elements)
        found = post_parts.check_doubt(picker, post_parts.read_comments(picker, template.comments, elements))
        posts = self._comments_only(found.comments)
        return self._page(picker, template, items.PageKind.COMMENTS, posts=posts)

    def _parse_list_page(self, picker: Picker, template: Template) -> items.ParsedPage:
        """Return the page as a list, or as a post if the list shows the post of its URL whole."""
        reader = self._list_reader(picker)
        posts = tuple(post_parts.read_whole_posts(picker, template.whole, self.site.parse_url))
        listed = reader.titles(template.titles)
        if self._here.kind is items.PageKind.POST and (
            own := [post for post in posts if post.number == self._number]
        ):
            return self._page(picker, template, items.PageKind.POST, posts=tuple(own))
        kind = self._here.kind if self._here.kind in items.LIST_KINDS else self.target.kind
        kind = kind if kind in items.LIST_KINDS else items.PageKind.HOME
        paging = reader.next_link(template.next_page, kind)
        urls = [*(post.url for post in listed), *(post.url for post in posts)]
        links = [link for url in urls for link in reader.link(url, items.PageKind.POST)]
        page = self._page(picker, template, kind, posts=posts, paging=paging, links=links)
        month = self._here.month if kind is items.PageKind.MONTH else None
        here = (self._here.url, self.target.chain)
        name = month or find_listing_name(kind, here, page.categories, page.months)
        return replace(page, listed=listed, listing=name)

    def _page(
        self,
        picker: Picker,
        template: Template,
        kind: items.PageKind,
        *,
        posts: tuple[items.Post, ...] = (),
        paging: list[items.Link] | None = None,
        links: list[items.Link] | None = None,
    ) -> items.ParsedPage:
        """Return the page with the parts around its posts."""
        reader = self._list_reader(picker)
        months, categories = reader.months(template.months), reader.categories(template.categories)
        latest = reader.titles(template.latest)
        page = items.ParsedPage(
            kind=kind,
            encoding=self.encoding,
            author=self._read_author(picker, template),
            posts=posts,
            latest=latest,
            categories=categories,
            months=months,
        )
        around = [link for url, kind in self._iter_urls(page) for link in reader.link(url, kind)]
        found = dict.fromkeys([*(links or ()), *around, *(paging or ())])
        return replace(page, links=tuple(found), problems=tuple(picker.problems))

    def _iter_urls(self, page: items.ParsedPage) -> Iterable[tuple[str | None, items.PageKind]]:
        """Return the URLs in the parts around the posts, with the kinds that these parts say."""
        yield from ((row.url, items.PageKind.MONTH) for row in page.months)
        urls = (row.url for row in page.categories if row.url)
        categories = (url for url in urls if self.site.parse_url(url).kind is items.PageKind.CATEGORY)
        yield from ((url, items.PageKind.CATEGORY) for url in categories)
        yield from ((post.url, items.PageKind.POST) for post in page.latest)

    def _list_reader(self, picker: Picker) -> ListReader:
        return ListReader(picker=picker, parse_url=self.site.parse_url, now=self.now)

    def _read_author(self, picker: Picker, template: Template | None) -> items.Author | None:
        card = (template and template.card) or CardParts()
        uid = picker.value("uid", card.uid) or self._here.uid or self.target.uid
        if uid is None:
            return None
        return post_parts.read_author(picker, card, uid, self.site.build_home_url(self.url, uid))

    def _parse_answer(self) -> items.ParsedPage | None:
        """Return the comments or the number of views of an answer that a script fetches; None for any other page."""
        if self.target.kind is not items.PageKind.COMMENTS:
            return None
        views = _read_views_answer(self.text, self.site.views_answer)
        if views is not None:
            posts = tuple(replace(post, views=views) for post in self._comments_only(()))
            return items.ParsedPage(kind=items.PageKind.COMMENTS, encoding=self.encoding, posts=posts)
        answer = _read_comments_answer(self.text, self.url, self.site.answer)
        if answer is None:
            return None
        found, picker = answer
        parsed = items.ParsedPage(
            kind=items.PageKind.COMMENTS,
            encoding=self.encoding,
            author=self._read_author(picker, None),
            posts=self._comments_only(found.comments),
            links=tuple(self._answer_link(self.target.page_no) if found.comments else ()),
            problems=tuple(picker.problems),
        )
        return self._with_blogs(parsed, picker.tree)

    def _answer_link(self, page: int) -> list[items.Link]:
        """Return the link to a page of the answer; the post's own page is the first page of the chain."""
        number, uid = self._number, self._here.uid or self.target.uid
        if self.site.answer is None or number is None:
            return []
        path = self.site.answer.url.format(number=number, uid=uid, page=page)
        url = self.site.parse_url(urljoin(self.url, path)).url
        return [items.Link(url=url, kind=items.PageKind.COMMENTS, next_page=True, number=number)]

    def _comments_only(self, comments: tuple[items.Comment, ...]) -> tuple[items.Post, ...]:
        number = self._number
        if number is None:
            return ()
        return (items.Post(number=number, url=self._post_url, comments=comments, whole=False),)
