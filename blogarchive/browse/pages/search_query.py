"""The parameters of a search, as the URLs of the search page and of its hits carry them."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from blogarchive.browse.request_context import RequestContext
from blogarchive.store.search.search import Order

HITS_PER_PAGE: Final = 20
LAST_PAGE: Final = 500

_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The fields of the search form, and the page of the hits."""

    terms: str
    author: str = ""
    since: str = ""
    until: str = ""
    comments: bool = False
    order: Order = "newest"
    page: int = 1

    @property
    def wrong_date(self) -> str:
        """Return the first date that is none, or ""."""
        return next((given for given in (self.since, self.until) if given and not _is_date(given)), "")

    @property
    def filters(self) -> dict[str, Any]:
        """Return the keyword arguments of `search.search` and `search.count_hits`, without `comments`."""
        return {
            "author": self.author or None,
            "since": self.since or None,
            "until": self.until or None,
        }

    def url(self, **changes: Any) -> str:
        """Return the query of the first page of this search with fields changed, or of `page` if it is among them."""
        return _encode(replace(self, **{"page": 1, **changes}))

    def hit_url(self, place: int) -> str:
        """Return the query that a link to the hit at `place` carries; the first hit of all pages is 1."""
        return _encode(replace(self, page=1), hit=str(place))


def read_query(context: RequestContext) -> SearchQuery:
    """Return the search that the URL asks for."""
    return SearchQuery(
        terms=context.text_parameter("q")[:1000],
        author=context.text_parameter("author"),
        since=context.text_parameter("since"),
        until=context.text_parameter("until"),
        comments=context.text_parameter("in") == "comments",
        order="best" if context.text_parameter("order") == "best" else "newest",
        page=min(LAST_PAGE, context.int_parameter("page", minimum=1) or 1),
    )


def _encode(query: SearchQuery, **more: str) -> str:
    wanted = {
        "q": query.terms,
        "author": query.author,
        "since": query.since,
        "until": query.until,
        "in": "comments" if query.comments else "",
        "order": "best" if query.order == "best" else "",
        "page": str(query.page) if query.page > 1 else "",
        **more,
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        return False
    return True
