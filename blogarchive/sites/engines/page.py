"""Parse a page of any blog: a list for machines, a list of posts, a post with comments, or an answer with comments.

Each field of a post has two witnesses where the page has them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from blogarchive import items
from blogarchive.items import Author, Link, ListedPost, Page, PageKind, ParsedPage, Post, Problem, Target
from blogarchive.messages.details import Detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import Element, link_url, own_text
from blogarchive.sites.base import Explanation, FieldSource
from blogarchive.sites.engines import indexes, lists, urls
from blogarchive.sites.engines.body import added_parts, find_body
from blogarchive.sites.engines.comments import FoundComments, comment_sections, read_comments, under_heading
from blogarchive.sites.engines.outline import Outline, Title
from blogarchive.sites.engines.times import FoundTime, Surroundings, find_time, is_of_another
from blogarchive.sites.markup import picker
from blogarchive.sites.markup.elements import ancestors, block_around

_ONE, _DAY, _HAN, _ZH, _WAITS, _PROSE, _PART = urls.patterns("page", "single day han zh waits prose part")
_GENERATOR, _CATEGORY, _NAME, _STATED, _VIEWS = urls.patterns("page", "generator category name stated views")
# A name of a commenter or in a sidebar has fewer Chinese characters than one in `_FEW` of a page. Lists for machines have
# more other letters. With less text than `_MIN_TEXT`, a page shows nothing without its scripts.
_FEW, _FEW_LISTED, _HEAD, _MIN_TEXT = 20, 200, 20_000, 200
_OPENED, _HIDDEN, _MORE, _CLASSES, _MOUNT, _HEADS = urls.PATTERNS["page"]["selectors"].values()


class _PostReading(NamedTuple):
    """The post of a page, the problems, and the witness of each field."""

    post: Post
    problems: tuple[Problem, ...]
    sources: tuple[FieldSource, ...]


class PageParser:
    """The parser of one page; times without an offset are of `zone` on Chinese pages, else of UTC."""

    def __init__(self, page: Page, target: Target, zone: tzinfo) -> None:
        self.page, self.target, self.here = page, target, urls.parse_url(page.url)
        # The blog of the page: that of the target unless it has moved, else of the URL, else the host.
        # A list for machines may be one of the host.
        scope = (target.uid or "").partition("/")[0] if urls.is_index(page.url) else target.uid or ""
        is_own = scope != "" and urls.is_within(self.here.url, scope)
        self.uid = (target.uid if is_own else self.here.uid) or urlsplit(self.here.url).netloc
        self._text, self._encoding = decode(page.body, page.header("content-type"))[:2]
        shown, few = urls.MARKUP.sub("", self._text), _FEW_LISTED if urls.is_index(page.url) else _FEW
        # Themes of Chinese blogs may state English.
        is_chinese = _ZH.search(self._text, 0, _HEAD) or len(_HAN.findall(shown)) * few > len(shown)
        self.now = page.fetched_at.astimezone(zone if is_chinese else items.UNKNOWN_ZONE)
        self._title: str | None = None

    @cached_property
    def _outline(self) -> Outline:
        tree = picker.parse_tree(self._text, self.page.url, _OPENED)
        return Outline(tree, self.now, is_saved=self.page.is_imported)

    def explain(self) -> Explanation:
        """Return the engine that made the page, and the witness of each field."""
        reading = self._read_shown_post()
        return Explanation(template=_find_reader(self._outline), sources=reading.sources if reading else ())

    def parse(self) -> ParsedPage:
        """Return all that a reader sees on the page."""
        # A host with open pages may close a list: the notice is of the list alone.
        url, is_closed = self.page.url, self.page.status in (401, 403)
        if is_closed and (urls.is_index(url) or urls.is_rest(url)):
            return self._refused(Detail.STATUS.format(status=self.page.status))
        is_comments = PageKind.COMMENTS in (self.target.kind, self.here.kind)
        if is_comments and (answer := indexes.read_comments(self.page, self._text, self.now)):
            number = self.target.post_number or self.target.number or ""
            post = Post(number=number, url=self.page.url, comments=answer[0], whole=False)
            more = () if answer[1] is None else (self._more_comments(answer[1], number),)
            return self._page(PageKind.COMMENTS, posts=(post,), links=more)
        index = indexes.read_index(self.page, self._text, self.uid, self.now)
        if index is not None and any(index):
            return replace(self._listing(*index[:2]), commented=index.commented, total=index.total)
        return self._unknown(Detail.INDEX_UNREADABLE, "listed") if urls.is_index(url) else self._parse_html()

    def _parse_html(self) -> ParsedPage:
        if self._outline.select(urls.PATTERNS["page"]["challenge"]):
            return self._refused(Detail.CHALLENGE, items.NoticeKind.BLOCKED)
        if _needs_browser(self._outline):
            return self._unknown(Detail.NEEDS_BROWSER, "page")
        self.uid = self.uid if self.target.uid or self.here.uid else lists.find_blog(self._outline)
        # The list of a month, at `/?m=202105`, is at the root too.
        window = self._outline.tree.title if self._is_root and not urls.MONTH.search(self.here.url) else None
        self._title = self._outline.metas.get("og:site_name") or window or None
        listed = lists.find_listed(self._outline, self.uid)
        if self._is_list(listed):
            return self._page_of_list(listed)
        if self._outline.select(urls.PATTERNS["page"]["password"]):
            return self._refused(Detail.PASSWORD)
        if reading := self._read_shown_post():
            # A text that a list leads to, such as a welcome in a frame, is a post only with its time.
            is_odd = self.target.kind is PageKind.HOME and self.target.page_no > 1 and not reading.post.posted
            if is_odd and (listed or lists.find_months(self._outline, self.uid)):
                return self._page_of_list(listed)
            return self._listing((), ()) if is_odd else self._page_of_post(reading)
        # Inside, a theme of Hexo, writes the whole page by a script.
        lost = (Detail.BODY_NOT_FOUND, "body") if any(self._outline.texts) else (Detail.NEEDS_BROWSER, "page")
        return self._page_of_list(listed) if len(listed) >= lists.MIN_LISTED else self._unknown(*lost)

    def _read_shown_post(self) -> _PostReading | None:
        url = urls.COMMENTS_PAGE.sub(r"\1", self.here.url).removesuffix(urls.WALK)
        number = self.target.post_number or self.target.number or urls.post_number(url)
        return _read_post(self._outline, number, url)

    def _is_list(self, listed: tuple[ListedPost, ...]) -> bool:
        outline, classes = self._outline, self._outline.body_class.split()
        # Hinata has the class of a post on the home page too.
        is_single = any(map(_ONE.match, classes)) and not (self._is_root and len(listed) > lists.MIN_LISTED)
        # A theme of WordPress may state it on every page, Starlight on the pages of its list.
        is_stated = "archive" not in classes and not _PART.search(self.here.url)
        states_post = is_single or (outline.metas.get("og:type") == "article" and is_stated)
        is_target = self.target.kind in (PageKind.POST, PageKind.COMMENTS) and self.target.uid is not None
        if not is_target and (self.here.kind is PageKind.HOME or self._is_root):
            # A diary has one page for each day, with a single text and its title.
            # The home page of documents of Starlight states the type of an article.
            front = states_post > is_single and urlsplit(self.here.url).path == "/"
            reading = None if listed or not (front or _DAY.search(self.here.url)) else self._read_shown_post()
            return reading.problems != () if reading else not (is_single or (states_post and not listed))
        may_be_list = not states_post and len(listed) >= lists.MIN_LISTED
        is_next = self.target.page_no > 1 and not is_target  # PHP-Fusion shows the start of each text
        return may_be_list and (is_next or lists.is_mostly_list(outline, self.uid))

    def _page_of_post(self, reading: _PostReading) -> ParsedPage:
        post, problems = reading.post, reading.problems
        complete = not any(one.field == "comments" for one in problems)
        found = lists.comment_urls(self._outline, self.uid, self.target.url, is_complete=complete)
        found = [url for url in found if not (self.page.is_imported and urls.is_rest(url))]
        links = tuple(self._more_comments(url, post.number) for url in found)
        if not all(map(urls.is_rest, found)):  # the page alone need not show all
            problems = tuple(one for one in problems if one.field != "comments" or one.kind == "unreadable")
        if self.target.kind is PageKind.COMMENTS and self.target.page_no > 1:
            post = replace(post, body_html=None, body_text=None, images=(), whole=False, comment_count=None)
            problems = tuple(p for p in problems if p.field.startswith("comments") and p.kind != "incomplete")
            return self._page(PageKind.COMMENTS, posts=(post,), links=links, problems=problems)
        links += lists.find_neighbours(self._outline, self.uid)
        return self._page(PageKind.POST, posts=(post,), links=links, problems=problems)

    def _more_comments(self, url: str, number: str) -> Link:
        is_whole = urls.is_rest(url) and self.target.kind is not PageKind.COMMENTS
        return Link(url=url, kind=PageKind.COMMENTS, next_page=True, number=number, is_whole=is_whole)

    def _page_of_list(self, listed: tuple[ListedPost, ...]) -> ParsedPage:
        is_walk, outline, uid = self.target.url.endswith(urls.WALK), self._outline, self.uid
        is_home = self.target.page_no == 1 and self._is_root and not is_walk
        if is_walk and (frames := lists.other_pages(outline, outline.tree.root.iter("frame"), uid)):
            return self._listing(listed, frames)
        more = [lists.first_index(outline, uid)] if is_home else lists.find_next(outline, uid, is_walk)
        # The archive page of Movable Type names months alone. An empty month would lead on without end.
        more = more or ([] if listed or urls.MONTH.search(self.here.url) else lists.find_months(outline, uid))
        # A page of WordPress may be the home page: its comments are of no post.
        reading = self._read_shown_post() if is_home and "page" in outline.body_class.split() else None
        left = reading and reading.post.comments and Detail.LEFT_OVER.format(texts=reading.post.title)
        # A sidebar may name the newest months alone, as a feed has the newest posts.
        is_part = is_walk and (not more or urls.is_index(more[0]) or more[0] in _lists_of_parts(more))
        if not left and not is_part and (more or listed or urls.MONTH.search(self.here.url)):
            # The page of a post may link other posts although its own text is not found.
            is_post = self.target.kind is PageKind.POST and urls.DATED.search(self.here.url)
            lost = self._unknown(Detail.BODY_NOT_FOUND, "body").problems if is_post else ()
            return self._listing(listed, more, *lost)
        titled = self._title and Detail.HOME_EMPTY.format(title=self._title[:80])
        detail = left or (Detail.LIST_UNPROVED if listed else titled or Detail.LIST_EMPTY)
        return self._listing(listed, more, Problem(kind="incomplete", field="listed", detail=detail))

    def _listing(self, listed: tuple[ListedPost, ...], more: Sequence[str], *problems: Problem) -> ParsedPage:
        parts = _lists_of_parts(more)
        links = [Link(url=url, kind=PageKind.HOME, next_page=True, is_whole=url in parts) for url in more]
        links += [Link(url=post.url, kind=PageKind.POST, number=post.number) for post in listed if post.url]
        return self._page(PageKind.HOME, listed=listed, links=tuple(links), problems=problems)

    @property
    def _is_root(self) -> bool:
        is_post = urlsplit(self.here.url).query and urls.looks_like_post(self.here.url)  # `/?p=123`
        # The root of a host may redirect to `/index.php` or `/news.php`.
        paths = (urls.INDEX_FILE.sub("", urlsplit(x.url).path).strip("/") for x in (self.here, self.target))
        # The home page of a blog may have moved below a path.
        is_home = bool(self.target.uid and (self.target.is_home or self.target.url.endswith(urls.WALK)))
        return not is_post and (is_home or self.uid.partition("/")[2] in paths)

    def _page(self, kind: PageKind, **parts: Any) -> ParsedPage:
        author = Author(uid=self.uid, url=urls.blog_root(self.uid, self.page.url), blog_title=self._title)
        return ParsedPage(kind=kind, encoding=self._encoding, author=author, **parts)

    def _refused(self, text: str, kind: items.NoticeKind = items.NoticeKind.LOGIN) -> ParsedPage:
        return self._page(PageKind.NOTICE, notice=items.Notice(kind=kind, text=text))

    def _unknown(self, detail: str, field: str) -> ParsedPage:
        problems = (Problem(kind="unreadable", field=field, detail=detail),)
        return ParsedPage(kind=PageKind.UNKNOWN, encoding=self._encoding, problems=problems)


def _needs_browser(outline: Outline) -> bool:
    """Return whether the page shows nothing without its scripts."""
    waits = any(map(_WAITS.fullmatch, outline.texts)) and not any(map(_PROSE.search, outline.texts))
    mount = outline.select(_MOUNT) if waits or outline.size(outline.tree.root) < _MIN_TEXT else []
    return any(waits or (outline.size(node) == 0 and node.find(".//img") is None) for node in mount)


def _lists_of_parts(more: Sequence[str]) -> set[str]:
    """Return the URLs of lists of a month, and of one of several categories or tags."""
    return {x for x in more if urls.MONTH.search(x) or (len(more) > 1 and _CATEGORY.search(x))}


def _find_reader(outline: Outline) -> str:
    """Return `engine:` and the engine that made the page, by its generator tag, else by its marks; else `generic`."""
    stated, marks = _GENERATOR.search(outline.metas.get("generator", "")), urls.PATTERNS["marks"].items()
    marked = (f"engine:{name}" for name, css in marks if picker.select_all(outline.tree.root, css))
    return f"engine:{stated[1].lower()}" if stated else next(marked, "generic")


def _read_post(outline: Outline, number: str, url: str) -> _PostReading | None:
    """Return the post that the page shows, None if it shows no text."""
    title, sections = outline.title, comment_sections(outline)
    if (parts := _parts(outline, sections)) is None:
        return None
    element, agreed, found = parts
    added = added_parts(outline, element)
    # Sections without comments have headings.
    around = Surroundings(outline, element, added, picker.with_descendants([*sections, *found.sections]))
    time = find_time(around)
    # The day of the post tells the year of its comments, or which of two numbers is their day.
    if time.value and not time.doubt and any(x.detail == Detail.NO_TIME_OF_COMMENT for x in found.problems):
        found = read_comments(outline, sections, element, time.value.at)
    # Comments in the element of the text are stored once, as comments.
    removed = {*added, *(one for one in found.sections if outline.contains(element, one))}
    body = picker.read_body(picker.Picker(tree=outline.tree), element, removed=removed)
    post = Post(number=number, url=url, title=title.text, posted=time.value, read_by=_find_reader(outline))
    views = next((parse_count(n[1]) for n in _stated(around, _VIEWS)), None)
    post = replace(post, body_html=body.html, body_text=body.text, views=views, comment_count=found.claimed)
    post = replace(post, images=body.images, comments=found.comments, categories=_read_categories(around))
    claims = () if found.comments or found.problems else islice(_stated(around, _STATED), 1)
    unread = (items.comments_problem("incomplete", Detail.COMMENTS_NONE.format(claimed=n[2])) for n in claims)
    alone = None if agreed and (body.text or body.images) else Detail.BODY_ALONE
    cut = Detail.BODY_HIDDEN if element.xpath(_HIDDEN) else element.xpath(_MORE, at=url) and Detail.BODY_PAGES
    problems = (*found.problems, *unread, *_doubts(title, time, cut or alone))
    return _PostReading(post, problems, _sources(title, time, element, found))


def _parts(outline: Outline, own: list[Element]) -> tuple[Element, bool, FoundComments] | None:
    """Return the element of the text, whether two witnesses agree on it, and the comments."""
    element, agreed = find_body(outline, {*own, *(under := under_heading(outline, outline.title.heading))})
    # Promise "no forgery": with a line of the theme alone before them, they may be the start of the text.
    if under and not (agreed and outline.span(element).stop <= outline.span(under[0]).start):
        element, agreed = find_body(outline, set(own))
    if element is None:
        return None
    found = read_comments(outline, own, element, None)
    # Comments that are not read may be in the element of the text: static copies have them there, or it has the title too.
    details = {x.detail for x in found.problems if not found.comments}
    is_mixed = Detail.COMMENTS_IN_TEXT in details or (details and outline.title.heading in {*element.iter()})
    return element, agreed and not is_mixed, found


def _read_categories(around: Surroundings) -> tuple[str, ...]:
    """Return the names of categories and tags: the links to their lists that are around the text but not in it.

    A link in a card with a heading of its own is of another post, one beside the content of the whole blog.
    """
    outline, text = around.outline, {*(body := around.body).iter()} - picker.with_descendants(around.added)
    known = [body] if outline.title.heading is None else [body, outline.title.heading]
    # VuePress has them in the `main` around the element of both; beside an `article` they are of the blog.
    wholes = [node for node in body.iterancestors() if outline.contains(node, known[-1])] or [body]
    whole = next((node for node in wholes if node.tag in ("main", "article")), wholes[0])
    # Starlight has the tags inside the element of the text, and so beside its headings.
    cards = ancestors({*outline.select(_HEADS)} - around.closed - text) - ancestors(known) - {body}
    near = next(chain(known[-1].iterancestors("article"), known[-1].iterancestors()), body)
    # Butterfly has them in the banner, Nikola in an `aside`.
    beside = text | outline.beside.difference(near.iter())
    names: dict[str, str] = {}
    for anchor in filter(outline.order.__contains__, whole.iter("a")):
        url = link_url(anchor, outline.tree.base) or ""
        is_list = "tag" in (anchor.get("rel") or "").split() or _CATEGORY.search(url)
        if is_list and anchor not in beside and cards.isdisjoint(anchor.iterancestors()):
            # A count has an element of its own.
            names.setdefault(url, (own_text(anchor) or outline.text(anchor)).lstrip("# "))
    return tuple(filter(_NAME.fullmatch, dict.fromkeys(names.values())))


def _doubts(title: Title, time: FoundTime, body: str | None) -> Iterator[Problem]:
    # Promise "wrong without a word: none": a field with a single witness is a failure row.
    doubts = [("title", None if title.is_confirmed else Detail.TITLE_ALONE), ("posted_at", time.doubt)]
    return (Problem(kind="unreadable", field=x, detail=y) for x, y in [*doubts, ("body", body)] if y)


def _stated(around: Surroundings, sign: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield where short lines above the text, or right below it, match: they state numbers of the post.

    The classes of an element and of its icon are a line before its own: CSDN has an eye beside the number of views.
    """
    outline, end = around.outline, around.text.stop + 1
    nodes = [x for at, x in enumerate(outline.holders[:end]) if at not in around.inside]
    rows = [x for x in dict.fromkeys([*map(block_around, nodes), *nodes]) if outline.size(x) < 120]
    hits = ((x, sign.search(f"{x.xpath(_CLASSES)!s}\n{outline.text(x)}")) for x in rows)
    return (n for x, n in hits if n and not is_of_another(around, x))


def _sources(title: Title, time: FoundTime, body: Element, found: FoundComments) -> tuple[FieldSource, ...]:
    name = "window title" if title.heading is None else picker.selector_of(title.heading)
    shown = [("title", name, title.text)] if title.text is not None else []
    shown += [("posted_at", " + ".join(n for n, _ in time.witnesses), at) for _, at in time.witnesses[:1]]
    shown.append(("body", picker.selector_of(body), ""))
    shown.append(("comments", ", ".join(map(picker.selector_of, found.sections)), str(len(found.comments))))
    return tuple(FieldSource(field=field, selector=name, value=value) for field, name, value in shown)
