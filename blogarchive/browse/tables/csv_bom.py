"""CSV that Excel opens: a byte order mark before the first line.

Without it Excel takes UTF-8 for the system's charset and shows Chinese as rubbish. `?_bom=off` leaves it
away, for programs that do not skip it.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from datasette.utils import tilde_decode

from blogarchive.browse import archives

if TYPE_CHECKING:  # importing it here would go round in a circle: datasette.app imports its plugins
    from datasette.app import Datasette

_Message = MutableMapping[str, Any]
_App = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
_BOM = b"\xef\xbb\xbf"


def wrapper(datasette: "Datasette") -> Callable[[_App], _App]:
    """The ASGI wrapper."""

    def wrap(app: _App) -> _App:
        async def wrapped(
            scope: _Message,
            receive: Callable[[], Awaitable[_Message]],
            send: Callable[[_Message], Awaitable[None]],
        ) -> None:
            wanted = scope["type"] == "http" and _is_wanted(datasette, scope)
            await app(scope, receive, _marking(send) if wanted else send)

        return wrapped

    return wrap


def _is_wanted(datasette: "Datasette", scope: _Message) -> bool:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if query.get("_bom") == ["off"]:
        return False
    path = unquote(scope["path"])
    if not path.endswith(".csv") and query.get("_format") != ["csv"]:
        return False
    base = datasette.setting("base_url")
    first = path[len(base) if path.startswith(base) else 1 :].split("/")[0].removesuffix(".csv")
    return tilde_decode(first) in archives.names(datasette)


def _marking(send: Callable[[_Message], Awaitable[None]]) -> Callable[[_Message], Awaitable[None]]:
    """Put the mark before the first bytes of a CSV; let everything else pass."""
    is_csv = False

    async def marking(message: _Message) -> None:
        nonlocal is_csv
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            # Datasette sends a CSV that is to be looked at, not saved, as text/plain.
            is_csv = message["status"] == 200 and any(
                name == b"content-type" and value.startswith((b"text/csv", b"text/plain"))
                for name, value in headers
            )
            if is_csv:
                headers = [(name, value) for name, value in headers if name != b"content-length"]
                message = {**message, "headers": headers}
        elif is_csv and message["type"] == "http.response.body" and message.get("body"):
            message = {**message, "body": _BOM + message["body"]}
            is_csv = False
        await send(message)

    return marking
