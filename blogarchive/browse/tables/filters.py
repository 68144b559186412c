"""Filters of Datasette's tables: posts by category, and faster conditions for `contains`."""

from datasette.filters import FilterArguments
from datasette.utils.asgi import Request

from blogarchive.store.queries.facet_counts import in_category
from blogarchive.store.search.contains import contains_condition

CATEGORY_ARGUMENT = "_category"
_CONTAINS = "__contains"


def filter_by_category(request: Request, table: str) -> FilterArguments | None:
    """Return the filter for `?_category=NAME`; None if the request has none."""
    names = request.args.getlist(CATEGORY_ARGUMENT)
    if table != "posts" or not names:
        return None
    return FilterArguments(
        where_clauses=[in_category(f"category_{place}") for place in range(len(names))],
        params={f"category_{place}": name for place, name in enumerate(names)},
        human_descriptions=[f'category is "{name}"' for name in names],
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
