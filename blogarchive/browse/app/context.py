"""One request to a page of `app`: the state of the server, the commands it runs, the archive it reads."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from datasette.database import Database
from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives
from blogarchive.browse.app.commands import SHORT_COMMAND, CommandResult, CrawlJob, FileTask, run_command
from blogarchive.browse.guard import AsgiApp, Scope
from blogarchive.browse.requests import language_values, page_language, store_language
from blogarchive.errors import UsageError
from blogarchive.messages import N_, Language
from blogarchive.store.database.migrations import is_older
from blogarchive.store.read.status import CrawlCounts
from blogarchive.store.statements import Statements

if TYPE_CHECKING:
    from datasette.app import Datasette


OPEN_PATH = "/app/open"
# Paths that need no token: the one that checks it, and the stylesheets of the page that refuses.
_OPEN: Final = {OPEN_PATH, "/read/style.css", "/app/app.css"}

# Characters of a field. Linux takes 128 KB as one word of a command line, and searching a pasted text takes time.
_LONGEST: Final = 10_000

_SAFE_METHODS = {"GET", "HEAD"}

OLD_ADDRESS: Final = N_(
    "This page is of an earlier start of the program, or its address has no secret. Start blogarchive again: it opens"
    " the right page, also if it runs already. Nothing that is stored was lost."
)


class Access:
    """The token of one server, and the check of every request against it."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie_name = f"blogarchive_app_{port}"  # cookies are shared by all ports of a host

    def wrap(self, app: AsgiApp, datasette: "Datasette") -> AsgiApp:
        """Return `app` behind the check; a refused request gets a page with status 403 and reaches nothing."""

        async def guarded(scope: Scope, receive: Any, send: Any) -> None:
            request = Request(scope, receive)
            if scope["type"] == "http" and (reason := self._refusal(request)):
                await (await refused(datasette, request, reason)).asgi_send(send)
            else:
                await app(scope, receive, send)

        return guarded

    def _refusal(self, request: Request) -> str | None:
        # A page of any site can send a form to this port; a browser names that site as its origin. `guard` has checked
        # the name of the host.
        if request.method not in _SAFE_METHODS and request.headers.get("origin") != f"http://{request.host}":
            return N_("This form was sent by another site; nothing was done.")
        is_known = self.is_token(request.cookies.get(self.cookie_name, ""))
        return None if is_known or request.scope["path"] in _OPEN else OLD_ADDRESS

    def is_token(self, given: str) -> bool:
        """Return whether `given` is the token."""
        return secrets.compare_digest(given.encode(), self.token.encode())


async def refused(datasette: "Datasette", request: Request, reason: str) -> Response:
    """Return the page that says why a request was refused, in the language of its browser."""
    variables = {**language_values(request), "can_switch": False, "message": reason}
    body = await datasette.render_template("app/refused.html", variables)
    return Response.html(body, status=403, headers=_HEADERS)


_LEAST_SECONDS = 5.0  # an estimate from a shorter time would jump


class ProgressMeter:
    """Estimates the time left from the first look at a crawl and the present one."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def minutes_left(self, counts: CrawlCounts | None) -> int | None:
        """Return the minutes until a crawl ends; None until they can be estimated."""
        if counts is None or not counts.posts_found:
            return None
        now, done = monotonic(), counts.done
        if self._first is None:
            self._first = (now, done)
        began, done_before = self._first
        if now - began < _LEAST_SECONDS or done <= done_before:
            return None
        return max(1, round(counts.todo * (now - began) / (done - done_before) / 60))


DATABASE: Final = "blogs"
"""The name of the archive in Datasette; not `archive`, which is an address of the reading pages."""


@dataclass(kw_only=True, slots=True)
class AppState:
    """The one archive of a server, the processes that write to or read it, and the access to its pages."""

    archive: Path
    access: Access
    job: CrawlJob
    task: FileTask
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one form of settings at a time
    meter: ProgressMeter = field(default_factory=ProgressMeter)
    stop_server: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, kw_only=True, slots=True)
class AppContext:
    """One request with the server that answers it."""

    datasette: "Datasette"
    request: Request
    state: AppState

    @property
    def language(self) -> Language:
        """The language of the browser."""
        return page_language(self.request)

    async def form(self) -> dict[str, str]:
        """Return the fields of the form, without blanks around their values.

        Raises `UsageError` for a value that no command line can hold. Pasted cookies go into a file.
        """
        fields: dict[str, str] = await self.request.post_vars()
        if any("\0" in one or (len(one) > _LONGEST and name != "cookies") for name, one in fields.items()):
            raise UsageError(_("a value has a zero byte or more than {count} characters"), count=_LONGEST)
        return {name: value.strip() for name, value in fields.items()}

    async def command(self, *words: str, db: bool = True, seconds: float = SHORT_COMMAND) -> CommandResult:
        """Run a short command on the archive, in the browser's language."""
        path = ("--db", str(self.state.archive)) if db else ()
        return await run_command(*words, *path, language=self.language, seconds=seconds)

    async def read(self, query: Callable[[Statements], Any]) -> Any:
        """Return the result of `query` on the archive; None if there is no archive yet."""
        database = await open_database(self.datasette, self.state.archive)
        return None if database is None else await execute(database, query)

    async def page(self, template: str, **values: Any) -> Response:
        """Return the page that `template` makes of `values`."""
        variables = {
            **language_values(self.request),
            "can_switch": self.request.method == "GET",  # the address of a form's result cannot be opened
            "archive": self.state.archive,
            "exists": self.state.archive.exists(),
            **values,
        }
        body = await self.datasette.render_template(f"app/{template}", variables, request=self.request)
        response = Response.html(body, headers=_HEADERS)
        store_language(response, self.request)
        return response


Page = Callable[[AppContext], Awaitable[Response]]

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


async def execute(database: Database, query: Callable[[Statements], Any]) -> Any:
    """Return the result of `query`, run in a thread of Datasette."""
    return await database.execute_fn(lambda connection: query(Statements(Path(database.path), connection)))


async def open_database(datasette: "Datasette", path: Path) -> Database | None:
    """Return Datasette's database of the archive, added when the first backup made the file; None before.

    A journal beside the file is from a backup that was killed while it made the tables. The next backup finishes them.
    """
    known = archives.get_archive(datasette, None)
    if known is not None or not path.exists() or path.with_name(f"{path.name}-journal").exists():
        return known
    is_writable = os.access(path.parent, os.W_OK)  # SQLite opens no write-ahead log on a read-only disk
    added = datasette.add_database(Database(datasette, path=str(path), is_mutable=is_writable), name=DATABASE)
    if await execute(added, is_older):  # the first backup still makes the tables
        datasette.remove_database(added.name)
    else:
        await archives.find_archives(datasette)
    return archives.get_archive(datasette, None)
