"""The markers of a post's comments: all headers and footers, typed ones included.

`header_selection` selects the page's own.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from blogarchive.sites.grammar.comments.footers import CommentFooter, find_footers
from blogarchive.sites.grammar.comments.headers import CommentHeader, choose_order, find_headers_by_order
from blogarchive.sites.grammar.page.page_view import PageView

_FIRST = attrgetter("first")


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkerCandidates:
    """All lines that match a header or a footer of a comment, in order.

    `headers` are those of the page's own order, `orders` all, separated by whether name or time comes
    first.
    """

    headers: Sequence[CommentHeader]
    orders: Sequence[Sequence[CommentHeader]]
    footers: tuple[CommentFooter, ...]

    def from_line(self, start: int) -> "MarkerCandidates":
        """Return those from line `start` on; footers only after the first header."""
        begin = bisect_left(self.footers, start, key=_FIRST)
        later = MarkerCandidates(headers=(), orders=(), footers=self.footers[begin:])
        return later.with_headers(choose_order(self.orders, start))

    def with_headers(self, headers: Sequence[CommentHeader]) -> "MarkerCandidates":
        """Return the same with these headers."""
        begin = bisect_left(self.footers, headers[0].last + 1, key=_FIRST) if headers else 0
        return MarkerCandidates(headers=headers, orders=(headers,), footers=self.footers[begin:])


def find_markers(view: PageView, start: int) -> MarkerCandidates:
    """Return all headers and footers from line `start` on."""
    end = len(view.lines)
    orders = find_headers_by_order(view, start, end)
    return MarkerCandidates(
        headers=choose_order(orders, start), orders=orders, footers=tuple(find_footers(view, start, end))
    )
