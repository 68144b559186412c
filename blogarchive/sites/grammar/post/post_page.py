"""The post on a page: title and time, body, counters, comments."""

from dataclasses import dataclass, replace

from blogarchive.items import Image, Problem
from blogarchive.parsing.html.sanitize import extract_images, sanitize_element
from blogarchive.parsing.lines.extract import extract_html, extract_text
from blogarchive.sites.grammar.comments.comments import PageComments, build_comments, parse_comments
from blogarchive.sites.grammar.comments.consistency import Paging
from blogarchive.sites.grammar.comments.headers import find_headers
from blogarchive.sites.grammar.comments.markers import find_markers
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL
from blogarchive.sites.grammar.post.body_bounds import (
    BodyBounds,
    choose_bounds,
    find_end_without_counters,
    find_label_below,
    report_unparsed_counters,
    trim_body,
)
from blogarchive.sites.grammar.post.counters import (
    Counters,
    find_counters,
    find_image_counters,
    find_view_counters,
)
from blogarchive.sites.grammar.post.quoted_lines import find_text_element, is_quoted
from blogarchive.sites.grammar.post.time_lines import TitleTime, is_marked_title
from blogarchive.sites.grammar.post.title_time import find_title_time

_MAX_COUNTERS = 8  # compared from the start of the body, and as many from the end
_TOO_MANY_COUNTERS = Problem(
    kind="forged", field="comments", detail="too many lines read like the page's counters"
)

_COMMENTS_IN_TEXT = Problem(
    kind="forged",
    field="comments",
    detail="nothing but words tells comments from the post's text around them",
)


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
    bounds = _find_bounds(view, heading, further=further, pager=pager)
    if bounds is not None and _comments_may_be_text(view, heading, bounds):
        bounds = replace(bounds, doubt=_COMMENTS_IN_TEXT)
    return None if bounds is None else _build_post_page(view, heading, bounds, further=further)


def _comments_may_be_text(view: PageView, heading: TitleTime, bounds: BodyBounds) -> bool:
    """Check whether unsure comments lie in the element of the text and the title does not."""
    comments = bounds.comments
    if not comments.found or comments.sure or bounds.doubt is not None:
        return False
    return find_text_element(view, heading.end - 1, bounds.begin, comments.start) is not None


def _find_bounds(
    view: PageView, heading: TitleTime, *, further: bool, pager: int | None
) -> BodyBounds | None:
    lines, posted_at = (
        len(view.lines),
        None if heading.posted is None else view.parse_datetime(heading.posted.text),
    )
    markers = find_markers(view, heading.end)

    def bounds(begin: int, line: int, counters: Counters | None = None) -> BodyBounds:
        start, claimed = line, None
        if counters is not None:
            start, claimed = max(line, counters.last + 1), counters.comments
        paging = _choose_paging(further, pager, start - 1)
        comments = parse_comments(view, markers, start, claimed=claimed, paging=paging, posted_at=posted_at)
        return BodyBounds(begin=begin, end=line, counters=counters, comments=comments)

    beside = [] if heading.footer_line is not None else find_counters(view, heading.end - 1, heading.end)
    found = [*beside, *find_counters(view, heading.end, lines)]
    found = (
        found
        or find_image_counters(view, heading.end, lines)
        or find_view_counters(view, heading.end - 1, lines)
    )
    if all(is_quoted(view, markers.headers, heading.end - 1, heading.end, each.first) for each in found):
        found = []
    if found:
        weighed = [*found[:_MAX_COUNTERS], *found[_MAX_COUNTERS:][-_MAX_COUNTERS:]]
        candidates = [bounds(*_find_body_around(view, heading, counters), counters) for counters in weighed]
        if markers.headers and markers.headers[0].first < found[0].first:
            label = find_label_below(view, heading.end)
            if label is not None and label < found[0].first:
                candidates.insert(0, bounds(heading.end, label))  # perhaps no counters are the page's own
        chosen = choose_bounds(view, candidates)
        return chosen if len(weighed) == len(found) else replace(chosen, doubt=_TOO_MANY_COUNTERS)
    end = find_end_without_counters(view, heading.end)
    if end is None:
        return None
    unparsed = report_unparsed_counters(view, heading.end - 1, end)
    own = bounds(heading.end, end)
    if heading.footer_line is not None and heading.end < heading.footer_line < end:
        own = replace(own, end=heading.footer_line)
    return replace(own, problems=unparsed)


def _find_body_around(view: PageView, heading: TitleTime, counters: Counters) -> tuple[int, int]:
    """Return begin and end of the body if these counters are the page's own.

    The counters may be above the body, with the title and the time; or the time may be with them below it.
    """
    footer_line = heading.footer_line
    if footer_line is not None and not any(view.folded[i] for i in range(footer_line + 1, counters.first)):
        return heading.end, min(footer_line, counters.first)
    if counters.first <= heading.end:
        begin = counters.last + 1
        below = find_end_without_counters(view, begin)
        if below is not None and trim_body(view, begin, below):
            return begin, below
    return heading.end, counters.first


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


def _choose_paging(further: bool, pager: int | None, line: int) -> Paging:
    if further:
        return Paging.FURTHER
    return Paging.BEGINS if pager is not None and pager > line else Paging.NO


def _build_post_page(view: PageView, heading: TitleTime, bounds: BodyBounds, *, further: bool) -> PostPage:
    lines = trim_body(view, bounds.begin, bounds.end)
    body_html = ""
    images: tuple[Image, ...] = ()
    if lines:
        body = extract_html(view.document, lines[0], lines[-1])
        images = extract_images(body, view.base)
        body_html = sanitize_element(body, view.base)
    comments = bounds.comments
    if bounds.doubt is not None:
        comments = replace(comments, problem=bounds.doubt)
    comments = build_comments(view, comments)
    problems = [*(bounds.problems if bounds.counters is None else bounds.counters.problems)]
    if comments.problem is not None:
        problems.append(comments.problem)
    if heading.posted is None:
        problems.append(
            Problem(kind="unreadable", field="posted_at", detail="no time stands beside the title")
        )
    if not lines and not further:
        detail = "the page shows no text for this post"
        problems.append(Problem(kind="unreadable", field="body", detail=detail))
    counters = bounds.counters
    return PostPage(
        heading=heading,
        body_html=body_html,
        body_text=extract_text(lines),
        images=images,
        counters=counters,
        comments=comments,
        problems=tuple(problems),
        start=heading.start,
        body_end=bounds.end,
        end=max(comments.end, bounds.end, 0 if counters is None else counters.last + 1),
    )
