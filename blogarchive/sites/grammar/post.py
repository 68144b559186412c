"""The post on a page: title and time, body, counters, comments; or the notice of a page without a post."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from blogarchive.items import Image, Notice, NoticeKind, PageKind, Post, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.document import are_in_same_row, extract_html, extract_text
from blogarchive.parsing.lines import Line
from blogarchive.parsing.sanitize import extract_images, sanitize_element
from blogarchive.sites.grammar.blocks import Claims, Paging
from blogarchive.sites.grammar.body import find_text_frame, trim_body
from blogarchive.sites.grammar.bounds import BodyBounds, find_bounds
from blogarchive.sites.grammar.comments import PageComments, build_comments, parse_comments
from blogarchive.sites.grammar.counters import Counters, iter_counters
from blogarchive.sites.grammar.footers import find_markers
from blogarchive.sites.grammar.headers import find_headers
from blogarchive.sites.grammar.page import PageView, find_comment_labels, find_labels
from blogarchive.sites.grammar.time_lines import (
    TitleTime,
    add_hour,
    is_marked_title,
    iter_text_before,
    join_label,
)
from blogarchive.sites.grammar.title import find_title_time
from blogarchive.sites.grammar.words import COMMENTS_LABEL, DATE, DATETIME, TABLES, fold, strip_count

# --- notices

_MAX_NOTICE_LENGTH = 120  # a notice is a sentence; an article about such things is longer
_MAX_PAGE_LENGTH = 1000  # of the page without sidebar and header
_PATTERNS = {
    NoticeKind(kind): re.compile("|".join(words), re.IGNORECASE) for kind, words in TABLES["notices"].items()
}


def find_notice(view: PageView, lines: Iterable[int]) -> Notice | None:
    """Return the notice that the lines show, in the order of `words.toml`; None if the page says much more.

    Sites ask only if a page has no list, and no post that anything confirms. Engines of unknown hosts do not ask. A
    page that repeats at ten more URLs is a block page there (`HostThrottle.record_response`).
    """
    own = [i for i in view.lines_with_text(lines) if not view.is_in_comment_form(i)]
    if sum(len(view.folded[i]) for i in own) > _MAX_PAGE_LENGTH:
        return None
    texts = [(view.lines[i].text, view.folded[i]) for i in own if len(view.folded[i]) <= _MAX_NOTICE_LENGTH]
    menus = {view.folded[i] for i in own if view.links[i] and view.links[i][0][0] == view.lines[i].text}
    texts.append((view.document.title, view.document.title))
    for kind, words in _PATTERNS.items():
        own_texts = [t for t in texts if kind is not NoticeKind.LOGIN or t[1] not in menus]
        for text, folded in own_texts:
            if words.search(folded) or words.search(folded.replace(" ", "")):
                return Notice(kind=kind, text=text)
    return None


def notice_of(*texts: str) -> Notice | None:
    """Return the notice that one of these short texts or titles is; that a page is gone comes first."""
    for kind in sorted(_PATTERNS, key=lambda kind: kind is not NoticeKind.GONE):
        if text := next(filter(_PATTERNS[kind].search, texts), None):
            return Notice(kind=kind, text=text)
    return None


# --- the post

_NO_TIME = Problem(kind="unreadable", field="posted_at", detail=Detail.NO_TIME)
_NO_TEXT = Problem(kind="unreadable", field="body", detail=Detail.NO_TEXT)


@dataclass(kw_only=True, slots=True)
class PostPage:
    """A post as a page shows it. `start` and `end` bound all lines that people may have written, `body` those of its
    text.

    `heading` is None on a further page of comments that does not repeat the post.
    """

    counters: Counters | None
    comments: PageComments
    problems: tuple[Problem, ...]
    start: int
    body_end: int
    end: int
    heading: TitleTime | None = None
    body: range = range(0)
    body_html: str = ""
    body_text: str = ""
    images: tuple[Image, ...] = ()
    categories: tuple[str, ...] = ()

    def to_post(self, number: str, url: str, *, whole: bool = True) -> Post:
        """Return the post at the canonical `url`; without its body if not `whole`: then another page has the body."""
        counters = self.counters
        return Post(
            number=number,
            url=url,
            title=None if self.heading is None else self.heading.title or None,
            posted=None if self.heading is None else self.heading.posted,
            body_html=self.body_html if whole else None,
            body_text=self.body_text if whole else None,
            images=self.images if whole else (),
            views=None if counters is None else counters.views,
            likes=None if counters is None else counters.likes,
            comment_count=None if counters is None else counters.comments,
            comments=self.comments.comments,
            categories=self.categories,
            whole=whole,
        )


def parse_post(view: PageView, *, further: bool, pager: int | None) -> PostPage | None:
    """Return the post that the page shows, or None.

    `further`: the page continues the comments of an earlier page. `pager`: the line of the last link to a
    next page.
    """
    heading = find_title_time(view)
    if further and (heading is None or _is_comment_header(view, heading)):
        return _parse_comments_only(view)
    if heading is None:
        return None
    bounds = find_bounds(view, heading, further=further, pager=pager)
    return None if bounds is None else _build_post_page(view, heading, bounds, further=further)


def _is_comment_header(view: PageView, heading: TitleTime) -> bool:
    """Check whether the supposed title and time are the header of a comment."""
    if any(index < heading.end for index in find_comment_labels(view)):
        return True
    return any(header.last >= heading.start for header in find_headers(view, 0, heading.end))


def _parse_comments_only(view: PageView) -> PostPage | None:
    """Parse a further page of comments that does not repeat the post."""
    end = len(view.lines)
    headers = (header.first for header in find_headers(view, 0, end))
    # A commenter may type counters below the first header. A title may match the pattern of a header.
    first = next((index for index in headers if not is_marked_title(view, view.lines[index])), end)
    counters = next(iter_counters(view, 0, first), None)
    start = 0 if counters is None else counters.last + 1
    claimed = None if counters is None else counters.comments
    markers = find_markers(view, start)
    parsed = parse_comments(view, markers, start, Claims(count=claimed, paging=Paging.FURTHER))
    comments = build_comments(view, parsed)
    if not comments.found and not find_labels(view, COMMENTS_LABEL):
        return None  # a page after the last one still has the label
    problems = () if comments.problem is None else (comments.problem,)
    at, end = comments.start, max(comments.start, comments.end)
    return PostPage(counters=counters, comments=comments, problems=problems, start=at, body_end=at, end=end)


_CATEGORY = re.compile(
    r"(?:^|[\s|,·(\[])(?:(?:文章|日志|博文|所属|个人|系统)?(?:分类|类别|栏目|专栏)|[Cc]ategory|[Ff]iled under)"
    r"\s*:+\s*(?P<name>[^\s|:,·()\[\]【】]{1,30})"
)
_LABEL = re.compile(r"^(?:分类|类别|栏目)\s*[:：]\s*")


# 分类：<a>时政</a>, beside the time or the counters: an author can type no such line.
def _find_categories(
    view: PageView, heading: TitleTime, bounds: BodyBounds, body: Sequence[Line]
) -> tuple[str, ...]:
    """Return the names of the blog's categories that are linked between the title and the counters, outside the body."""
    own = {line.index for line in body}
    last = bounds.end if bounds.counters is None else max(bounds.end, bounds.counters.last + 1)
    around = (i for i in range(heading.start, min(last, len(view.lines))) if i not in own)
    uid = view.parse_url(view.url).uid
    linked = [each for i in around for each in view.links_to(i, PageKind.CATEGORY)]
    names = dict.fromkeys(_LABEL.sub("", strip_count(text)) for text, _, to in linked if to.uid == uid)
    return tuple(names) or _find_worded_category(view, heading, bounds, body)


