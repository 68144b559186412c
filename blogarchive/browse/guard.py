"""Guard every response of `serve` and `app`: the Host of requests, and headers against scripts of others."""

import gc
import logging
import re
import socket
import sqlite3
from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping
from contextlib import closing
from gettext import gettext as _
from hashlib import sha256
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Final
from weakref import ref

from datasette.utils.asgi import Request, Response

from blogarchive.store.database.connection import MAX_VALUE_BYTES, distrust_schema

log = logging.getLogger(__name__)

MAX_RESULT_BYTES: Final = MAX_VALUE_BYTES
"""Largest total of the values of one statement."""

_MAX_SQL_LENGTH: Final = 100_000
_MAX_LIKE_LENGTH: Final = 1_000  # a LIKE takes text length times pattern length
_HEAP_BYTES: Final = 512 * 2**20


def limit_connection(connection: sqlite3.Connection) -> None:
    """Limit values, results, statements and patterns of `connection`.

    `pragma cell_size_check` is off, because it takes a third of the time to count a facet. It prevents writes from
    spreading damage; Datasette only reads, and SQLite checks the bounds of each cell that it reads.
    """
    distrust_schema(connection)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MAX_SQL_LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _MAX_LIKE_LENGTH)
    connection.row_factory = _RowFactory()


def limit_heap() -> None:
    """Limit the memory of SQLite in this process; a statement that needs more fails."""
    gc.freeze()  # the collections of garbage skip the imported modules
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"pragma hard_heap_limit = {_HEAP_BYTES}")


class _RowFactory:
    """Makes `sqlite3.Row`s; raises `sqlite3.OperationalError` when those of one cursor are too large together."""

    def __init__(self) -> None:
        self._cursor: ref[sqlite3.Cursor] | None = None
        self._bytes = 0

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cursor is None or self._cursor() is not cursor:
            self._cursor, self._bytes = ref(cursor), 0
        for value in values:  # for a row of one value `sum` takes eight times as long
            if isinstance(value, (str, bytes)):
                self._bytes += len(value)
        if self._bytes > MAX_RESULT_BYTES:
            raise sqlite3.OperationalError(f"the result is larger than {MAX_RESULT_BYTES >> 20} MB")
        return sqlite3.Row(cursor, values)


Scope = MutableMapping[str, Any]
AsgiApp = Callable[[Scope, Any, Any], Awaitable[None]]

_READING_PAGE: Final = re.compile(
    r"/|/app(/open)?|/read(/in/[^/]+)?(/post/\d+(/edits)?|/author/\d+(/plots)?)?/?"
    r"|/read(/in/[^/]+)?/(blogs|gone|edited|failures|help)"
)

_MAX_FORM_BYTES: Final = 2 * 2**20  # pasted cookies
# The names of cookies that `http.cookies` takes.
_COOKIE_NAME: Final = re.compile(rb"\s*[\w!#$%&'*+.^`|~:-]+\s*")

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
# Templates of Datasette with scripts of their own.
_INLINE_SCRIPTS: Final = ("_close_open_menus.html", "_codemirror_foot.html", "table.html")


def guard(app: AsgiApp, hosts: Collection[str]) -> AsgiApp:
    """Return `app` behind the checks; `hosts` are the names of this server, without a port.

    The address 0.0.0.0 or :: among them allows this machine's name and every address: no name can be rebound to one.
    A refused request gets status 403 and one line. Responses get a Content-Security-Policy unless they have one.
    """
    any_address = not _EVERY_ADDRESS.isdisjoint(hosts)
    machine = {socket.gethostname().lower()} if any_address else set()
    names = LOOPBACK_HOSTS | machine | {host.lower().strip("[]") for host in hosts}
    added = _headers()

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif reason := _refusal(scope, names, any_address=any_address):
            await Response.text(reason, status=403).asgi_send(send)
        else:
            headers = [(name, _readable_value(name, value)) for name, value in scope["headers"]]
            try:
                await app({**scope, "headers": headers}, receive, _add_headers(send, added))
            except (TypeError, UnicodeDecodeError) as error:  # asgi-csrf compares a token of other letters
                log.error("%s: %s", scope["path"], error)
                text = _("This form was not understood; nothing was done.")
                await Response.text(text, status=400).asgi_send(send)

    return guarded


def _readable_value(name: bytes, value: bytes) -> bytes:
    """Return the value of a header without the parts for which Datasette raises an error.

    Any server of this machine may set a cookie for all ports, and each page would be an error. A value may be no
    UTF-8, and `http.cookies` refuses a whole header for one name such as `a/b`.
    """
    text = value.decode("utf-8", "replace").encode()
    if name != b"cookie":
        return text
    return b";".join(one for one in text.split(b";") if _COOKIE_NAME.fullmatch(one.partition(b"=")[0]))


def _refusal(scope: Scope, names: Collection[str], *, any_address: bool) -> str | None:
    """Return why a request is refused, or None."""
    headers = Request(scope, None).headers
    host = host_name(headers.get("host", ""))
    if host not in names and not (any_address and _is_address(host)):
        return _("This server does not answer to this name; `serve --allow-host NAME` adds one.")
    if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not _is_form(headers):
        return _("This form was not understood; nothing was done.")
    # curl and old browsers send nothing
    is_own = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    if not is_own and not _is_followed_link(scope, headers):
        return _("A page of another site sent this request; open this address in a tab of its own.")
    return None


def _is_form(headers: Mapping[str, str]) -> bool:
    """Return whether a body is a form of a page. asgi-csrf reads one of any size, and raises errors for other types."""
    size = headers.get("content-length", "")
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return is_form and size.isdecimal() and int(size) <= _MAX_FORM_BYTES


def _is_followed_link(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Return whether a person followed a link on another site to a reading page.

    By the time of any other request, another site could find out what the archive contains. Such requests are for a
    frame, an image, or an address whose query decides what is read. Other ports of this host are other sites too.
    """
    return (
        scope["method"] == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and not scope.get("query_string")
        and _READING_PAGE.fullmatch(scope["path"]) is not None
    )


def host_name(header: str) -> str:
    """Return the name or address of a Host header, in lower case and without the port."""
    name = header.lower()
    return name.rstrip("0123456789").removesuffix(":").strip("[]") if ":" in name else name


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _headers() -> list[tuple[bytes, bytes]]:
    """Return the headers that each response gets unless it has them."""
    scripts = " ".join(sorted(set(_script_sources())))
    policy = (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"same-origin"),  # without it a browser sends no Origin with a form of `app`
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def script_source(script: str) -> str:
    """Return the source of a script in a page for a Content-Security-Policy: its SHA-256."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _script_sources() -> Iterable[str]:
    """Yield the sources of the scripts in Datasette's templates: no script of an archive's text has one of them."""
    for name in _INLINE_SCRIPTS:
        template = (files("datasette") / "templates" / name).read_text("utf-8")
        for script in re.findall(r"<script>(.+?)</script>", template, re.DOTALL):
            for value in ("true", "false"):
                yield script_source(re.sub(r"\{\{.*?\}\}", value, script))


def _add_headers(send: Any, added: list[tuple[bytes, bytes]]) -> Callable[[Scope], Awaitable[None]]:
    async def send_guarded(message: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _value in headers}
            message = {**message, "headers": [*headers, *(one for one in added if one[0] not in present)]}
        await send(message)

    return send_guarded
