"""The Datasette plugin: reading pages; tables with Chinese search, metadata, CSV for Excel and links to the pages."""

import csv
import gc
import io
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils import await_me_maybe, tilde_decode
from datasette.utils.asgi import Request, Response
from jinja2 import BaseLoader, Environment, PackageLoader
from markupsafe import Markup

from blogarchive.browse import archives, guard, requests
from blogarchive.browse.pages import list_pages, post_choices, search_page
from blogarchive.browse.pages.author_page import show_author, show_plots
from blogarchive.browse.pages.post_page import show_edits, show_post
from blogarchive.messages import N_
from blogarchive.store.database.connection import MAX_VALUE_BYTES
from blogarchive.store.database.schema import sources, statements
from blogarchive.store.read import blogs
from blogarchive.store.rows import escape_formula
from blogarchive.store.search import contains_condition, escape_fts

if TYPE_CHECKING:
    from datasette.app import Datasette

_IN = r"(?:/in/(?P<database>[^/]+))?"


async def _show_media(context: requests.RequestContext) -> Response:
    """`/read/media/SHA256`."""
    sha256: str = context.request.url_vars["sha256"]
    found = await context.query(lambda connection: blogs.read_media_file(connection, sha256))
    if found is None:
        return await context.not_found(N_("such image"))
    return requests.media_response(*found, sha256)


async def _open_first_page(datasette: "Datasette") -> Response:
    """`/` of a server of our own: the reading pages of the first archive."""
    return Response.redirect(datasette.urls.path("/read"))


# The stylesheet of the reading pages begins with that of exported pages; Datasette's own pages have another one.
_STYLES: Final = {
    "style": (("blogarchive.rendering", "style.css"), ("blogarchive.browse", "pages.css")),
    "tables": (("blogarchive.browse", "tables.css"),),
}


async def _show_stylesheet(request: Request) -> Response:
    """`/read/style.css` and `/read/tables.css`."""
    parts = (files(package) / name for package, name in _STYLES[request.url_vars["name"]])
    text = "".join(part.read_text("utf-8") for part in parts)
    return requests.respond(text, "text/css; charset=utf-8", {"cache-control": "private, max-age=300"})


# The pages by their paths, of which the first that fits is shown. Each has the tables that it shows beside those of
# `make_view`. Who may not view one of them gets no page.
_PAGES: Final[dict[str, tuple[requests.Handler, *tuple[str, ...]]]] = {
    r"/?": (list_pages.show_home, "archive_months", "failures", "post_revisions", "runs"),
    r"/post/(?P<id>\d{1,15})": (show_post, "post_stats", "post_revisions", "comment_revisions"),
    r"/post/(?P<id>\d{1,15})/edits": (show_edits, "post_revisions"),
    r"/author/(?P<id>\d{1,15})": (show_author, "archive_months", "author_stats"),
    r"/author/(?P<id>\d{1,15})/plots": (show_plots, "archive_months", "author_stats"),
    r"/search": (search_page.show_search,),
    r"/media/(?P<sha256>[0-9a-f]{64})": (_show_media,),
    r"/blogs": (list_pages.show_blogs, "archive_months"),
    r"/gone": (list_pages.show_gone,),
    r"/edited": (list_pages.show_edited, "post_revisions"),
    r"/failures": (list_pages.show_failures, "failures"),
    r"/day": (list_pages.show_day,),
    r"/fleet": (list_pages.show_fleet,),
    r"/random": (list_pages.open_random,),
    r"/feed\.atom": (list_pages.show_feed,),
    r"/help": (lambda context: context.render("help.html", {"keys": post_choices.KEYS}),),
    r"/.+": (lambda context: context.not_found(N_("such page")),),
}


# Bytes of an archive that are read without a system call for each page; the most that SQLite maps.
_MAPPED_BYTES = 2**31 - 2**16 if os.name == "posix" else 0  # Windows shrinks no mapped file