# 分类：时政 without a link, where nobody can type: beside the time or the counters, or outside the text's element.
def _find_worded_category(
    view: PageView, heading: TitleTime, bounds: BodyBounds, body: Sequence[Line]
) -> tuple[str, ...]:
    if bounds.doubt is not None:
        return ()
    counters, footer = bounds.counters, heading.footer_line
    beside = {*iter_text_before(view, heading.start), *range(heading.start, heading.end)}
    beside |= set() if counters is None else set(range(counters.first, counters.last + 1))
    beside |= set() if footer is None else {footer}
    inside = view.document.lines_in(find_text_frame(view, body)) if body else range(0)
    for index in range(min(beside), min(max(bounds.end, *beside) + 1, len(view.lines))):
        is_text = body and body[0].index <= index <= body[-1].index
        if is_text or (index in inside and index not in beside):
            continue
        text = view.text_without(index, (heading.title,))
        if index + 1 < len(view.lines) and are_in_same_row(*view.lines[index : index + 2]):
            text = f"{text}: {view.lines[index + 1].text}"
        text = join_label(text)
        match = _CATEGORY.search(fold(text))
        if match is not None:
            return (text[slice(*match.span("name"))],)
    return ()


_BYLINE = re.compile(
    r"(?:^|[\s|(])(?:作者|送交者|博主|楼主|发[布表帖]者|张贴者|由|[Pp]osted by|[Bb]y)\s*:?\s*"
    rf"(?P<name>(?:(?![发写记][布表]?于|{DATE})[^\s:|,()\[\]]){{1,30}}+(?:(?<=\w)\s(?!On\b|{DATE})[A-Z][\w.'-]*)?)"
    rf"|^\s*(?!本文|此文|文章|首次|原创)(?P<first>[^\s:|,()\[\]]{{1,30}})\s+[写记]于\s*:?\s*{DATETIME}"
)
_NO_NAME, _REPRINT = re.compile("首页|主页|返回|[Hh]ome|^$"), re.compile("转载|转自|来源|出处")


