"""Datasette's tables of an archive: filters by the search index, CSV for Excel, links to the reading pages."""

import csv
import gc
import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils import tilde_decode
from datasette.utils.asgi import Request
from markupsafe import Markup

from blogarchive.browse import archives
from blogarchive.browse.guard import AsgiApp, Scope
from blogarchive.store.database.connection import MAX_VALUE_BYTES
from blogarchive.store.database.schema import statements
from blogarchive.store.rows import escape_formula
from blogarchive.store.search import contains_condition

if TYPE_CHECKING:
    from datasette.app import Datasette


_CONTAINS = "__contains"


@hookimpl
def filters_from_request(
    request: Request, database: str, table: str, datasette: "Datasette"
) -> FilterArguments | None:
    """Return conditions on the search index for the `contains` filters of a request; None if none can be used."""
    if database not in archives.archive_names(datasette):
        return None
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


# CSV

_BOM = b"\xef\xbb\xbf"


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Callable[[AsgiApp], AsgiApp]:
    """On a server of our own, mark a CSV of an archive as UTF-8 for Excel, and disable its formulas."""
    is_own = archives.is_own_server(datasette)
    csv.field_size_limit(MAX_VALUE_BYTES)

    def wrap(app: AsgiApp) -> AsgiApp:
        async def wrapped(scope: Scope, receive: Any, send: Any) -> None:
            archives.KNOWN_OF_REQUEST.set({})
            is_csv = scope["type"] == "http" and is_own and _is_archive_csv(datasette, scope)
            await app(scope, receive, _add_bom(send) if is_csv else send)
            if is_own:
                gc.collect()  # Datasette leaves the rows of a request in cycles: 80 MB of few objects

        return wrapped

    return wrap


def _is_archive_csv(datasette: "Datasette", scope: Scope) -> bool:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if query.get("_bom") == ["off"]:
        return False
    path = unquote(scope["path"])
    if not path.endswith(".csv") and query.get("_format") != ["csv"]:
        return False
    base = datasette.setting("base_url")
    first = path[len(base) if path.startswith(base) else 1 :].split("/")[0].removesuffix(".csv")
    return tilde_decode(first) in archives.archive_names(datasette)


def _add_bom(send: Any) -> Callable[[Scope], Awaitable[None]]:
    """Return a `send` that writes the mark before the first bytes of a CSV, and disables formulas in its cells."""
    is_csv, waiting = False, b""

    async def send_with_bom(message: Scope) -> None:
        nonlocal is_csv, waiting
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            # Datasette serves a CSV for display, not for download, as text/plain.
            kind = dict(headers).get(b"content-type", b"")
            is_csv = message["status"] == 200 and kind.startswith((b"text/csv", b"text/plain"))
            if is_csv:
                headers = [(name, value) for name, value in headers if name != b"content-length"]
                message, waiting = {**message, "headers": headers}, _BOM
        elif is_csv and message["type"] == "http.response.body":
            waiting += message.get("body", b"")
            # A cell may have line ends; a row is whole if its quotes are.
            ends_row = waiting.endswith(b"\n") and waiting.count(b'"') % 2 == 0
            is_whole = ends_row or not message.get("more_body")
            message = {**message, "body": _escape_rows(waiting) if is_whole else b""}
            waiting = b"" if is_whole else waiting
        await send(message)

    return send_with_bom


def _escape_rows(rows: bytes) -> bytes:
    text = rows.removeprefix(_BOM).decode("utf-8", "surrogateescape")
    found = io.StringIO()
    escaped = ([escape_formula(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline="")))
    csv.writer(found).writerows(escaped)
    return rows[: len(_BOM) * rows.startswith(_BOM)] + found.getvalue().encode("utf-8", "surrogateescape")


# The kind of reading page that a table's column leads to; its id is in the column `id`.
_CELLS = {
    ("posts", "title"): "post",
    ("posts_view", "title"): "post",
    ("edited_posts", "title"): "post",
    ("missing_posts", "title"): "post",
    ("authors", "blog_title"): "author",
    ("authors", "nickname"): "author",
}

# The columns of a query that name the post with the id in `post_id`; a query with `comment_id` leads to that comment.
_QUERY_CELLS = {"title", "post", "what"}

_LONG_COLUMNS = {"body_html", "body_text", "headers", "target", "counted", "counts"}
_SIZES = {"size", "body_size"}
_SUMMARY_LENGTH, _MAX_LABEL = 60, 1_000


@hookimpl
def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """Return links from every page of Datasette to the reading pages."""
    known = archives.home_urls(datasette)
    return [
        {"href": home, "label": "阅读 Read" if len(known) == 1 else f"阅读 Read: {name}"}
        for name, home in known.items()
    ]


def fold_text(value: str) -> Markup:
    """Return a long text as its beginning, which opens to the full text."""
    beginning = " ".join(value[:_SUMMARY_LENGTH].split())
    return Markup("<details><summary>{}…</summary>{}</details>").format(beginning, value)


@hookimpl
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: "Datasette"
) -> Markup | None:
    """Return the cell as a link to a reading page or as folded text; None if Datasette should render it."""
    if isinstance(value, bytes) and ("view", table) in statements():  # damage; Datasette fails to link to it
        return Markup("&lt;Binary: {} bytes&gt;").format(len(value))
    if not isinstance(value, str | dict) or not value or database not in archives.archive_names(datasette):
        return None
    if isinstance(value, dict):  # a link to another row, with its label, which each row repeats
        label = str(value["label"])
        return fold_text(label[:_MAX_LABEL]) if len(label) > _MAX_LABEL else None
    if column in _SIZES:
        return Markup("{}").format(value)  # Datasette fails to add a unit to a text
    if column in _LONG_COLUMNS and len(value) > _SUMMARY_LENGTH:
        return fold_text(value)
    path = _reading_path(row, column, table)
    if path is None:
        return None
    return Markup('<a href="{}/{}">{}</a>').format(archives.home_url(datasette, database), path, value)


def _reading_path(row: Any, column: str, table: str | None) -> str | None:
    """Return the path of the reading page that a cell leads to, or None."""
    is_query_cell = table is None and column in _QUERY_CELLS
    kind = "post" if is_query_cell else _CELLS.get((table or "", column))
    identity = _read_id(row, "post_id" if is_query_cell else "id") if kind else None
    if identity is None:
        return None
    comment = _read_id(row, "comment_id") if is_query_cell else None
    return f"{kind}/{identity}" if comment is None else f"{kind}/{identity}#c{comment}"


def _read_id(row: Any, key: str) -> int | None:
    """Return the id in a column of the row; None without such a column or an id in it."""
    if row is None or key not in row.keys():  # noqa: SIM118 - sqlite3.Row tests its values, not its keys
        return None
    value = row[key]
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, int) else None
