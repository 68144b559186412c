"""One line in place of a traceback if a page of an archive cannot be shown."""

import logging
import sqlite3
from gettext import gettext as _
from typing import Any

from datasette.utils.asgi import Response

log = logging.getLogger(__name__)


def error_response(path: str, error: Exception) -> Response | None:
    """Return the response to an unexpected error of the page at `path`; None for the errors of Datasette's own.

    The log gets one line, and the traceback at level DEBUG.
    """
    if type(error).__module__.partition(".")[0] == "datasette":
        return None
    if isinstance(error, MemoryError):
        return _response(path, 400, _("This statement needs more memory than it may use."))
    log.error("%s: %s: %s", path, type(error).__name__, error)
    log.debug("", exc_info=error)
    if isinstance(error, sqlite3.DatabaseError):
        detail = _("The archive cannot be read ({error}).").format(error=error)
    else:
        detail = _("This page cannot be shown ({error}).").format(error=f"{type(error).__name__}: {error}")
    hint = _("`blogarchive verify` shows whether the archive is damaged.")
    return _response(path, 500, f"{detail} {hint}")


def _response(path: str, status: int, line: str) -> Response:
    if path.endswith(".json"):
        body: dict[str, Any] = {"ok": False, "error": line, "status": status, "title": None}
        return Response.json(body, status=status)
    return Response.text(line, status=status)
