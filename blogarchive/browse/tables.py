"""Links between Datasette's tables and the reading pages."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.filters import FilterArguments
from datasette.utils import path_with_added_args, path_with_removed_args, tilde_decode, tilde_encode
from datasette.utils.asgi import Request
from markupsafe import Markup

from blogarchive.browse import archives
from blogarchive.store.read.datasette import (
    BLOG,
    CATEGORY,
    MAX_HITS,
    counts_of_all,
    counts_of_filtered,
    in_category,
    on_blog,
)
from blogarchive.store.search.search import contains_condition

if TYPE_CHECKING:
    from datasette.app import Datasette


# filters

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


# counted_facet

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


# csv_bom

_Message = MutableMapping[str, Any]
_App = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
_BOM = b"\xef\xbb\xbf"


def wrap_app(datasette: "Datasette") -> Callable[[_App], _App]:
    """Return the ASGI wrapper."""

    def wrap(app: _App) -> _App:
        async def wrapped(
            scope: _Message,
            receive: Callable[[], Awaitable[_Message]],
            send: Callable[[_Message], Awaitable[None]],
        ) -> None:
            is_csv = scope["type"] == "http" and _is_archive_csv(datasette, scope)
            await app(scope, receive, _add_bom(send) if is_csv else send)

        return wrapped

    return wrap


def _is_archive_csv(datasette: "Datasette", scope: _Message) -> bool:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if query.get("_bom") == ["off"]:
        return False
    path = unquote(scope["path"])
    if not path.endswith(".csv") and query.get("_format") != ["csv"]:
        return False
    base = datasette.setting("base_url")
    first = path[len(base) if path.startswith(base) else 1 :].split("/")[0].removesuffix(".csv")
    return tilde_decode(first) in archives.archive_names(datasette)


def _add_bom(send: Callable[[_Message], Awaitable[None]]) -> Callable[[_Message], Awaitable[None]]:
    """Return a `send` that writes the mark before the first bytes of a CSV."""
    is_csv = False

    async def send_with_bom(message: _Message) -> None:
        nonlocal is_csv
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            # Datasette serves a CSV for display, not for download, as text/plain.
            is_csv = message["status"] == 200 and any(
                name == b"content-type" and value.startswith((b"text/csv", b"text/plain"))
                for name, value in headers
            )
            if is_csv:
                headers = [(name, value) for name, value in headers if name != b"content-length"]
                message = {**message, "headers": headers}
        elif is_csv and message["type"] == "http.response.body" and message.get("body"):
            message = {**message, "body": _BOM + message["body"]}
            is_csv = False
        await send(message)

    return send_with_bom


# links

# (table, column) -> (kind of reading page, column with its id)
_CELLS = {
    ("posts", "title"): ("post", "id"),
    ("posts_view", "title"): ("post", "id"),
    ("edited_posts", "title"): ("post", "id"),
    ("missing_posts", "title"): ("post", "id"),
    ("authors", "blog_title"): ("author", "id"),
    ("authors", "nickname"): ("author", "id"),
}

# The columns of a query that name the post with the id in `post_id`; a query with `comment_id` leads to that comment.
_QUERY_CELLS = {"title", "post", "what"}

_LONG_COLUMNS = {"body_html", "body_text", "headers", "target", "counted", "counts"}
_SUMMARY_LENGTH = 60


def home_url(datasette: "Datasette", database: str) -> str:
    """Return the URL path of an archive's home page, without a slash at its end."""
    known = archives.archive_names(datasette)
    page = "/read" if known[:1] == (database,) else f"/read/in/{tilde_encode(database)}"
    url: str = datasette.urls.path(page)
    return url


def home_urls(datasette: "Datasette") -> dict[str, str]:
    """Return the URL path of the home page of each archive, by name."""
    return {name: home_url(datasette, name) for name in archives.archive_names(datasette)}


def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """Return a link for each archive."""
    known = home_urls(datasette)
    return [
        {"href": home, "label": "阅读 Read" if len(known) == 1 else f"阅读 Read: {name}"}
        for name, home in known.items()
    ]


def fold_text(value: str) -> Markup:
    """Return a long text as its beginning, which opens to the full text."""
    beginning = " ".join(value[:_SUMMARY_LENGTH].split())
    return Markup("<details><summary>{}…</summary>{}</details>").format(beginning, value)


def render_cell(
    datasette: "Datasette", database: str, table: str | None, column: str, row: Any, value: object
) -> Markup | None:
    """Return the cell as a link to a reading page or as folded text; None if Datasette should render it."""
    if not isinstance(value, str) or not value or database not in archives.archive_names(datasette):
        return None
    if column in _LONG_COLUMNS and len(value) > _SUMMARY_LENGTH:
        return fold_text(value)
    is_query_cell = table is None and column in _QUERY_CELLS
    target = ("post", "post_id") if is_query_cell else _CELLS.get((table or "", column))
    if target is None:
        return None
    kind, key = target
    identity = _read_id(row, key)
    if identity is None:
        return None
    comment = _read_id(row, "comment_id") if is_query_cell else None
    anchor = f"#c{comment}" if comment is not None else ""
    home = home_url(datasette, database)
    return Markup('<a href="{}/{}/{}{}">{}</a>').format(home, kind, identity, anchor, value)


def _read_id(row: Any, key: str) -> int | None:
    """Return the id in a column of the row, None if there is no such column or no id in it."""
    if row is None or key not in row.keys():  # noqa: SIM118 - sqlite3.Row tests its values, not its keys
        return None
    value = row[key]
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, int) else None
