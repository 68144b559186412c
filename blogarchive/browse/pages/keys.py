"""Keys of the reading pages: single letters without a modifier, which a reader may turn off."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from blogarchive.browse.languages import COOKIE_SECONDS
from blogarchive.messages import N_

KEYS: Final = {
    "s": N_("goes to the search field"),
    "p": N_("previous: the older post, the hit before, the page before"),
    "n": N_("next: the newer post, the hit after, the page after"),
    "l": N_("back to the list or the search that the post is of"),
    "b": N_("the blog of this page"),
    "h": N_("the first page of the archive"),
    "r": N_("a random post"),
    "k": N_("this help"),
}
"""The action of each key. A link or field has its key in the attribute `data-key`."""

_PARAMETER = "keys"
_COOKIE = "blogarchive_keys"


@cache
def script() -> Markup:
    """Return the text of the script, the only one that a reading page may run."""
    text = files("blogarchive.browse.pages").joinpath("keys.js").read_text("utf-8")
    return Markup(text)  # noqa: S704 - a file of this package


@cache
def script_source() -> str:
    """Return the source of the script for a Content-Security-Policy: its SHA-256."""
    return f"'sha256-{b64encode(sha256(script().encode()).digest()).decode()}'"


def are_on(request: Request) -> bool:
    """Return whether keys work on the page: the choice of `?keys=`, else of the cookie, else yes."""
    chosen: str = request.args.get(_PARAMETER) or request.cookies.get(_COOKIE) or "on"
    return chosen != "off"


def store_choice(response: Response, request: Request) -> None:
    """Store the choice of `?keys=`, if the URL has one, in a cookie for the next pages."""
    chosen = request.args.get(_PARAMETER)
    if chosen in ("on", "off"):
        response.set_cookie(_COOKIE, chosen, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")