@hookimpl
def startup(datasette: "Datasette") -> Callable[[], Awaitable[None]]:
    """Find the archives among the databases, once."""
    return lambda: archives.find_archives(datasette)


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: "Datasette") -> None:
    """Parse the search terms of an archive as Chinese, and map its file. On a server of our own, limit its SQL.

    Datasette's database without a file is limited too: it runs any SQL.
    """
    is_archive = archives.is_archive(conn)
    if (is_archive or database == "_memory") and archives.is_own_server(datasette):
        guard.limit_connection(conn)
    if is_archive:
        conn.execute(f"pragma mmap_size = {_MAPPED_BYTES}")
        conn.create_function("escape_fts", 1, escape_fts, deterministic=True)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Add the filters of the reading pages, and the macros shared with exported pages."""
    env.filters.update(post_choices.FILTERS)
    loaders: list[BaseLoader] = env.loader.loaders  # type: ignore[union-attr]
    loaders += [PackageLoader("blogarchive.browse"), PackageLoader("blogarchive.rendering")]


@hookimpl
def register_routes(datasette: "Datasette") -> list[tuple[str, Callable[..., Any]]]:
    """Return the routes of the reading pages; a server of our own also has a first page."""
    return [
        *([(r"^/$", _open_first_page)] if archives.is_own_server(datasette) else []),
        (r"^/read/(?P<name>style|tables)\.css$", _show_stylesheet),
        *((rf"^/read{_IN}{path}$", requests.make_view(*page)) for path, page in _PAGES.items()),
    ]


@hookimpl
def get_metadata(datasette: "Datasette", key: str | None) -> dict[str, Any]:
    """Return the descriptions, labels, units and facets of an archive's tables, for Datasette before 1.0.

    Datasette asks for the key `tables` to find permissions and sizes of facets, which an archive never sets. It would
    copy and compare all tables for each table of a database page.
    """
    return {} if key == "tables" else archives.metadata(datasette)


@hookimpl
def canned_queries(datasette: "Datasette", database: str, actor: Any) -> Any:
    """Return the canned queries of an archive that `actor` may run, for Datasette before 1.0."""
    if database not in archives.archive_names(datasette):
        return {}
    return archives.visible_queries(datasette, actor, database)


@hookimpl
async def permission_allowed(datasette: "Datasette", actor: Any, action: str, resource: Any) -> bool | None:
    """Deny a view or derived table to whom one of its tables is denied, for Datasette before 1.0."""
    if action != "view-table" or resource[0] not in archives.archive_names(datasette):
        return None
    database, table = resource
    return None if await archives.may_view(datasette, actor, database, sources(table)) else False


@hookimpl(hookwrapper=True)
def handle_exception(datasette: "Datasette", request: Request, exception: Exception) -> Iterator[None]:
    """Answer every error of a server of our own in place of Datasette, which prints tracebacks.

    On other servers, raise an error without a traceback. For a URL without a route, Datasette would answer 500
    instead of 404 if rich is installed.
    """
    outcome: Any = yield
    if archives.is_own_server(datasette):
        outcome.force_result([requests.error_response(datasette, request, exception)])
    elif exception.__traceback__ is None:
        outcome.force_result([_await_while_handled(answer, exception) for answer in outcome.get_result()])


async def _await_while_handled(answer: Any, exception: Exception) -> Any:
    """Return the result of a hook that is awaited while `exception` is handled."""
    try:
        raise exception
    except type(exception):
        return await await_me_maybe(answer)


@hookimpl
def extra_css_urls(database: str | None, datasette: "Datasette") -> list[str]:
    """Return the stylesheet of Datasette's pages of an archive."""
    return [datasette.urls.path("/read/tables.css")] if database in archives.archive_names(datasette) else []


# Tables: filters by the search index, CSV for Excel, links to the reading pages

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
def asgi_wrapper(datasette: "Datasette") -> Callable[[guard.AsgiApp], guard.AsgiApp]:
    """On a server of our own, mark a CSV of an archive as UTF-8 for Excel, and disable its formulas."""
    is_own = archives.is_own_server(datasette)
    csv.field_size_limit(MAX_VALUE_BYTES)

    def wrap(app: guard.AsgiApp) -> guard.AsgiApp:
        async def wrapped(scope: guard.Scope, receive: Any, send: Any) -> None:
            archives.KNOWN_OF_REQUEST.set({})
            is_csv = scope["type"] == "http" and is_own and _is_archive_csv(datasette, scope)
            await app(scope, receive, _add_bom(send) if is_csv else send)
            if is_own:
                gc.collect()  # Datasette leaves the rows of a request in cycles: 80 MB of few objects

        return wrapped

    return wrap


def _is_archive_csv(datasette: "Datasette", scope: guard.Scope) -> bool:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if query.get("_bom") == ["off"]:
        return False
    path = unquote(scope["path"])
    if not path.endswith(".csv") and query.get("_format") != ["csv"]:
        return False
    base = datasette.setting("base_url")
    first = path[len(base) if path.startswith(base) else 1 :].split("/")[0].removesuffix(".csv")
    return tilde_decode(first) in archives.archive_names(datasette)


def _add_bom(send: Any) -> Callable[[guard.Scope], Awaitable[None]]:
    """Return a `send` that writes the mark before the first bytes of a CSV, and disables formulas in its cells."""
    is_csv, waiting = False, b""

    async def send_with_bom(message: guard.Scope) -> None:
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
_CELLS = {(table, "title"): "post" for table in ("posts", "posts_view", "edited_posts", "missing_posts")}
_CELLS |= {("authors", column): "author" for column in ("blog_title", "nickname")}

# The columns of a query that name the post with the id in `post_id`. A query with `comment_id` leads to that comment.
_QUERY_CELLS = {"title", "post", "what"}

_LONG_COLUMNS = {"body_html", "body_text", "headers", "target", "counted", "counts"}
_SIZES = {"size", "body_size"}
_SUMMARY_LENGTH, _MAX_LABEL = 60, 1_000


@hookimpl
def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """Return links from every page of Datasette to the reading pages."""
    known = archives.home_urls(datasette)
    label = "阅读 Read" if len(known) == 1 else "阅读 Read: {}"
    return [{"href": home, "label": label.format(name)} for name, home in known.items()]


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
