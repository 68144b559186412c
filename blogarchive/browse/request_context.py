"""A request for a reading page: which archive it asks, what may be read there, and the page that answers."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.utils import sqlite_timelimit, tilde_decode
from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives, responses
from blogarchive.browse.tables import links

if TYPE_CHECKING:  # importing it here would go round in a circle: datasette.app imports its plugins
    from datasette.app import Datasette

_Read = TypeVar("_Read")
_READ_WITHIN_MS = 20_000


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request to the archive `database` of a server."""

    datasette: "Datasette"
    request: Request
    database: str

    @property
    def home(self) -> str:
        """The address of the archive's home page, without a slash at its end."""
        return links.root(self.datasette, self.database)

    def word(self, name: str) -> str:
        """A parameter of the address, without blanks around it; "" where it is not given."""
        given: str | None = self.request.args.get(name)
        return (given or "").strip()

    def number(self, name: str, *, least: int = 0) -> int | None:
        """A parameter of the address as a whole number, None where it is not one."""
        word = self.word(name)
        return max(least, int(word)) if word.isascii() and word.isdigit() and len(word) < 16 else None

    async def read(self, ask: Callable[[sqlite3.Connection], _Read]) -> _Read:
        """What `ask` reads, in a thread of Datasette's and within the time that a page may take."""

        def within(connection: sqlite3.Connection) -> _Read:
            with sqlite_timelimit(connection, _READ_WITHIN_MS):
                return ask(connection)

        found: _Read = await self.datasette.get_database(self.database).execute_fn(within)
        return found

    async def page(
        self, template: str, values: dict[str, Any], *, status: int = 200, remote: bool = False
    ) -> Response:
        """The page that `template` makes of `values`."""
        context = {
            "home": self.home,
            "tables": self.datasette.urls.database(self.database),
            "stylesheet": self.datasette.urls.path("/read/style.css"),
            "words": "",
            **values,
        }
        body = await self.datasette.render_template(f"archive/{template}", context, request=self.request)
        return responses.page(body, status=status, remote=remote)

    async def missing(self, what: str) -> Response:
        """A page that says that there is no such thing."""
        return await self.page("missing.html", {"what": what}, status=404)


View = Callable[[RequestContext], Awaitable[Response]]


def view(answer: View) -> Callable[["Datasette", Request], Awaitable[Response]]:
    """`answer` as a view of Datasette: finds the archive, and asks whether the reader may see it."""

    async def shown(datasette: "Datasette", request: Request) -> Response:
        name = request.url_vars.get("database")
        database = archives.named(datasette, tilde_decode(name) if name else None)
        if database is None:
            return Response.text("No archive of that name is served here.", status=404)
        permissions = [("view-database", database.name), "view-instance"]
        await datasette.ensure_permissions(request.actor, permissions)
        return await answer(RequestContext(datasette, request, database.name))

    return shown
