"""Facet and filter of posts by category: a post may have several, so a column cannot serve."""

from typing import Any

from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.filters import FilterArguments
from datasette.utils import path_with_added_args, path_with_removed_args
from datasette.utils.asgi import Request

_TABLE = "posts"
_ARGUMENT = "_category"


class CategoryFacet(Facet):  # type: ignore[misc]  # Datasette has no types
    """`facets: [{"category": "name"}]` on the table posts."""

    type = "category"

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the categories of the filtered posts, the largest first."""
        if self.table != _TABLE or not self.get_configs():
            return [], []
        size = self.get_facet_size()
        try:
            found = await self.ds.execute(
                self.database,
                self._count_query(size + 1),
                self.params,
                truncate=False,
                custom_time_limit=self.ds.setting("facet_time_limit_ms"),
            )
        except QueryInterrupted:
            return [], ["category"]
        results = [self._build_result(row["name"], row["posts"]) for row in found.rows[:size]]
        facet = {
            "name": "category",
            "type": self.type,
            "results": results,
            "hideable": False,
            "toggle_url": None,
            "truncated": len(found.rows) > size,
        }
        return [facet], []

    def _count_query(self, size: int) -> str:
        """Return the query of the categories; for the whole table it reads the totals."""
        if " where " not in self.sql:
            counts = "category_totals t join categories c on c.id = t.category_id"
            return (
                f"select c.name as name, sum(t.posts) as posts from {counts} where t.posts > 0"  # noqa: S608 - constants
                f" group by c.name order by posts desc, c.name limit {size}"
            )
        return f"""select c.name as name, count(distinct pc.post_id) as posts
                     from posts_in_categories pc join categories c on c.id = pc.category_id
                    where pc.post_id in (select id from ({self.sql}))
                    group by c.name order by posts desc, c.name limit {size}"""  # noqa: S608

    def _build_result(self, name: str, posts: int) -> dict[str, Any]:
        selected = (_ARGUMENT, name) in self.get_querystring_pairs()
        change = path_with_removed_args if selected else path_with_added_args
        toggle = self.ds.absolute_url(
            self.request, self.ds.urls.path(change(self.request, {_ARGUMENT: name}))
        )
        return {"value": name, "label": name, "count": posts, "toggle_url": toggle, "selected": selected}


def filter_by_category(request: Request, table: str) -> FilterArguments | None:
    """Return the filter for `?_category=NAME`; None if the request has none."""
    names = request.args.getlist(_ARGUMENT)
    if table != _TABLE or not names:
        return None
    return FilterArguments(
        where_clauses=[
            "id in (select pc.post_id from posts_in_categories pc "  # noqa: S608
            "join categories c on c.id = pc.category_id"
            f" where c.name = :category_{place})"
            for place in range(len(names))
        ],
        params={f"category_{place}": name for place, name in enumerate(names)},
        human_descriptions=[f'category is "{name}"' for name in names],
    )
