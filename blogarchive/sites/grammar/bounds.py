"""The bounds of a post's body, chosen by the counters or the label below it, and the comments that follow."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.items import Problem, comments_problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.document import are_in_same_row
from blogarchive.sites.grammar.blocks import Claims, Paging, split_comments_above
from blogarchive.sites.grammar.body import has_body_class, is_framed, is_template_line, trim_body
from blogarchive.sites.grammar.comments import PageComments, parse_comments
from blogarchive.sites.grammar.counters import (
    Counters,
    find_view_counters,
    iter_counters,
    parse_counters_beside_time,
    parse_counts,
)
from blogarchive.sites.grammar.footers import MarkerCandidates, find_markers
from blogarchive.sites.grammar.headers import Headers, find_headers
from blogarchive.sites.grammar.page import PageView, find_comment_labels, find_labels, read_label_count
from blogarchive.sites.grammar.short_headers import find_linked_headers
from blogarchive.sites.grammar.time_lines import TitleTime, is_quoted
from blogarchive.sites.grammar.words import COMMENTS_LABEL, NUMBER

# --- choice among candidates

_COUNTER_WORDS = re.compile(
    r"^.{0,20}(?:浏览|阅读|点击|评论|查看次数|人气|[Vv]iews)[^\d]{0,6}\d.{0,60}$|\d\s*(?:次(?:浏览|阅读|点击)|[Vv]iews)\s*$"
)
_LIKED = re.compile(r"(?:赞|顶|支持|推荐|喜欢)\D{0,3}\d|\d\s*(?:推荐|喜欢)")
_VIEWS_ALONE = re.compile("(?:浏览|阅读|点击|人气)(?:次数|[数量])?")
_VIEWS_SHOWN = re.compile(
    rf"(?:浏览|阅读|点击|人气|[Vv]iews)(?:次数|[数量])?\s*:?\s*[(\[]?\s*({NUMBER})|({NUMBER})\s*次(?:浏览|阅读|点击)"
)
_SENTENCE, _FORM_LABEL = re.compile("[。，,！!？?]"), "发表评论"
_LINES_NEAR_END, _LINES_OF_LIKES = 4, 12


@dataclass(kw_only=True, slots=True)
class BodyBounds:
    """The lines of a body, from `begin` to before `end`, and the parts that follow it.

    `counters` are the page's own, if it shows any, `comments` those below them. `doubt` is why the comments
    may not be the page's own. `problems` reports lines that may be counters if none can be parsed.
    """

    begin: int
    end: int
    counters: Counters | None
    comments: PageComments
    doubt: Problem | None = None
    problems: tuple[Problem, ...] = ()


# Promise "no forgery": authors pasted saved pages, with counters and comments, into new posts.
def _choose_bounds(view: PageView, candidates: Sequence[BodyBounds]) -> BodyBounds:
    """Return the bounds at the page's own counters, among all that match the pattern of counters.

    If nothing decides, the result has a `doubt`.
    """
    if len(candidates) == 1:
        return candidates[0]  # most pages
    framed = [bounds for bounds in candidates if is_framed(view, bounds.begin, bounds.end)]
    possible = [bounds for bounds in candidates if bounds.comments.possible or bounds in framed] or candidates
    if framed and framed[-1] is possible[-1]:
        return framed[-1]  # no later counters to explain
    explaining = [bounds for bounds in possible if _explains_later_counters(bounds, possible)]
    if framed:
        explaining = [bounds for bounds in explaining if bounds is framed[-1]]
    elif len(explaining) > 1:
        counted = all(bounds.counters is not None for bounds in explaining)
        explaining = [bounds for bounds in explaining if counted and bounds.comments.framed]
    if explaining:
        return explaining[0]
    agreeing = sum(bounds.comments.agrees for bounds in possible)
    detail = Detail.COUNTERS_AGREE.format(count=len(candidates), agreeing=agreeing)
    doubt = comments_problem("forged", detail)
    if framed:
        return replace(framed[-1], doubt=doubt)
    return replace(_bounds_above_headers(view, possible), doubt=doubt, counters=None)


def _bounds_above_headers(view: PageView, candidates: Sequence[BodyBounds]) -> BodyBounds:
    """Return the last bounds above the first header with a linked name, else above any header.

    It is better to cut an author's text than to store a commenter's words under the author's name.
    """
    headers = find_headers(view, candidates[0].begin, len(view.lines))
    linked = [header for header in headers if header.is_linked]
    alike = [h.first for h in linked if h.position.paths == linked[-1].position.paths]
    own = alike or [h.first for h in headers]
    above = [bounds for bounds in candidates if not own or bounds.end < own[0]]
    return above[-1] if above else candidates[0]


def _explains_later_counters(bounds: BodyBounds, others: Sequence[BodyBounds]) -> bool:
    """Check whether these comments are sure by structure and contain all later counters as text."""
    later = [other.end for other in others if other.end > bounds.end]
    comments = bounds.comments
    return comments.agrees and comments.sure and comments.texts.issuperset(later)


def _report_unparsed_counters(view: PageView, start: int, bounds: BodyBounds) -> tuple[Problem, ...]:
    """Return a problem if numbered words of counters are near the end of a body without views, or alone in it.

    Also if other views are below those read, which may be typed.
    """
    begin, end, counters = bounds.begin, bounds.end, bounds.counters
    near = min(end + _LINES_NEAR_END, bounds.comments.start, len(view.lines))
    near = next((header.first for header in find_headers(view, end, near)), near)
    own = range(0) if counters is None else range(counters.first, counters.last + 1)
    # An author may type such words.
    text = trim_body(view, begin, end) if counters is not None and is_framed(view, begin, end) else ()
    first = text[-1].index + 1 if text else max(start, end - _LINES_NEAR_END)
    last = [i for i in range(first, near) if i not in own]
    found = [i for i in last if _COUNTER_WORDS.search(view.folded[i])]
    if counters is not None and counters.views is not None:
        below = (i for i in last if i > counters.last and not view.links_to_other_post(i))
        shown = ((i, _VIEWS_SHOWN.search(view.folded[i])) for i in below)
        found = [i for i, match in shown if match and parse_count(match[1] or match[2]) != counters.views]
    else:
        found += [i for i in range(start, near) if _VIEWS_ALONE.fullmatch(view.folded[i].strip())]
    if not found:
        return ()
    detail = Detail.NO_COUNTERS.format(text=view.lines[found[0]].text[:80])
    return (Problem(kind="unreadable", field="views", detail=detail),)


def _find_label_below(view: PageView, start: int, headers: Headers) -> int | None:
    """Return the page's own label between a body that begins at `start` and its comments, or None.

    `headers` are the headers of comments from line `start` on. A commenter's label is not among those that elements
    separate from the body, since his header is above it. Without such labels: the last one above the first header with
    a linked name, or above any header.
    """
    ends = [index for index in find_labels(view, COMMENTS_LABEL) if index >= start]
    ends = [index for index in ends if not view.is_in_comment_form(index)] or ends
    section = view.find_section(start)  # 最新评论 may be below others in the sidebar
    ends = [index for index in ends if index not in view.sections or (index == ends[0] and index < section)]
    if not ends or ends[0] == start:
        return ends[0] if ends else None
    ends = [i for i in ends if not is_quoted(view, headers, start - 1, start, i)]
    if not ends:
        return None
    framed = _find_framed_label(view, start, ends, headers)
    if framed is not None:
        return framed
    if len(ends) > 1 and not headers:
        headers = find_linked_headers(view, ends[0], len(view.lines))
        # Comments of an unknown form may be above the label of a form.
        ends = ends if headers else [i for i in ends if view.folded[i].strip() != _FORM_LABEL] or ends
    first = next((h.first for h in headers if h.is_linked), headers[0].first if headers else ends[-1] + 1)
    return [ends[0], *(i for i in ends if i < first)][-1]


def _find_framed_label(view: PageView, start: int, ends: Sequence[int], headers: Headers) -> int | None:
    """Return the label that elements separate from the body: that with a header below it, else the last, or None."""
    framed = [i for i in ends if is_framed(view, start, i)]
    after = dict(zip(ends, [*ends[1:], len(view.lines)], strict=True))
    above = (i for i in framed if any(i < header.first < after[i] for header in headers))
    return next(above, framed[-1] if framed else None)


def _find_end_without_counters(view: PageView, start: int, headers: Headers) -> int | None:
    """Return the end of a body without counters: the next label, or the end of its element.

    `headers` are the headers of comments from line `start` on.
    """
    label = _find_label_below(view, start, headers)
    if label is not None:
        return label
    hinted = [node for node in view.document.root.iter("div", "td") if has_body_class(node)]
    if len(hinted) == 1 and view.document.positions(hinted[0]) is not None:
        return view.document.lines_in(hinted[0]).stop
    end = _find_element_end(view, start)
    if end is None:
        return None
    own = (header.first for header in find_headers(view, start, end))
    return next((index for index in own if is_framed(view, start, index)), end)


def _find_element_end(view: PageView, start: int) -> int | None:
    """Find the end of the innermost element with the title and a sentence after it, at most the next section.

    Without any sentence, the end is that of the innermost element with any text.
    """
    first, seen = None, start
    for _, inside in view.iter_around(start - 1):
        stop = next((i for i in view.sections if start <= i < inside.stop), inside.stop)
        if any(_SENTENCE.search(view.folded[i]) for i in range(seen, stop)):
            return stop
        if first is None and view.has_text(range(seen, stop)):
            first = stop
        seen = max(seen, stop)
    return first


# --- the search

_MAX_COUNTERS = 8  # compared from the start of the body, and as many from the end
_TOO_MANY_COUNTERS = comments_problem("forged", Detail.COUNTERS_TOO_MANY)


def find_bounds(view: PageView, heading: TitleTime, *, further: bool, pager: int | None) -> BodyBounds | None:
    """Return the bounds of the body below `heading` with the counters and the comments; None if it has no end."""
    posted = view.parse_date(heading.posted.text) if heading.posted else None
    at, markers = posted and posted.at, find_markers(view, heading.end)
    search = _BoundsSearch(
        view=view, heading=heading, markers=markers, posted_at=at, further=further, pager=pager
    )
    counters = search.find_counters()
    bounds = search.choose(counters) if counters else search.find_without_counters()
    bounds = None if bounds is None else search.drop_counters(search.cut_at_comments(bounds))
    if bounds is None:
        return None
    shown = bounds.counters
    if shown is not None and shown.likes is None and (likes := _find_likes_below(view, bounds)) is not None:
        bounds = replace(bounds, counters=replace(shown, likes=likes))
    problems = _report_unparsed_counters(view, heading.end - 1, bounds)
    # Views in the text, above others, may be typed.
    if problems and bounds.counters is not None and bounds.counters.first >= bounds.begin:
        bounds = replace(bounds, counters=replace(bounds.counters, views=None))
    return replace(bounds, problems=problems)


# Promise "any order": 点赞 13 | 收藏 | 分享 below the text, views and comments above it.
def _find_likes_below(view: PageView, bounds: BodyBounds) -> int | None:
    """Return the likes on a line of buttons above the comments and beside the text. No author can type them there."""
    text = trim_body(view, bounds.begin, bounds.end)
    begin, first = (text[0].index, text[-1].index + 1) if text else (bounds.begin, bounds.begin)
    counted = begin if bounds.counters is None else bounds.counters.last + 1
    near = (*range(counted, begin), *range(first, min(bounds.comments.start, first + _LINES_OF_LIKES)))
    own = (i for i in near if _LIKED.search(view.folded[i]) and is_template_line(view, i))
    counts = filter(None, (parse_counts(view.folded[i].strip()) for i in own))
    return next((parse_count(each["likes"] or "") for each in counts if each.get("likes")), None)


@dataclass(kw_only=True, slots=True)
class _BoundsSearch:
    """The search on one page, with its title and time and all markers of comments."""

    view: PageView
    heading: TitleTime
    markers: MarkerCandidates
    posted_at: datetime | None
    further: bool
    pager: int | None

    def find_counters(self) -> list[Counters]:
        """Return all counters from the title on; none if the author quotes all of them."""
        view, heading, end = self.view, self.heading, len(self.view.lines)
        above = max(heading.start - 1, 0)
        is_row = are_in_same_row(view.lines[above], view.lines[heading.start])
        row = above if is_row else min(heading.start + 1, heading.end - 1)
        beside = [*iter_counters(view, row, heading.end)] if heading.footer_line is None else []
        found = [*beside, *iter_counters(view, heading.end, end)] or self._find_counters_beside_time()
        # Counters below views alone may be typed in a comment.
        views = find_view_counters(view, heading.end - 1, found[0].first if found else end)
        # Those of the blog are below the comments.
        labels = (i for i in find_comment_labels(view) if i >= heading.end) if views else ()
        below = next((i for i in labels if is_framed(view, heading.end, i)), end)
        views = [each for each in views if each.first < below]
        found = [*(c for c in views if not found or is_framed(view, heading.end, c.first)), *found]
        own, start = [] if beside else self._find_own_counters(), heading.end
        if all(is_quoted(view, self.markers.headers, start - 1, start, each.first) for each in found):
            return own
        if not own or own[0].views is None:
            return found
        # Nobody types above the text, or ends its element. The number of comments may be below, beside the same views.
        is_below = any(x.views == own[0].views or is_framed(view, heading.end, x.first) for x in found)
        return found if is_below else own

    def _find_own_counters(self) -> list[Counters]:
        """Return the counters beside the time; none if that line has the title, which may be any text."""
        return [] if self.heading.start == self.heading.end - 1 else self._find_counters_beside_time()

    def _find_counters_beside_time(self) -> list[Counters]:
        """Return the counters before or after the post's time on its line."""
        heading = self.heading
        line = heading.end - 1 if heading.footer_line is None else heading.footer_line
        found = heading.posted and parse_counters_beside_time(self.view, line, heading.posted.text)
        return [found] if found else []

    def choose(self, found: list[Counters]) -> BodyBounds:
        """Choose the page's own counters among `found`; perhaps none of them are."""
        compared = [*found[:_MAX_COUNTERS], *found[_MAX_COUNTERS:][-_MAX_COUNTERS:]]
        candidates = [self._build(*self._find_body(counters), counters) for counters in compared]
        headers = self.markers.headers
        if headers and headers[0].first < found[0].first:
            label = _find_label_below(self.view, self.heading.end, headers)
            if label is not None and label < found[0].first:
                candidates.insert(0, self._build(self.heading.end, label))
        chosen = _choose_bounds(self.view, candidates)
        return chosen if len(compared) == len(found) else replace(chosen, doubt=_TOO_MANY_COUNTERS)

    def find_without_counters(self) -> BodyBounds | None:
        """Return the bounds on a page without counters of its own."""
        begin = self.heading.end
        end = _find_end_without_counters(self.view, begin, self.markers.headers)
        if end is None:
            return None
        # 林木 发表在 时政 | 阅读(9), outside the element of the text.
        lines = range(max(begin + 1, end - _LINES_NEAR_END), end)
        near = (i for i in lines if is_framed(self.view, begin, i))
        amid = next(filter(None, (parse_counters_beside_time(self.view, i, "") for i in near)), None)
        return self._build(begin, end) if amid is None else self._build(begin, amid.first, amid)

    def cut_at_comments(self, bounds: BodyBounds) -> BodyBounds:
        """End a body above comments without a label, if they are as many as claimed and have linked names."""
        claimed = None if bounds.counters is None else bounds.counters.comments
        if not claimed or bounds.comments.found:
            return bounds
        headers = find_linked_headers(self.view, bounds.begin, bounds.end)
        above = split_comments_above(self.view, headers, bounds.begin)
        firsts = [block.text_begin for block in above] or [header.first for header in headers]
        if len(firsts) != claimed or not is_framed(self.view, bounds.begin, firsts[0]):
            return bounds
        return self._build(bounds.begin, firsts[0], bounds.counters)

    def drop_counters(self, bounds: BodyBounds) -> BodyBounds:
        """Return the bounds without counters if the author may have typed these: no comments agree with them."""
        counters, is_typed = bounds.counters, not bounds.comments.possible
        if counters is None or not is_typed or counters.first < self.heading.end:
            return bounds
        # An element with the title and these alone is above the text.
        view, lines = self.view, self.view.lines
        head = view.document.common_ancestor(lines[self.heading.start], lines[counters.last])
        is_above = view.document.lines_in(head).stop == counters.last + 1
        is_own = is_above or is_framed(view, bounds.begin, bounds.end)
        return bounds if is_own else replace(bounds, counters=None)

    def _build(self, begin: int, end: int, counters: Counters | None = None) -> BodyBounds:
        start = end if counters is None else max(end, counters.last + 1)
        if counters is None or counters.comments is None:
            counters = self._count_by_label(start, counters)
        count = None if counters is None else counters.comments
        claims = Claims(count=count, paging=self._find_paging(start - 1), posted_at=self.posted_at)
        comments = parse_comments(self.view, self.markers, start, claims)
        return BodyBounds(begin=begin, end=end, counters=counters, comments=comments)

    def _count_by_label(self, start: int, counters: Counters | None) -> Counters | None:
        """Add the number that the label of the comments shows, above the first of them."""
        headers = self.markers.from_line(start).headers
        stop = headers[0].first if headers else len(self.view.lines)
        for index in find_comment_labels(self.view):
            count = read_label_count(self.view, index) if start <= index < stop else None
            if count is not None:
                bare = Counters(first=index, last=index, views=None, likes=None, comments=None)
                return replace(counters or bare, comments=count)
        return counters

    def _find_body(self, counters: Counters) -> tuple[int, int]:
        """Return begin and end of the body if these counters are the page's own.

        The counters may be above the body, with title and time, or below it with the time.
        """
        view, begin, footer_line = self.view, self.heading.end, self.heading.footer_line
        if footer_line is not None and not view.has_text(range(footer_line + 1, counters.first)):
            return begin, min(footer_line, counters.first)
        shown = (i for i in range(begin, counters.first) if view.lines[i].media or view.folded[i].strip())
        # An item of the list with the time may be a category without its label.
        near = view.lines[begin - 1].block.getparent() if view.lines[begin - 1].block.tag == "li" else None
        if all(view.lines[i].block.getparent() is near or is_template_line(view, i) for i in shown):
            start = max(begin, counters.last + 1)
            below = _find_end_without_counters(view, start, self.markers.from_line(start).headers)
            if below is not None and (counters.first < begin or trim_body(view, start, below)):
                return start, below
        return begin, counters.first

    def _find_paging(self, line: int) -> Paging:
        if self.further:
            return Paging.FURTHER
        return Paging.BEGINS if self.pager is not None and self.pager > line else Paging.NO
