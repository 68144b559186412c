"""The Datasette plugin: reading pages, the search in Chinese, and what Datasette should know of the tables.

Datasette finds it by the entry point in pyproject.toml. It is a module of its own, and imports `datasette.app` nowhere:
Datasette imports its plugins while it is being imported itself, and would take half a module for the whole. Every
database of the server that is not an archive of blogarchive stays as Datasette shows it.
"""

import importlib
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from jinja2 import BaseLoader, Environment, PackageLoader

from blogarchive.browse import archives, metadata, routes
from blogarchive.browse.pages import formatting
from blogarchive.browse.tables import csv_bom, links
from blogarchive.store.search.query import escape_fts

if TYPE_CHECKING:  # importing it here would go round in a circle: datasette.app imports its plugins
    from datasette.app import Datasette


@hookimpl
def startup(datasette: "Datasette") -> Callable[[], Awaitable[None]]:
    """Look once which databases are archives."""

    async def look() -> None:
        # Where rich is installed Datasette prints tracebacks with it, every 404 included; for an address that
        # no route knows there is none to print, and the 404 would become a 500.
        importlib.import_module("datasette.handle_exception").rich = None  # type: ignore[attr-defined]
        await archives.find(datasette)

    return look


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Read what is typed into the search boxes of an archive as Chinese; other databases keep Datasette's
    way.
    """
    if archives.is_archive(conn):
        conn.create_function("escape_fts", 1, escape_fts, deterministic=True)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Give the reading pages their filters, and the macros that they share with the exported pages."""
    env.filters.update(formatting.FILTERS)
    loaders: list[BaseLoader] = env.loader.loaders  # type: ignore[union-attr]
    loaders += [PackageLoader("blogarchive.browse"), PackageLoader("blogarchive.rendering")]


@hookimpl
def register_routes(datasette: "Datasette") -> list[tuple[str, Callable[..., Any]]]:
    """The reading pages."""
    return routes.routes(datasette.databases)


@hookimpl
def get_metadata(datasette: "Datasette") -> dict[str, Any]:
    """Descriptions, labels, units and facets of an archive's tables."""
    return metadata.for_databases(links.roots(datasette))


@hookimpl
def canned_queries(datasette: "Datasette", database: str) -> dict[str, Any]:
    """Questions that are asked often."""
    return metadata.canned_queries() if database in archives.names(datasette) else {}


@hookimpl
def register_facet_classes() -> list[type]:
    """Facets of posts by category."""
    from blogarchive.browse.tables.category_facet import CategoryFacet  # datasette.facets is not ready before

    return [CategoryFacet]


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: "Datasette") -> Any:
    """Posts of a category: `?_category=NAME`."""
    from blogarchive.browse.tables.category_facet import filters

    return filters(request, table) if database in archives.names(datasette) else None


@hookimpl
def asgi_wrapper(datasette: "Datasette") -> Callable[[Any], Any]:
    """Let Excel see that a CSV of an archive is UTF-8."""
    return csv_bom.wrapper(datasette)


@hookimpl
def extra_css_urls(database: str | None, datasette: "Datasette") -> list[str]:
    """Room for the rows on Datasette's pages of an archive."""
    return [datasette.urls.path("/read/tables.css")] if database in archives.names(datasette) else []


@hookimpl
def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """A way from every page of Datasette to the reading pages."""
    return links.menu(datasette)


@hookimpl
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: "Datasette"
) -> Any:
    """Posts and blogs are a click away from their rows."""
    return links.cell(datasette, database, table, column, row, value)