# Promise "any markup": a page without an author's box has 作者：林木, or a link to the blog, beside the time.
def find_byline(view: PageView, heading: TitleTime, blog_title: str | None) -> str | None:
    """Return the name of the author beside the time of the post, or None."""
    uid, footer = view.parse_url(view.url).uid, heading.footer_line
    for index in range(heading.start, heading.end) if footer is None else (footer,):
        homes = [name.strip() for name, _, to in view.links_to(index, PageKind.HOME) if to.uid == uid]
        if len(homes) == 1 and homes[0] != blog_title and not _NO_NAME.search(homes[0]):
            return homes[0]
        text = view.text_without(index, (heading.title,))
        if (match := _BYLINE.search(fold(text))) and not _REPRINT.search(text):
            return text[slice(*match.span(match.lastgroup or 0))]
    return None


def _build_post_page(view: PageView, heading: TitleTime, bounds: BodyBounds, *, further: bool) -> PostPage:
    lines, counters, comments = trim_body(view, bounds.begin, bounds.end), bounds.counters, bounds.comments
    below = max(bounds.end, 0 if counters is None else counters.last + 1)
    near = range(lines[-1].index + 1 if lines else heading.end, below)
    heading.posted = add_hour(view, heading.posted, near)
    own = range(lines[0].index, lines[-1].index + 1) if lines else range(0)
    body = extract_html(view.document, lines[0], lines[-1]) if lines else None
    images = () if body is None else extract_images(body, view.base)  # sanitizing changes the element
    if bounds.doubt is not None:
        comments = replace(comments, problem=bounds.doubt)
    comments = build_comments(view, comments)
    missing = (None if heading.posted else _NO_TIME, _NO_TEXT if body is None and not further else None)
    unread = () if counters is None else counters.problems
    problems = (*unread, *bounds.problems, comments.problem, *missing)
    return PostPage(
        heading=heading,
        body=own,
        body_html="" if body is None else sanitize_element(body, view.base),
        body_text=extract_text(lines),
        images=images,
        categories=_find_categories(view, heading, bounds, lines),
        counters=counters,
        comments=comments,
        problems=tuple(filter(None, problems)),
        start=heading.start,
        body_end=bounds.end,
        end=max(comments.end, below),
    )
