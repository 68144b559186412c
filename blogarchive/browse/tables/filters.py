"""Filters of Datasette's tables: posts by category, comments by blog, and faster conditions for `contains`."""

from typing import Final

from datasette.filters import FilterArguments
from datasette.utils.asgi import Request

from blogarchive.store.read.datasette import BLOG, CATEGORY, in_category, on_blog
from blogarchive.store.search.search import contains_condition

ARGUMENTS: Final = {CATEGORY: "_category", BLOG: "_blog"}
"""The parameters of facets whose values are in no column of the table."""

_CONTAINS = "__contains"


_CONDITIONS: Final = {"posts": (CATEGORY, in_category), "comments": (BLOG, on_blog)}


def filter_by_facet(request: Request, table: str) -> FilterArguments | None:
    """Return the filter for `?_category=NAME` of posts or `?_blog=NAME` of comments; None if the request has none."""
    if table not in _CONDITIONS:
        return None
    facet, condition = _CONDITIONS[table]
    names = request.args.getlist(ARGUMENTS[facet])
    if not names:
        return None
    return FilterArguments(
        where_clauses=[condition(f"{facet}_{place}") for place in range(len(names))],
        params={f"{facet}_{place}": name for place, name in enumerate(names)},
        human_descriptions=[f'{facet} is "{name}"' for name in names],
    )


def narrow_contains(request: Request, table: str) -> FilterArguments | None:
    """Return conditions on the search index for the `contains` filters of a request; None if none can be used."""
    clauses = []
    params: dict[str, str] = {}
    for argument in request.args:
        if not argument.endswith(_CONTAINS):
            continue
        for text in request.args.getlist(argument):
            name = f"indexed_{len(params)}"
            if narrowed := contains_condition(table, argument.removesuffix(_CONTAINS), text, name):
                clauses.append(narrowed[0])
                params[name] = narrowed[1]
    return FilterArguments(where_clauses=clauses, params=params) if clauses else None
