"""The Datasette plugin: reading pages, Chinese search, metadata of the tables.

Datasette finds it by the entry point in pyproject.toml. No module of the plugin imports `datasette.app` at run time:
Datasette imports its plugins during its own import. Databases that are no archives of blogarchive are unchanged.
"""

import importlib
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from jinja2 import BaseLoader, Environment, PackageLoader

from blogarchive.browse import archives, error_page, metadata, routes
from blogarchive.browse.pages import formatting
from blogarchive.browse.sql_limits import limit_connection
from blogarchive.browse.tables import csv_bom, links
from blogarchive.store.search.search import escape_fts

if TYPE_CHECKING:  # an import at run time would be circular: datasette.app imports its plugins
    from datasette.app import Datasette

_MAPPED_BYTES = 2**31 - 2**16 if os.name == "posix" else 0  # Windows shrinks no mapped file
"""Bytes of an archive that are read without a system call for each page; the most that SQLite maps."""


@hookimpl
def startup(datasette: "Datasette") -> Callable[[], Awaitable[None]]:
    """Find the archives among the databases, once."""

    async def prepare() -> None:
        # If rich is installed, Datasette prints tracebacks with it, also of a 404. A URL without a route has no
        # traceback: the 404 would become a 500.
        importlib.import_module("datasette.handle_exception").rich = None  # type: ignore[attr-defined]
        await archives.find_archives(datasette)

    return prepare


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Limit the SQL of an archive, parse its search terms as Chinese, and map its file; others are unchanged.

    Datasette's database without a file is limited too: it runs any SQL.
    """
    is_archive = archives.is_archive(conn)
    if is_archive or database == "_memory":
        limit_connection(conn)
    if is_archive:
        conn.execute(f"pragma mmap_size = {_MAPPED_BYTES}")
        conn.create_function("escape_fts", 1, escape_fts, deterministic=True)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Add the filters of the reading pages, and the macros shared with exported pages."""
    env.filters.update(formatting.FILTERS)
    loaders: list[BaseLoader] = env.loader.loaders  # type: ignore[union-attr]
    loaders += [PackageLoader("blogarchive.browse"), PackageLoader("blogarchive.rendering")]


@hookimpl
def register_routes(datasette: "Datasette") -> list[tuple[str, Callable[..., Any]]]:
    """Return the routes of the reading pages."""
    return routes.routes(datasette.databases)


@hookimpl
def get_metadata(datasette: "Datasette") -> dict[str, Any]:
    """Return the descriptions, labels, units and facets of an archive's tables."""
    return metadata.build_metadata(links.home_urls(datasette))


@hookimpl
def canned_queries(datasette: "Datasette", database: str) -> dict[str, Any]:
    """Return the canned queries of an archive."""
    return metadata.canned_queries() if database in archives.archive_names(datasette) else {}


@hookimpl
def register_facet_classes() -> list[type]:
    """Return the facets of large tables."""
    from blogarchive.browse.tables.counted_facet import (
        CountedFacet,  # datasette.facets is not imported earlier
    )

    return [CountedFacet]


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: "Datasette") -> Any:
    """Return the filter for posts of a category, `?_category=NAME`."""
    from blogarchive.browse.tables.filters import filter_by_facet

    return filter_by_facet(request, table) if database in archives.archive_names(datasette) else None


@hookimpl(specname="filters_from_request")
def contains_filters(request: Any, database: str, table: str, datasette: "Datasette") -> Any:
    """Return faster conditions for the filter `contains`."""
    from blogarchive.browse.tables.filters import narrow_contains

    return narrow_contains(request, table) if database in archives.archive_names(datasette) else None


@hookimpl(hookwrapper=True)
def handle_exception(datasette: "Datasette", request: Any, exception: Exception) -> Iterator[None]:
    """Answer unexpected errors in place of Datasette, which prints a traceback, on a server of an archive."""
    outcome: Any = yield
    if archives.archive_names(datasette):
        response = error_page.error_response(request.path, exception)
        if response is not None:
            outcome.force_result([response])


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Callable[[Any], Any]:
    """Mark a CSV of an archive as UTF-8 for Excel."""
    return csv_bom.wrap_app(datasette)


@hookimpl
def extra_css_urls(database: str | None, datasette: "Datasette") -> list[str]:
    """Return the stylesheet of Datasette's pages of an archive."""
    return [datasette.urls.path("/read/tables.css")] if database in archives.archive_names(datasette) else []


@hookimpl
def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """Return links from every page of Datasette to the reading pages."""
    return links.menu_links(datasette)


@hookimpl
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: "Datasette"
) -> Any:
    """Return titles as links to the reading pages, and long texts folded."""
    return links.render_cell(datasette, database, table, column, row, value)
