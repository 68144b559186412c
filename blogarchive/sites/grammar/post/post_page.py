"""The post on a page: title and time, the body, the counters under it, the comments."""

from dataclasses import dataclass, replace

from blogarchive.items import Image, Problem
from blogarchive.parsing.html.sanitize import extract_images, sanitize_element
from blogarchive.parsing.lines.extract import cut, text_of
from blogarchive.sites.grammar.comments.comments import Comments, read_comments, with_items
from blogarchive.sites.grammar.comments.consistency import Paged
from blogarchive.sites.grammar.comments.headers import find_headers
from blogarchive.sites.grammar.comments.markers import find_marks
from blogarchive.sites.grammar.page.labels import labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import HEADING
from blogarchive.sites.grammar.post.body_bounds import (
    BodyBounds,
    body_lines,
    choose_ending,
    label_below,
    uncounted_end,
    unread_counters,
)
from blogarchive.sites.grammar.post.counters import Counters, find_counters, pictured, views_alone
from blogarchive.sites.grammar.post.quoted_lines import is_quoted, text_element
from blogarchive.sites.grammar.post.time_lines import TitleTime, is_title
from blogarchive.sites.grammar.post.title_time import find_title_time

_MOST_COUNTERS = 8  # weighed from the body's beginning on, and so many from the page's end
_FLOODED = Problem(kind="forged", field="comments", detail="too many lines read like the page's counters")

