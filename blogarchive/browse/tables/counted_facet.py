"""Facets of large tables, counted by one statement for each table, of posts by category, of comments by blog.

A column could not serve for categories: a post may have several.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.utils import path_with_added_args, path_with_removed_args

from blogarchive.browse.tables.filters import ARGUMENTS
from blogarchive.store.read.datasette import CATEGORY, MAX_HITS, counts_of_all, counts_of_filtered

_MOST_CATEGORIES = 200


class CountedFacet(Facet):  # type: ignore[misc]  # Datasette has no types
    """`facets: [{"counted": "author_id"}]` on a table of `facet_counts`."""

    type = "counted"

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the facets of the filtered rows, the largest values first."""
        names = [entry["config"]["simple"] for entry in self.get_configs()]
        if not names:
            return [], []
        statement = self._statement()
        if statement is None:
            return [], names  # Datasette names them as timed out
        try:
            found = await self.ds.execute(
                self.database,
                statement,
                self.params,
                truncate=False,
                custom_time_limit=self.ds.setting("facet_time_limit_ms"),
            )
        except QueryInterrupted:
            return [], names
        counts = defaultdict(list)
        for row in found.rows:
            counts[row["facet"]].append((row["value"], row["count"]))
        if any(hits > MAX_HITS for _none, hits in counts[""]):
            return [], names
        return [await self._build_facet(name, counts[name]) for name in names], []

    def _statement(self) -> str | None:
        """Return the statement that counts; None if Datasette has counted too many rows for it."""
        if " where " not in self.sql:
            return counts_of_all(self.table)
        # On later pages the facets are those of the rows that follow, which Datasette has not counted.
        hits = None if "_next" in self.request.args else self.row_count
        return counts_of_filtered(self.table, self.sql, hits)

    async def _build_facet(self, name: str, counts: Iterable[tuple[Any, int]]) -> dict[str, Any]:
        # The categories of a few blogs are read as a list; other facets have as many values as rows.
        asked = self.get_facet_size()
        size = max(_MOST_CATEGORIES, asked) if name == CATEGORY else asked
        largest = sorted(counts, key=lambda found: (-found[1], found[0]))
        shown = largest[:size]
        labels = await self.ds.expand_foreign_keys(
            self.database, self.table, name, [value for value, _count in shown]
        )
        return {
            "name": name,
            "type": "column",  # the page shows no other word beside the name
            "results": [
                self._build_value(name, value, labels.get((name, value), value), count)
                for value, count in shown
            ],
            "hideable": False,
            "toggle_url": None,
            "truncated": len(largest) > size,
        }

    def _build_value(self, name: str, value: Any, label: object, count: int) -> dict[str, Any]:
        argument = ARGUMENTS.get(name, name)
        selected = (argument, str(value)) in self._given
        change = path_with_removed_args if selected else path_with_added_args
        toggle = self._address + change(self.request, {argument: str(value)}, path="/")[1:]
        return {"value": value, "label": label, "count": count, "toggle_url": toggle, "selected": selected}

    @cached_property
    def _given(self) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = self.get_querystring_pairs()
        return pairs

    @cached_property
    def _address(self) -> str:
        """The URL of the table without its query."""
        address: str = self.ds.absolute_url(self.request, self.ds.urls.path(self.request.path))
        return address
