"""The post on a page: title and time, body, counters, comments."""

from dataclasses import dataclass, replace

from blogarchive.items import Image, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.document import extract_html, extract_text
from blogarchive.parsing.sanitize import extract_images, sanitize_element
from blogarchive.sites.grammar.comments.comments import PageComments, build_comments, parse_comments
from blogarchive.sites.grammar.comments.consistency import Paging
from blogarchive.sites.grammar.comments.headers import find_headers
from blogarchive.sites.grammar.comments.markers import find_markers
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL
from blogarchive.sites.grammar.post.body_bounds import (
    BodyBounds,
    trim_body,
)
from blogarchive.sites.grammar.post.bounds_search import find_bounds
from blogarchive.sites.grammar.post.counters import (
    Counters,
    find_counters,
)
from blogarchive.sites.grammar.post.time_lines import TitleTime, is_marked_title
from blogarchive.sites.grammar.post.title_time import find_title_time

_NO_TIME = Problem(kind="unreadable", field="posted_at", detail=Detail.NO_TIME)
_NO_TEXT = Problem(kind="unreadable", field="body", detail=Detail.NO_TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post as a page shows it; `start` and `end` bound all lines that people may have written.

    `heading` is None on a further page of comments that does not repeat the post.
    """

    heading: TitleTime | None
    body_html: str
    body_text: str
    images: tuple[Image, ...]
    counters: Counters | None
    comments: PageComments
    problems: tuple[Problem, ...]
    start: int
    body_end: int
    end: int


def parse_post(
    view: PageView, *, further: bool, pager: int | None, labelled: bool = False
) -> PostPage | None:
    """Return the post that the page shows, or None.

    `further`: the page continues the comments of an earlier page. `pager`: the line of the last link to a
    next page. `labelled`: require the label 网络日志正文.
    """
    heading = find_title_time(view, labelled=labelled)
    if further and (heading is None or _is_comment_header(view, heading)):
        return _parse_comments_only(view)
    if heading is None:
        return None
    bounds = find_bounds(view, heading, further=further, pager=pager)
    return None if bounds is None else _build_post_page(view, heading, bounds, further=further)


def _is_comment_header(view: PageView, heading: TitleTime) -> bool:
    """Check whether the supposed title and time are the header of a comment."""
    if any(index < heading.end and index not in view.sections for index in find_labels(view, COMMENTS_LABEL)):
        return True
    headers = find_headers(view, 0, heading.end)
    return any(header.last >= heading.start for header in headers)


def _parse_comments_only(view: PageView) -> PostPage | None:
    """Parse a further page of comments that does not repeat the post."""
    end = len(view.lines)
    headers = (header.first for header in find_headers(view, 0, end))
    # A commenter may type counters below the first header. A title may match the pattern of a header.
    first = next((index for index in headers if not is_marked_title(view, view.lines[index])), end)
    counters = next(iter(find_counters(view, 0, first)), None)
    start = 0 if counters is None else counters.last + 1
    claimed = None if counters is None else counters.comments
    markers = find_markers(view, start)
    comments = build_comments(
        view, parse_comments(view, markers, start, claimed=claimed, paging=Paging.FURTHER, posted_at=None)
    )
    if not comments.found and not find_labels(view, COMMENTS_LABEL):
        return None  # a page after the last one still has the label
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


def _build_post_page(view: PageView, heading: TitleTime, bounds: BodyBounds, *, further: bool) -> PostPage:
    lines, counters, comments = trim_body(view, bounds.begin, bounds.end), bounds.counters, bounds.comments
    body = extract_html(view.document, lines[0], lines[-1]) if lines else None
    images = () if body is None else extract_images(body, view.base)  # sanitizing changes the element
    if bounds.doubt is not None:
        comments = replace(comments, problem=bounds.doubt)
    comments = build_comments(view, comments)
    problems = [*(bounds.problems if counters is None else counters.problems)]
    if comments.problem is not None:
        problems.append(comments.problem)
    if heading.posted is None:
        problems.append(_NO_TIME)
    if body is None and not further:
        problems.append(_NO_TEXT)
    return PostPage(
        heading=heading,
        body_html="" if body is None else sanitize_element(body, view.base),
        body_text=extract_text(lines),
        images=images,
        counters=counters,
        comments=comments,
        problems=tuple(problems),
        start=heading.start,
        body_end=bounds.end,
        end=max(comments.end, bounds.end, 0 if counters is None else counters.last + 1),
    )