_AMID_TEXT = Problem(
    kind="forged",
    field="comments",
    detail="nothing but words tells comments from the post's text around them",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post as a page shows it; `start` and `end` bound all that an author or a commenter may have written.

    `heading` is None on a further page of comments that does not repeat the post.
    """

    heading: TitleTime | None
    body_html: str
    body_text: str
    images: tuple[Image, ...]
    counters: Counters | None
    comments: Comments
    problems: tuple[Problem, ...]
    start: int
    body_end: int
    end: int


def read_post(view: PageView, *, further: bool, pager: int | None, labelled: bool = False) -> PostPage | None:
    """The post that the page shows, or None where it shows none.

    `further`: the page goes on an earlier page's comments. `pager`: the line of the page's last link to a next
    page. `labelled`: only where 网络日志正文 says so.
    """
    heading = find_title_time(view, labelled=labelled)
    if further and (heading is None or _is_comment(view, heading)):
        return _comments_alone(view)
    if heading is None:
        return None
    ending = _ending(view, heading, further=further, pager=pager)
    if ending is not None and _may_be_text(view, heading, ending):
        ending = replace(ending, doubt=_AMID_TEXT)
    return None if ending is None else _post_page(view, heading, ending, further=further)


def _may_be_text(view: PageView, heading: TitleTime, ending: BodyBounds) -> bool:
    """Whether comments that structure does not tell stand in the element of the post's text, apart from its title."""
    comments = ending.comments
    if not comments.found or comments.sure or ending.doubt is not None:
        return False
    return text_element(view, heading.end - 1, ending.begin, comments.start) is not None


def _ending(view: PageView, heading: TitleTime, *, further: bool, pager: int | None) -> BodyBounds | None:
    lines, since = len(view.lines), None if heading.posted is None else view.moment(heading.posted.text)
    marks = find_marks(view, heading.end)

    def ending(begin: int, line: int, counters: Counters | None = None) -> BodyBounds:
        start, claimed = line, None
        if counters is not None:
            start, claimed = max(line, counters.last + 1), counters.comments
        paged = _paged(further, pager, start - 1)
        comments = read_comments(view, marks, start, claimed=claimed, paged=paged, since=since)
        return BodyBounds(begin=begin, line=line, counters=counters, comments=comments)

    beside = [] if heading.foot is not None else find_counters(view, heading.end - 1, heading.end)
    found = [*beside, *find_counters(view, heading.end, lines)]
    found = found or pictured(view, heading.end, lines) or views_alone(view, heading.end - 1, lines)
    if all(is_quoted(view, marks.headers, heading.end - 1, heading.end, each.first) for each in found):
        found = []
    if found:
        weighed = [*found[:_MOST_COUNTERS], *found[_MOST_COUNTERS:][-_MOST_COUNTERS:]]
        endings = [ending(*_around(view, heading, counters), counters) for counters in weighed]
        if marks.headers and marks.headers[0].first < found[0].first:
            label = label_below(view, heading.end)
            if label is not None and label < found[0].first:
                endings.insert(0, ending(heading.end, label))  # none may be the page's
        chosen = choose_ending(view, endings)
        return chosen if len(weighed) == len(found) else replace(chosen, doubt=_FLOODED)
    end = uncounted_end(view, heading.end)
    if end is None:
        return None
    unread = unread_counters(view, heading.end - 1, end)
    own = ending(heading.end, end)
    if heading.foot is not None and heading.end < heading.foot < end:
        own = replace(own, line=heading.foot)
    return replace(own, unread=unread)


def _around(view: PageView, heading: TitleTime, counters: Counters) -> tuple[int, int]:
    """The first line of the body and the one after its last, were these counters the page's own.

    They may stand above it, with the title and the time; the time may stand with them under it.
    """
    foot = heading.foot
    if foot is not None and not any(view.folded[i] for i in range(foot + 1, counters.first)):
        return heading.end, min(foot, counters.first)
    if counters.first <= heading.end:
        begin = counters.last + 1
        below = uncounted_end(view, begin)
        if below is not None and body_lines(view, begin, below):
            return begin, below
    return heading.end, counters.first


def _is_comment(view: PageView, heading: TitleTime) -> bool:
    """Whether what was taken for a title and its time is a comment's header: the page does not repeat the post."""
    if any(index < heading.end and index not in view.sections for index in labels(view, HEADING)):
        return True
    headers = find_headers(view, 0, heading.end)
    return any(header.last >= heading.start for header in headers)


def _comments_alone(view: PageView) -> PostPage | None:
    """A further page of comments that does not repeat the post."""
    end = len(view.lines)
    headers = (header.first for header in find_headers(view, 0, end))
    # Below the first header a commenter may have typed some; a title may read like a header.
    first = next((index for index in headers if not is_title(view, view.lines[index])), end)
    counters = next(iter(find_counters(view, 0, first)), None)
    start = 0 if counters is None else counters.last + 1
    claimed = None if counters is None else counters.comments
    marks = find_marks(view, start)
    comments = with_items(
        view, read_comments(view, marks, start, claimed=claimed, paged=Paged.FURTHER, since=None)
    )
    if not comments.found and not labels(view, HEADING):
        return None  # a page beyond the last one keeps the words above the comments
    return PostPage(
        heading=None,
        body_html="",
        body_text="",
        images=(),
        counters=counters,
        comments=comments,
        problems=() if comments.problem is None else (comments.problem,),
        start=comments.start,
        body_end=comments.start,
        end=max(comments.start, comments.end),
    )


def _paged(further: bool, pager: int | None, line: int) -> Paged:
    if further:
        return Paged.FURTHER
    return Paged.BEGINS if pager is not None and pager > line else Paged.NO


def _post_page(view: PageView, heading: TitleTime, ending: BodyBounds, *, further: bool) -> PostPage:
    lines = body_lines(view, ending.begin, ending.line)
    body_html = ""
    images: tuple[Image, ...] = ()
    if lines:
        body = cut(view.document, lines[0], lines[-1])
        images = extract_images(body, view.base)
        body_html = sanitize_element(body, view.base)
    comments = ending.comments
    if ending.doubt is not None:
        comments = replace(comments, problem=ending.doubt)
    comments = with_items(view, comments)
    problems = [*(ending.unread if ending.counters is None else ending.counters.problems)]
    if comments.problem is not None:
        problems.append(comments.problem)
    if heading.posted is None:
        problems.append(
            Problem(kind="unreadable", field="posted_at", detail="no time stands beside the title")
        )
    if not lines and not further:
        detail = "the page shows no text for this post"
        problems.append(Problem(kind="unreadable", field="body", detail=detail))
    counters = ending.counters
    return PostPage(
        heading=heading,
        body_html=body_html,
        body_text=text_of(lines),
        images=images,
        counters=counters,
        comments=comments,
        problems=tuple(problems),
        start=heading.start,
        body_end=ending.line,
        end=max(comments.end, ending.line, 0 if counters is None else counters.last + 1),
    )
