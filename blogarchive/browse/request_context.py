"""The context of a request for a reading page: its archive, its parameters, queries, rendering."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from datasette.utils import sqlite_timelimit, tilde_decode
from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives, languages, responses
from blogarchive.browse.pages import keys
from blogarchive.browse.tables import links
from blogarchive.messages import Language
from blogarchive.messages.translate import translator
from blogarchive.store.read import blogs as blog_lists

if TYPE_CHECKING:  # an import at run time would be circular: datasette.app imports its plugins
    from datasette.app import Datasette

_Result = TypeVar("_Result")
_TIME_LIMIT_MS = 20_000


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request to the archive named `database`."""

    datasette: "Datasette"
    request: Request
    database: str
    language: Language

    @property
    def home(self) -> str:
        """The URL path of the archive's home page, without a slash at its end."""
        return links.home_url(self.datasette, self.database)

    def text_parameter(self, name: str) -> str:
        """Return a parameter of the URL, stripped; "" if it is missing."""
        given: str | None = self.request.args.get(name)
        return (given or "").strip()

    def int_parameter(self, name: str, *, minimum: int = 0) -> int | None:
        """Return a parameter of the URL as a number, at least `minimum`; None if it is no number."""
        text = self.text_parameter(name)
        return max(minimum, int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def gettext(self, message: str, **values: object) -> str:
        """Return a message in the language of the page, with its placeholders filled."""
        return translator(self.language)(message, **values)

    def with_parameters(self, **changes: str) -> str:
        """Return the query of this URL with parameters changed; "" removes one."""
        given = dict(parse_qsl(self.request.query_string))
        return "?" + urlencode({name: value for name, value in {**given, **changes}.items() if value})

    async def query(self, read: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Return the result of `read`, run in a thread of Datasette with a time limit."""

        def read_in_time(connection: sqlite3.Connection) -> _Result:
            with sqlite_timelimit(connection, _TIME_LIMIT_MS):
                return read(connection)

        found: _Result = await self.datasette.get_database(self.database).execute_fn(read_in_time)
        return found

    async def render(
        self, template: str, values: dict[str, Any], *, status: int = 200, remote: bool = False
    ) -> Response:
        """Return the page rendered from `template` and `values`."""
        keys_on = keys.are_on(self.request)
        variables: dict[str, Any] = {
            "home": self.home,
            "tables": self.datasette.urls.database(self.database),
            "stylesheet": self.datasette.urls.path("/read/style.css"),
            "terms": "",
            "blog": await self.query(blog_lists.read_only_blog),
            "keys_on": keys_on,
            "keys_script": keys.script() if keys_on else "",
            **languages.template_values(self.request),
            **values,
        }
        body = await self.datasette.render_template(f"archive/{template}", variables, request=self.request)
        script = keys.script_source() if keys_on else ""
        response = responses.page_response(body, status=status, remote=remote, script=script)
        languages.store_choice(response, self.request)
        keys.store_choice(response, self.request)
        return response

    async def not_found(self, name: str) -> Response:
        """Return a page with status 404; `name` is a message for the missing item: `such post`."""
        return await self.render("missing.html", {"name": name}, status=404)


Handler = Callable[[RequestContext], Awaitable[Response]]


def make_view(handler: Handler) -> Callable[["Datasette", Request], Awaitable[Response]]:
    """Return `handler` as a view of Datasette that finds the archive and checks the permission to view it."""

    async def view(datasette: "Datasette", request: Request) -> Response:
        name = request.url_vars.get("database")
        database = archives.get_archive(datasette, tilde_decode(name) if name else None)
        if database is None:
            return Response.text("No archive of that name is served here.", status=404)
        permissions = [("view-database", database.name), "view-instance"]
        await datasette.ensure_permissions(request.actor, permissions)
        return await handler(
            RequestContext(datasette, request, database.name, languages.page_language(request))
        )

    return view
