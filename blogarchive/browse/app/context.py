"""One request to a page of `app`: the state of the server, the commands it runs, the archive it reads."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from datasette.database import Database
from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives, languages
from blogarchive.browse.app.access import Access
from blogarchive.browse.app.commands import CommandResult, CrawlJob, run_command
from blogarchive.browse.app.progress import ProgressMeter
from blogarchive.messages import Language
from blogarchive.store.database.migrations import is_older

if TYPE_CHECKING:  # datasette.app imports its plugins
    from datasette.app import Datasette

DATABASE: Final = "blogs"
"""The name of the archive in Datasette; not `archive`, which is an address of the reading pages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppState:
    """The one archive of a server, the crawl that writes to it, and who may use the pages."""

    archive: Path
    access: Access
    job: CrawlJob
    meter: ProgressMeter = field(default_factory=ProgressMeter)


@dataclass(frozen=True, kw_only=True, slots=True)
class AppContext:
    """One request with the server that answers it."""

    datasette: "Datasette"
    request: Request
    state: AppState

    @property
    def language(self) -> Language:
        """The language of the browser."""
        return languages.page_language(self.request)

    async def form(self) -> dict[str, str]:
        """Return the fields of the form, without blanks around their values."""
        fields: dict[str, str] = await self.request.post_vars()
        return {name: value.strip() for name, value in fields.items()}

    async def command(self, *words: str, db: bool = True) -> CommandResult:
        """Run a short command on the archive, in the browser's language."""
        path = ("--db", str(self.state.archive)) if db else ()
        return await run_command(*words, *path, language=self.language)

    async def read(self, query: Callable[[sqlite3.Connection], Any]) -> Any:
        """Return the result of `query` on the archive; None if there is no archive yet."""
        database = await open_database(self.datasette, self.state.archive)
        return None if database is None else await database.execute_fn(query)

    async def page(self, template: str, **values: Any) -> Response:
        """Return the page that `template` makes of `values`."""
        variables = {
            **languages.template_values(self.request),
            "can_switch": self.request.method == "GET",  # the address of a form's result cannot be opened
            "archive": self.state.archive,
            **values,
        }
        body = await self.datasette.render_template(f"app/{template}", variables, request=self.request)
        response = Response.html(body, headers=_HEADERS)
        languages.store_choice(response, self.request)
        return response


Page = Callable[[AppContext], Awaitable[Response]]

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without it a browser sends no Origin with a form
    "x-frame-options": "DENY",
}


async def open_database(datasette: "Datasette", path: Path) -> Database | None:
    """Return Datasette's database of the archive, added when the first backup made the file; None before."""
    known = archives.get_archive(datasette, None)
    if known is not None or not path.exists():
        return known
    added = datasette.add_database(Database(datasette, path=str(path), is_mutable=True), name=DATABASE)
    if await added.execute_fn(is_older):  # the first backup still makes the tables
        datasette.remove_database(added.name)
    else:
        await archives.find_archives(datasette)
    return archives.get_archive(datasette, None)
