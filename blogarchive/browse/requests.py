"""A request for a reading page: its archive, language, parameters, queries, permissions; its responses and errors."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args
from urllib.parse import parse_qsl, urlencode

from datasette.utils import sqlite_timelimit, tilde_decode
from datasette.utils.asgi import Request, Response

from blogarchive.browse import archives, guard
from blogarchive.browse.pages import post_choices
from blogarchive.messages import Language, plural_translator, translator
from blogarchive.store.read import blogs
from blogarchive.store.statements import UNREADABLE, Statements

if TYPE_CHECKING:
    from datasette.app import Datasette


_IMAGES: Final = ("avif", "bmp", "gif", "jpeg", "png", "webp", "x-icon", "vnd.microsoft.icon")
_SAFE_IMAGES: Final = {f"image/{name}" for name in _IMAGES}
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


def content_security_policy(*, remote: bool, script: str) -> str:
    """Return the Content-Security-Policy of a reading page: no frames, nothing from other hosts.

    No script runs but the one with the hash `script`. If `remote`, which the reader has to request, images alone may
    come from other hosts.
    """
    scripts = f"script-src {script}; " if script else ""
    images = "'self' http: https:" if remote else "'self'"
    return (
        f"default-src 'none'; {scripts}style-src 'self'; img-src {images}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


SANDBOX: Final = {"content-security-policy": "default-src 'none'; sandbox"}


def respond(body: str | bytes, content_type: str, headers: Mapping[str, str], status: int = 200) -> Response:
    """Return a response with these headers, and with those of all responses of reading pages."""
    return Response(body, status=status, headers={**_HEADERS, **headers}, content_type=content_type)


def media_response(content_type: str, body: bytes, sha256: str) -> Response:
    """Return a media file; a type that a browser may run (SVG, HTML, anything unknown) only as a download."""
    plain = content_type.split(";")[0].strip().lower()
    headers = {**SANDBOX, "cache-control": "private, max-age=31536000, immutable", "etag": f'"{sha256}"'}
    if plain in _SAFE_IMAGES:
        return respond(body, plain, headers)
    headers["content-disposition"] = f'attachment; filename="{sha256}.bin"'
    return respond(body, "application/octet-stream", headers)


log = logging.getLogger(__name__)


async def error_response(datasette: "Datasette", request: Request, error: Exception) -> Response:
    """Return the response to an error on our own server: a page for an error of Datasette's, else one line.

    The log gets one line of an unexpected error, and the traceback at level DEBUG.
    """
    status = getattr(error, "status", 500)
    if type(error).__module__.partition(".")[0] == "datasette":
        # 500 is Datasette's status of an error that names none: each is about the request.
        status, line = 400 if status == 500 else status, str(getattr(error, "message", None) or error)
        if not request.path.endswith(".json"):
            values = {"ok": False, "error": line, "status": status, "title": getattr(error, "title", None)}
            page = await datasette.render_template([f"{status}.html", "error.html"], values, request=request)
            return Response.html(page, status=status)
    else:
        status, line = _describe_error(request.path, error)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": line, "status": status, "title": None}, status=status)
    return Response.text(line, status=status)


def _describe_error(path: str, error: Exception) -> tuple[int, str]:
    """Return the status and the line of an unexpected error, and log it."""
    if isinstance(error, MemoryError):
        return 400, _("This statement needs more memory than it may use.")
    log.error("%s: %s: %s", path, type(error).__name__, error)
    log.debug("", exc_info=error)
    if isinstance(error, UNREADABLE):
        detail = _("The archive cannot be read ({error}).").format(error=error)
    else:
        detail = _("This page cannot be shown ({error}).").format(error=f"{type(error).__name__}: {error}")
    return 500, " ".join((detail, _("`blogarchive verify` shows whether the archive is damaged.")))


_HTML_NAMES: Final[dict[Language, str]] = {"en": "en", "zh": "zh-Hans"}
"""The value of the attribute `lang`."""

_OWN_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}
_LANGUAGE_PARAMETER = "lang"
_LANGUAGE_COOKIE = "blogarchive_lang"


def page_language(request: Request) -> Language:
    """Return the language of `?lang=`, else of the cookie, else the one that the browser prefers, else Chinese."""
    return (
        _chosen_language(request)
        or _known_language(request.cookies.get(_LANGUAGE_COOKIE))
        or _accepted_language(request)
        or "zh"
    )


def store_language(response: Response, request: Request) -> None:
    """Store the language of `?lang=`, if the URL has one, in a cookie for the next pages."""
    if language := _chosen_language(request):
        response.set_cookie(
            _LANGUAGE_COOKIE, language, max_age=post_choices.COOKIE_SECONDS, httponly=True, samesite="lax"
        )


def language_values(request: Request) -> dict[str, object]:
    """Return the variables of every template for the language of `request`, and a link to the other language."""
    language = page_language(request)
    other: Language = "en" if language == "zh" else "zh"
    query = [(name, value) for name, value in parse_qsl(request.query_string) if name != _LANGUAGE_PARAMETER]
    return {
        "_": translator(language),
        "ngettext": plural_translator(language),
        "page_language": _HTML_NAMES[language],
        "other_language": {
            "url": "?" + urlencode([*query, (_LANGUAGE_PARAMETER, other)]),
            "html_name": _HTML_NAMES[other],
            "name": _OWN_NAMES[other],
        },
    }


def _chosen_language(request: Request) -> Language | None:
    return _known_language(request.args.get(_LANGUAGE_PARAMETER))


def _known_language(name: str | None) -> Language | None:
    return cast("Language", name) if name in get_args(Language) else None


def _accepted_language(request: Request) -> Language | None:
    accepted = request.headers.get("accept-language", "")
    for part in sorted(accepted.split(","), key=_quality, reverse=True):
        name = part.partition(";")[0].strip().lower()[:2]
        if (language := _known_language(name)) and _quality(part) > 0:
            return language
    return None


def _quality(part: str) -> float:
    _, _, given = part.partition("q=")
    try:
        return float(given) if given else 1.0
    except ValueError:
        return 0.0


_Result = TypeVar("_Result")
# A reader waits no longer, and a thread of the server must not be lost to one request.
_TIME_LIMIT_MS = 20_000


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request to the archive named `database`."""

    datasette: "Datasette"
    request: Request
    database: str
    language: Language
    # The URL path of the archive's home page, without a slash at its end.
    home: str

    def text_parameter(self, name: str) -> str:
        """Return a parameter of the URL, stripped; "" if it is missing."""
        given: str | None = self.request.args.get(name)
        return (given or "").strip()

    def int_parameter(self, name: str, *, minimum: int = 0) -> int | None:
        """Return a parameter of the URL as a number, at least `minimum`; None if it is no number."""
        text = self.text_parameter(name)
        # SQLite refuses integers of more than 19 digits, and `int` takes other digits than ASCII.
        return max(minimum, int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def gettext(self, message: str, **values: object) -> str:
        """Return a message in the language of the page, with its placeholders filled."""
        return translator(self.language)(message, **values)

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the message for `number` in the language of the page, with its placeholders filled."""
        return plural_translator(self.language)(one, many, number, **values)

    def with_parameters(self, **changes: str) -> str:
        """Return the query of this URL with parameters changed; "" removes one."""
        given = dict(parse_qsl(self.request.query_string))
        return "?" + urlencode({name: value for name, value in {**given, **changes}.items() if value})

    async def query(self, read: Callable[[Statements], _Result]) -> _Result:
        """Return the result of `read`, run in a thread of Datasette with a time limit."""

        database = self.datasette.get_database(self.database)

        def read_in_time(connection: sqlite3.Connection) -> _Result:
            with sqlite_timelimit(connection, _TIME_LIMIT_MS):
                return read(Statements(Path(database.path or ""), connection, is_lenient=True))

        return cast(_Result, await database.execute_fn(read_in_time))

    async def render(
        self, template: str, values: dict[str, Any], *, status: int = 200, remote: bool = False
    ) -> Response:
        """Return the page rendered from `template` and `values`."""
        keys_on = post_choices.are_on(self.request)
        variables: dict[str, Any] = {
            "home": self.home,
            "tables": self.datasette.urls.database(self.database),
            "stylesheet": self.datasette.urls.path("/read/style.css"),
            "terms": "",
            "blog": await self.query(blogs.read_only_blog),
            "keys_on": keys_on,
            "keys_script": post_choices.script() if keys_on else "",
            **language_values(self.request),
            **values,
        }
        body = await self.datasette.render_template(f"archive/{template}", variables, request=self.request)
        source = guard.script_source(variables["keys_script"]) if keys_on else ""
        policy = content_security_policy(remote=remote, script=source)
        headers = {"content-security-policy": policy, "vary": "accept-language, cookie"}
        response = respond(body, "text/html; charset=utf-8", headers, status)
        store_language(response, self.request)
        post_choices.store_choice(response, self.request)
        return response

    async def not_found(self, name: str) -> Response:
        """Return a page with status 404; `name` is a message for the missing item: `such post`."""
        return await self.render("missing.html", {"name": name}, status=404)


Handler = Callable[[RequestContext], Awaitable[Response]]


# Tables that reading pages show; who may not view one of them gets no page.
_TABLES: Final = ("authors", "categories", "comments", "media_files", "posts")


def make_view(handler: Handler, *tables: str) -> Callable[["Datasette", Request], Awaitable[Response]]:
    """Return `handler` as a view of Datasette that finds the archive and checks the permissions to view its rows.

    `tables` are further tables of which the page shows rows.
    """

    async def view(datasette: "Datasette", request: Request) -> Response:
        name = request.url_vars.get("database")
        database = archives.get_archive(datasette, tilde_decode(name) if name else None)
        if database is None:
            return Response.text("No archive of that name is served here.", status=404)
        await archives.check_permissions(datasette, request.actor, database.name, *_TABLES, *tables)
        home = archives.home_url(datasette, database.name)
        return await handler(RequestContext(datasette, request, database.name, page_language(request), home))

    return view
