"""Access to the pages of `app`: only a browser on this machine that was opened with the token.

Other sites cannot reach them. A name that was rebound to 127.0.0.1 sends another Host (DNS rebinding). A form on
another page sends another Origin (cross-site request). Neither knows the cookie, and Datasette's own CSRF token guards
each form as well.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from gettext import gettext as _
from http.cookies import CookieError, SimpleCookie
from typing import Any

from datasette.utils.asgi import Response

Scope = MutableMapping[str, Any]
AsgiApp = Callable[[Scope, Any, Any], Awaitable[None]]

OPEN_PATH = "/app/open"
_SAFE_METHODS = {"GET", "HEAD"}


class Access:
    """The token of one server, and the check of every request against it."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie_name = f"blogarchive_app_{port}"  # cookies are shared by all ports of a host
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}

    def wrap(self, app: AsgiApp) -> AsgiApp:
        """Return `app` behind the check; a refused request gets status 403 and reaches nothing."""

        async def guarded(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and (reason := self._refusal(scope)):
                await Response.text(reason, status=403).asgi_send(send)
                return
            await app(scope, receive, send)

        return guarded

    def _refusal(self, scope: Scope) -> str | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        if headers.get("host") not in self._hosts:
            return _("This address belongs to blogarchive; open it as 127.0.0.1.")
        if scope["method"] not in _SAFE_METHODS:
            scheme, _separator, origin = headers.get("origin", "").partition("://")
            if scheme != "http" or origin not in self._hosts:
                return _("This form was sent by another site; nothing was done.")
        if scope["path"] != OPEN_PATH and not self.is_token(self._cookie(headers.get("cookie", ""))):
            return _("Open the address that `blogarchive app` printed; it contains a secret.")
        return None

    def is_token(self, given: str) -> bool:
        """Return whether `given` is the token."""
        return secrets.compare_digest(given.encode(), self.token.encode())

    def _cookie(self, header: str) -> str:
        try:
            morsel = SimpleCookie(header).get(self.cookie_name)
        except CookieError:
            return ""
        return morsel.value if morsel else ""
