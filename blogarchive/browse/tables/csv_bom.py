"""Write a byte order mark before the first line of a CSV.

Without it Excel decodes UTF-8 in the system's charset and garbles Chinese. `?_bom=off` omits it, for programs that
do not skip it.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from datasette.utils import tilde_decode

from blogarchive.browse import archives

if TYPE_CHECKING:  # an import at run time would be circular: datasette.app imports its plugins
    from datasette.app import Datasette

_Message = MutableMapping[str, Any]
_App = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
_BOM = b"\xef\xbb\xbf"


def wrap_app(datasette: "Datasette") -> Callable[[_App], _App]:
    """Return the ASGI wrapper."""

    def wrap(app: _App) -> _App:
        async def wrapped(
            scope: _Message,
            receive: Callable[[], Awaitable[_Message]],
            send: Callable[[_Message], Awaitable[None]],
        ) -> None:
            is_csv = scope["type"] == "http" and _is_archive_csv(datasette, scope)
            await app(scope, receive, _add_bom(send) if is_csv else send)

        return wrapped

    return wrap


def _is_archive_csv(datasette: "Datasette", scope: _Message) -> bool:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if query.get("_bom") == ["off"]:
        return False
    path = unquote(scope["path"])
    if not path.endswith(".csv") and query.get("_format") != ["csv"]:
        return False
    base = datasette.setting("base_url")
    first = path[len(base) if path.startswith(base) else 1 :].split("/")[0].removesuffix(".csv")
    return tilde_decode(first) in archives.archive_names(datasette)


def _add_bom(send: Callable[[_Message], Awaitable[None]]) -> Callable[[_Message], Awaitable[None]]:
    """Return a `send` that writes the mark before the first bytes of a CSV."""
    is_csv = False

    async def send_with_bom(message: _Message) -> None:
        nonlocal is_csv
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            # Datasette serves a CSV for display, not for download, as text/plain.
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

    return send_with_bom
