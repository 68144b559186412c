"""The Datasette plugin: reading pages, Chinese search, metadata of the tables."""

import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from datasette import hookimpl
from datasette.utils import await_me_maybe
from datasette.utils.asgi import Request, Response
from jinja2 import BaseLoader, Environment, PackageLoader

from blogarchive.browse import archives, guard, requests
from blogarchive.browse.pages import list_pages, post_choices, search_page
from blogarchive.browse.pages.author_page import show_author, show_plots
from blogarchive.browse.pages.post_page import show_edits, show_post
from blogarchive.browse.tables import asgi_wrapper, filters_from_request, menu_links, render_cell
from blogarchive.messages import N_
from blogarchive.store.database.schema import sources
from blogarchive.store.read import blogs
from blogarchive.store.search import escape_fts

if TYPE_CHECKING:
    from datasette.app import Datasette


# Hooks that Datasette finds here.
__all__ = ["asgi_wrapper", "filters_from_request", "menu_links", "render_cell"]

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
# `make_view`: who may not view one of them gets no page.
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
    """Parse the search terms of an archive as Chinese, and map its file; on a server of our own, limit its SQL.

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
        outcome.force_result([_raised(answer, exception) for answer in outcome.get_result()])


async def _raised(answer: Any, exception: Exception) -> Any:
    """Return the result of a hook that is awaited while `exception` is handled."""
    try:
        raise exception
    except type(exception):
        return await await_me_maybe(answer)


@hookimpl
def extra_css_urls(database: str | None, datasette: "Datasette") -> list[str]:
    """Return the stylesheet of Datasette's pages of an archive."""
    return [datasette.urls.path("/read/tables.css")] if database in archives.archive_names(datasette) else []
