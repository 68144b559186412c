"""The marks of a post's comments: all that reads like a header or a footer, typed by a commenter or set by the page.

`comment_records` tells which is which.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.sites.grammar.comments.footers import Footer, find_footers
from blogarchive.sites.grammar.comments.headers import Header, find_orders, own_order
from blogarchive.sites.grammar.page.page_view import PageView


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All that reads like a comment's header or footer, in order.

    `headers` are those of the page's own order, `orders` all, apart by what they begin with.
    """

    headers: Sequence[Header]
    orders: Sequence[Sequence[Header]]
    footers: tuple[Footer, ...]

    def after(self, start: int) -> "Found":
        """Those from line `start` on; footers only after the first header."""
        begin = bisect_left(self.footers, start, key=_first)
        later = Found(headers=(), orders=(), footers=self.footers[begin:])
        return later.headed(own_order(self.orders, start))

    def headed(self, headers: Sequence[Header]) -> "Found":
        """The same with these headers."""
        begin = bisect_left(self.footers, headers[0].last + 1, key=_first) if headers else 0
        return Found(headers=headers, orders=(headers,), footers=self.footers[begin:])


def _first(mark: Footer) -> int:
    return mark.first


def find_marks(view: PageView, start: int) -> Found:
    """All headers and footers from line `start` on."""
    end = len(view.lines)
    orders = find_orders(view, start, end)
    return Found(
        headers=own_order(orders, start), orders=orders, footers=tuple(find_footers(view, start, end))
    )
