"""The search for the bounds of a post's body, and for the comments below it."""

from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.messages.details import Detail
from blogarchive.sites.grammar.comments.comments import parse_comments
from blogarchive.sites.grammar.comments.consistency import Paging, comments_problem
from blogarchive.sites.grammar.comments.markers import MarkerCandidates, find_markers
from blogarchive.sites.grammar.comments.short_headers import find_linked_headers
from blogarchive.sites.grammar.page.labels import find_labels, read_label_count
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL
from blogarchive.sites.grammar.post.body_bounds import (
    BodyBounds,
    choose_bounds,
    find_counters_amid,
    find_end_without_counters,
    find_label_below,
    is_framed,
    report_unparsed_counters,
    trim_body,
)
from blogarchive.sites.grammar.post.counters import (
    Counters,
    find_counters,
    find_image_counters,
    find_view_counters,
    may_show_views,
    parse_counters_beside_time,
)
from blogarchive.sites.grammar.post.quoted_lines import find_text_element, is_quoted
from blogarchive.sites.grammar.post.time_lines import TitleTime

_MAX_COUNTERS = 8  # compared from the start of the body, and as many from the end
_TOO_MANY_COUNTERS = comments_problem("forged", Detail.COUNTERS_TOO_MANY)
_COMMENTS_IN_TEXT = comments_problem(
    "forged",
    Detail.COMMENTS_IN_TEXT,
)


def find_bounds(view: PageView, heading: TitleTime, *, further: bool, pager: int | None) -> BodyBounds | None:
    """Return the bounds of the body below `heading` with the counters and the comments; None if it has no end."""
    search = _BoundsSearch(
        view=view,
        heading=heading,
        markers=find_markers(view, heading.end),
        posted_at=None if heading.posted is None else view.parse_datetime(heading.posted.text),
        further=further,
        pager=pager,
    )
    counters = search.find_counters()
    bounds = search.choose(counters) if counters else search.find_without_counters()
    bounds = None if bounds is None else search.cut_at_comments(bounds)
    if bounds is not None and search.may_have_comments_in_text(bounds):
        return replace(bounds, doubt=_COMMENTS_IN_TEXT)
    return bounds


@dataclass(frozen=True, kw_only=True, slots=True)
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
        beside = [] if heading.footer_line is not None else find_counters(view, heading.end - 1, heading.end)
        found = (
            [*beside, *find_counters(view, heading.end, end)]
            or find_image_counters(view, heading.end, end)
            or self._find_counters_beside_time()
            or find_view_counters(view, heading.end - 1, end)
        )
        headers = self.markers.headers
        own = [] if beside else self._find_own_counters()
        if all(is_quoted(view, headers, heading.end - 1, heading.end, each.first) for each in found):
            return own
        return own if own and self._are_quoted_below(own[0], found) else found

    def _find_own_counters(self) -> list[Counters]:
        """Return the counters beside the time; none if the title is on that line, since a title may have any text."""
        line = self.heading.end - 1
        if self.heading.start == line or not may_show_views(self.view, line):
            return []
        return self._find_counters_beside_time()

    def _are_quoted_below(self, own: Counters, found: list[Counters]) -> bool:
        """Check whether the views beside the time are others than in all counters below, which lie in the text."""
        if own.views is None:
            return False
        begin = self.heading.end
        return all(
            each.first >= begin and each.views != own.views and not is_framed(self.view, begin, each.first)
            for each in found
        )

    def _find_counters_beside_time(self) -> list[Counters]:
        """Return the counters before or after the post's time on its line."""
        heading = self.heading
        line = heading.end - 1 if heading.footer_line is None else heading.footer_line
        if heading.posted is None:
            return []
        found = parse_counters_beside_time(self.view, line, heading.posted.text)
        return [] if found is None else [found]

    def choose(self, found: list[Counters]) -> BodyBounds:
        """Choose the page's own counters among `found`; perhaps none of them are."""
        compared = [*found[:_MAX_COUNTERS], *found[_MAX_COUNTERS:][-_MAX_COUNTERS:]]
        candidates = [self._build(*self._find_body(counters), counters) for counters in compared]
        headers = self.markers.headers
        if headers and headers[0].first < found[0].first:
            label = find_label_below(self.view, self.heading.end, headers)
            if label is not None and label < found[0].first:
                candidates.insert(0, self._build(self.heading.end, label))
        chosen = choose_bounds(self.view, candidates)
        return chosen if len(compared) == len(found) else replace(chosen, doubt=_TOO_MANY_COUNTERS)

    def find_without_counters(self) -> BodyBounds | None:
        """Return the bounds on a page without counters of its own."""
        begin, footer_line = self.heading.end, self.heading.footer_line
        end = find_end_without_counters(self.view, begin, self.markers.headers)
        if end is None:
            return None
        amid = find_counters_amid(self.view, begin, end)
        bounds = self._build(begin, end) if amid is None else self._build(begin, amid.first, amid)
        if footer_line is not None and begin < footer_line < end:
            bounds = replace(bounds, end=footer_line)
        return replace(bounds, problems=report_unparsed_counters(self.view, begin - 1, end))

    def cut_at_comments(self, bounds: BodyBounds) -> BodyBounds:
        """End a body above comments without a label, if they are as many as claimed and have linked names."""
        claimed = None if bounds.counters is None else bounds.counters.comments
        if not claimed or bounds.comments.found:
            return bounds
        headers = find_linked_headers(self.view, bounds.begin, bounds.end)
        if len(headers) != claimed or not is_framed(self.view, bounds.begin, headers[0].first):
            return bounds
        return self._build(bounds.begin, headers[0].first, bounds.counters)

    def may_have_comments_in_text(self, bounds: BodyBounds) -> bool:
        """Check whether unsure comments lie in the element of the text, and the title does not."""
        comments = bounds.comments
        if not comments.found or comments.sure or bounds.doubt is not None:
            return False
        return find_text_element(self.view, self.heading.end - 1, bounds.begin, comments.start) is not None

    def _build(self, begin: int, end: int, counters: Counters | None = None) -> BodyBounds:
        start = end if counters is None else max(end, counters.last + 1)
        if counters is None or counters.comments is None:
            counters = self._count_by_label(start, counters)
        comments = parse_comments(
            self.view,
            self.markers,
            start,
            claimed=None if counters is None else counters.comments,
            paging=self._find_paging(start - 1),
            posted_at=self.posted_at,
        )
        return BodyBounds(begin=begin, end=end, counters=counters, comments=comments)

    def _count_by_label(self, start: int, counters: Counters | None) -> Counters | None:
        """Add the number that the label of the comments shows, above the first of them."""
        headers = self.markers.from_line(start).headers
        stop = headers[0].first if headers else len(self.view.lines)
        for index in find_labels(self.view, COMMENTS_LABEL):
            count = read_label_count(self.view, index) if start <= index < stop else None
            if count is not None and index not in self.view.sections:
                bare = Counters(first=index, last=index, views=None, likes=None, comments=None)
                return replace(counters or bare, comments=count)
        return counters

    def _find_body(self, counters: Counters) -> tuple[int, int]:
        """Return begin and end of the body if these counters are the page's own.

        The counters may be above the body, with the title and the time; or the time may be with them below it.
        """
        view, begin, footer_line = self.view, self.heading.end, self.heading.footer_line
        if footer_line is not None and not any(
            view.folded[i] for i in range(footer_line + 1, counters.first)
        ):
            return begin, min(footer_line, counters.first)
        if counters.first <= begin:
            start = counters.last + 1
            below = find_end_without_counters(view, start, self.markers.from_line(start).headers)
            if below is not None and trim_body(view, counters.last + 1, below):
                return counters.last + 1, below
        return begin, counters.first

    def _find_paging(self, line: int) -> Paging:
        if self.further:
            return Paging.FURTHER
        return Paging.BEGINS if self.pager is not None and self.pager > line else Paging.NO
